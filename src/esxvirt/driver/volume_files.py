"""Changing volumes: making, copying, deleting, wiping and growing the disk images of datastores.

What fails leaves the datastore as it was: folders that were made for a file are removed again.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.file_names import escape_item
from esxvirt.driver.pools import PoolHandle
from esxvirt.driver.validating import can_validate
from esxvirt.driver.volume_names import check_name
from esxvirt.driver.volumes import VolumeHandle, datacenter_of, find, raw_path, read_again
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    ServerFault,
    TransportError,
    UnsupportedError,
)
from esxvirt.vsphere.tasks import Watch, wait_for_task
from esxvirt.xml.storage.volume import Volume, parse_volume

__all__ = ["copy", "create", "delete", "resize", "wipe"]

_DISKS: Final = "virtualDiskManager"
_FILES: Final = "fileManager"


def create(connection: Connection, pool: PoolHandle, xml: str, *, validate: bool = False) -> VolumeHandle:
    """Make a disk image (virStorageVolCreateXML): thick if all is to be allocated, thin if nothing is.

    8 SOAP calls for the disk and a look at it, 1 for its folder, and those for every round of updates.

    Args:
        connection: The connection.
        pool: Where it is to be.
        xml: The volume's.
        validate: Whether the XML must fit libvirt's schema, too; where there is none to check with, a warning says so.

    Raises:
        XmlError: The XML is none of a volume.
        UnsupportedError: The pool is an iSCSI target.
        ConfigUnsupportedError: VMware has no such image.
        InvalidArgumentError: The name is none, or leads out of its folder.
        ServerFault: The server refused: there is one of that name, the datastore is full, a privilege is missing.
    """
    volume = _wanted(pool, xml, validate=validate)
    if volume.allocation not in {0, volume.capacity}:
        raise EsxvirtError("Unsupported capacity-to-allocation relation")
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    kind = "preallocated" if volume.allocation else "thin"
    specification = vim.VirtualDiskManager.FileBackedVirtualDiskSpec(
        diskType=kind, adapterType="lsiLogic", capacityKb=-(-volume.capacity // 1024)
    )
    arguments = (raw_path(pool, volume.name), datacenter_of(connection, pool), specification)
    return _make(connection, pool, volume.name, "Could not create volume", "CreateVirtualDisk_Task", arguments)


def copy(
    connection: Connection, pool: PoolHandle, xml: str, source: VolumeHandle, *, validate: bool = False
) -> VolumeHandle:
    """Make a disk image of another (virStorageVolCreateXMLFrom); a larger capacity than its is grown to.

    Arguments, calls and errors as `create`, and as `resize` for the growing.
    """
    volume = _wanted(pool, xml, source.capacity, validate=validate)
    if source.format != "vmdk":
        raise ConfigUnsupportedError(f"'{source.name}' is no disk image; download it and upload the copy")
    here, there = datacenter_of(connection, source.pool), datacenter_of(connection, pool)
    arguments = (raw_path(source.pool, source.name), here, raw_path(pool, volume.name), there, None, False)
    made = _make(connection, pool, volume.name, "Could not copy volume", "CopyVirtualDisk_Task", arguments)
    if volume.capacity > made.capacity:
        try:
            resize(connection, made, volume.capacity)
        except BaseException:
            with suppress(EsxvirtError):
                delete(connection, made)
            raise
        made = read_again(connection, made)
    return made


def delete(connection: Connection, volume: VolumeHandle) -> None:
    """Delete a volume's files (virStorageVolDelete). 4 SOAP calls, and one for every round of updates.

    Raises:
        UnsupportedError: It is a LUN.
        ServerFault: The server refused: a machine uses it, it is gone, a privilege is missing.
    """
    _refuse_luns(volume.pool, "deletion")
    manager, method = (_DISKS, "DeleteVirtualDisk_Task") if volume.format == "vmdk" else (_FILES, _DELETE_FILE)
    arguments = (raw_path(volume.pool, volume.name), datacenter_of(connection, volume.pool))
    try:
        _run(connection, "Could not delete volume", manager, method, arguments)
    except TransportError:
        # The answer was lost, and whether the server heard us, too: what is there now tells.
        if find(connection, volume.pool, volume.name) is not None:
            raise


def wipe(connection: Connection, volume: VolumeHandle) -> None:
    """Fill a disk image with zeros (virStorageVolWipe). 4 SOAP calls, and one for every round of updates.

    Raises:
        UnsupportedError: It is a LUN.
        ConfigUnsupportedError: It is no disk image.
        ServerFault: The server refused.
    """
    _refuse_luns(volume.pool, "wiping")
    _check_disk(volume, "wiped")
    arguments = (raw_path(volume.pool, volume.name), datacenter_of(connection, volume.pool))
    _run(connection, "Could not wipe volume", _DISKS, "ZeroFillVirtualDisk_Task", arguments)


def resize(connection: Connection, volume: VolumeHandle, capacity: int, *, allocate: bool = False) -> None:
    """Grow a disk image to so many bytes, rounded up to KiB (virStorageVolResize).

    4 SOAP calls, and one for every round of updates.

    Raises:
        UnsupportedError: It is a LUN.
        ConfigUnsupportedError: It is no disk image.
        InvalidArgumentError: It is larger already: VMware's disks do not shrink.
        ArgumentUnsupportedError: `allocate`, and the server is older than vSphere 4.0.
        ServerFault: The server refused.
    """
    _refuse_luns(volume.pool, "resizing")
    _check_disk(volume, "resized")
    kibibytes = -(-capacity // 1024)
    if kibibytes * 1024 < volume.capacity:
        raise InvalidArgumentError(
            f"'{volume.name}' has {volume.capacity} bytes, and disk images do not shrink; clone it to a smaller disk"
        )
    if kibibytes * 1024 == volume.capacity:
        return
    arguments: tuple[Any, ...] = (raw_path(volume.pool, volume.name), datacenter_of(connection, volume.pool), kibibytes)
    if allocate:
        if connection.session.version in {"vim.version.version1", "vim.version.version2"}:
            raise ArgumentUnsupportedError("VIR_STORAGE_VOL_RESIZE_ALLOCATE needs vSphere 4.0 or newer")
        arguments = (*arguments, True)
    try:
        _run(connection, "Could not resize volume", _DISKS, "ExtendVirtualDisk_Task", arguments)
    except TransportError:
        if read_again(connection, volume).capacity != kibibytes * 1024:
            raise


_DELETE_FILE: Final = "DeleteDatastoreFile_Task"


def _wanted(pool: PoolHandle, xml: str, capacity: int | None = None, *, validate: bool) -> Volume:
    """The volume that XML asks for, if it is one that can be made."""
    _refuse_luns(pool, "creation")
    volume = parse_volume(xml, capacity=capacity, validate=validate and can_validate("storagevol"))
    if volume.type != "file":
        raise UnsupportedError("Creating non-file volumes is not supported")
    if "/" not in volume.name.strip("/"):
        raise EsxvirtError(f"Volume name '{volume.name}' doesn't have expected format '<directory>/<file>'")
    if not volume.name.lower().endswith(".vmdk"):
        raise UnsupportedError(f"Volume name '{volume.name}' has unsupported suffix, expecting '.vmdk'")
    if volume.format != "vmdk":
        raise UnsupportedError(f"Creation of {volume.format} volumes is not supported")
    # Each part of the name becomes one of a path, as VMware's products write it.
    return replace(volume, name="/".join(escape_item(part) for part in check_name(volume.name).split("/")))


def _refuse_luns(pool: PoolHandle, doing: str) -> None:
    if pool.target is not None:
        raise UnsupportedError(f"iSCSI storage pool does not support volume {doing}")


def _check_disk(volume: VolumeHandle, done: str) -> None:
    if volume.format != "vmdk":
        raise ConfigUnsupportedError(f"'{volume.name}' is no disk image; only those can be {done}")


def _make(
    connection: Connection, pool: PoolHandle, name: str, failure: str, method: str, arguments: tuple[Any, ...]
) -> VolumeHandle:
    """Have an image made, and return it."""
    there = find(connection, pool, name) is not None  # which the server refuses to replace
    with _folder(connection, pool, name.rpartition("/")[0]):
        lost = None
        try:
            _run(connection, failure, _DISKS, method, arguments)
        except TransportError as error:
            if there:
                raise
            lost = error  # and whether the server heard us, too: what is there now tells
        made = find(connection, pool, name)
        if made is None:
            raise lost or EsxvirtError(f"{failure}: the server does not list '{name}'")
    return made


@contextmanager
def _folder(connection: Connection, pool: PoolHandle, folder: str) -> Iterator[None]:
    """Make a folder, and remove what was made of it if the body fails."""
    made = _make_folder(connection, pool, folder)
    try:
        yield
    except BaseException:
        if made is not None:
            with suppress(EsxvirtError):
                if not _has_files(connection, pool, made):
                    arguments = (raw_path(pool, made), datacenter_of(connection, pool))
                    _run(connection, "", _FILES, _DELETE_FILE, arguments)
        raise


def _make_folder(connection: Connection, pool: PoolHandle, folder: str) -> str | None:
    """Make a folder and those above it; the topmost that was made, None if none was. 1 SOAP call a folder made."""
    session = connection.session
    manager, place = getattr(session.content, _FILES), datacenter_of(connection, pool)
    parts = folder.split("/")
    depth = len(parts)
    while True:
        path = "/".join(parts[:depth])
        try:
            session.call(manager, "MakeDirectory", raw_path(pool, path), place, False)
        except ServerFault as fault:
            if fault.name == "FileAlreadyExists":
                return None
            if fault.name == "FileNotFound" and depth > 1:
                depth -= 1
                continue
            raise
        topmost = path
        break
    for below in range(depth + 1, len(parts) + 1):
        session.call(manager, "MakeDirectory", raw_path(pool, "/".join(parts[:below])), place, False)
    return topmost


def _has_files(connection: Connection, pool: PoolHandle, folder: str) -> bool:
    """Whether there is a file in a folder, of whatever kind."""
    browser = pool.row.get("browser") if pool.row is not None else None
    if browser is None:
        return True
    session = connection.session
    task = session.call(
        session.reference(browser.type, browser.value), "SearchDatastoreSubFolders_Task", raw_path(pool, folder), None
    )
    for result in wait_for_task(session, task) or ():
        if any(file._wsdlName != "FolderFileInfo" for file in result.file or ()):  # noqa: SLF001  its only name
            return True
    return False


def _run(connection: Connection, failure: str, manager: str, method: str, arguments: tuple[Any, ...]) -> None:
    """Run a task of one of the server's managers. 3 SOAP calls, and one for every round of updates."""
    session, policy = connection.session, connection.policy
    task = session.call(getattr(session.content, manager), method, *arguments)
    try:
        wait_for_task(session, task, watch=Watch(progress=policy.progress, seconds=policy.seconds))
    except ServerFault as fault:
        raise type(fault)(f"{failure}: {fault}", name=fault.name, detail=fault.detail) from None
