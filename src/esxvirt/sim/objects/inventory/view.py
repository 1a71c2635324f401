"""The views themselves."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.properties.children import children
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint

__all__ = ["ContainerView", "ListView", "View"]


class View(ManagedObject):
    """A view; it lives until it is destroyed or its session ends."""

    __slots__ = ()

    wsdl = "View"

    def DestroyView(self, call: "Call") -> None:
        """Destroy the view."""
        if call.session is not None:
            call.session.objects.pop(self.ref.value, None)


class ContainerView(View):
    """A view of what is in a container."""

    __slots__ = ("_container", "_recursive", "_types")

    wsdl = "ContainerView"

    def __init__(
        self, endpoint: "Endpoint", moid: str, container: Ref, types: tuple[str, ...], recursive: bool
    ) -> None:
        super().__init__(endpoint, moid)
        self._container = container
        self._types = types
        self._recursive = recursive

    @provides("container")
    def _get_container(self) -> Ref:
        return self._container

    @provides("type")
    def _get_type(self) -> list[str]:
        return list(self._types)

    @provides("recursive")
    def _get_recursive(self) -> bool:
        return self._recursive

    @provides("view")
    def _get_view(self) -> list[Ref]:
        found: dict[Ref, None] = {}
        pending = [self._container]
        while pending:
            below = children(self.endpoint, pending.pop())
            found |= dict.fromkeys(below)
            if self._recursive:
                pending += reversed(below)
        types = self._types
        if not types:
            return list(found)
        return [ref for ref in found if any(schema.is_a(ref.type, name) for name in types)]


class ListView(View):
    """A view of objects that the client names."""

    __slots__ = ("_refs",)

    wsdl = "ListView"

    def __init__(self, endpoint: "Endpoint", moid: str, refs: list[Ref]) -> None:
        super().__init__(endpoint, moid)
        self._refs = refs

    @provides("view")
    def _get_view(self) -> list[Ref]:
        return list(self._refs)

    def ModifyListView(self, call: "Call", add: list[Ref] | None = None, remove: list[Ref] | None = None) -> list[Ref]:
        """Add and remove objects; return those that are not there to add."""
        lost = [ref for ref in add or () if call.endpoint.find(ref, call.session) is None]
        self._refs = [ref for ref in self._refs if ref not in (remove or ())]
        self._refs += [ref for ref in add or () if ref not in self._refs and ref not in lost]
        return lost

    def ResetListView(self, call: "Call", obj: list[Ref] | None = None) -> list[Ref]:
        """Replace the objects; return those that are not there."""
        self._refs = []
        return self.ModifyListView(call, add=obj)
