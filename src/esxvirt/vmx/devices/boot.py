"""What the firmware boots from: `bios.bootOrder`, a list of devices, and `bios.hddOrder`, which of the hard disks.

VMware boots from kinds of devices (`hdd`, `cdrom`, `floppy`) and from single network cards (`ethernet1`). Of the hard
disks it tries those that `bios.hddOrder` names. So the XML has `<boot dev=.../>` where the first card and the disks in
their order are meant, and `<boot order=.../>` at the devices where others are.
"""

import re
from typing import NamedTuple

from esxvirt.vmx.devices.disk_slots import slot_name
from esxvirt.vmx.devices.kind import DeviceKind, Reach, numbered
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.table import Row
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface
from esxvirt.xml.domain.model import Domain

__all__ = ["KIND"]

_KEY = "bios.bootOrder"
_DISKS = "bios.hddOrder"
_CLASSES = "bios.bootDeviceClasses"
_DEVICES = {"hdd": "hd", "hd": "hd", "disk": "hd", "cdrom": "cdrom", "cd": "cdrom", "floppy": "fd", "fd": "fd"}
_WORDS = {"hd": "hdd", "cdrom": "cdrom", "fd": "floppy"}
_CARD = re.compile(r"(?:ethernet|network|net)([0-9]{0,4})")
# More than any product has.
_MOST_CARDS = 10_000
# What VMware looks at (its article 2011654).
_CARDS_TRIED = 5
_DISKS_TRIED = 8
# ESX 4.0 and 4.1 have the same virtual hardware; only the newer of them has the key.
_SINCE = 7

_ROWS = (
    Row(
        _KEY,
        "os/boot/@dev",
        note="hdd, disk: hd; cdrom; floppy: fd; ethernet0: network; or `boot/@order` at the devices. `hd` alone is "
        "written with `settings` only: a machine boots so anyhow",
    ),
    Row(_DISKS, "devices/disk/boot/@order", note="which hard disks, in order; all of them without the key"),
)


class _Step(NamedTuple):
    """A step of the boot order: a kind of devices, as libvirt calls it, and of network cards which."""

    kind: str
    card: int = 0


def _read(reader: VmxReader, domain: Domain) -> None:
    if reader.string(_CLASSES):
        reader.note("the kinds of devices that ESX before 4.1 boots from have no place in the XML; left out", _CLASSES)
    if not reader.context.all_settings:
        for key in (_KEY, _DISKS):
            if reader.string(key):
                reader.note("left out, as libvirt does; `all_devices` converts it", key)
        return
    if not (reader.string(_KEY) or reader.string(_DISKS)):
        return
    steps = _steps(reader)
    disks = _disks(reader, domain)
    cards = dict(zip(numbered(reader, "ethernet", _MOST_CARDS), domain.interfaces, strict=False))
    for step in [step for step in steps if cards and step.kind == "network" and step.card not in cards]:
        reader.note(f"the machine has no 'ethernet{step.card}' to boot from; left out", _KEY)
        steps.remove(step)
    if disks and steps and _Step("hd") not in steps:
        reader.note(f"no hard disk is in `{_KEY}`, and the XML has no word for what comes after; left out", _DISKS)
        disks = []
    natural = [disk for disk in domain.disks if disk.device == "disk"]
    if not steps and disks != natural[: len(disks)]:
        steps = [_Step("hd")]
    named = [step.card for step in steps if step.kind == "network"]
    if disks == natural[: len(disks)] and named in ([], [min(cards, default=_first(named))]):
        domain.os.boot = [step.kind for step in steps]
        return
    place = 0
    for step in steps:
        found = _devices(step, domain, cards, disks or natural)
        if not found:
            what = f"ethernet{step.card}" if step.kind == "network" else _WORDS[step.kind]
            reader.note(f"the machine has no '{what}' to boot from; left out", _KEY)
        for device in found:
            place += 1
            device.boot_order = place


def _first(numbers: list[int]) -> int:
    return numbers[0] if numbers else 0


def _steps(reader: VmxReader) -> list[_Step]:
    steps: list[_Step] = []
    for item in (reader.string(_KEY) or "").split(","):
        word = item.strip().lower()
        card = _CARD.fullmatch(word)
        step = _Step("network", int(card[1] or 0)) if card else _Step(_DEVICES.get(word, ""))
        if not step.kind and word:
            reader.note(f"'{item.strip()}' is no device that libvirt boots from; left out", _KEY)
        elif step.kind and step not in steps:
            steps.append(step)
    return steps


def _disks(reader: VmxReader, domain: Domain) -> list[Disk]:
    slots = {slot_name(disk): disk for disk in domain.disks if disk.device == "disk"}
    found: list[Disk] = []
    for item in (reader.string(_DISKS) or "").split(","):
        disk = slots.get(item.strip().lower())
        if disk is not None and disk not in found:
            found.append(disk)
        elif disk is None and item.strip():
            reader.note(f"the machine has no hard disk '{item.strip()}' to boot from; left out", _DISKS)
    return found


def _devices(
    step: _Step, domain: Domain, cards: dict[int, Interface], disks: list[Disk]
) -> list[Disk] | list[Interface]:
    """Return the devices that a step of the boot order is about."""
    if step.kind == "network":
        return [cards[step.card]] if step.card in cards else []
    if step.kind == "hd":
        return disks
    return [disk for disk in domain.disks if _kind_of(disk) == step.kind]


def _kind_of(disk: Disk) -> str:
    return {"disk": "hd", "floppy": "fd"}.get(disk.device, "cdrom")


# Writing


def _write(domain: Domain, writer: VmxWriter) -> None:
    steps, disks = _ordered(domain, writer)
    if not steps:
        steps = [_Step(device) for device in dict.fromkeys(domain.os.boot)]
        disks = [disk for disk in domain.disks if disk.device == "disk"]
        if steps == [_Step("hd")] and not writer.context.all_settings:
            # libvirt gives this to every machine of other hypervisors, and VMware does it without being told.
            writer.report.add("a machine boots from its hard disk anyhow; not written", "os/boot")
            return
    elif domain.os.boot:
        writer.report.add("left out, since devices say by themselves when they are booted from", "os/boot")
    if not steps:
        return
    if writer.hardware_version < _SINCE:
        writer.report.add(f"ESX before 4.1 does not look at the boot order, `{_KEY}`", "os/boot")
    cards = [step for step in steps if step.kind == "network"]
    for what, count, most in (("network cards", len(cards), _CARDS_TRIED), ("hard disks", len(disks), _DISKS_TRIED)):
        if count > most:
            writer.report.add(f"VMware tries to boot from {most} {what} only, not from {count}", "os/boot")
    writer.put(_KEY, ",".join(_WORDS.get(step.kind) or f"ethernet{step.card}" for step in steps))
    if disks and _Step("hd") in steps:
        writer.put(_DISKS, ",".join(map(slot_name, disks[:_DISKS_TRIED])))


def _ordered(domain: Domain, writer: VmxWriter) -> tuple[list[_Step], list[Disk]]:
    """Return the steps that the devices' own places make, and the hard disks in their order."""
    places: list[tuple[int, int, _Step, Disk | None]] = []
    for disk in domain.disks:
        if disk.boot_order is not None:
            places.append((disk.boot_order, len(places), _Step(_kind_of(disk)), disk))
    for number, card in enumerate(domain.interfaces):
        if card.boot_order is not None:
            places.append((card.boot_order, len(places), _Step("network", number), None))
    steps: list[_Step] = []
    disks: list[Disk] = []
    for _order, _at, step, drive in sorted(places, key=lambda place: place[:2]):
        if drive is not None and step in steps[:-1]:
            text = f"VMware boots from all of '{_WORDS[step.kind]}' in turn: '{drive.target}' comes earlier"
            writer.report.add(text, "devices/disk/boot", drive.line)
        if step not in steps:
            steps.append(step)
        if drive is not None and step.kind == "hd":
            disks.append(drive)
    return steps, disks


KIND = DeviceKind("Boot order", _ROWS, _read, _write, reach=Reach.SETTINGS)
