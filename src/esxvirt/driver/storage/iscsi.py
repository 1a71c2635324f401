"""The targets that the iSCSI adapters of hosts reach, and the LUNs there."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row

__all__ = ["ISCSI_PROPERTIES", "Lun", "Target", "targets_of"]

_ADAPTERS: Final = "config.storageDevice.hostBusAdapter"
_TOPOLOGY: Final = "config.storageDevice.scsiTopology"
_LUNS: Final = "config.storageDevice.scsiLun"
ISCSI_PROPERTIES: Final = (_ADAPTERS, _TOPOLOGY, _LUNS)
"""The properties of a `HostSystem` of which targets are made."""


@record(frozen=True)
class Lun:
    """A disk of a target: its device on the host, VMware's UUID of it, its size in bytes."""

    device: str
    uuid: str
    size: int


@record
class Target:
    """An iSCSI target: its name, where it is, who reaches it (host and adapter), and its disks in order."""

    name: str
    address: str
    port: int | None
    adapters: list[tuple[Ref, str]] = field(default_factory=list)
    luns: list[Lun] = field(default_factory=list)


def targets_of(hosts: Iterable[Row]) -> list[Target]:
    """Return all targets of all hosts, each once."""
    found: dict[str, Target] = {}
    for host in hosts:
        for adapter in host.get(_ADAPTERS) or ():
            if adapter.kind != "HostInternetScsiHba":
                continue
            for static in adapter.configuredStaticTarget or ():
                target = found.setdefault(static.iScsiName, Target(static.iScsiName, static.address, static.port))
                if (host.ref, adapter.device) not in target.adapters:
                    target.adapters.append((host.ref, adapter.device))
        for target in found.values():
            known = {lun.device for lun in target.luns}
            target.luns += [lun for lun in _luns(host, target.name) if lun.device not in known]
    return list(found.values())


def _luns(host: Row, name: str) -> Iterator[Lun]:
    disks = {lun.key: lun for lun in host.get(_LUNS) or ()}
    topology = host.get(_TOPOLOGY)
    for interface in (topology.adapter if topology is not None else None) or ():
        for target in interface.target or ():
            if target.transport is None or target.transport.iScsiName != name:
                continue
            for unit in target.lun or ():
                disk = disks.get(unit.scsiLun)
                if disk is not None:
                    yield Lun(disk.deviceName or disk.canonicalName or "", disk.uuid or "", _size(disk))


def _size(disk: Any) -> int:
    return disk.capacity.blockSize * disk.capacity.block if disk.capacity is not None else 0
