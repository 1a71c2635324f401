"""Disks on USB: `usb_xhci:4`, `ehci:0`, `usb:0`. libvirt leaves them out."""

import re
from typing import Final

from esxvirt.vmx.devices.disk import read_slot, write_disk
from esxvirt.vmx.devices.disk_slots import Slot
from esxvirt.vmx.devices.kind import DeviceKind, Reach
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import PRESENT, Row
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.model import Domain

__all__ = ["CONTROLLERS", "KIND", "controllers_of_disks"]

CONTROLLERS: Final = {"usb": "piix3-uhci", "ehci": "ehci", "usb_xhci": "nec-xhci"}
"""What USB controllers VMware has, of each kind one, and the model of each in the XML."""
# Controllers that do what VMware's do.
_ALIKE = (
    ("usb_xhci", re.compile(r"(?:nec|qemu)-xhci")),
    ("ehci", re.compile(r"ehci|ich9-ehci1")),
    ("usb", re.compile(r".*uhci[1-3]?|pci-ohci")),
)
_XHCI_SINCE = 8
_SLOT = re.compile(r"(usb|ehci|usb_xhci):([0-9]{1,3})\.present")
# Beyond what any of them has, with hubs.
_MOST = 128
# Devices of the host that the machine takes at its start.
_OF_THE_HOST = re.compile(r"usb\.autoconnect\.device[0-9]+")
# What VMware attaches by itself.
_OWN = frozenset({"hub", "hid", "mouse", "keyboard"})
# What a device is that has a file.
_DRIVES = frozenset({"disk", "cdrom", "cdrom-image", "cdrom-raw", "atapi-cdrom"})

_ROWS = (
    Row("{}.present", "devices/disk", kind=PRESENT, note="with `deviceType` disk, and a file"),
    Row("{}.deviceType", "devices/disk/@device", note="disk; what is no drive is left out"),
    Row("{}.fileName", "devices/disk/source", note="as of other disks, and likewise their modes"),
    Row("{}.readonly", "devices/disk/readonly"),
)


def _read(reader: VmxReader, domain: Domain) -> None:
    found = [(match[1], int(match[2])) for match in filter(None, map(_SLOT.fullmatch, reader.values))]
    for name, unit in sorted(found, key=lambda place: (tuple(CONTROLLERS).index(place[0]), place[1])):
        slot = f"{name}:{unit}"
        there = reader.seems_true(f"{name}.present")
        if not _is_drive(reader, slot):
            _leave_out(reader, slot, there=there)
        elif there and reader.boolean(f"{name}.present", False):
            _read_drive(reader, domain, name, unit)
    for key in list(reader.values):
        if _OF_THE_HOST.fullmatch(key) and reader.values[key].strip():
            device = reader.string(key)
            reader.note(
                f"a USB device of the host's, '{device}', has no place in the XML; left out", reader.file.spelling(key)
            )


def _leave_out(reader: VmxReader, name: str, *, there: bool) -> None:
    """Leave out what is no drive, and note it unless VMware attaches it by itself."""
    kind = reader.string(f"{name}.deviceType") or ""
    if there and kind.lower() not in _OWN and reader.seems_true(f"{name}.present"):
        what = "a disk without a file name" if kind.lower() == "disk" else f"a USB device of the kind '{kind}'"
        reader.note(f"{what} has no place in the XML; left out", f"{name}.present")
    reader.left_out.add(name)


def _is_drive(reader: VmxReader, name: str) -> bool:
    kind = (reader.string(f"{name}.deviceType") or "").lower()
    return kind in _DRIVES and (kind != "disk" or bool(reader.string(f"{name}.fileName")))


def _read_drive(reader: VmxReader, domain: Domain, name: str, unit: int) -> None:
    model = CONTROLLERS[name]
    there = [controller for controller in domain.controllers if controller.type == "usb"]
    index = next((controller.index for controller in there if controller.model == model), len(there))
    order = sum(disk.bus == "usb" for disk in domain.disks)
    disk = read_slot(reader, Slot(f"{name}:{unit}", "usb", index, unit, order=order))
    if disk is None:
        return
    domain.disks.append(disk)
    if reader.boolean(f"{name}:{unit}.readonly", False):
        disk.read_only = True
    if index == len(there):
        domain.controllers.append(Controller("usb", index, model))


def _write(domain: Domain, writer: VmxWriter) -> None:
    for disk, (name, unit) in _places(domain, writer):
        slot = f"{name}:{unit}"
        write_disk(disk, slot, writer)
        if disk.device == "disk" and disk.read_only:
            writer.put(f"{slot}.readonly", "true")


def controllers_of_disks(domain: Domain, writer: VmxWriter) -> set[str]:
    """Return which of `CONTROLLERS` the disks of a domain are on."""
    return {name for _disk, (name, _unit) in _places(domain, writer)}


def _places(domain: Domain, writer: VmxWriter) -> list[tuple[Disk, tuple[str, int]]]:
    """Return where each disk goes: where its address says, else to the first place that is free."""
    models = {controller.index: controller.model for controller in domain.controllers if controller.type == "usb"}
    disks = [disk for disk in domain.disks if disk.bus == "usb"]
    taken: set[tuple[str, int]] = set()
    found: list[tuple[Disk, tuple[str, int]]] = []
    for disk in sorted(disks, key=lambda disk: disk.address is None):
        name = _controller(None if disk.address is None else models.get(disk.address.controller), writer)
        wanted = -1 if disk.address is None else disk.address.unit
        free = (unit for unit in range(_MOST) if (name, unit) not in taken and f"{name}:{unit}" not in writer.taken)
        place = (name, wanted if wanted >= 0 and (name, wanted) not in taken else next(free, _MOST))
        taken.add(place)
        found.append((disk, place))
    return found


def _controller(model: str | None, writer: VmxWriter) -> str:
    for name, models in _ALIKE:
        if model is not None and models.fullmatch(model):
            return name
    return "usb_xhci" if writer.hardware_version >= _XHCI_SINCE else "ehci"


KIND = DeviceKind(
    "Disks on USB",
    _ROWS,
    _read,
    _write,
    prefixes=tuple(f"{name}:#" for name in CONTROLLERS),
    controllers=tuple(CONTROLLERS),
    reach=Reach.TOLERANT,
)
