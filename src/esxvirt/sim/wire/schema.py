"""The types of the vSphere API, compiled from pyVmomi's tables on first use.

A `DataType` or `ManagedType` lists its fields, properties and methods with the API version that brought each one in;
`visible_versions` tells which of those versions a server may show. Types are named as on the wire
(``VirtualMachine``, ``VirtualMachineConfigInfo``), not as in Python.
"""

from datetime import datetime
from functools import cache
from typing import Any

from pyVmomi import VmomiSupport as _Tables

from esxvirt.records import record

__all__ = [
    "NAMESPACE",
    "DataType",
    "EnumType",
    "Field",
    "ManagedType",
    "Method",
    "UnknownTypeError",
    "any_type",
    "data_type",
    "enum_type",
    "is_a",
    "managed_type",
    "visible_versions",
    "wire_method_versions",
]

NAMESPACE = "urn:vim25"
_XSD = _Tables.XMLNS_XSD
# Kept for compatibility in pyVmomi's tables; no server sends them.
_NEVER_SENT = frozenset({"dynamicType", "dynamicProperty", "msg"})


class UnknownTypeError(LookupError):
    """There is no such type in the vSphere API, or it is of another kind."""


@record(frozen=True)
class Field:
    """A field of a data type, a property of a managed type, a parameter or a result.

    `kind` is one of ``str``, ``int``, ``float``, ``bool``, ``time``, ``bin``, ``ref``, ``data``, ``enum``, ``any`` and
    ``void``; `type` is the type's name on the wire, without prefix; of one item where `array` is set.
    """

    name: str
    type: str
    kind: str
    array: bool
    optional: bool
    version: str
    privilege: str | None = None

    @property
    def item_xsi_type(self) -> str:
        """What ``xsi:type`` says of one item of it."""
        if self.kind == "ref":
            return "ManagedObjectReference"
        return self.type if self.kind in {"data", "enum"} else f"xsd:{self.type}"

    @property
    def item_tag(self) -> str:
        """The element of one item of it where it stands in a place of any type."""
        return "ManagedObjectReference" if self.kind == "ref" else self.type

    @property
    def xsi_type(self) -> str:
        """What ``xsi:type`` says of it in a place of any type."""
        if not self.array:
            return self.item_xsi_type
        name = self.item_tag
        return f"ArrayOf{name[0].upper()}{name[1:]}"


@record(frozen=True)
class Method:
    """A method of a managed type; `result` describes what it returns."""

    name: str
    owner: str
    params: tuple[Field, ...]
    result: Field
    version: str
    privilege: str | None


@record(frozen=True)
class DataType:
    """A data type with all its fields, those of its base types first: the order of the wire."""

    name: str
    version: str
    bases: tuple[str, ...]
    fields: tuple[Field, ...]
    by_name: dict[str, Field]


@record(frozen=True)
class ManagedType:
    """A managed object type with everything that it inherits; `bases` starts with itself."""

    name: str
    version: str
    bases: tuple[str, ...]
    properties: dict[str, Field]
    methods: dict[str, Method]


@record(frozen=True)
class EnumType:
    """An enumeration. pyVmomi dates the enumeration, not its values."""

    name: str
    version: str
    values: frozenset[str]


_XSD_TYPES: dict[type, tuple[str, str]] = {
    str: ("string", "str"),
    int: ("int", "int"),
    bool: ("boolean", "bool"),
    float: ("float", "float"),
    datetime: ("dateTime", "time"),
    object: ("anyType", "any"),
    type: ("string", "str"),
    type(None): ("void", "void"),
    _Tables.long: ("long", "int"),
    _Tables.short: ("short", "int"),
    _Tables.byte: ("byte", "int"),
    _Tables.double: ("double", "float"),
    _Tables.URI: ("anyURI", "str"),
    _Tables.binary: ("base64Binary", "bin"),
    _Tables.ManagedMethod: ("string", "str"),
    _Tables.PropertyPath: ("string", "str"),
    _Tables.Link: ("string", "str"),
}


def _describe(python_type: Any) -> tuple[str, str, bool]:
    """Return (name on the wire, kind, is it an array) of one of pyVmomi's classes."""
    array = issubclass(python_type, _Tables.Array)
    item = python_type.Item if array else python_type
    if item in _XSD_TYPES:
        name, kind = _XSD_TYPES[item]
    elif issubclass(item, _Tables.ManagedObject):
        name, kind = item._wsdlName, "ref"  # noqa: SLF001  # pyVmomi documents no other way to a type's wire name
    elif issubclass(item, _Tables.Enum):
        name, kind = item._wsdlName, "enum"  # noqa: SLF001  # as above
    else:
        name, kind = item._wsdlName, "data"  # noqa: SLF001  # as above
    return name, kind, array


def _field(info: Any) -> Field:
    name, kind, array = _describe(info.type)
    optional = bool(info.flags & _Tables.F_OPTIONAL)
    return Field(info.name, name, kind, array, optional, info.version, getattr(info, "privId", None))


def _version(python_type: Any) -> str:
    return str(python_type._version)  # noqa: SLF001  # pyVmomi documents no other way to a type's version


def _lookup(name: str) -> Any:
    try:
        return _Tables.GetWsdlType(NAMESPACE, name)
    except (KeyError, AttributeError) as error:
        raise UnknownTypeError(name) from error


@cache
def data_type(name: str) -> DataType:
    """Describe the data type `name`; `UnknownTypeError` if there is none."""
    python_type = _lookup(name)
    if not (isinstance(python_type, type) and issubclass(python_type, _Tables.DataObject)):
        raise UnknownTypeError(name)
    listed = python_type._GetPropertyList()  # noqa: SLF001  # documented by pyVmomi as public
    fields = tuple(_field(info) for info in listed if info.name not in _NEVER_SENT)
    bases = tuple(
        base._wsdlName  # noqa: SLF001  # as in _describe
        for base in python_type.__mro__
        if issubclass(base, _Tables.DataObject)
    )
    return DataType(name, _version(python_type), bases, fields, {field.name: field for field in fields})


@cache
def enum_type(name: str) -> EnumType:
    """Describe the enumeration `name`; `UnknownTypeError` if there is none."""
    python_type = _lookup(name)
    if not (isinstance(python_type, type) and issubclass(python_type, _Tables.Enum)):
        raise UnknownTypeError(name)
    values: list[str] = getattr(python_type, "values")  # noqa: B009  # pyVmomi's stubs do not know it
    return EnumType(name, _version(python_type), frozenset(map(str, values)))


# What pyVmomi's property accessors call: on every object, and in no interface definition.
_FETCH = Method(
    "Fetch",
    "ManagedObject",
    (Field("prop", "string", "str", False, False, _Tables.BASE_VERSION),),
    Field("returnval", "anyType", "any", False, True, _Tables.BASE_VERSION),
    _Tables.BASE_VERSION,
    None,
)


@cache
def managed_type(name: str) -> ManagedType:
    """Describe the managed object type `name`; `UnknownTypeError` if there is none."""
    python_type = _lookup(name)
    if not (isinstance(python_type, type) and issubclass(python_type, _Tables.ManagedObject)):
        raise UnknownTypeError(name)
    chain = [base for base in python_type.__mro__ if issubclass(base, _Tables.ManagedObject)]
    properties: dict[str, Field] = {}
    methods: dict[str, Method] = {_FETCH.name: _FETCH}
    for base in reversed(chain):
        properties |= {info.name: _field(info) for info in base._propList}  # noqa: SLF001  # as in _describe
        for info in base._methodInfo.values():  # noqa: SLF001  # as in _describe
            methods[info.wsdlName] = _method(info, base._wsdlName)  # noqa: SLF001  # as in _describe
    names = tuple(base._wsdlName for base in chain)  # noqa: SLF001  # as in _describe
    return ManagedType(name, _version(python_type), names, properties, methods)


def _method(info: Any, owner: str) -> Method:
    params = tuple(_field(param) for param in info.params)
    name, kind, array = _describe(info.result)
    optional = bool(info.resultFlags & _Tables.F_OPTIONAL)
    result = Field("returnval", name, kind, array, optional, info.version)
    return Method(info.wsdlName, owner, params, result, info.version, info.privId)


@cache
def any_type(name: str) -> DataType | EnumType | ManagedType:
    """Describe the type `name`, whatever its kind; `UnknownTypeError` if there is none."""
    for describe in (data_type, enum_type, managed_type):
        try:
            return describe(name)
        except UnknownTypeError:
            continue
    raise UnknownTypeError(name)


@cache
def is_a(name: str, base: str) -> bool:
    """Return whether the data or managed type `name` is `base` or derives from it; unknown types are nothing."""
    try:
        described = any_type(name)
    except UnknownTypeError:
        return False
    return not isinstance(described, EnumType) and base in described.bases


@cache
def visible_versions(api_version: str) -> frozenset[str]:
    """Return the versions (pyVmomi's names) whose additions a server of `api_version` ("2.5", "7.0.0.0") knows."""
    version = _Tables.versionMap[f"vim25/{api_version}"]
    return frozenset(_Tables.parentMap[version]) | {version}


@cache
def wire_method_versions(name: str) -> tuple[str, ...]:
    """Return the versions that brought a method of this name on the wire; empty where there never was one."""
    found = {_FETCH.version} if name == _FETCH.name else set()
    for definition in _Tables._managedDefMap.values():  # noqa: SLF001  # no public way lists the managed types
        found |= {method[2] for method in definition[5] or () if method[1] == name}
    return tuple(sorted(found))
