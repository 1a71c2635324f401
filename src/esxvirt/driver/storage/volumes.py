"""Storage volumes: disk, ISO and floppy images in datastores, and LUNs of iSCSI targets: what there is."""

import time
from typing import Any, Final

from esxvirt.constants.storage import VIR_STORAGE_VOL_BLOCK, VIR_STORAGE_VOL_FILE
from esxvirt.datastore_path import DatastorePath, embedded
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import ESX
from esxvirt.driver.storage import pools
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.driver.storage.volume_names import check_name
from esxvirt.errors import (
    DeadlineError,
    EsxvirtError,
    InvalidArgumentError,
    ServerFault,
    TransportError,
    VolumeNotFoundError,
)
from esxvirt.records import field, record
from esxvirt.uuids import normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import tell
from esxvirt.vsphere.soap import escape
from esxvirt.vsphere.tasks import Watch, soon_ended
from esxvirt.vsphere.versions import tells_file_owners
from esxvirt.xml.storage.volume import Volume

__all__ = [
    "BLOCK",
    "FILE",
    "VolumeHandle",
    "current",
    "datacenter_of",
    "describe",
    "files_below",
    "find",
    "find_with_folder",
    "is_bare",
    "key_of",
    "list_volumes",
    "lookup_by_key",
    "lookup_by_name",
    "lookup_by_path",
    "lookup_pool",
    "luns_of",
    "path_in",
    "place_in",
    "read_again",
]

FILE: Final = VIR_STORAGE_VOL_FILE
BLOCK: Final = VIR_STORAGE_VOL_BLOCK

_FORMATS: Final = {"VmDiskFileInfo": "vmdk", "IsoImageFileInfo": "iso", "FloppyImageFileInfo": "raw"}
_DEEP: Final = "SearchDatastoreSubFolders_Task"
_MOMENT: Final = 5.0
"""Seconds for which what a look has found answers what is asked of it next."""
_GONE: Final = frozenset({"FileNotFound", "ManagedObjectNotFound", "NotFound"})


@record
class VolumeHandle:
    """A volume as it was when it was looked up.

    Attributes:
        pool: Its pool.
        name: ``folder/file`` in a datastore, a LUN's device.
        path: ``[datastore] folder/file``, a LUN's device.
        type: `FILE` or `BLOCK`.
        format: ``vmdk``, ``iso`` or ``raw``; None for a LUN.
        capacity: Bytes.
        allocation: Bytes that it takes of its datastore.
        key: As in libvirt: a disk's or a LUN's UUID, other files' path; None until somebody asks.
        seen: When it was looked up, on the monotonic clock, and how many changes the connection had made by then;
            None once `current` has used it.
    """

    pool: PoolHandle
    name: str
    path: str
    type: int
    format: str | None
    capacity: int
    allocation: int
    key: str | None = None
    seen: tuple[float, int] | None = field(default=None, compare=False, repr=False)


def list_volumes(connection: Connection, pool: PoolHandle) -> list[VolumeHandle]:
    """Return all volumes of a pool, of whatever depth of folders (virStoragePoolListAllVolumes).

    One search whatever the number of folders: 2 or 3 SOAP calls, more if it takes long; a target's LUNs: 1.

    Raises:
        PoolNotFoundError: The pool is gone.
        ServerFault: The server refused, or the datastore cannot be searched.
    """
    if pool.target is not None:
        return luns_of(pools.read_again(connection, pool))
    found, seen = [], _now(connection)
    for result in _search(connection, pool, _DEEP, path_in(pool, ""), _specification(connection, ("*",))) or ():
        folder = _folder(pool, result.folderPath)
        found += [_of_file(pool, folder, file, seen) for file in result.file or () if file.kind in _FORMATS]
    return found


def lookup_by_name(connection: Connection, pool: PoolHandle, name: str) -> VolumeHandle:
    """Return the volume of that name in a pool (virStorageVolLookupByName). Calls as `list_volumes`.

    Raises:
        VolumeNotFoundError: There is none.
        InvalidArgumentError: It is no name of a volume.
        ServerFault: The server refused.
    """
    if pool.target is not None:
        volumes = luns_of(pools.read_again(connection, pool))
        volume = next((volume for volume in volumes if volume.name == name), None)
        if volume is None:
            raise VolumeNotFoundError(f"Could not find volume with name: {name}")
        return volume
    volume = find(connection, pool, check_name(name))
    if volume is None:
        raise VolumeNotFoundError(f"No storage volume with key or path '{path_in(pool, name)}'")
    return volume


def find(connection: Connection, pool: PoolHandle, name: str) -> VolumeHandle | None:
    """Return the file of that name in a datastore, None if there is no volume there."""
    return find_with_folder(connection, pool, name)[0]


def find_with_folder(connection: Connection, pool: PoolHandle, name: str) -> tuple[VolumeHandle | None, bool]:
    """As `find`, and whether its folder is there."""
    folder, _, file = name.rpartition("/")
    # Names with the pattern's own letters match more than themselves.
    there = _look_into(connection, pool, folder, file)
    return (None, False) if there is None else (there.get(name), True)


def _look_into(connection: Connection, pool: PoolHandle, folder: str, pattern: str) -> dict[str, VolumeHandle] | None:
    """Return the volumes of one folder by their names; None if there is no such folder."""
    seen = _now(connection)
    try:
        found = _search(
            connection, pool, "SearchDatastore_Task", path_in(pool, folder), _specification(connection, (pattern,))
        )
    except ServerFault as fault:
        if fault.name in _GONE:
            return None
        raise
    files = (found.file if found is not None else None) or ()
    volumes = (_of_file(pool, folder, info, seen) for info in files if info.kind in _FORMATS)
    return {volume.name: volume for volume in volumes}


def files_below(
    connection: Connection, pool: PoolHandle, folder: str, patterns: tuple[str, ...] = ()
) -> list[str] | None:
    """Return the paths of all files below a folder, of whatever kind; None if it is not there. Calls as `list_volumes`.

    With `patterns`, such as ``*.vmx``, only of those whose names fit one.
    """
    names = "".join(f"<matchPattern>{escape(pattern)}</matchPattern>" for pattern in patterns)
    specification = f"<searchSpec>{names}</searchSpec>" if patterns else ""
    try:
        found = _search(connection, pool, _DEEP, path_in(pool, folder), specification)
    except ServerFault as fault:
        if fault.name in _GONE:
            return None
        raise
    return [
        f"{result.folderPath}{file.path}"
        for result in found or ()
        for file in result.file or ()
        if file.kind != "FolderFileInfo"
    ]


def is_bare(connection: Connection, pool: PoolHandle, folder: str, folders: int) -> bool:
    """Return whether nothing is in a folder but folders, no more than so many with itself. Calls as `list_volumes`.

    Raises:
        ServerFault: The server refused; there may be no such folder.
    """
    found = _search(connection, pool, _DEEP, path_in(pool, folder), "") or ()
    files = [file for result in found for file in result.file or () if file.kind != "FolderFileInfo"]
    return not files and len(found) <= folders


def lookup_by_path(connection: Connection, path: str) -> VolumeHandle:
    """Return the volume with that path (virStorageVolLookupByPath): ``[datastore] folder/file``, or a LUN's device.

    Paths are taken as programs hand them over, too: below a datastore's mount path, ``/vmfs/volumes/...``, and behind a
    folder of this machine, ``/home/me/[datastore] folder/file``, which is what made absolute looks like. Calls as
    `list_volumes`, and 1 the first time: where datastores are is known then.

    Raises:
        InvalidArgumentError: It has none of these forms.
        VolumeNotFoundError: There is none.
        ServerFault: The server refused.
    """
    if not path.startswith("/") and not any(embedded(path)):
        raise InvalidArgumentError(f"Unexpected volume path format: {path}")
    known = pools.known_pools(connection)
    if known is not None:
        # What is found there is there. What is not may be in a datastore that came, or was renamed, meanwhile.
        try:
            return _find_by_path(connection, known, path)
        except TransportError:
            raise
        except EsxvirtError:
            pass
    return _find_by_path(connection, pools.read_pools(connection), path)


def _find_by_path(connection: Connection, present: list[PoolHandle], path: str) -> VolumeHandle:
    for pool in present:
        for lun in luns_of(pool):
            if lun.path == path:
                return lun
    missing = VolumeNotFoundError(f"No storage volume with key or path '{path}'")
    wanted = _place_of(path, present)
    if wanted is None:
        raise missing
    datastore, name = wanted
    pool_ = next((pool for pool in present if pool.name == datastore and pool.target is None), None)
    if pool_ is None:
        raise EsxvirtError(f"Could not find datastore with name '{datastore}'")
    try:
        volume = _find_with_neighbours(connection, pool_, check_name(name))
    except InvalidArgumentError:
        raise missing from None
    if volume is None:
        raise missing
    return volume


def _find_with_neighbours(connection: Connection, pool: PoolHandle, name: str) -> VolumeHandle | None:
    """As `find`; what else is in the folder answers the next question for a path there: a machine has several disks.

    Each is handed out once: who asks for the same again wants it as it is now.
    """
    folder = name.rpartition("/")[0]
    place = f"{pool.uuid} {folder}"
    read, there = connection.folder_read
    volume = there.pop(name, None) if read == place else None
    if volume is None or not _is_fresh(connection, volume):
        found = _look_into(connection, pool, folder, "*") or {}
        volume = found.pop(name, None)
        connection.folder_read = (place, found)
    return volume


def _place_of(path: str, present: list[PoolHandle]) -> DatastorePath | None:
    """Return the file that a path means, if it means one of a datastore; best of one that there is."""
    mounted = pools.find_mounted(present, path)
    if mounted is not None:
        return DatastorePath(mounted[0].name, mounted[1])
    stores = [pool.name for pool in present if pool.target is None]
    meant = list(embedded(path, stores))
    return next((one for one in meant if one.datastore in stores), meant[0] if meant else None)


def lookup_by_key(connection: Connection, key: str) -> VolumeHandle:
    """Return the volume with that key (virStorageVolLookupByKey).

    A path costs what `lookup_by_path` does; a UUID of a LUN 1 SOAP call; that of a disk a search of each datastore, in
    the order of the pools, and one call for each disk until it is found.

    Raises:
        VolumeNotFoundError: There is none.
        ServerFault: The server refused.
    """
    if key.startswith("["):
        return lookup_by_path(connection, key)
    missing = VolumeNotFoundError(f"Could not find storage volume with key '{key}'")
    if len(key) != 36:
        raise missing
    present = pools.read_pools(connection)
    for pool in present:
        for volume in luns_of(pool):
            if volume.key == key:
                return volume
    if connection.product != ESX:  # only there disks have other keys than their paths
        raise missing
    for pool in present:
        if pool.target is not None or pools.info(pool).state != pools.RUNNING:
            continue
        for volume in list_volumes(connection, pool):
            if volume.format == "vmdk" and key_of(connection, volume) == key:
                return volume
    raise missing


def read_again(connection: Connection, volume: VolumeHandle) -> VolumeHandle:
    """Return a volume as it is now; its key, which no change changes, is kept. Calls as `list_volumes`.

    Raises:
        VolumeNotFoundError: It is gone.
    """
    now = lookup_by_name(connection, volume.pool, volume.name)
    now.key = now.key or volume.key
    return now


def current(connection: Connection, volume: VolumeHandle) -> VolumeHandle:
    """Return a volume as it is now, for who only reads: what a look of a moment ago has found answers once.

    Programs look a volume up, or all of a pool, and then ask each for what the look has found already. No call then,
    else calls and errors as `read_again`. Nothing that changes a volume is decided by it.
    """
    now = volume if _is_fresh(connection, volume) else read_again(connection, volume)
    now.seen = None
    return now


def _is_fresh(connection: Connection, volume: VolumeHandle) -> bool:
    """Return whether a volume was read a moment ago, and nothing was changed by way of this connection since."""
    if volume.seen is None:
        return False
    moment, changes = volume.seen
    return time.monotonic() - moment < _MOMENT and changes == connection.changes


def _now(connection: Connection) -> tuple[float, int]:
    return time.monotonic(), connection.changes


def lookup_pool(connection: Connection, volume: VolumeHandle) -> PoolHandle:
    """Return the pool of a volume as it is now (virStoragePoolLookupByVolume). One SOAP call."""
    return pools.read_again(connection, volume.pool)


def key_of(connection: Connection, volume: VolumeHandle) -> str:
    """Return the key of a volume (virStorageVolGetKey). One SOAP call for a disk image, the first time.

    The server may know none, as of a broken disk or one in use: its path is its key then, as on GSX and vCenter.
    """
    if volume.key is None:
        volume.key = volume.path
        if volume.format == "vmdk" and connection.product == ESX:
            session, path = connection.session, path_in(volume.pool, volume.name)
            manager, place = session.content.virtualDiskManager, datacenter_of(connection, volume.pool)
            try:
                text = session.call(manager, "QueryVirtualDiskUuid", path, place)
            except ServerFault:
                return volume.path
            volume.key = normalize(text) or volume.path
    return volume.key


def describe(connection: Connection, volume: VolumeHandle) -> Volume:
    """Return the description of a volume as it was when it was read, with its key."""
    return Volume(
        type="block" if volume.type == BLOCK else "file",
        name=volume.name,
        capacity=volume.capacity,
        allocation=volume.allocation,
        key=key_of(connection, volume),
        path=volume.path,
        format=volume.format,
    )


def path_in(pool: PoolHandle, name: str) -> str:
    """Return the path of a file of a datastore."""
    return str(place_in(pool, name))


def place_in(pool: PoolHandle, name: str) -> DatastorePath:
    """Return the same, taken apart."""
    return DatastorePath(pool.name, name)


def datacenter_of(connection: Connection, pool: PoolHandle) -> Ref | None:
    """Return the datacenter in which the paths of a datastore are looked up."""
    return pools.place_of(connection, pool).datacenter


def luns_of(pool: PoolHandle) -> list[VolumeHandle]:
    """Return the LUNs of an iSCSI target; those of a datastore are none."""
    return [
        VolumeHandle(pool, lun.device, lun.device, BLOCK, None, lun.size, lun.size, of_text(lun.uuid))
        for lun in (pool.target.luns if pool.target is not None else ())
    ]


def _of_file(pool: PoolHandle, folder: str, info: Any, seen: tuple[float, int]) -> VolumeHandle:
    name = f"{folder}/{info.path}" if folder else info.path
    size = info.fileSize or 0
    kind = _FORMATS[info.kind]
    capacity = info.capacityKb * 1024 if kind == "vmdk" and info.capacityKb is not None else size
    return VolumeHandle(pool, name, path_in(pool, name), FILE, kind, capacity, size, seen=seen)


def _folder(pool: PoolHandle, path: str) -> str:
    """Return the folder of a search's result, ``[datastore] folder/``: servers put slashes around it or do not."""
    found = DatastorePath.parse(path, [pool.name])
    return "" if found is None else found.path.strip("/")


def _search(connection: Connection, pool: PoolHandle, method: str, path: str, specification: str) -> Any:
    """Search a datastore. 2 or 3 SOAP calls, more if it takes long; begun 3 times if the connection breaks."""
    browser = pool.row.get("browser") if pool.row is not None else None
    if browser is None:
        raise EsxvirtError(f"the server does not let '{pool.name}' be searched; the account may lack Datastore.Browse")
    session = connection.session
    try:
        for attempt in (1, 2, 3):
            try:
                task = session.ask(browser, method, f"<datastorePath>{escape(path)}</datastorePath>{specification}")
                break
            except DeadlineError:
                raise
            except TransportError:
                if attempt == 3:
                    raise
        return soon_ended(session, task, Watch(deadline=connection.policy.deadline()))
    except KeyboardInterrupt as interrupt:
        tell(interrupt)  # what became of a search is nothing to tell
        raise
    except ServerFault as fault:
        message = f"Could not search in datastore '{pool.name}': {fault}"
        raise type(fault)(message, name=fault.name, detail=fault.detail) from None


def _specification(connection: Connection, patterns: tuple[str, ...]) -> str:
    """Return what is searched for, and what of it is to be told: a `HostDatastoreBrowserSearchSpec` as XML."""
    names = "".join(f"<matchPattern>{escape(pattern)}</matchPattern>" for pattern in patterns)
    owner = "<fileOwner>false</fileOwner>" if tells_file_owners(connection.session.version) else ""
    return (
        '<searchSpec><query xsi:type="VmDiskFileQuery"><details>'
        "<diskType>false</diskType><capacityKb>true</capacityKb><hardwareVersion>false</hardwareVersion>"
        '</details></query><query xsi:type="IsoImageFileQuery"/><query xsi:type="FloppyImageFileQuery"/>'
        f"<details><fileType>true</fileType><fileSize>true</fileSize><modification>false</modification>{owner}</details>"
        f"<searchCaseInsensitive>false</searchCaseInsensitive>{names}</searchSpec>"
    )
