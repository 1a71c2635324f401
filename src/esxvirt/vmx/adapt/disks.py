"""Disks: buses and controllers that VMware has, and images that are VMDKs on a datastore."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from esxvirt.buses import (
    CONTROLLERS,
    SATA_UNITS,
    SCSI_UNITS,
    SCSI_WORDS,
    TARGET_PREFIXES,
    disk_index,
    disk_name,
    target_name,
)
from esxvirt.datastore_path import VOLUMES, DatastorePath
from esxvirt.vmx.adapt.target import Target, number
from esxvirt.xml.domain.disks import default_bus

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["adapt_disks"]

_PATH = "devices/disk"
_SATA_SINCE = 10
_NVME_SINCE = 13
_PVSCSI_SINCE = 7
# How many disks there can be on a bus.
_PLACES = {"scsi": CONTROLLERS * (SCSI_UNITS - 1), "sata": CONTROLLERS * SATA_UNITS, "ide": 4, "fdc": 2, "nvme": 4}
# Controllers that hold drives, or what libvirt places as it likes.
_CONTROLLERS = frozenset({"scsi", "sata", "ide", "fdc", "nvme", "pci", "isa", "virtio-serial", "ccid", "xenbus"})
_NO_IMAGES = {
    "dir": "a folder of another host as a disk",
    "nvme": "an NVMe device of another host",
    "vhostuser": "a disk that another host's process serves",
}
_UNUSUAL = re.compile(r"[^\w.+@-]+")
_SUFFIX = re.compile(r"\.(?:qcow2?|img|raw|vmdk|vdi|vhdx?|qed|snap\w*)$", re.IGNORECASE)


def adapt_disks(devices: "_Element", target: Target) -> None:
    """Give each disk a bus, a name and an image that VMware has, and the buses their controllers."""
    images = _Images(devices, target)
    for disk in devices.findall("disk"):
        kind = disk.get("type") or "file"
        if kind in _NO_IMAGES:
            target.drop(disk, _PATH, f"{_called(disk)}, {_NO_IMAGES[kind]}, is left out")
            continue
        if disk.get("device") == "lun" and target.is_foreign:
            target.note(disk, f"{_PATH}/@device", f"{_called(disk)}, a LUN, becomes a disk: map it to a VMDK (RDM)")
            disk.set("device", "disk")
        images.adapt(disk)
        _without_driver_name(disk)
    _Places(devices.findall("disk"), target).assign()
    _adapt_controllers(devices, target)


def _called(disk: "_Element") -> str:
    return f"disk '{_name(disk)}'"


def _name(disk: "_Element") -> str:
    named = disk.find("target")
    return "" if named is None else named.get("dev") or ""


def _bus(disk: "_Element") -> str:
    named = disk.find("target")
    said = None if named is None else named.get("bus")
    return said or default_bus(_name(disk), _device(disk))


def _device(disk: "_Element") -> str:
    return disk.get("device") or "disk"


def _without_driver_name(disk: "_Element") -> None:
    """Take out the name of the program that reads the image: VMware would take it for that of a SCSI controller."""
    driver = disk.find("driver")
    if driver is not None and (driver.get("name") or "").lower() not in SCSI_WORDS.values():
        driver.attrib.pop("name", None)


# Images


class _Images:
    """The images of the disks: VMDKs on a datastore, or beside the VMX file."""

    def __init__(self, devices: "_Element", target: Target) -> None:
        self._target = target
        self._names: set[str] = set()
        self._folder: DatastorePath | None = None
        self._folder_known = False
        for disk in devices.findall("disk"):
            place = DatastorePath.parse(_path(disk)) if _device(disk) == "disk" else None
            if place is not None and not self._folder_known:
                self._folder, self._folder_known = place.folder, True

    def adapt(self, disk: "_Element") -> None:
        """Give a disk an image that VMware can have; leave drives for media empty whose medium is elsewhere."""
        source, path = disk.find("source"), _path(disk)
        if source is None:
            return
        at_home = (disk.get("type") or "file") == "file" and (path.startswith(("[", VOLUMES)) or not path)
        if at_home or not self._target.is_foreign:
            return
        if _device(disk) != "disk":
            text = f"'{path}' is no medium on a datastore; the drive is left empty"
            self._target.note(source, f"{_PATH}/source", f"{_called(disk)}: {text}")
            disk.remove(source)
            disk.set("type", "file")
            return
        name = self._place(_image_name(path, disk, self._names))
        where = f"'{name}'" if self._folder is not None else f"'{name}', beside the VMX file"
        text = f"{_called(disk)}: '{path}' is another host's; make a VMDK of it, and put it at {where}"
        self._target.note(source, f"{_PATH}/source", text)
        policy = source.get("startupPolicy")
        for attribute in list(source.attrib):
            del source.attrib[attribute]
        for child in list(source):
            source.remove(child)
        source.set("file", name)
        if policy:
            source.set("startupPolicy", policy)
        disk.set("type", "file")
        driver = disk.find("driver")
        if driver is not None:
            driver.attrib.pop("type", None)

    def _place(self, name: str) -> str:
        if not self._folder_known:
            self._folder, self._folder_known = self._target.image_folder(), True
        return name if self._folder is None else str(self._folder.joined(name))


def _path(disk: "_Element") -> str:
    """Return where the image of a disk is; empty for a drive without a medium."""
    source = disk.find("source")
    if source is None:
        return ""
    return next((source.get(name) or "" for name in ("file", "dev", "volume", "name") if source.get(name)), "")


def _image_name(path: str, disk: "_Element", names: set[str]) -> str:
    """Return what an image's VMDK is called: as the image, and as no other one."""
    stem = _SUFFIX.sub("", path.rstrip("/").rpartition("/")[2])
    stem = _UNUSUAL.sub("-", stem).strip("-.") or _name(disk) or "disk"
    if f"{stem}.vmdk" in names:
        stem = f"{stem}-{_name(disk)}"
    names.add(f"{stem}.vmdk")
    return f"{stem}.vmdk"


# Places


class _Places:
    """The places of the disks: each gets one on a bus that VMware has, and the name that stands for it."""

    def __init__(self, disks: "list[_Element]", target: Target) -> None:
        self._disks = disks
        self._target = target
        self._taken: set[str] = set()
        self._count = dict.fromkeys(_PLACES, 0)

    def assign(self) -> None:
        """Give each disk its place, hard disks before drives for media; those that have a good one keep it."""
        for hard in (True, False):
            disks = [disk for disk in self._disks if (_device(disk) == "disk") is hard]
            moved = [disk for disk in disks if not self._keeps(disk, self._wanted_bus(disk))]
            for disk in moved:
                self._move(disk, self._wanted_bus(disk))
            for disk in disks if self._target.is_foreign else moved:
                address = disk.find("address")
                if address is not None:
                    disk.remove(address)

    def _wanted_bus(self, disk: "_Element") -> str:
        device, bus, version = _device(disk), _bus(disk), self._target.hardware_version
        if device == "floppy":
            return "fdc"
        if not self._target.is_foreign and bus in _PLACES:
            return bus
        if bus == "ide":
            return "ide"
        media = "sata" if version >= _SATA_SINCE else "ide"
        if device == "cdrom":
            return media
        if (bus == "sata" and version >= _SATA_SINCE) or (bus == "nvme" and version >= _NVME_SINCE):
            return bus
        return "scsi"

    def _keeps(self, disk: "_Element", bus: str) -> bool:
        """Return whether a disk has a place that it can keep, which is taken then."""
        name = _name(disk)
        if bus != _bus(disk) or (self._target.is_foreign and (name in self._taken or name not in self._names(bus))):
            return False
        self._taken.add(name)
        named = disk.find("target")
        if named is not None:
            named.set("bus", bus)
        return True

    def _names(self, bus: str) -> Iterator[str]:
        if bus == "nvme":
            return (target_name(bus, controller, 0) for controller in range(CONTROLLERS))
        return (disk_name(index, TARGET_PREFIXES[bus]) for index in range(_PLACES[bus]))

    def _move(self, disk: "_Element", wanted: str) -> None:
        old, bus_before = _name(disk), _bus(disk)
        bus, name = self._free(disk, wanted)
        named = disk.find("target")
        if named is None or not name:
            self._target.drop(disk, _PATH, f"{_called(disk)} is left out: VMware has no place for as many")
            return
        self._taken.add(name)
        renamed = f" and is called '{name}'" if name != old else ""
        text = (
            f"the bus '{bus_before}' becomes '{bus}'" if bus != bus_before else f"the place on the bus '{bus}' is taken"
        )
        self._target.note(named, f"{_PATH}/target", f"{_called(disk)}: {text}{renamed}")
        named.set("dev", name)
        named.set("bus", bus)

    def _free(self, disk: "_Element", wanted: str) -> tuple[str, str]:
        """Return a bus and a free name on it: that of the old one's number, if it is free."""
        index = disk_index(_name(disk))
        others = ("sata", "scsi") if self._target.hardware_version >= _SATA_SINCE else ("scsi",)
        for bus in dict.fromkeys((wanted, *(others if wanted != "fdc" else ()))):
            names = list(self._names(bus))
            first = [names[index]] if 0 <= index < len(names) else []
            name = next((name for name in (*first, *names) if name not in self._taken), "")
            if name:
                return bus, name
        return wanted, ""


# Controllers


def _adapt_controllers(devices: "_Element", target: Target) -> None:
    if not target.is_foreign:
        return
    models: dict[int, str] = {}
    for controller in devices.findall("controller"):
        kind, model = controller.get("type"), controller.get("model")
        if kind not in _CONTROLLERS:
            continue
        if kind == "scsi" and model is not None and model in SCSI_WORDS.values():
            models[number(controller.get("index"), 0)] = model
        driver = controller.find("driver")
        if driver is not None and driver.attrib:
            shown = ", ".join(f"{name}='{value}'" for name, value in driver.items())
            target.note(driver, "devices/controller/driver", f"{shown} of the {kind} controller is left out")
        devices.remove(controller)
    used = sorted(
        {disk_index(_name(disk)) // (SCSI_UNITS - 1) for disk in devices.findall("disk") if _bus(disk) == "scsi"}
    )
    for index in used:
        model = models.get(index) or _scsi_model(target)
        if index not in models:
            text = f"the SCSI controller {index} is of the model '{model}': the guest needs a driver for it"
            target.note(devices, "devices/controller", text)
        devices.append(devices.makeelement("controller", {"type": "scsi", "index": str(index), "model": model}))


def _scsi_model(target: Target) -> str:
    """Return the model for disks of virtio and the like; Windows has no driver for VMware's own."""
    if target.hardware_version < _PVSCSI_SINCE:
        return "lsilogic"
    return "lsisas1068" if target.is_windows else "vmpvscsi"
