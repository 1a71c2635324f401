"""Classes of plain fields, as `dataclasses` makes them, whose methods are only built when a program uses them.

A command uses few of the classes that it imports. `dataclasses` compiles the methods of each when it is imported (some
0.3 ms a class, and 8 ms for its own imports), which was a fifth of what a short command did. Here a class costs next
to nothing until its first object is made. Type checkers take `record` for `dataclass` (PEP 681).
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar, dataclass_transform, overload

__all__ = ["FrozenRecordError", "asdict", "field", "fields", "record", "replace"]

_Class = TypeVar("_Class", bound=type[Any])
_Object = TypeVar("_Object")

_MISSING: Final[Any] = object()
_FIELDS: Final = "__record_fields__"


class FrozenRecordError(AttributeError):
    """An object that never changes was to be changed."""


class _Field:
    """What a class says of one of its fields."""

    __slots__ = ("compare", "default", "default_factory", "kind", "kw_only", "repr")

    def __init__(
        self,
        default: Any = _MISSING,
        default_factory: Any = _MISSING,
        *,
        kw_only: bool = False,
        compare: bool = True,
        repr: bool = True,  # noqa: A002  the name that `dataclasses` gave it
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.kw_only = kw_only
        self.compare = compare
        self.repr = repr
        self.kind: Any = None

    @property
    def is_optional(self) -> bool:
        return self.default is not _MISSING or self.default_factory is not _MISSING


def field(
    *,
    default: Any = _MISSING,
    default_factory: Any = _MISSING,
    kw_only: bool = False,
    compare: bool = True,
    repr: bool = True,  # noqa: A002  the name that `dataclasses` gave it
) -> Any:
    """Return what a class says of a field.

    Args:
        default: Its value where none is given.
        default_factory: Or what makes a new one for each object.
        kw_only: Whether it is given by its name only.
        compare: Whether it counts when objects are compared, and hashed.
        repr: Whether it is shown.
    """
    return _Field(default, default_factory, kw_only=kw_only, compare=compare, repr=repr)


@overload
def record(cls: _Class, /) -> _Class: ...


@overload
def record(*, frozen: bool = False, eq: bool = True) -> Callable[[_Class], _Class]: ...


@dataclass_transform(field_specifiers=(field,))
def record(cls: Any = None, /, *, frozen: bool = False, eq: bool = True) -> Any:
    """Make a class one of plain fields, which its annotations name; it has slots.

    Args:
        cls: The class, where the decorator is used without arguments.
        frozen: Whether its objects never change; they can be hashed then.
        eq: Whether objects of equal fields are equal.
    """
    if cls is None:
        return lambda wanted: _record(wanted, frozen=frozen, eq=eq)
    return _record(cls, frozen=frozen, eq=eq)


def fields(of: Any) -> tuple[str, ...]:
    """Return the names of the fields of a record, or of its class, in order.

    Raises:
        TypeError: It is none.
    """
    try:
        return tuple(getattr(of, _FIELDS))
    except AttributeError:
        raise TypeError(f"{of!r} is no record") from None


def replace(old: _Object, /, **changes: Any) -> _Object:
    """Return a record like another, but for some fields.

    Raises:
        TypeError: It is no record, or has no such field.
    """
    return type(old)(**{name: getattr(old, name) for name in fields(old)} | changes)


def asdict(of: Any) -> dict[str, Any]:
    """Return the fields of a record by their names, their values as they are.

    Raises:
        TypeError: It is no record.
    """
    return {name: getattr(of, name) for name in fields(of)}


def _record(cls: type[Any], *, frozen: bool, eq: bool) -> type[Any]:
    namespace = dict(cls.__dict__)
    # A class with slots is another class: its namespace may not have what the slots are for.
    for name in ("__dict__", "__weakref__"):
        namespace.pop(name, None)
    annotations: dict[str, Any] = namespace.get("__annotations__", {})
    own = {
        name: _take_field(namespace, name, kind) for name, kind in annotations.items() if "ClassVar" not in str(kind)
    }
    inherited: dict[str, _Field] = getattr(cls, _FIELDS, {})
    every = inherited | own
    initialiser = _Initialiser(every, frozen=frozen)
    namespace |= {
        "__slots__": tuple(name for name in own if name not in inherited),
        "__qualname__": cls.__qualname__,
        "__match_args__": tuple(name for name, one in every.items() if not one.kw_only),
        "__init__": initialiser,
        _FIELDS: every,
    }
    namespace.setdefault("__repr__", _represent)
    if eq:
        namespace.setdefault("__eq__", _equals)
        # Python itself leaves None where a class has only __eq__.
        if namespace.get("__hash__") is None:
            namespace["__hash__"] = _hash if frozen else None
    if frozen:
        namespace |= {"__setattr__": _refuse_to_set, "__delattr__": _refuse_to_delete, "__setstate__": _set_state}
    metaclass: Any = type(cls)
    made: type[Any] = metaclass(cls.__name__, cls.__bases__, namespace)
    initialiser.owner = made
    return made


def _take_field(namespace: dict[str, Any], name: str, kind: Any) -> _Field:
    given = namespace.pop(name, _MISSING)
    one = given if isinstance(given, _Field) else _Field(given)
    one.kind = kind
    return one


class _Initialiser:
    """The `__init__` of a class that has not made an object yet: it builds the real one in its own place."""

    __slots__ = ("fields", "frozen", "owner")

    def __init__(self, every: dict[str, _Field], *, frozen: bool) -> None:
        self.fields = every
        self.frozen = frozen
        self.owner: type[Any] = object

    def __get__(self, instance: object, _owner: type[Any] | None = None) -> Any:
        function = _build_initialiser(self.owner, self.fields, frozen=self.frozen)
        type.__setattr__(self.owner, "__init__", function)
        return function if instance is None else function.__get__(instance)


def _build_initialiser(owner: type[Any], every: dict[str, _Field], *, frozen: bool) -> Any:
    names: dict[str, Any] = {"_missing": _MISSING, "_set": object.__setattr__}
    parameters: list[str] = []
    by_name_only: list[str] = []
    body: list[str] = []
    for name, one in every.items():
        value = name
        if one.default_factory is not _MISSING:
            names[f"_make_{name}"] = one.default_factory
            names[f"_default_{name}"] = _MISSING
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif one.default is not _MISSING:
            names[f"_default_{name}"] = one.default
        parameter = f"{name}=_default_{name}" if one.is_optional else name
        (by_name_only if one.kw_only else parameters).append(parameter)
        body.append(f"_set(_self, {name!r}, {value})" if frozen else f"_self.{name} = {value}")
    if hasattr(owner, "__post_init__"):
        body.append("_self.__post_init__()")
    if by_name_only:
        parameters += ["*", *by_name_only]
    source = f"def __init__({', '.join(['_self', *parameters])}):\n  " + "\n  ".join(body or ["pass"])
    exec(source, names)  # noqa: S102  of the names of our own fields, as `dataclasses` does it
    function = names["__init__"]
    function.__qualname__ = f"{owner.__qualname__}.__init__"
    function.__module__ = owner.__module__
    function.__annotations__ = {name: one.kind for name, one in every.items()} | {"return": None}
    return function


def _compared(of: Any) -> list[Any]:
    return [getattr(of, name) for name, one in getattr(of, _FIELDS).items() if one.compare]


def _represent(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, one in getattr(self, _FIELDS).items() if one.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


def _equals(self: Any, other: object) -> Any:
    return _compared(self) == _compared(other) if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(tuple(_compared(self)))


def _refuse_to_set(self: Any, name: str, _value: object) -> None:
    raise FrozenRecordError(f"a {type(self).__name__} never changes: '{name}' cannot be set")


def _refuse_to_delete(self: Any, name: str) -> None:
    raise FrozenRecordError(f"a {type(self).__name__} never changes: '{name}' cannot be deleted")


def _set_state(self: Any, state: tuple[Any, dict[str, Any]] | list[Any]) -> None:
    # A list is what `dataclasses` wrote, in files of the simulator's state that are older than this module.
    values = dict(zip(getattr(self, _FIELDS), state, strict=True)) if isinstance(state, list) else state[1]
    for name, value in values.items():
        object.__setattr__(self, name, value)
