"""Which of a machine's devices a piece of XML means."""

from typing import Any

from esxvirt.buses import SATA_UNITS, disk_index
from esxvirt.driver.devices.hardware import Hardware
from esxvirt.errors import DeviceNotFoundError, OperationFailedError, OperationUnsupportedError
from esxvirt.vmx.devices.disk_slots import slot_name
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.implied import address_from_target
from esxvirt.xml.domain.interfaces import Interface

__all__ = ["find_device", "sata_slots", "slot_of"]


def slot_of(disk: Disk) -> str:
    """Return what a disk is called in a VMX file, ``floppy0`` and the like for floppies; by its address or its target.

    Raises:
        OperationUnsupportedError: It is on USB: VMware's API has no such disks, only VMX files have.
    """
    if disk.bus == "usb":
        raise OperationUnsupportedError(
            f"VMware's API has no disks on USB such as '{disk.target}'; define the domain anew while it is off"
        )
    if disk.device == "floppy" or disk.bus == "fdc":
        return f"floppy{disk.address.unit if disk.address is not None else disk_index(disk.target)}"
    return slot_name(disk)


def sata_slots(disk: Disk) -> list[str]:
    """Return what else a disk may be that the XML names without a bus: SATA disks have the names of SCSI disks."""
    if disk.bus_said or disk.bus != "scsi":
        return []
    controller, unit = divmod(disk_index(disk.target), SATA_UNITS)
    return [f"sata{controller}:{unit}"]


def find_device(hardware: Hardware, device: Disk | Interface | CharDevice | Controller) -> Any:
    """Return the device that is meant: a disk's target, a card's MAC address, a port's or a controller's number.

    Raises:
        DeviceNotFoundError: There is none such.
        OperationFailedError: There are several.
    """
    if isinstance(device, Disk):
        return _find_disk(hardware, device)
    if isinstance(device, Interface):
        return _find_card(hardware, device)
    if isinstance(device, Controller):
        found = hardware.controllers().get(f"{device.type}{device.index}")
        if found is None:
            raise DeviceNotFoundError(f"controller {device.type}:{device.index} not found")
        return found
    found = next((port for port in hardware.ports(device.kind) if (port.unitNumber or 0) == max(device.port, 0)), None)
    if found is None:
        raise DeviceNotFoundError(f"{device.kind} port {max(device.port, 0)} not found")
    return found


def _find_disk(hardware: Hardware, disk: Disk) -> Any:
    if disk.bus == "usb":
        slot_of(disk)  # which refuses it
    drives = hardware.drives()
    named = address_from_target(disk)
    slots = [] if named is None else [slot_of(Disk(disk.target, disk.bus, device=disk.device, address=named))]
    slots += sata_slots(disk)
    found = [drives[slot] for slot in slots if slot in drives]
    if not found:
        raise DeviceNotFoundError(f"disk {disk.target} not found")
    if len(found) > 1:
        raise OperationFailedError(
            f"there are a SCSI and a SATA disk {disk.target}; say which by its bus: <target dev='{disk.target}' "
            "bus='scsi'/> or bus='sata'"
        )
    return found[0]


def _find_card(hardware: Hardware, card: Interface) -> Any:
    found = [known for known in hardware.cards() if card.mac is None or (known.macAddress or "").lower() == card.mac]
    if not found:
        message = f"no device matching MAC address {card.mac} found" if card.mac else "no matching device found"
        raise DeviceNotFoundError(message)
    if len(found) > 1:
        named = f"devices matching MAC address {card.mac}" if card.mac else "matching devices"
        raise OperationFailedError(f"multiple {named} found; name one by its MAC address")
    return found[0]
