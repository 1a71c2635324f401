"""Virtual devices as vSphere lists them (`config.hardware.device`), by the names that libvirt's XML gives them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

__all__ = ["DEVICES", "DIGESTS", "OPTIONS", "Devices", "DiskTarget", "NetworkCard", "disk_targets", "network_cards"]

DEVICES: Final = "config.hardware.device"
"""The property; rows that `esxvirt.driver.domain.reading` reads have a `Devices` for it."""


OPTIONS: Final = "config.extraConfig"
"""The settings of a VMX file that have no property of their own; such rows have a dictionary for it."""


@dataclass(frozen=True, slots=True)
class DiskTarget:
    """A hard disk, CD-ROM or floppy: `target` as in ``<target dev=...>``, `capacity` in bytes if it is known."""

    target: str
    path: str | None
    capacity: int | None


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """A network card: VMware's label for it (``Network adapter 1``) and its MAC address."""

    label: str
    mac: str | None


_PREFIXES: Final = {
    "VirtualIDEController": ("hd", 2),
    "VirtualSIOController": ("fd", 2),
    "VirtualAHCIController": ("sd", 30),
    "VirtualNVMEController": ("nvme", 15),
}
"""Of a target's name, by the kind of controller, and how many units one has; SCSI is the rest."""

_DISKS: Final = {"VirtualDisk", "VirtualCdrom", "VirtualFloppy"}
_SCSI: Final = ("sd", 15)
_RESERVED_SCSI_UNIT: Final = 7
"""The controller's own address, which libvirt does not count."""


def disk_targets(devices: Iterable[Any]) -> list[DiskTarget]:
    """The disks among devices, in the server's order."""
    known = list(devices)
    controllers = {device.key: device for device in known if device.kind.endswith("Controller")}
    targets = []
    for device in known:
        if device.kind not in _DISKS:
            continue
        controller = controllers.get(device.controllerKey)
        if controller is None:
            continue
        backing = device.backing
        capacity = device.capacityInBytes or (device.capacityInKB * 1024 if device.capacityInKB else None)
        targets.append(DiskTarget(_target(controller, device.unitNumber or 0), backing and backing.fileName, capacity))
    return targets


def _target(controller: Any, unit: int) -> str:
    prefix, units = _PREFIXES.get(controller.kind, _SCSI)
    if (prefix, units) == _SCSI and unit > _RESERVED_SCSI_UNIT:
        unit -= 1
    number = (controller.busNumber or 0) * units + unit
    if prefix == "nvme":
        return f"nvme{controller.busNumber or 0}n{unit + 1}"
    return prefix + _letters(number)


def _letters(number: int) -> str:
    """0 is ``a``, 25 ``z``, 26 ``aa``: as disks are named."""
    text = ""
    number += 1
    while number:
        number, digit = divmod(number - 1, 26)
        text = chr(ord("a") + digit) + text
    return text


def network_cards(devices: Iterable[Any]) -> list[NetworkCard]:
    """The network cards among devices, in the server's order."""
    return [
        NetworkCard(device.deviceInfo.label if device.deviceInfo else str(device.key), device.macAddress)
        for device in devices
        if device.kind not in _DISKS
        and not device.kind.endswith("Controller")
        and (device.macAddress is not None or device.addressType is not None)
    ]


@dataclass(frozen=True, slots=True)
class Devices:
    """What is kept of a machine's devices."""

    disks: tuple[DiskTarget, ...] = ()
    cards: tuple[NetworkCard, ...] = ()


def _digest(devices: Iterable[Any]) -> Devices:
    known = list(devices)
    return Devices(tuple(disk_targets(known)), tuple(network_cards(known)))


def _options(options: Iterable[Any]) -> dict[str, str]:
    return {option.key: str(option.value) for option in options if option.key is not None}


DIGESTS: Final = {DEVICES: _digest, OPTIONS: _options}
"""For `esxvirt.vsphere.inventory.Query`: a machine's devices are a hundred times the rest of its row."""
