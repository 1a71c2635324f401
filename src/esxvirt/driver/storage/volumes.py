"""Storage volumes: disk, ISO and floppy images in datastores, and LUNs of iSCSI targets: what there is."""

from esxvirt.datastore_path import DatastorePath, embedded
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import ESX
from esxvirt.driver.storage import pools, volume_looks
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.driver.storage.volume_names import check_name
from esxvirt.driver.storage.volume_search import (
    BLOCK,
    DEEP,
    FILE,
    GONE,
    VolumeHandle,
    everything,
    is_fresh,
    look_into,
    now,
    path_in,
    search,
    volumes_of,
)
from esxvirt.errors import EsxvirtError, InvalidArgumentError, ServerFault, TransportError, VolumeNotFoundError
from esxvirt.uuids import normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.soap import escape
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


def list_volumes(connection: Connection, pool: PoolHandle) -> list[VolumeHandle]:
    """Return all volumes of a pool, of whatever depth of folders (virStoragePoolListAllVolumes).

    One search whatever the number of folders: 2 or 3 SOAP calls, more if it takes long; a target's LUNs: 1.

    Raises:
        PoolNotFoundError: The pool is gone.
        ServerFault: The server refused, or the datastore cannot be searched.
    """
    if pool.target is not None:
        return luns_of(pools.read_again(connection, pool))
    seen = now(connection)
    results = search(connection, pool, DEEP, path_in(pool, ""), everything(connection))
    return volumes_of(pool, results, seen)


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
    there = look_into(connection, pool, folder, file)
    return (None, False) if there is None else (there.get(name), True)


def files_below(
    connection: Connection, pool: PoolHandle, folder: str, patterns: tuple[str, ...] = ()
) -> list[str] | None:
    """Return the paths of all files below a folder, of whatever kind; None if it is not there. Calls as `list_volumes`.

    With `patterns`, such as ``*.vmx``, only of those whose names fit one.
    """
    names = "".join(f"<matchPattern>{escape(pattern)}</matchPattern>" for pattern in patterns)
    specification = f"<searchSpec>{names}</searchSpec>" if patterns else ""
    try:
        found = search(connection, pool, DEEP, path_in(pool, folder), specification)
    except ServerFault as fault:
        if fault.name in GONE:
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
    found = search(connection, pool, DEEP, path_in(pool, folder), "") or ()
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
        volume = volume_looks.find(connection, pool_, check_name(name))
    except InvalidArgumentError:
        raise missing from None
    if volume is None:
        raise missing
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
    current_ = volume if is_fresh(connection, volume) else read_again(connection, volume)
    current_.seen = None
    return current_


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


def place_in(pool: PoolHandle, name: str) -> DatastorePath:
    """Return the path of a file of a datastore, taken apart."""
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
