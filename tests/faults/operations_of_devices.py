"""Operations on the devices of machines."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from esxvirt.sim.state.machine.machine import Machine
from tests.faults.operation import Behind, Operation, of_domain

if TYPE_CHECKING:
    from esxvirt import libvirt

__all__ = ["DEVICES"]

_DISK = (
    "<disk type='file' device='disk'><source file='[local-storage] data/extra.vmdk'/>"
    "<target dev='sdb' bus='scsi'/></disk>"
)
_CARD = "<interface type='bridge'><mac address='00:50:56:00:00:07'/><source bridge='VM Network'/></interface>"
_DOWN = _CARD.replace("<source", "<link state='down'/><source")


def _medium(name: str) -> str:
    return (
        f"<disk type='file' device='cdrom'><source file='[local-storage] iso/{name}.iso'/>"
        "<target dev='hdc' bus='ide'/><readonly/></disk>"
    )


def _of(look: Callable[[Machine], bool]) -> Callable[[Behind], bool]:
    return lambda behind: behind.machine is not None and look(behind.machine)


def _has_disk(found: Machine) -> bool:
    return any(disk.file.endswith("extra.vmdk") for disk in found.config.disks)


def _has_card(found: Machine) -> bool:
    return len(found.config.nics) == 2


def _attached(xml: str) -> Callable[["libvirt.virConnect", str], Any]:
    return lambda connection, name: connection.lookupByName(name).attachDeviceFlags(xml, 0)


def _attach(xml: str) -> Callable[..., Any]:
    return lambda _, domain: domain.attachDeviceFlags(xml, 0)


def _detach(xml: str) -> Callable[..., Any]:
    return lambda _, domain: domain.detachDeviceFlags(xml, 0)


def _update(xml: str) -> Callable[..., Any]:
    return lambda _, domain: domain.updateDeviceFlags(xml, 0)


def _on(run: Callable[..., Any], done: Callable[[Machine], bool], *command: str, **more: Any) -> Operation:
    return Operation(run, _of(done), command, "archive", subjects=of_domain, **more)


_WITH_CARD = _attached(_CARD)
_MAC = re.findall(r"address='(.*?)'", _CARD)[0]

DEVICES: dict[str, Operation] = {
    "attach-disk": _on(
        _attach(_DISK), _has_disk,
        "attach-disk", "archive", "[local-storage] data/extra.vmdk", "sdb", "--targetbus", "scsi", "--config",
        "--sourcetype", "file",
    ),
    "detach-disk": _on(
        _detach(_DISK), lambda found: not _has_disk(found), "detach-disk", "archive", "sdb", "--config",
        prepare=_attached(_DISK)
    ),
    "attach-interface": _on(
        _attach(_CARD), _has_card,
        "attach-interface", "archive", "bridge", "VM Network", "--mac", _MAC, "--config",
    ),
    "detach-interface": _on(
        _detach(_CARD), lambda found: not _has_card(found),
        "detach-interface", "archive", "bridge", "--mac", _MAC, "--config", prepare=_WITH_CARD,
    ),
    "domif-setlink": _on(
        _update(_DOWN),
        lambda found: _has_card(found) and not next(nic for nic in found.config.nics if nic.mac == _MAC).connected,
        "domif-setlink", "archive", _MAC, "down", prepare=_WITH_CARD,
    ),
    "change-media": _on(
        _update(_medium("second")),
        lambda found: any(drive.file.endswith("second.iso") for drive in found.config.cdroms),
        "change-media", "archive", "hdc", "[local-storage] iso/second.iso", "--update",
        prepare=_attached(_medium("install")),
    ),
}  # fmt: skip
