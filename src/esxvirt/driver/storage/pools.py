"""Storage pools: datastores, and the targets of iSCSI adapters."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from esxvirt.constants.storage import VIR_STORAGE_POOL_INACCESSIBLE, VIR_STORAGE_POOL_RUNNING
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.storage.iscsi import ISCSI_PROPERTIES, Target, targets_of
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.errors import AmbiguousError, EsxvirtError, PoolNotFoundError
from esxvirt.logs import Log
from esxvirt.names import unescape
from esxvirt.records import field, record
from esxvirt.uuids import normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.xml.storage.pool import Pool

__all__ = [
    "INACCESSIBLE",
    "RUNNING",
    "PoolHandle",
    "PoolInfo",
    "describe",
    "info",
    "known_pools",
    "lookup_by_name",
    "lookup_by_path",
    "lookup_by_uuid",
    "place_of",
    "read_again",
    "read_pools",
    "refresh",
    "warn",
]

_log = Log(__name__)

RUNNING: Final = VIR_STORAGE_POOL_RUNNING
INACCESSIBLE: Final = VIR_STORAGE_POOL_INACCESSIBLE

_DATASTORE: Final = ("summary", "info", "host", "browser")
_STEPS: Final = (Step("datastore", "HostSystem", "datastore"),)


@record
class PoolHandle:
    """A storage pool as it was when it was looked up.

    Attributes:
        name: Of the datastore, without vSphere's escapes; or the target's iSCSI name.
        uuid: libvirt's: the MD5 of where the host has the datastore mounted, or of the iSCSI name.
        type: ``dir``, ``fs``, ``netfs`` or ``iscsi``.
        path: Where the host has a datastore mounted; None if the server does not tell, and for a target.
        host: The first of the connection's hosts that has the datastore.
        row: What was read of a datastore; None for a target.
        target: The iSCSI target, None for a datastore.
        problem: Why it cannot be used, or part of it was not to be read, for a person; None if all is well.
    """

    name: str
    uuid: str
    type: str
    path: str | None = None
    host: Ref | None = None
    row: Row | None = field(default=None, repr=False)
    target: Target | None = field(default=None, repr=False)
    problem: str | None = None

    @property
    def datastore(self) -> Ref:
        """The `Datastore`.

        Raises:
            EsxvirtError: It is an iSCSI target.
        """
        if self.row is None:
            raise EsxvirtError(f"'{self.name}' is an iSCSI target and no datastore")
        return self.row.ref


@record(frozen=True)
class PoolInfo:
    """State (`RUNNING` or `INACCESSIBLE`), and bytes."""

    state: int
    capacity: int = 0
    allocation: int = 0
    available: int = 0


def read_pools(connection: Connection) -> list[PoolHandle]:
    """All pools of the connection's hosts: datastores, then iSCSI targets, each once. One SOAP call."""
    hosts = connection.scope.hosts
    query = Query({"Datastore": _DATASTORE, "HostSystem": ISCSI_PROPERTIES}, hosts, _STEPS)
    rows = retrieve(connection.session, query)
    datastores = [_of_datastore(row, hosts) for row in rows if row.ref.type == "Datastore"]
    targets = targets_of(row for row in rows if row.ref.type == "HostSystem")
    pools = datastores + [PoolHandle(one.name, of_text(one.name), "iscsi", target=one) for one in targets]
    connection.pools_read = (hosts, pools)
    return pools


def known_pools(connection: Connection) -> list[PoolHandle] | None:
    """The pools as they were when they were last read, to find where something is; None if they never were. No call.

    Who finds nothing there, or is refused, reads them again. Their sizes are of old.
    """
    hosts, pools = connection.pools_read
    return pools if pools and hosts == connection.scope.hosts else None


def _of_datastore(row: Row, hosts: Iterable[Ref]) -> PoolHandle:
    """The pool of a datastore: what the server does not tell is no reason not to show the rest."""
    summary = row.get("summary")
    name = unescape((summary.name if summary is not None else None) or row.ref.value)
    host, path = _mount(row, tuple(hosts))
    kind = {"VmfsDatastoreInfo": "fs", "NasDatastoreInfo": "netfs"}.get(_info_kind(row), "dir")
    problem = None
    if row.missing:
        faults = ", ".join(sorted(set(row.missing.values())))
        problem = f"{', '.join(sorted(row.missing))} cannot be read ({faults})"
    elif path is None:
        problem = "the server does not tell where the host has it mounted"
    elif summary is not None and not summary.accessible:
        problem = "the host cannot reach it"
    # Where there is no mount path libvirt crashes; the URL has the same path on VMFS and NFS.
    key = path or _path_of_url((summary.url if summary is not None else None) or "") or row.ref.value
    return PoolHandle(name, of_text(key), kind, path, host, row, None, problem)


def _info_kind(row: Row) -> str:
    about = row.get("info")
    return about.kind if about is not None else ""


def _mount(row: Row, hosts: tuple[Ref, ...]) -> tuple[Ref | None, str | None]:
    """The first of the hosts that has a datastore, best one that tells where; and where that is."""
    mounts = {mount.key: mount.mountInfo for mount in row.get("host") or ()}
    there = [host for host in hosts if host in mounts]
    told = [(host, mounts[host].path) for host in there if mounts[host] is not None and mounts[host].path]
    return told[0] if told else (there[0] if there else None, None)


def place_of(connection: Connection, pool: PoolHandle) -> HostPlace:
    """Where a datastore is: in the datacenter of a host that has it."""
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
    """The pool of that name (virStoragePoolLookupByName). One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
        AmbiguousError: There are several, in as many datacenters.
    """
    found = [pool for pool in read_pools(connection) if pool.name == name]
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
    """The pool of that UUID (virStoragePoolLookupByUUID). One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
    """
    wanted = normalize(uuid)
    return _lookup(connection, lambda pool: pool.uuid == wanted, f"Could not find storage pool with uuid '{wanted}'")


def lookup_by_path(connection: Connection, path: str) -> PoolHandle:
    """The pool that a host has mounted there (virStoragePoolLookupByTargetPath). One SOAP call.

    Raises:
        PoolNotFoundError: There is none.
    """
    wanted = path.rstrip("/")
    return _lookup(
        connection,
        lambda pool: pool.path is not None and pool.path.rstrip("/") == wanted,
        f"Could not find storage pool with target path '{path}'",
    )


def read_again(connection: Connection, pool: PoolHandle) -> PoolHandle:
    """A pool as it is now. One SOAP call.

    Raises:
        PoolNotFoundError: It is gone.
    """
    return lookup_by_uuid(connection, pool.uuid)


def info(pool: PoolHandle) -> PoolInfo:
    """State and sizes as they were when the pool was read. A target has no sizes: its LUNs have."""
    if pool.row is None:
        return PoolInfo(RUNNING)
    summary = pool.row.get("summary")
    if summary is None or not summary.accessible:
        return PoolInfo(INACCESSIBLE)
    capacity, free = summary.capacity or 0, summary.freeSpace or 0
    return PoolInfo(RUNNING, capacity, capacity - free, free)


def describe(pool: PoolHandle) -> Pool:
    """The description of a pool, as it was when it was read."""
    sizes = info(pool)
    source: dict[str, Any] = {}
    if pool.target is not None:
        source = {"host": pool.target.address, "port": pool.target.port, "initiator": pool.name}
    elif pool.row is not None and pool.type == "netfs":
        nas = pool.row.get("info").nas
        source = {"host": nas.remoteHost, "directory": nas.remotePath, "format": "nfs"} if nas else {"format": "nfs"}
    elif pool.type == "fs":
        source = {"format": "vmfs"}
    return Pool(
        type=pool.type,
        name=pool.name,
        uuid=pool.uuid,
        capacity=sizes.capacity,
        allocation=sizes.allocation,
        available=sizes.available,
        path=pool.path,
        **source,
    )


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
