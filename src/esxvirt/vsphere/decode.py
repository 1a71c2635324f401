"""Property values from XML straight to plain Python, by the types that the values carry.

| on the wire | here |
| --- | --- |
| xsd:string, enums | str |
| xsd:int, long, short, byte | int |
| xsd:boolean | bool |
| xsd:double, float | float |
| xsd:dateTime | datetime.datetime, with its zone |
| xsd:base64Binary | bytes |
| ManagedObjectReference | `Ref` |
| ArrayOf* | list |
| data objects | `Data` |

What `api_schema` does not know (a server newer than it) decodes too: leaves as str, repeated elements as list.
"""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, NamedTuple

from esxvirt.vsphere.api_schema import fields_of, simple_type
from esxvirt.vsphere.soap import TYPE, VIM

__all__ = ["Data", "Ref", "decode_as", "decode_value"]


class Ref(NamedTuple):
    """A managed object reference, such as ``Ref("VirtualMachine", "vm-42")``."""

    type: str
    value: str


class Data:
    """A data object: its fields as attributes, None for those that the server left out; `kind` is its type's name."""

    __slots__ = ("_fields", "kind")

    def __init__(self, kind: str, fields: dict[str, Any]) -> None:
        self.kind = kind
        self._fields = fields

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self.fields().get(name)

    def fields(self) -> dict[str, Any]:
        """Return all fields that the server sent."""
        return self._fields

    def __repr__(self) -> str:
        return f"Data({self.kind!r}, {self.fields()!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Data) and (self.kind, self.fields()) == (other.kind, other.fields())

    __hash__ = None  # type: ignore[assignment]  # it is a bag of lists and such


class _Element(Data):
    """A data object that is still XML: a field is decoded when somebody asks for it.

    Of a machine's devices, thousands of elements, a list of disks needs a few.
    """

    __slots__ = ("_element", "_plan")

    def __init__(self, kind: str, element: Any, plan: "_Plan") -> None:
        self.kind = kind
        self._element = element
        self._plan = plan

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        tag, decoder, repeated = self._plan.get(name) or (VIM + name, decode_value, False)
        if repeated:
            return [_decode(child, decoder) for child in _children(self._element, tag)] or None
        for child in _children(self._element, tag):
            return _decode(child, decoder)
        return None

    def fields(self) -> dict[str, Any]:
        names = dict.fromkeys(child.tag.rpartition("}")[2] for child in self._element)
        return {name: getattr(self, name) for name in names}


def _children(element: Any, tag: str) -> Any:
    # lxml has a faster way than `findall`, which only elements of `xml.etree` are quick with.
    quick = getattr(element, "iterchildren", None)
    return element.findall(tag) if quick is None else quick(tag)


_Decoder = Callable[[Any], Any]
_Plan = dict[str, tuple[str, _Decoder, bool]]
"""Of a type, by field: its tag, how it is decoded, and whether it repeats."""


def _text(element: Any) -> str:
    return element.text or ""


def _integer(element: Any) -> int:
    return int(element.text)


def _number(element: Any) -> float:
    return float(element.text)


def _boolean(element: Any) -> bool:
    return element.text in {"true", "1"}


def _binary(element: Any) -> bytes:
    return base64.b64decode(element.text or "")


def _moment(element: Any) -> datetime:
    moment = datetime.fromisoformat(element.text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _reference(element: Any) -> Ref:
    return Ref(element.get("type") or "", element.text or "")


_PRIMITIVES: Final[dict[str, _Decoder]] = {
    "string": _text,
    "anyURI": _text,
    "int": _integer,
    "long": _integer,
    "short": _integer,
    "byte": _integer,
    "integer": _integer,
    "double": _number,
    "float": _number,
    "boolean": _boolean,
    "base64Binary": _binary,
    "dateTime": _moment,
    "ManagedObjectReference": _reference,
    "MoRef": _reference,
}


def decode_value(element: Any) -> Any:
    """Return the value of an element that carries its type in `xsi:type`.

    Raises:
        ValueError: The text is not of that type.
    """
    kind = element.get(TYPE)
    if kind is None:
        return _guess(element)
    return _decoder(kind.rpartition(":")[2])(element)


def decode_as(element: Any, kind: str, *, repeated: bool = False) -> Any:
    """Return the value of an element of a type, or of a type derived from that, which the element then carries.

    With `repeated`, the values of the elements in an element, as a list.

    Raises:
        ValueError: The text is not of that type.
    """
    decoder = _decoder(kind)
    return [_decode(child, decoder) for child in element] if repeated else _decode(element, decoder)


@cache
def _decoder(kind: str) -> _Decoder:
    """Return the decoder of a type by its name on the wire."""
    primitive = _PRIMITIVES.get(kind)
    if primitive is not None:
        return primitive
    if kind.startswith("ArrayOf"):
        name = kind.removeprefix("ArrayOf")
        item = _decoder(name[:1].lower() + name[1:] if name[:1].lower() + name[1:] in _PRIMITIVES else name)

        def items(element: Any) -> list[Any]:
            return [_decode(child, item) for child in element]

        return items
    simple = simple_type(kind)
    if simple is not None:
        return _PRIMITIVES.get(simple, _guess)
    return _guess if fields_of(kind) is None else _data_decoder(kind)


def _data_decoder(kind: str) -> _Decoder:
    # Filled at the first use: types refer to one another in circles.
    plan: _Plan = {}

    def decode(element: Any) -> Data:
        if not plan:
            # At once: another thread may look into it.
            plan.update(
                {name: (VIM + name, _decoder(field), repeated) for name, field, repeated in fields_of(kind) or ()}
            )
        return _Element(kind, element, plan)

    return decode


def _decode(child: Any, decoder: _Decoder) -> Any:
    """Return an element by the type that it carries, else by the one that its place has."""
    return decoder(child) if child.get(TYPE) is None else decode_value(child)


def _guess(element: Any) -> Any:
    """Return a value whose type nobody knows."""
    if len(element) == 0:
        return _reference(element) if element.get("type") else _text(element)
    fields: dict[str, Any] = {}
    for child in element:
        name = child.tag.rpartition("}")[2]
        value = decode_value(child)
        if name not in fields:
            fields[name] = value
        elif isinstance(fields[name], list):
            fields[name].append(value)
        else:
            fields[name] = [fields[name], value]
    return Data((element.get(TYPE) or "").rpartition(":")[2], fields)
