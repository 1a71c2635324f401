"""How large a domain's disks are, and what their files take (virDomainGetBlockInfo)."""

from collections.abc import Iterable
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.devices.digests import DEVICES, Devices, DiskTarget
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.storage.volumes import lookup_by_path
from esxvirt.errors import InvalidArgumentError
from esxvirt.records import record
from esxvirt.vsphere.versions import tells_file_sizes

__all__ = ["BlockInfo", "block_info"]

_FILES: Final = "layoutEx.file"
_DISKS: Final = "layoutEx.disk"


@record(frozen=True)
class BlockInfo:
    """Bytes: what the guest sees, and what the files of the disk take."""

    capacity: int
    allocation: int


def block_info(connection: Connection, domain: DomainHandle, name: str) -> BlockInfo:
    """Return the sizes of a disk by its target, such as ``sda``, or its source. One SOAP call.

    What is no hard disk, and all disks of a server older than vSphere 4.0, take a search of the datastore besides.

    Raises:
        InvalidArgumentError: There is no such disk, or nothing is in the drive.
        VolumeNotFoundError: Its file is gone.
        DomainNotFoundError: The domain is gone.
    """
    tells = tells_file_sizes(connection.session.version)
    row = read(connection, domain, (DEVICES, _FILES, _DISKS) if tells else (DEVICES,))
    devices: Devices = row.get(DEVICES) or Devices()
    disk = next((disk for disk in devices.disks if name in {disk.target, disk.path}), None)
    if disk is None:
        raise InvalidArgumentError(f"invalid path {name} not assigned to domain")
    if not disk.path:
        raise InvalidArgumentError(f"disk '{name}' does not currently have a source assigned")
    allocation = _allocation(disk, row.get(_FILES) or (), row.get(_DISKS) or ())
    if disk.capacity is not None and allocation is not None:
        return BlockInfo(disk.capacity, allocation)
    volume = lookup_by_path(connection, disk.path)
    return BlockInfo(volume.capacity if disk.capacity is None else disk.capacity, volume.allocation)


def _allocation(disk: DiskTarget, files: Iterable[Any], layouts: Iterable[Any]) -> int | None:
    """Return what the files of a disk take, with those that its snapshots were written over; None if it is not told."""
    sizes = {file.key: file.size for file in files}
    layout = next((layout for layout in layouts if layout.key == disk.key), None)
    keys = [key for unit in (layout.chain if layout is not None else None) or () for key in unit.fileKey or ()]
    return sum(sizes.get(key) or 0 for key in keys) if keys else None
