"""Values as methods take and return them: Python's own, and four kinds that Python has not.

Strings, integers, floats, booleans, aware `datetime`s, bytes and lists stand for themselves. `Data` is a data object,
`Ref` a reference to a managed object, `Typed` a value that says its type in a place of any type, `Raw` ready XML.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from esxvirt.sim.wire import schema

__all__ = ["Constant", "Data", "Fault", "Raw", "Ref", "Typed", "constant", "long"]


class Ref(NamedTuple):
    """A reference to a managed object: its type on the wire and its identifier."""

    type: str
    value: str

    def __str__(self) -> str:
        return f"{self.type}:{self.value}"


class Data:
    """A data object of the type `type_name`. Fields are attributes; one that is not set is None.

    Raises TypeError for a field that the type has not: a typing error in the simulator.
    """

    __slots__ = ("_fields", "_type")

    _fields: dict[str, Any]
    _type: str

    def __init__(self, type_name: str, /, **fields: Any) -> None:
        known = schema.data_type(type_name).by_name
        if not fields.keys() <= known.keys():
            raise TypeError(f"{type_name} has no field {', '.join(sorted(fields.keys() - known.keys()))}")
        object.__setattr__(self, "_type", type_name)
        object.__setattr__(self, "_fields", fields)

    @property
    def type_name(self) -> str:
        """Its type's name on the wire."""
        return self._type

    @property
    def fields(self) -> dict[str, Any]:
        """The fields that are set."""
        return self._fields

    def __getattr__(self, name: str) -> Any:
        try:
            return self._fields[name]
        except KeyError:
            if name in schema.data_type(self._type).by_name:
                return None
            raise AttributeError(name) from None

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in schema.data_type(self._type).by_name:
            raise AttributeError(f"{self._type} has no field {name}")
        self._fields[name] = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and (self._type, self._fields) == (other._type, other._fields)

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        fields = ", ".join(f"{name}={value!r}" for name, value in self._fields.items())
        return f"{self._type}({fields})"

    def __getstate__(self) -> tuple[str, dict[str, Any]]:
        return self._type, self._fields

    def __setstate__(self, state: tuple[str, dict[str, Any]]) -> None:
        object.__setattr__(self, "_type", state[0])
        object.__setattr__(self, "_fields", state[1])

    def is_a(self, type_name: str) -> bool:
        """Return whether its type is `type_name` or derives from it."""
        return schema.is_a(self._type, type_name)


class Constant(Data):
    """A data object that never changes, and that an encoder writes once: many machines have the same. See `constant`.

    `written` is its XML by the encoder's version and the tag with its attributes.
    """

    __slots__ = ("written",)

    written: dict[tuple[str, str, str], str]

    def __init__(self, type_name: str, /, **fields: Any) -> None:
        super().__init__(type_name, **fields)
        object.__setattr__(self, "written", {})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(f"a constant {self.type_name} does not change")

    def __hash__(self) -> int:  # type: ignore[override]  # other data objects change, and have none
        return id(self)


# Returns the same data object for the same type and fields. Lists must be tuples, data objects constants.
constant: Callable[..., Data] = lru_cache(maxsize=16_384, typed=True)(Constant)


class Typed(NamedTuple):
    """A value in a place of any type that says what it is: `type` is "xsd:int", "ArrayOfString", ..."""

    type: str
    value: Any


class Raw(NamedTuple):
    """XML that is already written: whole elements, or what stands between a tag's ends."""

    xml: str


class long(int):  # noqa: N801  # a primitive type like int, and named as on the wire
    """An integer that is ``xsd:long`` in a place of any type; a plain `int` is ``xsd:int`` there."""

    __slots__ = ()


class Fault(Exception):  # noqa: N818  # the wire's word: it is an answer, not an accident
    """A method's fault: `type_name` with its fields, and the text for people."""

    def __init__(self, type_name: str, message: str = "", /, **fields: Any) -> None:
        self.data = Data(type_name, **fields)
        self.message = message or _words(type_name)
        super().__init__(self.message)


def _words(type_name: str) -> str:
    """Make a sentence of a fault's name, for faults whose text says nothing more."""
    text = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in type_name).strip()
    return f"{text[0].upper()}{text[1:]}."
