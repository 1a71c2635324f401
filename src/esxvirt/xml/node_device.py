"""`<device>` of a host: the machine itself and its PCI devices, as `virsh nodedev-dumpxml` prints them."""

from collections.abc import Sequence

from esxvirt.records import record
from esxvirt.xml.domain.addresses import PciAddress
from esxvirt.xml.text import Lines, escape

__all__ = ["NodeDevice", "PciCapability", "SystemCapability", "format_node_device"]


@record(frozen=True)
class SystemCapability:
    """What the machine itself is; None for what is not known."""

    product: str | None = None
    vendor: str | None = None
    serial: str | None = None
    uuid: str | None = None
    firmware_vendor: str | None = None
    firmware_version: str | None = None
    firmware_date: str | None = None


@record(frozen=True)
class PciCapability:
    """What a PCI device is.

    Attributes:
        address: where it is.
        class_code: class, subclass and programming interface, six hexadecimal digits' worth.
        product: its number, and `product_name`.
        vendor: its maker's number, and `vendor_name`.
        max_virtual_functions: how many virtual functions it can have; 0 for a device that can have none.
        bridge: whether it is a bridge to another bus.
        group: the number of the devices that can only be given to a guest together, and `members`, where they are;
            None for a device that cannot be given to a guest.
        numa_node: the NUMA node that it is near to; None where that is not known.
    """

    address: PciAddress
    class_code: int
    product: int
    product_name: str
    vendor: int
    vendor_name: str
    max_virtual_functions: int = 0
    bridge: bool = False
    group: int | None = None
    members: Sequence[PciAddress] = ()
    numa_node: int | None = None


@record(frozen=True)
class NodeDevice:
    """A device of the host; `driver` has a PCI device that is given to guests, which VMware calls ``passthru``."""

    name: str
    capability: SystemCapability | PciCapability
    parent: str | None = None
    driver: str | None = None

    @property
    def kind(self) -> str:
        """What it is to libvirt: ``system`` or ``pci``."""
        return "pci" if isinstance(self.capability, PciCapability) else "system"


def format_node_device(device: NodeDevice) -> str:
    """Write the XML, ending with a line end.

    Source: virNodeDeviceDefFormat.
    """
    lines = Lines()
    lines.start("<device>")
    lines.add(f"<name>{escape(device.name)}</name>")
    if device.parent is not None:
        lines.add(f"<parent>{escape(device.parent)}</parent>")
    if device.driver is not None:
        lines.start("<driver>")
        lines.add(f"<name>{escape(device.driver)}</name>")
        lines.end("</driver>")
    lines.start(f"<capability type='{device.kind}'>")
    if isinstance(device.capability, PciCapability):
        _format_pci(device.capability, lines)
    else:
        _format_system(device.capability, lines)
    lines.end("</capability>")
    lines.end("</device>")
    return str(lines)


def _format_system(system: SystemCapability, lines: Lines) -> None:
    _format_text("product", system.product, lines)
    lines.start("<hardware>")
    _format_text("vendor", system.vendor, lines)
    _format_text("serial", system.serial, lines)
    _format_text("uuid", system.uuid, lines)
    lines.end("</hardware>")
    lines.start("<firmware>")
    _format_text("vendor", system.firmware_vendor, lines)
    _format_text("version", system.firmware_version, lines)
    _format_text("release_date", system.firmware_date, lines)
    lines.end("</firmware>")


def _format_pci(pci: PciCapability, lines: Lines) -> None:
    place = pci.address
    lines.add(f"<class>0x{pci.class_code:06x}</class>")
    lines.add(f"<domain>{place.domain}</domain>")
    lines.add(f"<bus>{place.bus}</bus>")
    lines.add(f"<slot>{place.slot}</slot>")
    lines.add(f"<function>{place.function}</function>")
    _format_named("product", pci.product, pci.product_name, lines)
    _format_named("vendor", pci.vendor, pci.vendor_name, lines)
    if pci.max_virtual_functions:
        lines.add(f"<capability type='virt_functions' maxCount='{pci.max_virtual_functions}'/>")
    if pci.bridge:
        lines.add("<capability type='pci-bridge'/>")
    if pci.group is not None:
        lines.start(f"<iommuGroup number='{pci.group}'>")
        for member in pci.members:
            lines.add(
                f"<address domain='0x{member.domain:04x}' bus='0x{member.bus:02x}' slot='0x{member.slot:02x}' "
                f"function='0x{member.function:x}'/>"
            )
        lines.end("</iommuGroup>")
    if pci.numa_node is not None:
        lines.add(f"<numa node='{pci.numa_node}'/>")


def _format_named(name: str, number: int, text: str, lines: Lines) -> None:
    if text:
        lines.add(f"<{name} id='0x{number:04x}'>{escape(text)}</{name}>")
    else:
        lines.add(f"<{name} id='0x{number:04x}'/>")


def _format_text(name: str, text: str | None, lines: Lines) -> None:
    if text:
        lines.add(f"<{name}>{escape(text)}</{name}>")
