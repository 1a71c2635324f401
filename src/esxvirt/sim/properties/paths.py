"""Property paths: ``name``, ``config.hardware.device[4000].backing``, ``config.extraConfig["key"].value``."""

import re
from collections.abc import Callable
from typing import Any

from esxvirt.records import record
from esxvirt.sim.registry import Getter, Registered
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.encode import Encoder, escape
from esxvirt.sim.wire.schema import Field
from esxvirt.sim.wire.values import Data, Fault

__all__ = ["PathTable", "Reader"]

_SEGMENT = re.compile(r'([A-Za-z_][A-Za-z0-9_]*)(?:\[("(?:[^"\\]|\\.)*"|[^\]"]*)\])?(?:\.|$)')


@record(frozen=True)
class _Segment:
    name: str
    key: str | None


def _split(path: str) -> list[_Segment]:
    segments: list[_Segment] = []
    position = 0
    while position < len(path):
        match = _SEGMENT.match(path, position)
        if match is None:
            raise _invalid(path)
        key = match[2]
        segments.append(_Segment(match[1], key.strip('"') if key is not None else None))
        position = match.end()
    if not segments or path.endswith("."):
        raise _invalid(path)
    return segments


def _invalid(path: str) -> Fault:
    return Fault("InvalidProperty", f'The property "{path}" is not known.', name=path)


@record(frozen=True)
class Reader:
    """Reads one path of the objects of one class: `value` with the field that declares it, `xml` as a ``propSet``."""

    path: str
    privilege: str | None
    value: Callable[[Registered], tuple[Field, Any]]
    xml: Callable[[Registered], str | None]


class PathTable:
    """The readers of one API version, each made on first use."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._readers: dict[tuple[type[Registered], str], Reader] = {}

    def reader(self, of: type[Registered], path: str) -> Reader:
        """Return the reader of `path` for objects of the class `of`; the fault ``InvalidProperty`` if there is none."""
        reader = self._readers.get((of, path))
        if reader is None:
            reader = self._compile(of, path)
            self._readers[of, path] = reader
        return reader

    def all_paths(self, of: type[Registered]) -> list[str]:
        """Return the names of all properties that the version knows."""
        properties = schema.managed_type(of.wsdl).properties.values()
        return [field.name for field in properties if self._encoder.sees(field.version)]

    def _compile(self, of: type[Registered], path: str) -> Reader:
        segments = _split(path)
        top = schema.managed_type(of.wsdl).properties.get(segments[0].name)
        if top is None or not self._encoder.sees(top.version):
            raise _invalid(path)
        leaf = self._declared(top, segments)
        getter, rest = _nearest_getter(of, path, segments)
        if leaf is not None and not rest:
            return self._plain(path, top, leaf, getter)
        if not rest:
            # The class answers a path that this version does not know, or only knows of the actual object.
            getter, rest = of.getters.get(segments[0].name, _unset), segments[1:]

        def value(target: Registered) -> tuple[Field, Any]:
            return self._walk(top, getter(target), segments[0], rest, path)

        def xml(target: Registered) -> str | None:
            field, found = value(target)
            return None if found is None else self._prop_set(path, field, found)

        return Reader(path, top.privilege, value, xml)

    def _plain(self, path: str, top: Field, leaf: Field, getter: Getter) -> Reader:
        """Make the reader of a path that a class answers directly; strings and numbers are the bulk of all reads."""
        before = f"<propSet><name>{escape(path)}</name>"
        simple = leaf.kind in {"str", "int", "enum"} and not leaf.array
        start = f'{before}<val xsi:type="{leaf.item_xsi_type}">'
        text = escape if leaf.kind == "str" else str
        any_element = self._encoder.any_element

        def value(target: Registered) -> tuple[Field, Any]:
            return leaf, getter(target)

        def xml(target: Registered) -> str | None:
            found = getter(target)
            if found is None:
                return None
            if simple:
                return f"{start}{text(found)}</val></propSet>"
            return f"{before}{any_element('val', leaf, found)}</propSet>"

        return Reader(path, top.privilege, value, xml)

    def _prop_set(self, path: str, field: Field, value: Any) -> str:
        return f"<propSet><name>{escape(path)}</name>{self._encoder.any_element('val', field, value)}</propSet>"

    def _declared(self, top: Field, segments: list[_Segment]) -> Field | None:
        """Follow the declared types to the leaf; None where only the actual object can tell."""
        field = top
        for segment in segments[1:]:
            if field.kind != "data" or field.array:
                return None
            below = schema.data_type(field.type).by_name.get(segment.name)
            if below is None or not self._encoder.sees(below.version):
                return None
            field = below
        return None if any(segment.key is not None for segment in segments) else field

    def _walk(self, top: Field, value: Any, first: _Segment, rest: list[_Segment], path: str) -> tuple[Field, Any]:
        field, value = _pick(top, value, first, path)
        for segment in rest:
            if value is None:
                return field, None
            if not isinstance(value, Data):
                raise _invalid(path)
            below = schema.data_type(value.type_name).by_name.get(segment.name)
            if below is None or not self._encoder.sees(below.version):
                raise _invalid(path)
            field, value = _pick(below, value.fields.get(segment.name), segment, path)
        return field, value


def _nearest_getter(of: type[Registered], path: str, segments: list[_Segment]) -> tuple[Getter, list[_Segment]]:
    """Return the getter of the longest leading part of the path that the class answers, and what is left to walk."""
    exact = of.getters.get(path)
    if exact is not None and all(segment.key is None for segment in segments):
        return exact, []
    return of.getters.get(segments[0].name, _unset), segments[1:]


def _unset(_: Registered) -> None:
    """Answer a property that this server leaves unset."""


def _pick(field: Field, value: Any, segment: _Segment, path: str) -> tuple[Field, Any]:
    """Take the item with the segment's key out of an array; without a key the value stays."""
    if segment.key is None:
        return field, value
    if not field.array:
        raise _invalid(path)
    item = Field(field.name, field.type, field.kind, False, True, field.version, field.privilege)
    for candidate in value or ():
        key = candidate.key if isinstance(candidate, Data) and "key" in candidate.fields else str(candidate)
        if str(key) == segment.key:
            return item, candidate
    return item, None
