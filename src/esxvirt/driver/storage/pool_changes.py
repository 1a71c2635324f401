"""Making, starting, stopping and removing pools: exports are mounted and unmounted, VMFS volumes made and deleted.

A host keeps a mount in its configuration, and nothing of an export that it has not mounted: to define a pool of NFS is
to mount it. A volume is made by building it, and nothing else; what is defined and not built is the connection's own.
Unmounting deletes nothing, of neither.
"""

from typing import Final

from esxvirt.datastore_path import VOLUMES
from esxvirt.driver._late import pool_xml, vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.validating import can_validate
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.storage import vmfs
from esxvirt.driver.storage.pool_definitions import Inactive, is_called, stored
from esxvirt.driver.storage.pools import (
    NFS_41,
    PoolHandle,
    definitions_of,
    hosts_with,
    is_mounted,
    lookup_by_uuid,
    of_definition,
    read_pools,
)
from esxvirt.driver.tasks.lost_answers import Write, look_again
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    OperationFailedError,
    OperationInvalidError,
    OperationUnsupportedError,
    PoolNotFoundError,
    XmlError,
)
from esxvirt.logs import Log
from esxvirt.records import replace
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import DONE, tell
from esxvirt.vsphere.versions import has_nfs_41, unmounts_volumes
from esxvirt.xml.storage.pool import FS, NETFS, PoolDefinition

__all__ = ["build", "create", "define", "delete", "destroy", "start", "undefine"]

_log = Log(__name__)

_STORAGE: Final = "configManager.storageSystem"
_ACTIVE: Final = "storage pool '{}' is active"
_NOT_ACTIVE: Final = "storage pool '{}' is not active"
_ONLY_OVERWRITTEN: Final = (
    "a volume is made by building the pool with --overwrite (VIR_STORAGE_POOL_BUILD_OVERWRITE) alone: what is on the "
    "disk is lost by it"
)


def define(connection: Connection, xml: str, *, validate: bool = False) -> PoolHandle:
    """Define a pool (virStoragePoolDefineXML): mount an export; keep in mind what a volume is to be. 4 SOAP calls.

    Args:
        connection: The connection.
        xml: The pool's.
        validate: Whether the XML must fit libvirt's schema, too; where there is none to check with, a warning says so.

    Raises:
        XmlError: The XML is none, or lacks what it must have.
        InvalidArgumentError: The connection is to several hosts.
        ConfigUnsupportedError: It asks for what a host does not do.
        OperationFailedError: There is another pool of that name, UUID or source.
        OperationUnsupportedError: There is that pool, and it is another by now.
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    definition, host, same = _wanted(connection, xml, validate=validate)
    if same is not None and same.inactive is None:
        return _unchanged(same, definition)
    uuid = same.uuid if same is not None else None
    if definition.type == NETFS and same is None:
        pool = _mount(connection, host, definition)
        definitions_of(connection).begun.add(pool.uuid)
        return pool
    inactive = Inactive.of(definition, host, uuid)
    definitions_of(connection).inactive[definition.name] = inactive
    if definition.type == FS:
        _log.warning(
            "storage pool '%s': the host keeps nothing of it until it is built, which takes this connection "
            "(or pool-create with --build --overwrite)",
            definition.name,
        )
    return of_definition(inactive)


def create(connection: Connection, xml: str, *, overwrite: bool = False, validate: bool = False) -> PoolHandle:
    """Make an active pool (virStoragePoolCreateXML): as `define`, and a volume where `overwrite` says so.

    Arguments and errors as `define`. 4 SOAP calls, 6 for a volume.

    Raises:
        OperationInvalidError: It is active already; or it is a volume, and nothing on the disk may be overwritten.
    """
    definition, host, same = _wanted(connection, xml, validate=validate)
    if same is not None and same.inactive is None:
        raise OperationInvalidError(f"pool is already active as '{same.name}'")
    return _bring_up(connection, host, definition, overwrite=overwrite)


def start(connection: Connection, pool: PoolHandle, *, overwrite: bool = False) -> PoolHandle:
    """Start a pool (virStoragePoolCreate), and return it as it is then.

    Nothing is left to do for an export that this connection has defined. One that was unmounted is mounted again, and
    so is a volume; one that is not made yet is, where `overwrite` says so.

    Raises:
        OperationInvalidError: It is active; or it is a volume, and nothing on the disk may be overwritten.
        OperationUnsupportedError: It is an iSCSI target.
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    _check_kind(pool, "started")
    now = lookup_by_uuid(connection, pool.uuid)
    if now.inactive is not None:
        return _bring_up(connection, now.inactive.host, now.inactive.definition, overwrite=overwrite)
    begun = definitions_of(connection).begun
    if now.active:
        if now.uuid not in begun:
            raise OperationInvalidError(_ACTIVE.format(now.name))
        _refuse_overwriting(now.type, overwrite=overwrite)
        begun.discard(now.uuid)
        return now
    _switch(connection, now, mounted=True)
    return replace(now, active=True)


def destroy(connection: Connection, pool: PoolHandle) -> PoolHandle:
    """Unmount a pool (virStoragePoolDestroy), and return it as it is then: nothing on it is deleted. 4 SOAP calls.

    Of an export the connection keeps in mind what it was: it can be started again, or undefined.

    Raises:
        OperationInvalidError: It is not active.
        OperationUnsupportedError: It is no export or volume, or the server is too old to unmount one.
        InvalidArgumentError: Several hosts of the connection have it mounted.
        ServerFault: The server refused, such as where machines are on it.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    _check_kind(pool, "stopped")
    now = lookup_by_uuid(connection, pool.uuid)
    if not now.active:
        raise OperationInvalidError(_NOT_ACTIVE.format(now.name))
    if now.type != NETFS:
        _switch(connection, now, mounted=False)
        return replace(now, active=False)
    host = _only_host_with(connection, now)
    system = vmfs.datastore_system(connection, host)
    look = f"look for the storage pool '{now.name}'"
    write = Write(f"Could not unmount '{now.name}'", look, lambda: not _is_mounted_by(connection, now, host))
    try:
        change_part(connection, write, host, system, "RemoveDatastore", now.datastore)
    finally:
        definitions_of(connection).begun.discard(now.uuid)
    definition = _definition_of(now)
    if definition is None:
        return now
    inactive = Inactive(definition, host, now.uuid)
    definitions_of(connection).inactive[now.name] = inactive
    return of_definition(inactive)


def undefine(connection: Connection, pool: PoolHandle) -> None:
    """Forget a pool that is not active (virStoragePoolUndefine). One SOAP call.

    Raises:
        OperationInvalidError: It is active.
        OperationUnsupportedError: It is a volume, which a host knows as long as there is one.
        PoolNotFoundError: It is gone.
    """
    now = lookup_by_uuid(connection, pool.uuid)
    if now.active:
        raise OperationInvalidError(_ACTIVE.format(now.name))
    if now.inactive is None:
        raise OperationUnsupportedError(
            f"the volume '{now.name}' is unmounted, and the host knows it as long as there is one: start it, and "
            "delete it if nobody needs what is on it"
        )
    del definitions_of(connection).inactive[now.name]


def build(connection: Connection, pool: PoolHandle, *, overwrite: bool = False) -> PoolHandle:
    """Build a pool (virStoragePoolBuild): make a volume where `overwrite` says so; for an export nothing is to do.

    The pool is returned as it is then.

    Raises:
        OperationInvalidError: It is active; nothing may be overwritten; something is on the disk.
        OperationUnsupportedError: It is an iSCSI target; or something of an export is to be overwritten.
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    _check_kind(pool, "built")
    now = lookup_by_uuid(connection, pool.uuid)
    if now.active and now.uuid not in definitions_of(connection).begun:
        raise OperationInvalidError(_ACTIVE.format(now.name))
    _refuse_overwriting(now.type, overwrite=overwrite)
    if now.type == NETFS:
        return now
    if now.inactive is None:
        raise OperationInvalidError(f"there is the volume '{now.name}' already, which is not mounted: start it")
    return _bring_up(connection, now.inactive.host, now.inactive.definition, overwrite=overwrite)


def delete(connection: Connection, pool: PoolHandle) -> None:
    """Delete a VMFS volume with all that is on it (virStoragePoolDelete), unless machines are on it. 6 SOAP calls.

    Of an export nothing is deleted, whatever is asked for: one that is mounted is refused.

    Raises:
        OperationInvalidError: Machines are on it, or it is not mounted, so that nobody can tell; or it is an export.
        OperationUnsupportedError: It is an iSCSI target, or the server does not tell what is on it.
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    _check_kind(pool, "deleted")
    now = lookup_by_uuid(connection, pool.uuid)
    if now.type == NETFS:
        if now.active:
            raise OperationInvalidError(_ACTIVE.format(now.name))
        return
    if now.inactive is not None:
        raise OperationInvalidError(f"there is no volume '{now.name}' yet")
    if not now.active or now.host is None:
        raise OperationInvalidError(
            f"the volume '{now.name}' is not mounted, so that nobody can tell what is on it: start it first"
        )
    system = vmfs.datastore_system(connection, now.host)
    vmfs.check_nothing_needs_it(connection, now)
    look = f"look for the storage pool '{now.name}'"
    write = Write(f"Could not delete '{now.name}'", look, lambda: not _is_there(connection, now))
    change_part(connection, write, now.host, system, "RemoveDatastore", now.datastore)


# What is wanted, and whether it can be.


def _wanted(connection: Connection, xml: str, *, validate: bool) -> tuple[PoolDefinition, Ref, PoolHandle | None]:
    """Return what XML asks for, the host that is to have it, and the pool that is meant, if there is one."""
    definition = pool_xml.parse_pool(xml, validate=validate and can_validate("storagepool"))
    if definition.type not in {NETFS, FS}:
        raise ConfigUnsupportedError(
            f"no pools of the type '{definition.type}' can be made: there are netfs (an export) and fs (a VMFS volume)"
        )
    host = connection.scope.only_host().ref
    same = _find_same(definition, read_pools(connection))
    if same is None and definition.type == FS and not definition.device:
        raise XmlError("missing storage pool source device name")
    return definition, host, same


def _find_same(definition: PoolDefinition, pools: list[PoolHandle]) -> PoolHandle | None:
    """The pool that a definition means, where it has no name, UUID or source of another (virStoragePoolObjListAdd).

    Raises:
        OperationFailedError: It is another's.
    """
    for pool in pools:
        if not is_called(pool.name, definition.name) and _has_source(pool, definition):
            raise OperationFailedError(f"Storage source conflict with pool: '{pool.name}'")
    for pool in pools:
        if definition.uuid == pool.uuid and not is_called(definition.name, pool.name):
            raise OperationFailedError(f"pool '{pool.name}' is already defined with uuid {pool.uuid}")
    same = next((pool for pool in pools if is_called(pool.name, definition.name)), None)
    if same is not None and definition.uuid != same.uuid:
        raise OperationFailedError(f"pool '{same.name}' already exists with uuid {same.uuid}")
    return same


def _has_source(pool: PoolHandle, definition: PoolDefinition) -> bool:
    if definition.type == FS:
        device = definition.device.rpartition("/")[2]
        own = pool.inactive.definition.device.rpartition("/")[2] if pool.inactive is not None else ""
        return bool(device) and (device == own or vmfs.is_on(pool, device))
    known = _definition_of(pool)
    return known is not None and (known.host, known.directory) == (definition.host, definition.directory)


def _unchanged(pool: PoolHandle, definition: PoolDefinition) -> PoolHandle:
    """Return the pool, where its definition is what it was.

    Raises:
        OperationUnsupportedError: It is another.
    """
    if definition.type == pool.type:
        known = _definition_of(pool)
        if definition.type == FS and (not definition.device or vmfs.is_on(pool, definition.device)):
            return pool
        if known is not None and _export(known) == _export(definition):
            return pool
    raise OperationUnsupportedError(
        f"storage pool '{pool.name}' cannot be changed while it is there: destroy it, and define it anew"
    )


def _export(definition: PoolDefinition) -> tuple[str, str, bool]:
    return definition.host, definition.directory, definition.nfs_4


def _definition_of(pool: PoolHandle) -> PoolDefinition | None:
    """Return what an export is mounted of; None for others, and where the server does not tell."""
    if pool.inactive is not None:
        return pool.inactive.definition if pool.inactive.definition.type == NETFS else None
    about = pool.row.get("info") if pool.row is not None and pool.type == NETFS else None
    nas = about.nas if about is not None else None
    if nas is None:
        return None
    return PoolDefinition(
        NETFS, pool.name, pool.uuid, nas.remoteHost, nas.remotePath, nas.type == NFS_41, "", pool.path
    )


def _check_kind(pool: PoolHandle, done: str) -> None:
    if pool.type not in {NETFS, FS}:
        what = "an iSCSI target" if pool.target is not None else "a directory of the server's"
        raise OperationUnsupportedError(f"'{pool.name}' is {what}: it is not {done} here")


def _refuse_overwriting(kind: str, *, overwrite: bool) -> None:
    if kind == NETFS and overwrite:
        raise OperationUnsupportedError("nothing of an export is overwritten")


def _only_host_with(connection: Connection, pool: PoolHandle) -> Ref:
    """Return the host of the connection that has a datastore mounted.

    Raises:
        InvalidArgumentError: There are several; the message tells how to say which.
    """
    assert pool.row is not None  # noqa: S101  a datastore's
    known = set(hosts_with(pool))
    having = [place for place in connection.scope.places if place.ref in known and is_mounted(pool.row, place.ref)]
    if len(having) == 1:
        return having[0].ref
    if not having:
        raise PoolNotFoundError(f"Could not find storage pool with name '{pool.name}'")
    names = ", ".join(f"'{place.text}'" for place in having[:5])
    raise InvalidArgumentError(
        f"{len(having)} hosts have '{pool.name}' mounted; name one with --host, or at the end of the connection's URI: "
        f"{names}"
    )


def _is_there(connection: Connection, pool: PoolHandle) -> bool:
    return any(now.uuid == pool.uuid and now.inactive is None for now in read_pools(connection))


def _is_mounted_by(connection: Connection, pool: PoolHandle, host: Ref) -> bool:
    """Return whether a host has a datastore mounted: what a lost answer tells."""
    for now in read_pools(connection):
        if now.uuid == pool.uuid and now.row is not None:
            return host in hosts_with(now) and is_mounted(now.row, host)
    return False


# What is done.


def _bring_up(connection: Connection, host: Ref, definition: PoolDefinition, *, overwrite: bool) -> PoolHandle:
    """Mount an export, or make a volume."""
    _refuse_overwriting(definition.type, overwrite=overwrite)
    if definition.type == NETFS:
        return _mount(connection, host, definition)
    if not overwrite:
        raise OperationInvalidError(f"there is no volume '{definition.name}' yet; {_ONLY_OVERWRITTEN}")
    vmfs.make(connection, host, definition)
    return _found(connection, host, definition)


def _mount(connection: Connection, host: Ref, definition: PoolDefinition) -> PoolHandle:
    """Mount an export. 3 SOAP calls."""
    system = vmfs.datastore_system(connection, host)
    spec = vim.host.NasVolume.Specification(
        remoteHost=definition.host,
        remotePath=definition.directory,
        localPath=stored(definition.name),
        accessMode="readWrite",
    )
    if definition.nfs_4:
        if not has_nfs_41(connection.session.version):
            raise ConfigUnsupportedError(
                f"NFS 4.1 came with vSphere 6.0, and the server has {connection.session.about.version}: leave it out "
                "for NFS 3"
            )
        spec.type, spec.remoteHostNames = NFS_41, [definition.host]

    def done() -> bool:
        return any(
            is_called(pool.name, definition.name) and _is_of(pool, definition, host) for pool in read_pools(connection)
        )

    write = Write(f"Could not mount '{definition.name}'", f"look for the storage pool '{definition.name}'", done)
    change_part(connection, write, host, system, "CreateNasDatastore", spec)
    return _found(connection, host, definition)


def _is_of(pool: PoolHandle, definition: PoolDefinition, host: Ref) -> bool:
    """Return whether a pool is what a definition asks for, on a host."""
    if pool.inactive is not None or host not in hosts_with(pool):
        return False
    if definition.type == FS:
        return vmfs.is_on(pool, definition.device)
    known = _definition_of(pool)
    return known is not None and _export(known) == _export(definition)


def _found(connection: Connection, host: Ref, definition: PoolDefinition) -> PoolHandle:
    """Return the pool that was made, looked up."""
    name = definition.name
    definitions_of(connection).inactive.pop(name, None)

    def find() -> PoolHandle | None:
        return next((pool for pool in read_pools(connection) if _is_of(pool, definition, host)), None)

    try:
        pool = look_again(find)
    except EsxvirtError as error:
        error.args = (f"Storage pool '{name}' was made, but cannot be looked up: {error}",)
        raise
    except KeyboardInterrupt as interrupt:
        tell(interrupt, f"{DONE}: there is the storage pool '{name}' now", done=True)
        raise
    if pool is None:
        raise EsxvirtError(f"Storage pool '{name}' was made, but the server does not list it")
    if definition.uuid is not None and definition.uuid != pool.uuid:
        _log.warning("storage pool '%s' has the UUID %s: hosts give none that is asked for", name, pool.uuid)
    if definition.path is not None and definition.path.rstrip("/") not in {pool.path, VOLUMES + name}:
        _log.warning("storage pool '%s' is at %s: hosts choose that by themselves", name, pool.path)
    return pool


def _switch(connection: Connection, pool: PoolHandle, *, mounted: bool) -> None:
    """Mount a volume, or unmount it. 2 SOAP calls."""
    verb = "mount" if mounted else "unmount"
    assert pool.row is not None  # noqa: S101  a datastore's
    if not unmounts_volumes(connection.session.version):
        raise OperationUnsupportedError(
            f"volumes are unmounted since vSphere 5.0, and the server has {connection.session.about.version}"
        )
    about = pool.row.get("info")
    volume = about.vmfs if about is not None else None
    if volume is None or volume.uuid is None or pool.host is None:
        raise EsxvirtError(f"the server does not tell what volume '{pool.name}' is")
    host = pool.host if mounted else _only_host_with(connection, pool)
    system = vmfs.part_of(connection, host, _STORAGE)
    look = f"look at the storage pool '{pool.name}'"
    write = Write(f"Could not {verb} '{pool.name}'", look, lambda: _is_mounted_by(connection, pool, host) == mounted)
    change_part(connection, write, host, system, f"{verb.capitalize()}VmfsVolume", volume.uuid)
