"""Make `src/esxvirt/vsphere/api_schema.txt` from the tables of the installed pyVmomi.

usage: python -m tests.unit.vsphere.api_schema
"""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from pyVmomi import VmomiSupport

__all__ = ["FILE", "make"]

FILE: Final = Path(__file__).resolve().parents[3] / "src/esxvirt/vsphere/api_schema.txt"

_SERVICE: Final = "vim25"
_NAMESPACE: Final = f"urn:{_SERVICE}"
_BASIC: Final = {
    str: "string",
    bool: "boolean",
    int: "int",
    VmomiSupport.long: "long",
    VmomiSupport.short: "short",
    VmomiSupport.byte: "byte",
    float: "float",
    VmomiSupport.double: "double",
    VmomiSupport.binary: "base64Binary",
    datetime: "dateTime",
}
_tables: Any = VmomiSupport


def make() -> str:
    """Return the table: sorted lines, each beginning with what it is about and a space."""
    names = {name for namespace, name in _tables._wsdlDefMap if namespace == _NAMESPACE}
    names |= {name for namespace, name in _tables._wsdlTypeMap if namespace == _NAMESPACE}
    lines = [
        _type_line(name, _tables.GetWsdlType(_NAMESPACE, name)) for name in names if not name.startswith("ArrayOf")
    ]
    methods = {name for namespace, name in _tables._wsdlMethodMap if namespace == _NAMESPACE}
    lines += [_method_line(_tables.GetWsdlMethod(_NAMESPACE, name).info) for name in methods]
    lines += [_version_line(name) for name, service in _tables.serviceNsMap.items() if service == _SERVICE]
    return "\n".join(sorted(lines)) + "\n"


def _type_line(name: str, known: Any) -> str:
    if not issubclass(known, _tables.DataObject):
        return f"{name} {_simple(known)}"
    base = next((parent for parent in known.__mro__[1:] if issubclass(parent, _tables.DataObject)), None)
    fields = [f"{field.name}:{_field(field.type)}" for field in known._GetPropertyList(False)]
    return " ".join([name, "data", base._wsdlName if base else "-", *fields])


def _simple(known: Any) -> str:
    """The kind of a type that has no fields."""
    if known in _BASIC:
        return _BASIC[known]
    if issubclass(known, _tables.ManagedObject):
        return "ManagedObjectReference"
    # Names of types and of methods are classes here, and words on the wire.
    return "string" if issubclass(known, str) or known in {type, _tables.ManagedMethod} else "anyType"


def _field(known: Any) -> str:
    if issubclass(known, _tables.Array):
        return _field(known.Item) + "[]"
    return str(known._wsdlName) if issubclass(known, _tables.DataObject) else _simple(known)


def _method_line(info: Any) -> str:
    result = "-" if info.result is _tables.NoneType else _field(info.result)
    parameters = [
        f"{item.name}:{_field(item.type)}" + (f":{item.version}" if item.version != info.version else "")
        for item in info.params
    ]
    return " ".join([f"{info.wsdlName}()", info.version, result, *parameters])


def _version_line(name: str) -> str:
    identity = _tables.versionIdMap[name]
    spoken = f"{_tables.nsMap[name]}/{identity}" if identity else "-"
    return " ".join([name, spoken, *sorted(_tables.parentMap[name] - {name})])


if __name__ == "__main__":
    FILE.write_text(make(), encoding="ascii")
