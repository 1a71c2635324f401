"""What drives are attached to: how many there may be, and what VMX files, libvirt and vSphere call it.

A bus has libvirt's name here, ``scsi``, ``sata``, ``ide``, ``nvme`` or ``fdc``, and controllers and units VMware's
numbers.
"""

from typing import Final

__all__ = [
    "CONTROLLERS",
    "CONTROLLER_TYPES",
    "NVME_UNITS",
    "SATA_PORTS",
    "SATA_UNITS",
    "SCSI_OWN_UNIT",
    "SCSI_TYPES",
    "SCSI_UNITS",
    "SCSI_WORDS",
    "SUPER_WIDE_UNITS",
    "TARGET_PREFIXES",
    "bus_of_controller",
    "disk_index",
    "disk_name",
    "scsi_units",
    "target_name",
    "target_number",
]

CONTROLLERS: Final = 4
"""How many controllers of a bus a machine has at most."""
SCSI_UNITS: Final = 16
"""Units of a SCSI controller, its own included."""
SCSI_OWN_UNIT: Final = 7
SUPER_WIDE_UNITS: Final = 64
"""Units of a SCSI controller of newer virtual hardware."""
_SUPER_WIDE_SINCE: Final = 13
SATA_UNITS: Final = 30
SATA_PORTS: Final = 6
"""What a SATA controller of libvirt's has."""
NVME_UNITS: Final = 64
_IDE_UNITS: Final = 2

TARGET_PREFIXES: Final = {"scsi": "sd", "sata": "sd", "ide": "hd", "fdc": "fd", "usb": "sd"}
"""What names of disks begin with, by the bus; those on NVMe are called otherwise."""

SCSI_WORDS: Final = {
    "buslogic": "buslogic",
    "lsilogic": "lsilogic",
    "lsisas1068": "lsisas1068",
    "pvscsi": "vmpvscsi",
}
"""Models of SCSI controllers: the words of VMX files and disk descriptors, and libvirt's."""

SCSI_TYPES: Final = {
    "buslogic": "VirtualBusLogicController",
    "lsilogic": "VirtualLsiLogicController",
    "lsisas1068": "VirtualLsiLogicSASController",
    "vmpvscsi": "ParaVirtualSCSIController",
}
"""Models of SCSI controllers: libvirt's words, and vSphere's types."""

CONTROLLER_TYPES: Final = {
    "ide": "VirtualIDEController",
    "fdc": "VirtualSIOController",
    "sata": "VirtualAHCIController",
    "nvme": "VirtualNVMEController",
}
"""vSphere's types of the other controllers, by the bus."""

_BUSES: Final = {kind: bus for bus, kind in CONTROLLER_TYPES.items()} | dict.fromkeys(SCSI_TYPES.values(), "scsi")

_NAMES: Final = ("fd", "hd", "vd", "sd", "xvd", "ubd")
_LONGEST_NAME: Final = 16


def bus_of_controller(kind: str) -> str | None:
    """Return the bus of a controller of a type of vSphere's; None for one of no drives."""
    return _BUSES.get(kind)


def scsi_units(hardware_version: int) -> int:
    """Return how many units a SCSI controller of a version of the virtual hardware has, its own included."""
    return SUPER_WIDE_UNITS if hardware_version >= _SUPER_WIDE_SINCE else SCSI_UNITS


def disk_index(name: str) -> int:
    """Return the number of a disk name: 0 for ``sda``, 26 for ``hdaa``; -1 if it is no such name.

    Source: virDiskNameToIndex.
    """
    for prefix in _NAMES:
        if name.startswith(prefix) and len(prefix) < len(name) <= _LONGEST_NAME:
            letters = name[len(prefix) :]
            index = 0
            for position, letter in enumerate(letters):
                if not "a" <= letter <= "z":
                    # Trailing digits are a partition.
                    return index - 1 if position and letters[position:].isdigit() else -1
                index = index * 26 + ord(letter) - ord("a") + 1
            return index - 1
    return -1


def disk_name(index: int, prefix: str) -> str:
    """Return the name of a disk number: ``sda`` for 0 and ``sd``; the reverse of `disk_index`."""
    letters = ""
    while index >= 0:
        letters = chr(ord("a") + index % 26) + letters
        index = index // 26 - 1
    return prefix + letters


def target_number(bus: str, controller: int, unit: int) -> int:
    """Return the number in the name of a disk at a place. A SCSI controller's own unit is not counted."""
    if bus == "scsi":
        return controller * (SCSI_UNITS - 1) + (unit if unit < SCSI_OWN_UNIT else unit - 1)
    return controller * (SATA_UNITS if bus == "sata" else _IDE_UNITS) + unit


def target_name(bus: str, controller: int, unit: int) -> str:
    """Return the name of a disk at a place: ``sda``, ``hdc``, ``fda``, ``nvme0n1``."""
    if bus == "nvme":
        return f"nvme{controller}n{unit + 1}"
    return disk_name(target_number(bus, controller, unit), TARGET_PREFIXES[bus])
