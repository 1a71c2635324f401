from collections.abc import Callable

import pytest

from esxvirt.sim.wire import schema


def test_fields_of_bases_come_first() -> None:
    names = [field.name for field in schema.data_type("VirtualE1000").fields]
    assert names.index("key") < names.index("backing") < names.index("addressType") < names.index("macAddress")
    assert not {"dynamicType", "dynamicProperty"} & set(names)


@pytest.mark.parametrize(
    ("type_name", "field", "xsi"),
    [
        ("VirtualMachineConfigInfo", "uuid", "xsd:string"),
        ("VirtualHardware", "memoryMB", "xsd:int"),
        ("VirtualHardware", "device", "ArrayOfVirtualDevice"),
        ("VirtualMachineRuntimeInfo", "powerState", "VirtualMachinePowerState"),
        ("VirtualMachineRuntimeInfo", "host", "ManagedObjectReference"),
        ("VirtualMachineRuntimeInfo", "bootTime", "xsd:dateTime"),
        ("HostVirtualSwitch", "portgroup", "ArrayOfString"),
        ("HostCpuPackage", "threadId", "ArrayOfShort"),
        ("DatastoreSummary", "capacity", "xsd:long"),
        ("OptionValue", "value", "xsd:anyType"),
    ],
)
def test_what_a_value_is_called_in_a_place_of_any_type(type_name: str, field: str, xsi: str) -> None:
    assert schema.data_type(type_name).by_name[field].xsi_type == xsi


def test_array_of_references() -> None:
    field = schema.managed_type("Datacenter").properties["datastore"]
    assert (field.xsi_type, field.item_tag) == ("ArrayOfManagedObjectReference", "ManagedObjectReference")


def test_inheritance() -> None:
    assert schema.is_a("VirtualMachine", "ManagedEntity")
    assert schema.is_a("VirtualE1000", "VirtualEthernetCard")
    assert schema.is_a("InvalidLogin", "MethodFault")
    assert not schema.is_a("ManagedEntity", "VirtualMachine")
    assert not schema.is_a("NoSuchType", "ManagedEntity")
    assert not schema.is_a("VirtualMachinePowerState", "VirtualMachinePowerState")


@pytest.mark.parametrize("describe", [schema.data_type, schema.managed_type, schema.enum_type, schema.any_type])
def test_unknown_types(describe: Callable[[str], object]) -> None:
    with pytest.raises(schema.UnknownTypeError):
        describe("NoSuchType")


def test_a_type_of_another_kind() -> None:
    with pytest.raises(schema.UnknownTypeError):
        schema.data_type("VirtualMachine")
    with pytest.raises(schema.UnknownTypeError):
        schema.managed_type("VirtualMachineConfigInfo")
    assert "poweredOn" in schema.enum_type("VirtualMachinePowerState").values


def test_versions_grow() -> None:
    old, new = schema.visible_versions("2.5"), schema.visible_versions("7.0.3.0")
    assert old < new
    with pytest.raises(KeyError):
        schema.visible_versions("0.1")


def test_methods_know_their_privilege() -> None:
    method = schema.managed_type("VirtualMachine").methods["PowerOnVM_Task"]
    assert method.privilege == "VirtualMachine.Interact.PowerOn"
    assert [param.name for param in method.params] == ["host"]
    assert "Destroy_Task" in schema.managed_type("VirtualMachine").methods
    assert schema.wire_method_versions("NoSuchMethod") == ()
    assert schema.wire_method_versions("RetrievePropertiesEx")
