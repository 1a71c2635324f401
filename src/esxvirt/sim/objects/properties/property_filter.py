"""Property filters: what a client watches."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.properties.collect import property_xml
from esxvirt.sim.properties.select import selected
from esxvirt.sim.wire.encode import escape
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.properties.updates import Updates

__all__ = ["PropertyFilter"]


class PropertyFilter(ManagedObject):
    """A filter of a session's collector. It remembers what it has reported: each object's ``propSet`` by path."""

    __slots__ = ("_partial", "_reported", "_spec", "_updates")

    wsdl = "PropertyFilter"

    def __init__(self, endpoint: "Endpoint", moid: str, spec: Data, partial: bool, updates: "Updates") -> None:
        super().__init__(endpoint, moid)
        self._spec = spec
        self._partial = partial
        self._updates = updates
        self._reported: dict[Ref, dict[str, str]] = {}

    @provides("spec")
    def _get_spec(self) -> Data:
        return self._spec

    @provides("partialUpdates")
    def _get_partial_updates(self) -> bool:
        return self._partial

    def check(self, call: "Call") -> None:
        """Raise the fault of a filter that cannot be: an unknown property, a missing object."""
        table = call.endpoint.paths(call.encoder)
        for target, paths in selected(call, self._spec, lost=[]):
            for path in paths:
                table.reader(type(target), path)

    def forget(self) -> None:
        """Report everything anew the next time."""
        self._reported = {}

    def changes(self, call: "Call") -> str:
        """Return a ``filterSet`` with what differs from the last report, and remember it; "" if nothing does."""
        now: dict[Ref, dict[str, str]] = {}
        for target, paths in selected(call, self._spec, lost=[]):
            now[target.ref] = property_xml(call, target, paths)[0]
        parts = [self._object_change(ref, found) for ref, found in now.items()]
        parts += [_object_update("leave", ref, "") for ref in self._reported if ref not in now]
        self._reported = now
        xml = "".join(parts)
        return f'<filterSet><filter type="PropertyFilter">{self.ref.value}</filter>{xml}</filterSet>' if xml else ""

    def _object_change(self, ref: Ref, found: dict[str, str]) -> str:
        before = self._reported.get(ref)
        changed = [_change(path, xml) for path, xml in found.items() if before is None or before.get(path) != xml]
        if before is not None:
            changed += [
                f"<changeSet><name>{escape(path)}</name><op>assign</op></changeSet>"
                for path in before
                if path not in found
            ]
        if before is not None and not changed:
            return ""
        return _object_update("modify" if before is not None else "enter", ref, "".join(changed))

    def DestroyPropertyFilter(self, call: "Call") -> None:
        """Stop watching."""
        if self in self._updates.filters:
            self._updates.filters.remove(self)
        if call.session is not None:
            call.session.objects.pop(self.ref.value, None)


def _object_update(kind: str, ref: Ref, changes: str) -> str:
    obj = f'<obj type="{ref.type}">{escape(ref.value)}</obj>'
    return f"<objectSet><kind>{kind}</kind>{obj}{changes}</objectSet>"


def _change(path: str, prop_set: str) -> str:
    """Make a ``PropertyChange`` of a ``propSet``: the operation stands between the name and the value."""
    inner = prop_set.removeprefix("<propSet>").removesuffix("</propSet>")
    name = f"<name>{escape(path)}</name>"
    return f"<changeSet>{name}<op>assign</op>{inner.removeprefix(name)}</changeSet>"
