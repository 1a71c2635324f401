"""XML to values: the arguments of a call, checked against the types of the API version that the server speaks."""

import base64
import binascii
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from esxvirt.sim.wire import schema
from esxvirt.sim.wire.schema import DataType, Field, Method
from esxvirt.sim.wire.values import Data, Fault, Ref, Typed, long

__all__ = ["Decoder"]

_XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_DEEPEST = 60


def _boolean(text: str) -> bool:
    if text.strip() in {"true", "1"}:
        return True
    if text.strip() in {"false", "0"}:
        return False
    raise ValueError(text)


def _datetime(text: str) -> datetime:
    value = datetime.fromisoformat(text.strip())
    return value if value.tzinfo else value.replace(tzinfo=UTC)


_RANGES = {"byte": 7, "short": 15, "int": 31, "long": 63}
_PARSE: dict[str, Callable[[str], Any]] = {
    "str": str,
    "enum": str,
    "int": int,
    "float": float,
    "bool": _boolean,
    "time": _datetime,
    "bin": lambda text: base64.b64decode(text, validate=False),
}
_XSD_KINDS = {
    "string": "str", "anyURI": "str", "int": "int", "long": "int", "short": "int", "byte": "int", "boolean": "bool",
    "float": "float", "double": "float", "dateTime": "time", "base64Binary": "bin",
}  # fmt: skip


def _local(element: etree._Element) -> str:
    return etree.QName(element).localname


def _children(element: etree._Element) -> list[etree._Element]:
    return [child for child in element if isinstance(child.tag, str)]


class Decoder:
    """Reads values for a server that knows the `versions`. Whatever does not fit is the fault ``InvalidRequest``.

    `required` are the versions whose required fields must be there: an older client cannot know the newer ones.
    """

    def __init__(self, versions: frozenset[str], required: frozenset[str] | None = None) -> None:
        self._versions = versions
        self._required = versions if required is None else required

    def arguments(self, method: Method, element: etree._Element) -> dict[str, Any]:
        """Read the arguments of `method` from its element, without ``_this``."""
        fields = {field.name: field for field in method.params}
        children = [child for child in _children(element) if _local(child) != "_this"]
        found = self._fields(fields, children, method.name, 0)
        # On the wire an array without items is nothing at all.
        missing: dict[str, Any] = {field.name: [] for field in method.params if field.array and not field.optional}
        return {**missing, **found}

    def reference(self, element: etree._Element) -> Ref:
        """Read a reference to a managed object."""
        type_name = element.get("type")
        if not type_name:
            raise Fault("InvalidRequest", f"<{_local(element)}> is a reference and needs a type attribute.")
        return Ref(type_name.rpartition(":")[2], (element.text or "").strip())

    def _fields(
        self, fields: dict[str, Field], children: list[etree._Element], where: str, depth: int
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for child in children:
            name = _local(child)
            field = fields.get(name)
            if field is None or field.version not in self._versions:
                raise Fault("InvalidRequest", f'Unexpected element tag "{name}" seen while parsing {where}.')
            if child.get(_XSI_NIL) in {"true", "1"}:
                continue
            value = self._value(field, child, depth)
            if field.array:
                values.setdefault(name, []).append(value)
            elif name in values:
                raise Fault("InvalidRequest", f'Element tag "{name}" occurs more than once in {where}.')
            else:
                values[name] = value
        for field in fields.values():
            if not field.optional and not field.array and field.name not in values and field.version in self._required:
                raise Fault("InvalidRequest", f'Required element "{field.name}" is missing in {where}.')
        return values

    def _value(self, field: Field, element: etree._Element, depth: int) -> Any:
        if depth > _DEEPEST:
            raise Fault("InvalidRequest", "The request is nested too deeply.")
        if field.kind == "ref":
            return self.reference(element)
        if field.kind == "data":
            return self._data(field.type, element, depth)
        if field.kind == "any":
            return self._any(element, depth)
        return self._primitive(field.kind, field.type, element)

    def _primitive(self, kind: str, type_name: str, element: etree._Element) -> Any:
        text = "".join(element.itertext())
        try:
            value = _PARSE[kind](text)
            if kind == "int" and not -(1 << _RANGES[type_name]) <= value < 1 << _RANGES[type_name]:
                raise ValueError(text)  # noqa: TRY301  # one place makes the fault
        except (ValueError, binascii.Error) as error:
            raise Fault("InvalidRequest", f'"{text[:80]}" is no {type_name} in <{_local(element)}>.') from error
        if kind == "enum" and value not in schema.enum_type(type_name).values:
            raise Fault("InvalidRequest", f'"{text[:80]}" is no value of {type_name} in <{_local(element)}>.')
        return long(value) if type_name == "long" else value

    def _declared(self, element: etree._Element) -> str | None:
        declared = element.get(_XSI_TYPE)
        return declared.strip().rpartition(":")[2] if declared else None

    def _visible(self, type_name: str) -> DataType:
        try:
            described = schema.data_type(type_name)
        except schema.UnknownTypeError:
            described = None
        if described is None or described.version not in self._versions:
            raise Fault("InvalidRequest", f'Unknown type "{type_name}".')
        return described

    def _data(self, type_name: str, element: etree._Element, depth: int) -> Data:
        actual = self._visible(self._declared(element) or type_name)
        if type_name not in actual.bases:
            raise Fault("InvalidRequest", f"{actual.name} is no {type_name} in <{_local(element)}>.")
        return Data(actual.name, **self._fields(actual.by_name, _children(element), actual.name, depth + 1))

    def _any(self, element: etree._Element, depth: int) -> Any:
        name = self._declared(element)
        if name is None:
            raise Fault("InvalidRequest", f"<{_local(element)}> may be of any type and needs xsi:type.")
        if name in _XSD_KINDS:
            return self._primitive(_XSD_KINDS[name], name, element)
        if name == "ManagedObjectReference":
            return self.reference(element)
        if name.startswith("ArrayOf"):
            return Typed(name, [self._any_item(name, child, depth) for child in _children(element)])
        try:
            enum = schema.enum_type(name)
        except schema.UnknownTypeError:
            return self._data(name, element, depth)
        return Typed(enum.name, self._primitive("enum", enum.name, element))

    def _any_item(self, array: str, element: etree._Element, depth: int) -> Any:
        if self._declared(element):
            return self._any(element, depth + 1)
        name = array.removeprefix("ArrayOf")
        primitive = f"{name[0].lower()}{name[1:]}"
        if primitive in _XSD_KINDS:
            return self._primitive(_XSD_KINDS[primitive], primitive, element)
        return self.reference(element) if name == "ManagedObjectReference" else self._data(name, element, depth + 1)
