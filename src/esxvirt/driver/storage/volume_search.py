"""Searching datastores for volumes: what a volume is known by, and what the server's browsers tell of files."""

import time
from collections.abc import Iterable
from typing import Any, Final

from esxvirt.constants.storage import VIR_STORAGE_VOL_BLOCK, VIR_STORAGE_VOL_FILE
from esxvirt.datastore_path import DatastorePath
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.errors import DeadlineError, EsxvirtError, ServerFault, TransportError
from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import tell
from esxvirt.vsphere.soap import escape
from esxvirt.vsphere.tasks import Watch, soon_ended
from esxvirt.vsphere.versions import tells_file_owners

__all__ = [
    "BLOCK",
    "DEEP",
    "FILE",
    "GONE",
    "VolumeHandle",
    "begin",
    "everything",
    "is_fresh",
    "look_into",
    "now",
    "path_in",
    "search",
    "volumes_of",
]

FILE: Final = VIR_STORAGE_VOL_FILE
BLOCK: Final = VIR_STORAGE_VOL_BLOCK
DEEP: Final = "SearchDatastoreSubFolders_Task"
GONE: Final = frozenset({"FileNotFound", "ManagedObjectNotFound", "NotFound"})

_FORMATS: Final = {"VmDiskFileInfo": "vmdk", "IsoImageFileInfo": "iso", "FloppyImageFileInfo": "raw"}
_MOMENT: Final = 5.0
"""Seconds for which what a look has found answers what is asked of it next."""


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


def now(connection: Connection) -> tuple[float, int]:
    """Return when a look begins; see `VolumeHandle.seen`."""
    return time.monotonic(), connection.changes


def is_fresh(connection: Connection, volume: VolumeHandle) -> bool:
    """Return whether a volume was read a moment ago, and nothing was changed by way of this connection since."""
    if volume.seen is None:
        return False
    moment, changes = volume.seen
    return time.monotonic() - moment < _MOMENT and changes == connection.changes


def look_into(connection: Connection, pool: PoolHandle, folder: str, pattern: str) -> dict[str, VolumeHandle] | None:
    """Return the volumes of one folder by their names; None if there is no such folder."""
    seen = now(connection)
    try:
        found = search(
            connection, pool, "SearchDatastore_Task", path_in(pool, folder), _specification(connection, pattern)
        )
    except ServerFault as fault:
        if fault.name in GONE:
            return None
        raise
    files = (found.file if found is not None else None) or ()
    volumes = (_of_file(pool, folder, info, seen) for info in files if info.kind in _FORMATS)
    return {volume.name: volume for volume in volumes}


def everything(connection: Connection) -> str:
    """Return what a search of a whole datastore for volumes asks for."""
    return _specification(connection, "*")


def volumes_of(pool: PoolHandle, results: Iterable[Any] | None, seen: tuple[float, int]) -> list[VolumeHandle]:
    """Return the volumes that a search of a whole datastore has found."""
    return [
        _of_file(pool, _folder(pool, result.folderPath), file, seen)
        for result in results or ()
        for file in result.file or ()
        if file.kind in _FORMATS
    ]


def path_in(pool: PoolHandle, name: str) -> str:
    """Return the path of a file of a datastore."""
    return str(DatastorePath(pool.name, name))


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


def begin(connection: Connection, pool: PoolHandle, method: str, path: str, specification: str) -> Ref:
    """Have a datastore searched, and return the task. One SOAP call; begun 3 times if the connection breaks."""
    browser = pool.row.get("browser") if pool.row is not None else None
    if browser is None:
        raise EsxvirtError(f"the server does not let '{pool.name}' be searched; the account may lack Datastore.Browse")
    for attempt in (1, 2, 3):
        try:
            task: Ref = connection.session.ask(
                browser, method, f"<datastorePath>{escape(path)}</datastorePath>{specification}"
            )
            break
        except DeadlineError:
            raise
        except TransportError:
            if attempt == 3:
                raise
    return task


def search(connection: Connection, pool: PoolHandle, method: str, path: str, specification: str) -> Any:
    """Search a datastore. 2 or 3 SOAP calls, more if it takes long; begun 3 times if the connection breaks."""
    session = connection.session
    try:
        task = begin(connection, pool, method, path, specification)
        return soon_ended(session, task, Watch(deadline=connection.policy.deadline()))
    except KeyboardInterrupt as interrupt:
        tell(interrupt)  # what became of a search is nothing to tell
        raise
    except ServerFault as fault:
        message = f"Could not search in datastore '{pool.name}': {fault}"
        raise type(fault)(message, name=fault.name, detail=fault.detail) from None


def _specification(connection: Connection, pattern: str) -> str:
    """Return what is searched for, and what of it is to be told: a `HostDatastoreBrowserSearchSpec` as XML."""
    owner = "<fileOwner>false</fileOwner>" if tells_file_owners(connection.session.version) else ""
    return (
        '<searchSpec><query xsi:type="VmDiskFileQuery"><details>'
        "<diskType>false</diskType><capacityKb>true</capacityKb><hardwareVersion>false</hardwareVersion>"
        '</details></query><query xsi:type="IsoImageFileQuery"/><query xsi:type="FloppyImageFileQuery"/>'
        f"<details><fileType>true</fileType><fileSize>true</fileSize><modification>false</modification>{owner}</details>"
        f"<searchCaseInsensitive>false</searchCaseInsensitive><matchPattern>{escape(pattern)}</matchPattern></searchSpec>"
    )
