"""Small devices: `<input>`, `<sound>`, `<hostdev>`, `<tpm>`, `<watchdog>`."""

from typing import TYPE_CHECKING

from esxvirt.records import field, record
from esxvirt.xml.domain.addresses import PciAddress, parse_pci_address
from esxvirt.xml.domain.elements import required, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "HostDevice",
    "Sound",
    "Tpm",
    "format_host_device",
    "format_sound",
    "format_tpm",
    "parse_host_device",
    "parse_sound",
    "parse_tpm",
]


@record
class Sound:
    """A sound card: `model` is ``sb16``, ``es1370``, ``ich9`` ..."""

    model: str
    line: int = 0


@record
class HostDevice:
    """A device of the host given to the guest: a PCI function, or a USB device by vendor and product.

    Attributes:
        number: VMware's, which the XML does not say; None for a new device.
    """

    type: str
    pci: PciAddress | None = None
    vendor: int = 0
    product: int = 0
    managed: bool = False
    line: int = 0
    number: int | None = field(default=None, compare=False)


@record
class Tpm:
    """A virtual TPM."""

    model: str = "tpm-crb"
    version: str = "2.0"
    line: int = 0


def format_sound(sound: Sound, lines: Lines) -> None:
    """Write a `<sound>`."""
    lines.add(f"<sound model='{escape(sound.model)}'/>")


def parse_sound(element: "_Element") -> Sound:
    """Read a `<sound>`.

    Raises:
        XmlError: without a model.
    """
    return Sound(required(element, "model"), where(element))


def format_host_device(device: HostDevice, lines: Lines) -> None:
    """Write a `<hostdev>`."""
    lines.start(f"<hostdev mode='subsystem' type='{device.type}' managed='{'yes' if device.managed else 'no'}'>")
    lines.start("<source>")
    if device.pci is not None:
        pci = device.pci
        lines.add(
            f"<address domain='0x{pci.domain:04x}' bus='0x{pci.bus:02x}' slot='0x{pci.slot:02x}' "
            f"function='0x{pci.function:x}'/>"
        )
    else:
        lines.add(f"<vendor id='0x{device.vendor:04x}'/>")
        lines.add(f"<product id='0x{device.product:04x}'/>")
    lines.end("</source>")
    lines.end("</hostdev>")


def parse_host_device(element: "_Element") -> HostDevice:
    """Read a `<hostdev>`.

    Raises:
        XmlError: without a type.
    """
    device = HostDevice(required(element, "type"), managed=element.get("managed") == "yes", line=where(element))
    source = element.find("source")
    if source is None:
        return device
    address = source.find("address")
    if device.type == "pci" and address is not None:
        device.pci = parse_pci_address(address)
    for name in ("vendor", "product"):
        child = source.find(name)
        try:
            setattr(device, name, 0 if child is None else int(child.get("id") or "0", 0))
        except ValueError:
            setattr(device, name, 0)
    return device


def format_tpm(tpm: Tpm, lines: Lines) -> None:
    """Write a `<tpm>`."""
    lines.start(f"<tpm model='{escape(tpm.model)}'>")
    lines.add(f"<backend type='emulator' version='{escape(tpm.version)}'/>")
    lines.end("</tpm>")


def parse_tpm(element: "_Element") -> Tpm:
    """Read a `<tpm>`."""
    backend = element.find("backend")
    version = "2.0" if backend is None else backend.get("version", "2.0")
    return Tpm(element.get("model", "tpm-crb"), version, where(element))
