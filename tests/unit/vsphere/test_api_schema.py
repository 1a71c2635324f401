"""The facts of the API's schema, beside pyVmomi's tables."""

import pytest
from pyVmomi import VmomiSupport, vim

from esxvirt.vsphere import api_schema
from tests.unit.vsphere.api_schema import FILE, make

TABLES = VmomiSupport


def test_it_is_that_of_the_installed_pyvmomi() -> None:
    stale = FILE.read_text(encoding="ascii") != make()
    assert not stale, "run `python -m tests.unit.vsphere.api_schema`, and commit the result"


def test_every_line_is_found() -> None:
    for line in FILE.read_text(encoding="ascii").splitlines():
        key, *words = line.split(" ")
        assert api_schema._words(key) == words


@pytest.mark.parametrize("name", ["", "A", "VirtualMachineX", "virtualMachine", "zzz", "Straße", "()", "Virtual"])
def test_what_is_not_there_is_not_found(name: str) -> None:
    assert api_schema.fields_of(name) is None
    assert api_schema.simple_type(name) is None
    assert api_schema.ancestry(name) == []
    assert api_schema.method(name) is None


def test_inherited_fields_come_first() -> None:
    fields = api_schema.fields_of("VirtualDisk")
    assert fields is not None
    assert [name for name, _, _ in fields][:3] == ["dynamicType", "dynamicProperty", "key"]
    known = {field.name for field in vim.vm.device.VirtualDisk._GetPropertyList()}
    assert {name for name, _, _ in fields} == known
    assert ("controllerKey", "int", False) in fields


def test_types_without_fields() -> None:
    assert api_schema.simple_type("VirtualMachinePowerState") == "string"
    assert api_schema.simple_type("VirtualMachine") == "ManagedObjectReference"
    assert api_schema.simple_type("VirtualDisk") is None


def test_faults_have_ancestors() -> None:
    assert api_schema.is_a("NotAuthenticated", "NoPermission")
    assert api_schema.is_a("InvalidPowerState", "InvalidState")
    assert not api_schema.is_a("InvalidState", "InvalidPowerState")
    assert not api_schema.is_a("VirtualDisk", "MethodFault")


def test_methods() -> None:
    assert api_schema.method("CreateContainerView") == (
        "vim.version.version2",
        ("ManagedObjectReference", False),
        [
            ("container", "ManagedObjectReference", False, "vim.version.version2"),
            ("type", "string", True, "vim.version.version2"),
            ("recursive", "boolean", False, "vim.version.version2"),
        ],
    )
    known = api_schema.method("UnregisterVM")
    assert known is not None
    assert known[1:] == (None, [])


def test_versions() -> None:
    versions = api_schema.versions()
    assert versions["vim.version.version2"][0] == "vim25/2.5"
    for name, (_, contained) in versions.items():
        assert contained == TABLES.parentMap[name] - {name}
