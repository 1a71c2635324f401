"""Changing volumes: making, copying, deleting, wiping and growing the disk images of datastores.

What fails leaves the datastore as it was, but for folders that were made for a file, which stay and are named. No
request is sent again whose answer was lost: a search tells whether it was heard.
"""

import re
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.file_names import escape_item
from esxvirt.driver.definition.validating import can_validate
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.driver.storage.volume_folders import DELETE, made_folder
from esxvirt.driver.storage.volume_names import check_name
from esxvirt.driver.storage.volumes import (
    VolumeHandle,
    datacenter_of,
    find,
    find_with_folder,
    path_in,
    read_again,
)
from esxvirt.driver.tasks.lost_answers import look_again
from esxvirt.driver.tasks.manager_tasks import manager_write, run_manager_task
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    UnsupportedError,
)
from esxvirt.logs import Log
from esxvirt.records import record, replace
from esxvirt.vsphere.interrupts import DONE, is_done, tell
from esxvirt.xml.storage.volume import Volume, parse_volume

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["copy", "create", "delete", "resize", "wipe"]

_log = Log(__name__)

_RAW_IMAGE: Final = re.compile(r"[^/\\]+\.(?:img|raw)")


def create(connection: Connection, pool: PoolHandle, xml: str, *, validate: bool = False) -> VolumeHandle:
    """Make a disk image (virStorageVolCreateXML): thick if all is to be allocated, thin if nothing is.

    7 SOAP calls for the disk and two looks for it, 1 for each folder made, and more where something takes long.

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
    kind = "preallocated" if volume.allocation else "thin"
    specification = vim.VirtualDiskManager.FileBackedVirtualDiskSpec(
        diskType=kind, adapterType="lsiLogic", capacityKb=-(-volume.capacity // 1024)
    )
    arguments = (path_in(pool, volume.name), datacenter_of(connection, pool), specification)
    size = -(-volume.capacity // 1024) * 1024
    return _make(connection, pool, volume.name, size, "Could not create volume", "CreateVirtualDisk_Task", arguments)


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
    arguments = (path_in(source.pool, source.name), here, path_in(pool, volume.name), there, None, False)

    made = replace(source, pool=pool, name=volume.name, path=path_in(pool, volume.name), key=None)

    def grow() -> None:
        now = look_again(lambda: read_again(connection, made))  # another client may have grown the source
        if now.capacity < volume.capacity:
            resize(connection, now, volume.capacity)

    failure_prefix, method = "Could not copy volume", "CopyVirtualDisk_Task"
    finish = None if volume.capacity <= source.capacity else _Finish(made, grow)
    return _make(connection, pool, volume.name, source.capacity, failure_prefix, method, arguments, finish)


@record(frozen=True)
class _Finish:
    """What is still to be done with an image once it was made: without it the image is deleted again."""

    made: VolumeHandle
    run: "Callable[[], None]"


def _delete_again(connection: Connection, made: VolumeHandle, error: BaseException, *, own: bool) -> None:
    """Delete a volume because of an error, if it certainly is our `own`; what is left is told."""
    try:
        if own:
            delete(connection, made)
            return
    except EsxvirtError:
        pass
    left = f"the copy '{made.path}' may be left behind: delete it if it is yours"
    if isinstance(error, EsxvirtError):
        error.args = (f"{error}; {left}",)
    elif isinstance(error, KeyboardInterrupt):
        tell(error, f"{str(error) or 'interrupted'}; {left}")


def delete(connection: Connection, volume: VolumeHandle) -> None:
    """Delete a volume's files (virStorageVolDelete). 3 SOAP calls, and one for every round of updates.

    Raises:
        UnsupportedError: It is a LUN.
        ServerFault: The server refused: a machine uses it, it is gone, a privilege is missing.
    """
    _refuse_luns(volume.pool, "deletion")
    content = connection.session.content
    manager, method = content.fileManager, DELETE
    if volume.format == "vmdk":
        manager, method = content.virtualDiskManager, "DeleteVirtualDisk_Task"
    arguments = (path_in(volume.pool, volume.name), datacenter_of(connection, volume.pool))

    def done() -> bool:
        return find(connection, volume.pool, volume.name) is None

    write = manager_write(connection, "Could not delete volume", f"look for '{volume.path}'", done)
    run_manager_task(connection, write, manager, method, *arguments)


def wipe(connection: Connection, volume: VolumeHandle) -> None:
    """Fill a disk image with zeros (virStorageVolWipe). 3 SOAP calls, and one for every round of updates.

    Raises:
        UnsupportedError: It is a LUN.
        ConfigUnsupportedError: It is no disk image.
        ServerFault: The server refused.
    """
    _refuse_luns(volume.pool, "wiping")
    _check_disk(volume, "wiped")
    arguments = (path_in(volume.pool, volume.name), datacenter_of(connection, volume.pool))
    manager = connection.session.content.virtualDiskManager
    write = manager_write(connection, "Could not wipe volume", f"wipe '{volume.path}' again")
    run_manager_task(connection, write, manager, "ZeroFillVirtualDisk_Task", *arguments)


def resize(connection: Connection, volume: VolumeHandle, capacity: int, *, allocate: bool = False) -> None:
    """Grow a disk image to so many bytes, rounded up to KiB (virStorageVolResize).

    3 SOAP calls, and one for every round of updates.

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
    arguments: tuple[Any, ...] = (path_in(volume.pool, volume.name), datacenter_of(connection, volume.pool), kibibytes)
    if allocate:
        if connection.session.version in {"vim.version.version1", "vim.version.version2"}:
            raise ArgumentUnsupportedError("VIR_STORAGE_VOL_RESIZE_ALLOCATE needs vSphere 4.0 or newer")
        arguments = (*arguments, True)

    def done() -> bool:
        return read_again(connection, volume).capacity == kibibytes * 1024

    manager = connection.session.content.virtualDiskManager
    write = manager_write(connection, "Could not resize volume", f"look how large '{volume.path}' is", done)
    run_manager_task(connection, write, manager, "ExtendVirtualDisk_Task", *arguments)


def _wanted(pool: PoolHandle, xml: str, capacity: int | None = None, *, validate: bool) -> Volume:
    """Return the volume that XML asks for, if it is one that can be made."""
    _refuse_luns(pool, "creation")
    volume = parse_volume(xml, capacity=capacity, validate=validate and can_validate("storagevol"))
    if volume.type != "file":
        raise UnsupportedError("Creating non-file volumes is not supported")
    if volume.format == "raw" and _RAW_IMAGE.fullmatch(volume.name):
        volume = _as_vmdk(volume)
    if "/" not in volume.name.strip("/"):
        raise EsxvirtError(f"Volume name '{volume.name}' doesn't have expected format '<directory>/<file>'")
    if not volume.name.lower().endswith(".vmdk"):
        raise UnsupportedError(f"Volume name '{volume.name}' has unsupported suffix, expecting '.vmdk'")
    if volume.format != "vmdk":
        raise UnsupportedError(f"Creation of {volume.format} volumes is not supported")
    # Each part of the name becomes one of a path, as VMware's products write it.
    return replace(volume, name="/".join(escape_item(part) for part in check_name(volume.name).split("/")))


def _as_vmdk(volume: Volume) -> Volume:
    """Return what a program gets that wants a raw image, ``web.img``, as for other hypervisors.

    A disk, in its own folder.

    The content is written and read as that of a raw image.
    """
    stem = volume.name.rpartition(".")[0]
    name = f"{stem}/{stem}.vmdk"
    _log.warning("volume '%s': VMware's disk images are vmdk; it is '%s'", volume.name, name)
    return replace(volume, name=name, format="vmdk")


def _refuse_luns(pool: PoolHandle, doing: str) -> None:
    if pool.target is not None:
        raise UnsupportedError(f"iSCSI storage pool does not support volume {doing}")


def _check_disk(volume: VolumeHandle, done: str) -> None:
    if volume.format != "vmdk":
        raise ConfigUnsupportedError(f"'{volume.name}' is no disk image; only those can be {done}")


def _make(
    connection: Connection,
    pool: PoolHandle,
    name: str,
    size: int,
    failure_prefix: str,
    method: str,
    arguments: tuple[Any, ...],
    finish: _Finish | None = None,
) -> VolumeHandle:
    """Have an image of `size` bytes made, `finish` it, and look it up."""
    before, has_folder = find_with_folder(connection, pool, name)
    path = path_in(pool, name)

    def done() -> bool:
        found = find(connection, pool, name) if before is None else None  # the server refuses to replace one
        return found is not None and found.capacity == size

    manager = connection.session.content.virtualDiskManager
    write = manager_write(connection, failure_prefix, f"look for '{path}'", done)
    with nullcontext() if has_folder else made_folder(connection, pool, name.rpartition("/")[0]):
        try:
            run_manager_task(connection, write, manager, method, *arguments)
        except KeyboardInterrupt as interrupt:
            if finish is not None and is_done(interrupt):  # all but the rest
                tell(interrupt)
                _delete_again(connection, finish.made, interrupt, own=not write.guessed)
            raise
        if finish is not None:
            try:
                finish.run()
            except BaseException as error:
                if not is_done(error):
                    _delete_again(connection, finish.made, error, own=not write.guessed)
                raise
    try:
        made = look_again(lambda: find(connection, pool, name))
    except EsxvirtError as error:
        error.args = (f"Volume '{path}' was made, but cannot be looked up: {error}",)
        raise
    except KeyboardInterrupt as interrupt:
        tell(interrupt, f"{DONE}: there is '{path}' now", done=True)
        raise
    if made is None:
        raise EsxvirtError(f"{failure_prefix}: the server does not list '{name}'")
    return made
