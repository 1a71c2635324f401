"""What all managed objects have in common.

A managed object type is one class in one module of this package. `wsdl` is its name on the wire; its wire methods
are methods of the class, with the same name, that take the `Call` and the arguments by their names on the wire. Its
properties are methods marked with `provides`: the name of a property, or a whole path into one ("config.uuid"), which
answers that path without building everything around it.
"""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.registry import Registered, provides
from esxvirt.sim.wire.values import Ref, Typed

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.task import Task

__all__ = ["ManagedObject", "provides"]


class ManagedObject(Registered):
    """A managed object of one endpoint."""

    __slots__ = ("endpoint",)

    def __init__(self, endpoint: "Endpoint", moid: str) -> None:
        super().__init__(moid)
        self.endpoint = endpoint

    def Fetch(self, call: "Call", prop: str) -> Any:
        """Return one property, for clients that read them one by one."""
        reader = self.endpoint.paths(call.encoder).reader(type(self), prop)
        self.check_readable(reader.privilege)
        if call.session is not None:
            self.endpoint.access.check(call.session.username, reader.privilege or "System.Read", self.ref)
        field, value = reader.value(self)
        if value is None or (field.kind in {"data", "ref", "any"} and not field.array):
            return value
        return Typed(field.xsi_type, value)

    def start_task(
        self,
        call: "Call",
        kind: str,
        entity: Ref,
        work: "Callable[[Task], Any]",
        owner: Any = None,
        prepare: "Callable[[Task], None] | None" = None,
    ) -> Ref:
        """Start a task on `entity` for the caller and return its reference; see `Tasks.start`."""
        username = call.session.username if call.session else ""
        return self.endpoint.start_task(call.name, kind, entity, username, work, owner, prepare)
