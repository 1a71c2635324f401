"""Where a device sits: `<address type='drive'>` and `'usb'` of disks, `'pci'` of everything that libvirt places."""

from typing import TYPE_CHECKING

from esxvirt.records import record
from esxvirt.xml.domain.elements import required, unsigned

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "DriveAddress",
    "PciAddress",
    "format_drive_address",
    "format_usb_address",
    "parse_drive_address",
    "parse_pci_address",
    "parse_usb_address",
]


@record
class DriveAddress:
    """A disk's place: `controller` of its bus, channel `bus`, `target`, `unit`.

    Of a disk on USB, `controller` is what the XML calls the bus, and `unit` the port, which the XML counts from 1.
    """

    controller: int = 0
    bus: int = 0
    target: int = 0
    unit: int = 0


@record
class PciAddress:
    """A PCI function of the host or the guest."""

    domain: int = 0
    bus: int = 0
    slot: int = 0
    function: int = 0

    def __str__(self) -> str:
        return f"{self.domain:04x}:{self.bus:02x}:{self.slot:02x}.{self.function:x}"


def parse_drive_address(element: "_Element") -> DriveAddress | None:
    """Read the `<address type='drive'>` inside a device; None without one, or of another type.

    Raises:
        XmlError: for wrong numbers.
    """
    address = element.find("address")
    if address is None or required(address, "type") != "drive":
        return None
    return DriveAddress(
        controller=unsigned(address, "controller", 0) or 0,
        bus=unsigned(address, "bus", 0) or 0,
        target=unsigned(address, "target", 0) or 0,
        unit=unsigned(address, "unit", 0) or 0,
    )


def format_drive_address(address: DriveAddress) -> str:
    """Write it as one element."""
    return (
        f"<address type='drive' controller='{address.controller}' bus='{address.bus}' "
        f"target='{address.target}' unit='{address.unit}'/>"
    )


def parse_usb_address(element: "_Element") -> DriveAddress | None:
    """Read the `<address type='usb'>` inside a disk; None without one, without a port or behind a hub.

    Raises:
        XmlError: for wrong numbers.
    """
    address = element.find("address")
    if address is None or required(address, "type") != "usb":
        return None
    port = address.get("port", "")
    if not port.isascii() or not port.isdigit() or not 0 < len(port) < 4 or not int(port):
        return None
    return DriveAddress(controller=unsigned(address, "bus", 0) or 0, unit=int(port) - 1)


def format_usb_address(address: DriveAddress) -> str:
    """Write it as one element."""
    return f"<address type='usb' bus='{address.controller}' port='{address.unit + 1}'/>"


def parse_pci_address(element: "_Element") -> PciAddress:
    """Read the attributes of a PCI `<address>`, decimal or hex with 0x; missing ones are 0."""

    def value(name: str) -> int:
        try:
            return int(element.get(name) or "0", 0)
        except ValueError:
            return 0

    return PciAddress(value("domain"), value("bus"), value("slot"), value("function"))
