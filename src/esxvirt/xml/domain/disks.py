"""`<disk>`: hard disks, CD-ROM drives and floppy drives."""

from typing import TYPE_CHECKING

from esxvirt.buses import disk_index
from esxvirt.errors import ConfigUnsupportedError, NoSourceError, NoTargetError, XmlError
from esxvirt.records import record
from esxvirt.xml.domain.addresses import (
    DriveAddress,
    format_drive_address,
    format_usb_address,
    parse_drive_address,
    parse_usb_address,
)
from esxvirt.xml.domain.elements import boot_order, child_text, lookup, required, where
from esxvirt.xml.text import Lines, attributes, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["BUSES", "Disk", "default_bus", "format_disk", "insert_disk", "parse_disk"]

TYPES = ("file", "block", "dir", "network", "volume", "nvme", "vhostuser")
DEVICES = ("disk", "cdrom", "floppy", "lun")
BUSES = ("ide", "fdc", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme")
_CACHES = ("default", "none", "writethrough", "writeback", "directsync", "unsafe")
_POLICIES = ("mandatory", "requisite", "optional")
# The attribute of <source> that holds where the image is.
_SOURCE_ATTRIBUTES = {"file": "file", "block": "dev", "dir": "dir", "vhostuser": "path"}


@record
class Disk:
    """A disk. `source` is a path, ``[datastore] path`` or a device; None for an empty drive.

    Attributes:
        driver: the deprecated `<driver name=...>`: a SCSI controller model.
        target: the device's name in the guest, such as ``sda``; it numbers the disks of a bus.
        bus_said: whether the XML named the bus; where a disk stands among the others depends on it.
        line: where it stands in the XML it was read from.
    """

    target: str
    bus: str
    type: str = "file"
    device: str = "disk"
    source: str | None = None
    driver: str | None = None
    driver_type: str | None = None
    cache: str | None = None
    startup_policy: str | None = None
    read_only: bool = False
    shareable: bool = False
    transient: bool = False
    serial: str | None = None
    wwn: str | None = None
    boot_order: int | None = None
    address: DriveAddress | None = None
    bus_said: bool = True
    line: int = 0


def format_disk(disk: Disk, lines: Lines) -> None:
    """Write a `<disk>`."""
    lines.start(f"<disk type='{disk.type}' device='{disk.device}'>")
    driver = attributes(name=disk.driver, type=disk.driver_type, cache=disk.cache)
    if driver:
        lines.add(f"<driver{driver}/>")
    where_from = {_SOURCE_ATTRIBUTES.get(disk.type, "name"): disk.source}
    source = attributes(**where_from, startupPolicy=disk.startup_policy)
    if source:
        lines.add(f"<source{source}/>")
    lines.add(f"<target dev='{escape(disk.target)}' bus='{disk.bus}'/>")
    if disk.read_only:
        lines.add("<readonly/>")
    if disk.shareable:
        lines.add("<shareable/>")
    if disk.transient:
        lines.add("<transient/>")
    if disk.serial is not None:
        lines.add(f"<serial>{escape(disk.serial)}</serial>")
    if disk.wwn is not None:
        lines.add(f"<wwn>{escape(disk.wwn)}</wwn>")
    if disk.boot_order is not None:
        lines.add(f"<boot order='{disk.boot_order}'/>")
    if disk.address is not None:
        lines.add((format_usb_address if disk.bus == "usb" else format_drive_address)(disk.address))
    lines.end("</disk>")


def parse_disk(element: "_Element") -> Disk:
    """Read a `<disk>`, with libvirt's defaults for device, bus and read-only drives.

    Raises:
        XmlError: for wrong values and a missing target.
    """
    type_ = lookup(element, "type", TYPES, "file") or "file"
    device = lookup(element, "device", DEVICES, "disk") or "disk"
    source = element.find("source")
    # Some say an empty path and mean an empty drive, as libvirt takes it.
    path = None if source is None else source.get(_SOURCE_ATTRIBUTES.get(type_, "name")) or None
    target = element.find("target")
    name = None if target is None else target.get("dev")
    if target is None or not name:
        raise NoTargetError(f"missing target information for device {path or ''}".rstrip())
    _check_source(type_, device, name, source is not None, path)
    if type_ == "network" and source is not None:
        required(source, "protocol")
    bus = lookup(target, "bus", BUSES)
    disk = Disk(
        target=name,
        bus=bus or default_bus(name, device),
        type=type_,
        device=device,
        bus_said=bus is not None,
        line=where(element),
    )
    disk.source = path
    if source is not None:
        disk.startup_policy = lookup(source, "startupPolicy", _POLICIES)
        if disk.startup_policy == "requisite" and device not in {"cdrom", "floppy"}:
            raise XmlError("disk startupPolicy 'requisite' is allowed only for cdrom or floppy")
    driver = element.find("driver")
    if driver is not None:
        disk.driver = driver.get("name")
        disk.driver_type = driver.get("type")
        cache = lookup(driver, "cache", _CACHES)
        disk.cache = None if cache == "default" else cache
    disk.read_only = element.find("readonly") is not None or device == "cdrom"
    disk.shareable = element.find("shareable") is not None
    disk.transient = element.find("transient") is not None
    disk.serial = child_text(element, "serial")
    disk.wwn = child_text(element, "wwn")
    disk.boot_order = boot_order(element)
    disk.address = (parse_usb_address if disk.bus == "usb" else parse_drive_address)(element)
    return disk


def _check_source(type_: str, device: str, name: str, has_source: bool, path: str | None) -> None:
    if device == "lun" and (type_ not in {"block", "network", "volume"} or not has_source):
        raise ConfigUnsupportedError("disk device='lun' is only valid for block type disk source")
    if device == "disk" and path is None and type_ in {"file", "block", "dir"}:
        raise NoSourceError(f"missing source information for device {name}")
    if not has_source and device in {"disk", "lun"}:
        raise NoSourceError(f"missing source information for device {name}")


def insert_disk(disks: list[Disk], new: Disk) -> None:
    """Insert a disk where libvirt does: sorted by name among those of its bus, else at the end.

    Source: virDomainDiskInsert.
    """
    at = len(disks)
    found = False
    index = disk_index(new.target)
    for position in range(len(disks) - 1, -1, -1):
        # libvirt sorts before it gives a bus to the disks without one.
        if (disks[position].bus_said and disks[position].bus) != (new.bus_said and new.bus):
            continue
        if disk_index(disks[position].target) > index:
            at = position
            found = True
        elif not found:
            at = position + 1
            found = True
    disks.insert(at, new)


def default_bus(name: str, device: str) -> str:
    """Return the bus of a disk whose XML does not name one, by the beginning of its name."""
    if device == "floppy":
        return "fdc"
    for prefix, bus in (
        ("hd", "ide"),
        ("sd", "scsi"),
        ("vd", "virtio"),
        ("xvd", "xen"),
        ("ubd", "uml"),
        ("nvme", "nvme"),
    ):
        if name.startswith(prefix):
            return bus
    return "ide"
