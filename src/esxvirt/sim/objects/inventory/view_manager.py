"""Views: lists of objects that the server keeps for a session."""

import itertools
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.inventory.view import ContainerView, ListView, View
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["ViewManager"]

_NUMBERS = itertools.count(1)


class ViewManager(ManagedObject):
    """Makes views for sessions."""

    __slots__ = ()

    wsdl = "ViewManager"

    @provides("viewList")
    def _get_view_list(self) -> list[Ref]:
        return []

    def _keep(self, call: "Call", view: View) -> View:
        assert call.session is not None  # noqa: S101  # authentication has seen to it
        call.session.objects[view.ref.value] = view
        return view

    def CreateContainerView(
        self,
        call: "Call",
        container: Ref,
        recursive: bool,
        type: list[str] | None = None,  # noqa: A002  # the wire's name
    ) -> View:
        """Make a view of what is in `container`, all the way down if `recursive`, of the given types."""
        if call.endpoint.find(container, call.session) is None:
            raise Fault("ManagedObjectNotFound", f"The object '{container}' does not exist.", obj=container)
        for name in type or ():
            if not schema.is_a(name, "ManagedEntity"):
                raise Fault("InvalidArgument", f"{name} is no type of the inventory.", invalidProperty="type")
        moid = f"session[{call.session.key if call.session else ''}]view-{next(_NUMBERS)}"
        return self._keep(call, ContainerView(self.endpoint, moid, container, tuple(type or ()), recursive))

    def CreateListView(self, call: "Call", obj: list[Ref] | None = None) -> View:
        """Make a view of the given objects."""
        moid = f"session[{call.session.key if call.session else ''}]view-{next(_NUMBERS)}"
        return self._keep(call, ListView(self.endpoint, moid, list(obj or ())))
