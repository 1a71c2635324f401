"""What there is: the types of managed objects, and the objects of one server.

Nothing here knows a type: modules of `esxvirt.sim.objects` register their classes, `esxvirt.sim.populate` the objects.
"""

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from esxvirt.sim.wire.schema import is_a
from esxvirt.sim.wire.values import Ref

__all__ = ["CLASSES", "Finder", "Getter", "Registered", "Registry", "provides"]

Getter = Callable[[Any], Any]
_Function = TypeVar("_Function", bound=Getter)
_MARK = "__provides__"

# Every class by its name on the wire.
CLASSES: dict[str, type["Registered"]] = {}


def provides(*paths: str) -> Callable[[_Function], _Function]:
    """Mark a method of a managed object that returns the value of the property `paths`."""

    def mark(function: _Function) -> _Function:
        setattr(function, _MARK, paths)
        return function

    return mark


class Registered:
    """What is known of a managed object whatever its type: who it is, and how its properties are read.

    `wsdl` is the type's name on the wire, `getters` are the methods that `provides` marks, by property or path.
    """

    __slots__ = ("ref",)

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

    def __init__(self, moid: str) -> None:
        self.ref = Ref(self.wsdl, moid)

    def check_readable(self, privilege: str | None) -> None:
        """Raise the fault that stands for its properties where they cannot be read."""

    def check_callable(self, method: str) -> None:
        """Raise the fault that stands for a method where it cannot be called now."""

    def __repr__(self) -> str:
        return f"<{self.ref}>"


# Returns the object of an identifier, or None if it is none of its kind.
Finder = Callable[[str], Registered | None]


class Registry:
    """The objects of one server: those that live as long as it does, and finders of those that come and go."""

    def __init__(self) -> None:
        self.lasting: dict[str, Registered] = {}
        self._finders: list[Finder] = []

    def add(self, target: Registered) -> None:
        """Add an object that lives as long as the server."""
        self.lasting[target.ref.value] = target

    def add_finder(self, finder: Finder) -> None:
        """Add a finder, which is asked after those that are there already."""
        self._finders.append(finder)

    def find(self, ref: Ref, of_session: dict[str, Any]) -> Registered | None:
        """Return the object of `ref`, or None: a lasting one, one of a session's, or one that a finder knows."""
        moid = ref.value
        found = self.lasting.get(moid) or of_session.get(moid)
        if isinstance(found, Registered) and _fits(found, ref):
            return found
        for finder in self._finders:
            found = finder(moid)
            if found is not None and _fits(found, ref):
                return found
        return None


def _fits(found: Registered, ref: Ref) -> bool:
    """Return whether an object is of the type that a reference says; clients may name a base, such as ManagedObject."""
    return found.wsdl == ref.type or is_a(found.wsdl, ref.type)
