"""Storage pools: datastores, and the targets of iSCSI adapters."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from esxvirt.constants.storage import (
    VIR_STORAGE_POOL_INACCESSIBLE,
    VIR_STORAGE_POOL_INACTIVE,
    VIR_STORAGE_POOL_RUNNING,
)
from esxvirt.datastore_path import VOLUMES, below
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.storage.iscsi import ISCSI_PROPERTIES, Target, targets_of
from esxvirt.driver.storage.pool_definitions import Definitions, Inactive
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.errors import AmbiguousError, EsxvirtError, OperationInvalidError, PoolNotFoundError
from esxvirt.logs import Log
from esxvirt.names import find_stored, unescape
from esxvirt.records import field, record
from esxvirt.uuids import normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.xml.storage.pool import NETFS, Pool, PoolDefinition

__all__ = [
    "INACCESSIBLE",
    "INACTIVE",
    "NFS_41",
    "RUNNING",
    "PoolHandle",
    "PoolInfo",
    "definitions_of",
    "describe",
    "disks_of",
    "find_mounted",
    "hosts_with",
    "info",
    "is_mounted",
    "known_pools",
    "lookup_by_name",
    "lookup_by_path",
    "lookup_by_uuid",
    "of_definition",
    "place_of",
    "read_again",
    "read_pools",
    "refresh",
    "warn",
]

_log = Log(__name__)

RUNNING: Final = VIR_STORAGE_POOL_RUNNING
INACTIVE: Final = VIR_STORAGE_POOL_INACTIVE
INACCESSIBLE: Final = VIR_STORAGE_POOL_INACCESSIBLE

NFS_41: Final = "NFS41"
"""What servers call an export that is mounted by NFS 4.1."""

_DATASTORE: Final = ("summary", "info", "host", "browser")
_STEPS: Final = (Step("datastore", "HostSystem", "datastore"),)


@record
class PoolHandle:
    """A storage pool as it was when it was looked up.

    Attributes:
        name: Of the datastore, as vSphere keeps it, which is what paths have and libvirt shows; or the target's iSCSI
            name.
        uuid: libvirt's: the MD5 of where the host has the datastore mounted, or of the iSCSI name.
        type: ``dir``, ``fs``, ``netfs`` or ``iscsi``.
        path: Where the host has a datastore mounted; None if the server does not tell, and for a target.
        host: The first of the connection's hosts that has the datastore.
        row: What was read of a datastore; None for a target.
        target: The iSCSI target, None for a datastore.
        problem: Why it cannot be used, or part of it was not to be read, for a person; None if all is well.
        inactive: What the connection knows of a pool that no host has; None for all others.
        active: Whether a host has it mounted: not, where it is known to this connection alone, or is a volume that was
            unmounted.
    """

    name: str
    uuid: str
    type: str
    path: str | None = None
    host: Ref | None = None
    row: Row | None = field(default=None, repr=False)
    target: Target | None = field(default=None, repr=False)
    problem: str | None = None
    inactive: Inactive | None = None
    active: bool = True

    @property
    def datastore(self) -> Ref:
        """The `Datastore`.

        Raises:
            EsxvirtError: It is an iSCSI target.
            OperationInvalidError: No host has it.
        """
        if self.inactive is not None:
            raise OperationInvalidError(f"storage pool '{self.name}' is not active")
        if self.row is None:
            raise EsxvirtError(f"'{self.name}' is an iSCSI target and no datastore")
        return self.row.ref


@record(frozen=True)
class PoolInfo:
    """State (`RUNNING`, `INACCESSIBLE` or `INACTIVE`), and bytes."""

    state: int
    capacity: int = 0
    allocation: int = 0
    available: int = 0


def definitions_of(connection: Connection) -> Definitions:
    """Return what a connection alone knows of pools."""
    if connection.pools is None:
        connection.pools = Definitions()
    return connection.pools


def read_pools(connection: Connection) -> list[PoolHandle]:
    """Return all pools of the connection's hosts: datastores, then iSCSI targets, each once. One SOAP call.

    Behind them are those that the connection alone knows.
    """
    hosts = connection.scope.hosts
    query = Query({"Datastore": _DATASTORE, "HostSystem": ISCSI_PROPERTIES}, hosts, _STEPS)
    rows = retrieve(connection.session, query)
    datastores = [_of_datastore(row, hosts) for row in rows if row.ref.type == "Datastore"]
    targets = targets_of(row for row in rows if row.ref.type == "HostSystem")
    found = datastores + [PoolHandle(one.name, of_text(one.name), "iscsi", target=one) for one in targets]
    known = () if connection.pools is None else connection.pools.inactive.values()
    names = {unescape(pool.name) for pool in found}  # another client may have defined one of that name since
    found += [of_definition(one) for one in known if one.host in hosts and unescape(one.definition.name) not in names]
    connection.pools_read = (hosts, found)
    return found


def of_definition(inactive: Inactive) -> PoolHandle:
    """Return the pool that only the connection knows."""
    definition = inactive.definition
    return PoolHandle(
        definition.name, inactive.uuid, definition.type, host=inactive.host, inactive=inactive, active=False
    )


def known_pools(connection: Connection) -> list[PoolHandle] | None:
    """Return the pools as they were when they were last read, to find where something is; None if they never were.

    No call.

    Who finds nothing there, or is refused, reads them again. Their sizes are of old.
    """
    hosts, pools = connection.pools_read
    return pools if pools and hosts == connection.scope.hosts else None


def _of_datastore(row: Row, hosts: Iterable[Ref]) -> PoolHandle:
    """Return the pool of a datastore: what the server does not tell is no reason not to show the rest."""
    summary = row.get("summary")
    name = str((summary.name if summary is not None else None) or row.ref.value)
    host, path = _mount(row, tuple(hosts))
    kind = {"VmfsDatastoreInfo": "fs", "NasDatastoreInfo": "netfs"}.get(_info_kind(row), "dir")
    problem = None
    active = host is None or is_mounted(row, host)
    if row.missing:
        faults = ", ".join(sorted(set(row.missing.values())))
        problem = f"{', '.join(sorted(row.missing))} cannot be read ({faults})"
    elif not active:
        problem = None
    elif path is None:
        problem = "the server does not tell where the host has it mounted"
    elif summary is not None and not summary.accessible:
        problem = "the host cannot reach it"
    # Where there is no mount path libvirt crashes; the URL has the same path on VMFS and NFS.
    key = path or _path_of_url((summary.url if summary is not None else None) or "") or row.ref.value
    return PoolHandle(name, of_text(key), kind, path, host, row, None, problem, active=active)


def _info_kind(row: Row) -> str:
    about = row.get("info")
    return about.kind if about is not None else ""


def is_mounted(row: Row, host: Ref) -> bool:
    """Return whether a host that knows a datastore has it mounted.

    Hosts of before 5.0 do not say, and know no other.
    """
    mounts = {mount.key: mount.mountInfo for mount in row.get("host") or ()}
    found = mounts.get(host)
    return found is None or found.mounted is not False


def hosts_with(pool: PoolHandle) -> tuple[Ref, ...]:
    """Return all hosts that know a datastore, those of the connection and others that the account may see."""
    return tuple(mount.key for mount in (pool.row.get("host") if pool.row is not None else None) or ())


def disks_of(pool: PoolHandle) -> tuple[str, ...]:
    """Return the disks that a VMFS volume is on, as hosts call them; none for others."""
    about = pool.row.get("info") if pool.row is not None else None
    volume = about.vmfs if about is not None and about.kind == "VmfsDatastoreInfo" else None
    return tuple(extent.diskName for extent in (volume.extent if volume is not None else None) or ())


def _mount(row: Row, hosts: tuple[Ref, ...]) -> tuple[Ref | None, str | None]:
    """Return the first of the hosts that has a datastore, best one that tells where; and where that is."""
    mounts = {mount.key: mount.mountInfo for mount in row.get("host") or ()}
    there = sorted((host for host in hosts if host in mounts), key=lambda host: not is_mounted(row, host))
    told = [(host, mounts[host].path) for host in there if mounts[host] is not None and mounts[host].path]
    return told[0] if told else (there[0] if there else None, None)


def place_of(connection: Connection, pool: PoolHandle) -> HostPlace:
    """Return where a datastore is: in the datacenter of a host that has it."""
    return connection.scope.place(pool.host)


def _path_of_url(url: str) -> str:
    return url.removeprefix("ds://").rstrip("/")


def warn(pools: Iterable[PoolHandle]) -> None:
    """Tell of pools that somebody is shown and that cannot be used, or not be read whole."""
    for pool in pools:
        if pool.problem is not None:
            _log.warning("storage pool '%s': %s", pool.name, pool.problem)


def _lookup(connection: Connection, fits: Callable[[PoolHandle], bool], missing_message: str) -> PoolHandle:
    for pool in read_pools(connection):
        if fits(pool):
            return pool
    raise PoolNotFoundError(missing_message)


def lookup_by_name(connection: Connection, name: str) -> PoolHandle:
    """Return the pool of that name (virStoragePoolLookupByName), in any of its writings. One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
        AmbiguousError: There are several, in as many datacenters.
    """
    present = read_pools(connection)
    meant = find_stored([pool.name for pool in present], name)
    found = [pool for pool in present if pool.name == meant]
    if len(found) > 1:
        choices = ", ".join(pool.uuid for pool in found[:5])
        raise AmbiguousError(
            f"There are {len(found)} storage pools with name '{name}', in datacenters of their own; say which by its "
            f"UUID, or with --host: {choices}"
        )
    if not found:
        raise PoolNotFoundError(f"Could not find storage pool with name '{name}'")
    return found[0]


def lookup_by_uuid(connection: Connection, uuid: str) -> PoolHandle:
    """Return the pool of that UUID (virStoragePoolLookupByUUID). One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
    """
    wanted = normalize(uuid)
    return _lookup(connection, lambda pool: pool.uuid == wanted, f"Could not find storage pool with uuid '{wanted}'")


def lookup_by_path(connection: Connection, path: str) -> PoolHandle:
    """Return the pool that a host has mounted there (virStoragePoolLookupByTargetPath). One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
    """
    found = find_mounted(read_pools(connection), f"{path.rstrip('/')}/")
    if found is None or found[1]:
        raise PoolNotFoundError(f"Could not find storage pool with target path '{path}'")
    return found[0]


def find_mounted(present: Iterable[PoolHandle], path: str) -> tuple[PoolHandle, str] | None:
    """Return the datastore that a path is in where a host has it mounted, and what follows; None if it is in none.

    It is mounted where the host tells, and below `VOLUMES` by its name, in each writing.
    """
    stores = [pool for pool in present if pool.target is None]
    for mount_of in (_told, lambda pool: VOLUMES + pool.name, lambda pool: VOLUMES + unescape(pool.name)):
        for pool in stores:
            mount = mount_of(pool)
            rest = below(path, mount) if mount else None
            if rest is not None:
                return pool, rest
    name, _, rest = path.removeprefix(VOLUMES).partition("/")
    meant = find_stored([pool.name for pool in stores], name) if path.startswith(VOLUMES) else None
    return next(((pool, rest) for pool in stores if pool.name == meant), None)


def _told(pool: PoolHandle) -> str:
    return "" if pool.path is None else pool.path.rstrip("/")


def read_again(connection: Connection, pool: PoolHandle) -> PoolHandle:
    """Return a pool as it is now. One SOAP call.

    Raises:
        PoolNotFoundError: It is gone.
    """
    return lookup_by_uuid(connection, pool.uuid)


def info(pool: PoolHandle) -> PoolInfo:
    """State and sizes as they were when the pool was read. A target has no sizes: its LUNs have."""
    if not pool.active:
        return PoolInfo(INACTIVE)
    if pool.row is None:
        return PoolInfo(RUNNING)
    summary = pool.row.get("summary")
    if summary is None or not summary.accessible:
        return PoolInfo(INACCESSIBLE)
    capacity, free = summary.capacity or 0, summary.freeSpace or 0
    return PoolInfo(RUNNING, capacity, capacity - free, free)


def describe(pool: PoolHandle) -> Pool:
    """Return the description of a pool, as it was when it was read."""
    sizes = info(pool)
    source: dict[str, Any] = {}
    path = pool.path
    if pool.inactive is not None:
        source, path = _source_of(pool.inactive.definition), pool.inactive.definition.path
    elif pool.target is not None:
        source = {"host": pool.target.address, "port": pool.target.port, "initiator": pool.name}
    elif pool.row is not None and pool.type == "netfs":
        nas = pool.row.get("info").nas
        source = {"host": nas.remoteHost, "directory": nas.remotePath, "format": "nfs"} if nas else {"format": "nfs"}
        if nas and nas.type == NFS_41:
            source["protocol"] = "4.1"
    elif pool.type == "fs":
        source = {"format": "vmfs"}
    return Pool(
        type=pool.type,
        name=pool.name,
        uuid=pool.uuid,
        capacity=sizes.capacity,
        allocation=sizes.allocation,
        available=sizes.available,
        path=path,
        **source,
    )


def _source_of(definition: PoolDefinition) -> dict[str, Any]:
    """Return what a pool is to be made of, as its description has it."""
    if definition.type != NETFS:
        return {"device": definition.device or None, "format": "vmfs"}
    source: dict[str, Any] = {"host": definition.host, "directory": definition.directory, "format": "nfs"}
    return source | ({"protocol": "4.1"} if definition.nfs_4 else {})


def refresh(connection: Connection, pool: PoolHandle) -> None:
    """Have the server look again what is there (virStoragePoolRefresh).

    One SOAP call for a datastore; for a target 1, and 1 an adapter that reaches it.

    Raises:
        ServerFault: The server refused.
    """
    session = connection.session
    write = Write("", f"refresh '{pool.name}' again")
    if pool.target is None:
        datastore = pool.datastore
        call_and_verify(session, write, lambda: session.call(datastore, "RefreshDatastore"))
        return
    for host, device in pool.target.adapters:
        for row in retrieve(session, Query({"HostSystem": ("configManager.storageSystem",)}, [host])):
            system = row.get("configManager.storageSystem")
            if system is not None:
                change_part(connection, write, host, system, "RescanHba", device)
