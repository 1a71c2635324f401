"""Virtual devices as vSphere lists them (`config.hardware.device`), by the names that libvirt's XML gives them."""

from collections.abc import Iterable
from typing import Any, Final

from esxvirt.buses import bus_of_controller, target_name
from esxvirt.records import record

__all__ = ["DEVICES", "DIGESTS", "OPTIONS", "Devices", "DiskTarget", "NetworkCard", "disk_targets", "network_cards"]

DEVICES: Final = "config.hardware.device"
"""The property; rows that `esxvirt.driver.domain.reading` reads have a `Devices` for it."""


OPTIONS: Final = "config.extraConfig"
"""The settings of a VMX file that have no property of their own; such rows have a dictionary for it."""


@record(frozen=True)
class DiskTarget:
    """A hard disk, CD-ROM or floppy: `target` as in ``<target dev=...>``, `capacity` in bytes if it is known.

    `key` is the server's number of the device.
    """

    target: str
    path: str | None
    capacity: int | None
    key: int | None = None


@record(frozen=True)
class NetworkCard:
    """A network card: VMware's label for it (``Network adapter 1``) and its MAC address."""

    label: str
    mac: str | None


_DISKS: Final = {"VirtualDisk", "VirtualCdrom", "VirtualFloppy"}


def disk_targets(devices: Iterable[Any]) -> list[DiskTarget]:
    """Return the disks among devices, in the server's order."""
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
        target = _target(controller, device.unitNumber or 0)
        targets.append(DiskTarget(target, backing and backing.fileName, capacity, device.key))
    return targets


def _target(controller: Any, unit: int) -> str:
    return target_name(bus_of_controller(controller.kind) or "scsi", controller.busNumber or 0, unit)


def network_cards(devices: Iterable[Any]) -> list[NetworkCard]:
    """Return the network cards among devices, in the server's order."""
    return [
        NetworkCard(device.deviceInfo.label if device.deviceInfo else str(device.key), device.macAddress)
        for device in devices
        if device.kind not in _DISKS
        and not device.kind.endswith("Controller")
        and (device.macAddress is not None or device.addressType is not None)
    ]


@record(frozen=True)
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
