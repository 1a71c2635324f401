import pytest

from esxvirt.buses import CONTROLLER_TYPES, SCSI_TYPES, SCSI_WORDS, bus_of_controller, scsi_units, target_name
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.implied import address_from_target


@pytest.mark.parametrize(
    ("bus", "controller", "unit", "name"),
    [
        ("scsi", 0, 0, "sda"),
        ("scsi", 0, 6, "sdg"),
        ("scsi", 0, 8, "sdh"),
        ("scsi", 1, 0, "sdp"),
        ("scsi", 3, 15, "sdbh"),
        ("sata", 1, 0, "sdae"),
        ("ide", 1, 1, "hdd"),
        ("fdc", 0, 1, "fdb"),
        ("nvme", 1, 14, "nvme1n15"),
    ],
)
def test_names_of_disks(bus: str, controller: int, unit: int, name: str) -> None:
    assert target_name(bus, controller, unit) == name
    if bus in {"scsi", "nvme"}:
        address = address_from_target(Disk(name, bus))
        assert address is not None
        assert (address.controller, address.unit) == (controller, unit)


def test_controllers() -> None:
    assert set(SCSI_WORDS.values()) == set(SCSI_TYPES)
    assert {bus_of_controller(kind) for kind in SCSI_TYPES.values()} == {"scsi"}
    assert {bus: bus_of_controller(kind) for bus, kind in CONTROLLER_TYPES.items()} == {
        bus: bus for bus in CONTROLLER_TYPES
    }
    assert bus_of_controller("VirtualUSBController") is None
    assert [scsi_units(version) for version in (4, 12, 13, 21)] == [16, 16, 64, 64]
