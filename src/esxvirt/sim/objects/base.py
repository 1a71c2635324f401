"""What all managed objects have in common.

A managed object type is one class in one module of this package. `wsdl` is its name on the wire; its wire methods
are methods of the class, with the same name, that take the `Call` and the arguments by their names on the wire. Its
properties are methods marked with `provides`: the name of a property, or a whole path into one ("config.uuid"), which
answers that path without building everything around it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from esxvirt.sim.wire.values import Ref, Typed

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint

__all__ = ["CLASSES", "Getter", "ManagedObject", "provides"]

Getter = Callable[[Any], Any]
_Function = TypeVar("_Function", bound=Getter)
_MARK = "__provides__"

# Every class by its name on the wire.
CLASSES: dict[str, type["ManagedObject"]] = {}


def provides(*paths: str) -> Callable[[_Function], _Function]:
    """Mark a method of a managed object that returns the value of the property `paths`."""

    def mark(function: _Function) -> _Function:
        setattr(function, _MARK, paths)
        return function

    return mark


class ManagedObject:
    """A managed object of one endpoint."""

    __slots__ = ("endpoint", "ref")

    wsdl: ClassVar[str] = "ManagedObject"
    getters: ClassVar[dict[str, Getter]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        found: dict[str, Getter] = {}
        for base in reversed(cls.__mro__):
            for function in vars(base).values():
                found |= dict.fromkeys(getattr(function, _MARK, ()), function)
        cls.getters = found
        if "wsdl" in vars(cls):
            CLASSES[cls.wsdl] = cls

    def __init__(self, endpoint: "Endpoint", moid: str) -> None:
        self.endpoint = endpoint
        self.ref = Ref(self.wsdl, moid)

    def check_readable(self, privilege: str | None) -> None:
        """Raise the fault that stands for its properties where they cannot be read."""

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

    def __repr__(self) -> str:
        return f"<{self.ref}>"
