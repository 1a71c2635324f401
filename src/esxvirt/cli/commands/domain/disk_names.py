"""Which disk of a domain a name means: a target or a source, and where targets are not enough, a bus or an address.

VMware's disks on SCSI and on SATA have the same targets in libvirt's XML: ``sda`` may be two disks. So a target may
have its bus before it (``sata:sda``), and an address names a disk, too, as ``attach-disk --address`` takes it
(``sata:0.0.0``: controller, bus and unit of the XML) or as VMX files have it (``sata0:0``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.buses import CONTROLLERS, SCSI_OWN_UNIT, target_name
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from esxvirt.cli.virsh import Virsh

__all__ = ["find_disk", "named_disk", "named_disks", "target_and_bus"]

_SOURCES = ("file", "dev", "dir", "name")
_BUSES = ("ide", "fdc", "scsi", "sata", "nvme", "usb", "virtio")
_ON_BUS = re.compile(rf"({'|'.join(_BUSES)}):([a-z][a-z0-9]*)")
_ADDRESS = re.compile(rf"({'|'.join(_BUSES)}):([0-9]+)\.([0-9]+)\.([0-9]+)")
_SLOT = re.compile(r"(ide|scsi|sata|nvme)([0-9]{1,2}):([0-9]{1,3})")
_FLOPPY = re.compile(r"floppy([0-9])")
_MOST_UNITS = 64


def find_disk(root: Any, name: str, *, changeable: bool) -> Any:
    """Return the disk of that name; with `changeable` only drives whose medium can change.

    Raises:
        Failed: there is none, or several have the target; the message tells how to say which.
    """
    disks = [
        disk for disk in root.findall("devices/disk") if not changeable or disk.get("device") in {"cdrom", "floppy"}
    ]
    found = named_disks(disks, name)
    if not found:
        raise Failed(f"No disk found whose source path or target is {name}")
    return found[0]


def named_disk(virsh: Virsh, root: Any, name: str, *, changeable: bool) -> Any:
    """Return the disk of that name; with `changeable` only drives whose medium can change.

    A path that no disk has is asked for at the server, which may write it another way.

    Raises:
        Failed: As `find_disk`.
    """
    try:
        return find_disk(root, name, changeable=changeable)
    except Failed:
        if not name.startswith("["):
            raise
        try:
            path = virsh.connection.storageVolLookupByPath(name).path()
        except virsh.libvirt.libvirtError:
            path = name
        if path == name:
            raise
    return find_disk(root, path, changeable=changeable)


def named_disks(disks: Iterable[Any], name: str) -> list[Any]:
    """Return the disks that a name means: one of a target, a bus and a target, an address; all of a source.

    Raises:
        Failed: several have the target.
    """
    known = list(disks)
    by_target = [disk for disk in known if _target(disk)[0] == name]
    if len(by_target) > 1:
        listed = ", ".join(f"'{bus}:{name}' ({_called(disk)})" for disk in by_target for bus in (_target(disk)[1],))
        raise Failed(f"There are {len(by_target)} disks with target '{name}': say which by its bus, {listed}")
    if by_target:
        return by_target
    by_source = [disk for disk in known if name in _sources(disk)]
    return by_source or [disk for disk in known if _is_at(disk, name)]


def target_and_bus(name: str, bus: str | None) -> tuple[str, str | None]:
    """Take ``bus:target`` apart, and give the target of a VMX file's address, for a disk that is to be made.

    Raises:
        Failed: another bus is asked for, too.
    """
    on_bus, slot = _ON_BUS.fullmatch(name), _SLOT.fullmatch(name)
    if on_bus is not None:
        said, target = on_bus.groups()
    elif slot is not None:
        said, target = slot[1], _slot_target(slot[1], int(slot[2]), int(slot[3]))
    else:
        return name, bus
    if bus not in {None, said}:
        raise Failed(f"The target '{name}' is on the bus '{said}', and --targetbus says '{bus}'")
    return target, said


def _target(disk: Any) -> tuple[str | None, str | None]:
    target = disk.find("target")
    return (None, None) if target is None else (target.get("dev"), target.get("bus"))


def _sources(disk: Any) -> set[str]:
    source = disk.find("source")
    return set() if source is None else {source.get(key) for key in _SOURCES} - {None}


def _called(disk: Any) -> str:
    return next(iter(_sources(disk)), f"a {disk.get('device')} drive without a medium")


def _is_at(disk: Any, name: str) -> bool:
    target, bus = _target(disk)
    on_bus = _ON_BUS.fullmatch(name)
    if on_bus is not None:
        return (bus, target) == on_bus.groups()
    address = disk.find("address")
    numbers = _ADDRESS.fullmatch(name)
    if numbers is not None:
        place = None if address is None else tuple(address.get(key, "0") for key in ("controller", "bus", "unit"))
        return bus == numbers[1] and place == tuple(str(int(number)) for number in numbers.groups()[1:])
    slot = _SLOT.fullmatch(name)
    if slot is not None:
        return (bus, target) == (slot[1], _slot_target(slot[1], int(slot[2]), int(slot[3])))
    floppy = _FLOPPY.fullmatch(name)
    return floppy is not None and (bus, target) == ("fdc", target_name("fdc", 0, int(floppy[1])))


def _slot_target(bus: str, controller: int, unit: int) -> str:
    """Return the target that libvirt gives to a disk at one of VMware's places.

    Raises:
        Failed: there is no such place.
    """
    if bus == "scsi" and unit == SCSI_OWN_UNIT:
        raise Failed(f"Unit {SCSI_OWN_UNIT} of a SCSI controller is the controller's own: no disk can be there")
    if controller >= CONTROLLERS or unit >= _MOST_UNITS:
        raise Failed(f"VMware has no place {bus}{controller}:{unit}")
    return target_name(bus, controller, unit)
