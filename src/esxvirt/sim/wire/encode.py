"""Values to XML, as a server of one API version sends them.

An `Encoder` knows one version: what is newer it leaves out. Types are compiled to a plan on first use, so that an
answer costs little more than the joining of its strings.
"""

import base64
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from esxvirt.sim.wire import schema
from esxvirt.sim.wire.schema import Field
from esxvirt.sim.wire.values import Constant, Data, Fault, Raw, Ref, Typed, long

__all__ = ["Encoder", "escape", "timestamp"]

_FORBIDDEN = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)), "?")


def escape(text: str) -> str:
    """Escape `text` for XML; characters that XML cannot carry become question marks."""
    if not text.isprintable():
        text = text.translate(_FORBIDDEN)
    if "&" in text or "<" in text or ">" in text:
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    # A parser would turn a bare carriage return into a line feed.
    return text.replace("\r", "&#13;") if "\r" in text else text


@lru_cache(maxsize=1024)
def timestamp(value: datetime) -> str:
    """Format an aware datetime as servers do: UTC, microseconds."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


_TEXT: dict[str, Callable[[Any], str]] = {
    "str": escape,
    "enum": str,
    "int": str,
    "float": repr,
    "bool": lambda value: "true" if value else "false",
    "time": timestamp,
    "bin": lambda value: base64.b64encode(value).decode(),
}
_XSI_TYPES = ((bool, "bool", "xsd:boolean"), (long, "int", "xsd:long"), (int, "int", "xsd:int"))
_MORE_XSI_TYPES = ((str, "str", "xsd:string"), (float, "float", "xsd:double"), (datetime, "time", "xsd:dateTime"))


# How a field is written: its name, and for a plain value its text function and tags.
_Step = tuple[str, Callable[[Any], str] | None, str, str, Field]


def _step(field: Field) -> _Step:
    text = None if field.array else _TEXT.get(field.kind)
    return field.name, text, f"<{field.name}>", f"</{field.name}>", field


class Encoder:
    """Writes values for a server of `api_version` ("2.5", "7.0.0.0")."""

    def __init__(self, api_version: str) -> None:
        self.api_version = api_version
        self.versions = schema.visible_versions(api_version)
        self._plans: dict[str, tuple[_Step, ...]] = {}
        self._shapes: dict[tuple[str, ...], tuple[_Step, ...]] = {}
        self._visible: dict[str, str] = {}

    def sees(self, version: str) -> bool:
        """Return whether what came with `version` (pyVmomi's name) is known at this encoder's version."""
        return version in self.versions

    def element(self, field: Field, value: Any) -> str:
        """Write `value` as the element, or elements, of a field that declares its type; "" if it is not set."""
        out: list[str] = []
        self._field(out, field, value)
        return "".join(out)

    def any_element(self, tag: str, field: Field, value: Any) -> str:
        """Write `value`, which is of `field`'s type, as element `tag` of any type: a property's ``val``."""
        out: list[str] = []
        if field.kind == "any" and not field.array:
            self._any(out, tag, value)
        elif field.array:
            self._array(out, tag, field, value)
        elif field.kind == "data" and not isinstance(value, Raw):
            self._data(out, tag, value, f' xsi:type="{value.type_name}"')
        elif field.kind == "ref":
            ref = _ref(value)
            out.append(f'<{tag} type="{ref.type}" xsi:type="ManagedObjectReference">{escape(ref.value)}</{tag}>')
        else:
            text = value.xml if isinstance(value, Raw) else _TEXT[field.kind](value)
            out.append(f'<{tag} xsi:type="{field.item_xsi_type}">{text}</{tag}>')
        return "".join(out)

    def fault_detail(self, fault: Fault) -> str:
        """Write the element that stands in the ``detail`` of a SOAP fault."""
        out: list[str] = []
        name = self._nearest_visible(fault.data.type_name)
        self._data(out, f"{name}Fault", fault.data, f' xmlns="{schema.NAMESPACE}" xsi:type="{name}"')
        return "".join(out)

    def localized_fault(self, fault: Fault) -> Data:
        """Make the ``LocalizedMethodFault`` that stands where a fault is part of an answer."""
        return Data("LocalizedMethodFault", fault=fault.data, localizedMessage=fault.message)

    def _plan(self, type_name: str) -> tuple[_Step, ...]:
        plan = self._plans.get(type_name)
        if plan is None:
            fields = [field for field in schema.data_type(type_name).fields if field.version in self.versions]
            plan = self._plans[type_name] = tuple(_step(field) for field in fields)
        return plan

    def _shape(self, type_name: str, fields: dict[str, Any]) -> tuple[_Step, ...]:
        """Return the plan for an object that has these fields: most have few of what their type may have."""
        key = (type_name, *fields)
        shape = self._shapes.get(key)
        if shape is None:
            shape = self._shapes[key] = tuple(step for step in self._plan(type_name) if step[0] in fields)
        return shape

    def _nearest_visible(self, type_name: str) -> str:
        """Return the type itself, or its nearest base that this version knows: what servers send in its place."""
        found = self._visible.get(type_name)
        if found is None:
            bases = schema.data_type(type_name).bases
            found = next((base for base in bases if schema.data_type(base).version in self.versions), type_name)
            self._visible[type_name] = found
        return found

    def _constant(self, tag: str, value: Constant, declared: str) -> str:
        """Write a constant where `declared` is the declared type, once for all."""
        key = (self.api_version, tag, declared)
        written = value.written.get(key)
        if written is None:
            name = self._nearest_visible(value.type_name)
            parts: list[str] = []
            self._data(parts, tag, value, "" if name == declared else f' xsi:type="{name}"')
            written = value.written[key] = "".join(parts)
        return written

    def _data(self, out: list[str], tag: str, value: Data, attributes: str) -> None:
        out.append(f"<{tag}{attributes}>")
        fields = value.fields
        for name, text, start, end, field in self._shape(value.type_name, fields):
            item = fields[name]
            if item is None:
                continue
            if text is None:
                self._field(out, field, item)
            else:
                out.append(f"{start}{text(item)}{end}")
        out.append(f"</{tag}>")

    def _field(self, out: list[str], field: Field, value: Any) -> None:
        if value is None:
            return
        if field.array:
            for item in _items(value):
                self._item(out, field.name, field, item)
        else:
            self._item(out, field.name, field, value)

    def _item(self, out: list[str], tag: str, field: Field, value: Any) -> None:
        if value.__class__ is Constant:
            out.append(self._constant(tag, value, field.type))
            return
        kind = field.kind
        if isinstance(value, Raw):
            out.append(f"<{tag}>{value.xml}</{tag}>")
        elif kind == "data":
            name = self._nearest_visible(value.type_name)
            self._data(out, tag, value, "" if name == field.type else f' xsi:type="{name}"')
        elif kind == "ref":
            ref = _ref(value)
            out.append(f'<{tag} type="{ref.type}">{escape(ref.value)}</{tag}>')
        elif kind == "any":
            self._any(out, tag, value)
        else:
            out.append(f"<{tag}>{_TEXT[kind](value)}</{tag}>")

    def _array(self, out: list[str], tag: str, field: Field, value: Any) -> None:
        """Write an array in a place of any type. ESX sends the type of every item, and libvirt insists on it."""
        out.append(f'<{tag} xsi:type="{field.xsi_type}">')
        item_tag = field.item_tag
        for item in _items(value):
            if item.__class__ is Constant:
                out.append(self._constant(item_tag, item, ""))
            elif field.kind == "data" and not isinstance(item, Raw):
                self._data(out, item_tag, item, f' xsi:type="{self._nearest_visible(item.type_name)}"')
            elif field.kind == "ref":
                ref = _ref(item)
                out.append(
                    f'<{item_tag} type="{ref.type}" xsi:type="ManagedObjectReference">{escape(ref.value)}</{item_tag}>'
                )
            elif field.kind == "any":
                self._any(out, item_tag, item)
            else:
                text = item.xml if isinstance(item, Raw) else _TEXT[field.kind](item)
                out.append(f'<{item_tag} xsi:type="{field.item_xsi_type}">{text}</{item_tag}>')
        out.append(f"</{tag}>")

    def _any(self, out: list[str], tag: str, value: Any) -> None:
        if isinstance(value, Typed):
            self._typed(out, tag, value)
        elif isinstance(value, Data):
            name = self._nearest_visible(value.type_name)
            self._data(out, tag, value, f' xsi:type="{name}"')
        elif isinstance(value, Ref) or hasattr(value, "ref"):
            ref = _ref(value)
            out.append(f'<{tag} type="{ref.type}" xsi:type="ManagedObjectReference">{escape(ref.value)}</{tag}>')
        else:
            for python_type, kind, xsi_type in (*_XSI_TYPES, *_MORE_XSI_TYPES):
                if isinstance(value, python_type):
                    out.append(f'<{tag} xsi:type="{xsi_type}">{_TEXT[kind](value)}</{tag}>')
                    return
            raise TypeError(f"no type on the wire for {value!r}")

    def _typed(self, out: list[str], tag: str, value: Typed) -> None:
        if isinstance(value.value, Raw):
            out.append(f'<{tag} xsi:type="{value.type}">{value.value.xml}</{tag}>')
        elif value.type.startswith("ArrayOf"):
            item_type = value.type.removeprefix("ArrayOf")
            self._array(out, tag, _item_field(item_type), value.value)
        elif value.type.startswith("xsd:"):
            out.append(f'<{tag} xsi:type="{value.type}">{_primitive(value.value)}</{tag}>')
        else:
            out.append(f'<{tag} xsi:type="{value.type}">{escape(str(value.value))}</{tag}>')


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list | tuple) else list(value)


def _ref(value: Any) -> Ref:
    """Take a reference, or the reference of a managed object."""
    return value if isinstance(value, Ref) else value.ref


def _primitive(value: Any) -> str:
    for python_type, kind, _ in (*_XSI_TYPES, *_MORE_XSI_TYPES):
        if isinstance(value, python_type):
            return _TEXT[kind](value)
    return escape(str(value))


def _item_field(item_type: str) -> Field:
    """Describe the items of an array type whose name after ``ArrayOf`` is `item_type`."""
    if item_type == "ManagedObjectReference":
        return Field("", "ManagedEntity", "ref", True, True, "")
    primitives = {"String": "str", "Int": "int", "Long": "int", "Short": "int", "Byte": "int", "Boolean": "bool"}
    if item_type in primitives:
        return Field("", item_type.lower(), primitives[item_type], True, True, "")
    kind = (
        "any" if item_type == "AnyType" else "enum" if isinstance(schema.any_type(item_type), schema.EnumType) else ""
    )
    return Field("", item_type, kind or "data", True, True, "")
