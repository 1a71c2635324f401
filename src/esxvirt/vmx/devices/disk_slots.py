"""Where a disk is: its place in a VMX file, such as `scsi0:0`, and the address and name that it has in the XML."""

from esxvirt.buses import (
    CONTROLLERS,
    SATA_PORTS,
    SATA_UNITS,
    SCSI_OWN_UNIT,
    SCSI_UNITS,
    SUPER_WIDE_UNITS,
    TARGET_PREFIXES,
    disk_index,
    disk_name,
    target_name,
    target_number,
)
from esxvirt.errors import ConfigUnsupportedError
from esxvirt.records import record
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.addresses import DriveAddress
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.implied import address_from_target

__all__ = [
    "Slot",
    "check_place",
    "controller_of",
    "scsi_place",
    "slot_name",
]

# What is not here is an error that says so; on which of them a disk may be is looked at then.
_BUSES = frozenset({*TARGET_PREFIXES, "nvme", "usb"})


@record(frozen=True)
class Slot:
    """A place for a disk.

    Attributes:
        name: What it is called in a VMX file.
        bus: The bus, as libvirt calls it.
        controller: The number of the controller, as VMware counts them.
        unit: The number on the controller.
        units: How many units the controller has, if it is a SCSI one.
        order: How many disks on USB come before, if it is one: their names do not tell where they are.
    """

    name: str
    bus: str
    controller: int
    unit: int
    units: int = 0
    order: int = 0

    @property
    def target(self) -> str:
        """The name of a disk here, such as ``sda``."""
        if self.bus == "usb":
            return disk_name(self.order, TARGET_PREFIXES["usb"])
        return target_name(self.bus, self.controller, self.unit)

    @property
    def address(self) -> DriveAddress:
        """The address that libvirt gives to a disk here."""
        if self.bus == "ide":
            # VMware's second IDE controller is libvirt's second channel.
            return DriveAddress(0, bus=self.controller, unit=self.unit)
        if self.units == SUPER_WIDE_UNITS:
            # libvirt counts the disk names of 16 units a controller into controllers of 64.
            return _super_wide_address(target_number("scsi", self.controller, self.unit))
        if self.bus == "sata":
            # libvirt's SATA controllers have fewer ports than VMware's.
            number = target_number("sata", self.controller, self.unit)
            return DriveAddress(number // SATA_PORTS, unit=number % SATA_PORTS)
        return DriveAddress(self.controller, unit=self.unit)


def _super_wide_address(number: int) -> DriveAddress:
    unit = number % (SUPER_WIDE_UNITS - 1)
    return DriveAddress(number // (SUPER_WIDE_UNITS - 1), unit=unit if unit < SCSI_OWN_UNIT else unit + 1)


def controller_of(disk: Disk) -> int:
    """Return the number of the controller of a SATA or NVMe disk, as VMware counts them."""
    if disk.bus == "sata":
        return disk_index(disk.target) // SATA_UNITS
    return 0 if disk.address is None else disk.address.controller


def check_place(disk: Disk, writer: VmxWriter) -> None:
    """Refuse a disk where VMware has none, or whose address and name disagree.

    Raises:
        EsxvirtError: Always for what cannot be, and under `strict` for what libvirt refuses.

    Source: virVMXVerifyDiskAddress.
    """
    _check_bus(disk, writer)
    address = disk.address
    if disk.bus == "nvme" and not writer.strict:
        if address is None or address != address_from_target(disk):
            raise writer.located(
                "Expecting domain XML attribute 'dev' of entry 'devices/disk/target' to be like 'nvme0n1' and to agree "
                f"with the address but found '{disk.target}'",
                disk.line,
            )
        return
    if address is None:
        raise ConfigUnsupportedError("Unsupported disk address type 'none'")
    if not writer.strict and disk.bus == "scsi" and (address.unit >= SCSI_UNITS or _is_super_wide(disk, address)):
        return
    named = address_from_target(disk)
    if named is None or (named.controller, named.bus, named.unit) != (address.controller, address.bus, address.unit):
        raise writer.located(
            f"Disk address {address.controller}:{address.bus}:{address.unit} doesn't match target device "
            f"'{disk.target}'",
            disk.line,
        )
    if disk.bus == "scsi":
        _check_range("SCSI controller index", address.controller, CONTROLLERS, disk, writer)
    elif disk.bus in {"ide", "fdc"}:
        called = "IDE" if disk.bus == "ide" else "FDC"
        if address.controller:
            raise writer.located(f"{called} controller index {address.controller} out of [0] range", disk.line)
    elif disk.bus == "sata" and not writer.strict:
        _check_range("SATA controller index", controller_of(disk), CONTROLLERS, disk, writer)
    else:
        raise ConfigUnsupportedError(f"Unsupported bus type '{disk.bus}'")
    prefix = TARGET_PREFIXES[disk.bus]
    if not disk.target.startswith(prefix):
        raise writer.located(
            f"Expecting domain XML attribute 'dev' of entry 'devices/disk/target' to start with '{prefix}'", disk.line
        )


def _is_super_wide(disk: Disk, address: DriveAddress) -> bool:
    """Return whether name and address agree as on controllers of 64 units: so a file's own disks have them."""
    return disk.target.startswith(TARGET_PREFIXES["scsi"]) and address == _super_wide_address(disk_index(disk.target))


def _check_bus(disk: Disk, writer: VmxWriter) -> None:
    if disk.bus == "usb":  # only `strict` comes here with one
        raise ConfigUnsupportedError(f"Unsupported disk address type '{'none' if disk.address is None else 'usb'}'")
    if disk.bus not in _BUSES and not writer.strict:
        raise ConfigUnsupportedError(
            f"disk '{disk.target}' is on the bus '{disk.bus}', which VMware does not have: it has scsi, sata, ide, "
            "nvme and usb, and fdc for floppy drives; name one of them, or have one chosen (--adapt of "
            "domxml-to-native and define)"
        )


def _check_range(what: str, number: int, count: int, disk: Disk, writer: VmxWriter) -> None:
    if number >= count:
        raise writer.located(f"{what} {number} out of [0..{count - 1}] range", disk.line)


def slot_name(disk: Disk) -> str:
    """Return what a disk is called in a VMX file: ``scsi0:1``, ``ide1:0``, ``sata0:3``, ``nvme0:0``."""
    address = disk.address
    if disk.bus == "nvme":
        return f"nvme{controller_of(disk)}:{address.unit if address is not None else 0}"
    if disk.bus == "ide":
        return f"ide{address.bus}:{address.unit}" if address is not None else "ide0:0"
    if disk.bus == "sata":
        return f"sata{controller_of(disk)}:{disk_index(disk.target) % SATA_UNITS}"
    return f"scsi{scsi_place(disk)[0]}:{scsi_place(disk)[1]}"


def scsi_place(disk: Disk) -> tuple[int, int]:
    """Return controller and unit; the name counts where libvirt moved the disk to a unit that its controller lacks."""
    named = address_from_target(disk)
    address = disk.address
    if address is None or (address.unit >= SCSI_UNITS and named is not None and named.controller < CONTROLLERS):
        address = named
    return (0, 0) if address is None else (address.controller, address.unit)
