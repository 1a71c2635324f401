"""VMFS volumes: the disks that could take one, making one, and what is on one before it is deleted."""

from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import GSX
from esxvirt.driver.host.host_parts import call_part, change_part
from esxvirt.driver.storage import volumes
from esxvirt.driver.storage.pool_definitions import is_called, stored
from esxvirt.driver.storage.pools import PoolHandle, disks_of, read_pools
from esxvirt.driver.tasks.lost_answers import Write
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    OperationInvalidError,
    OperationUnsupportedError,
    XmlError,
)
from esxvirt.names import unescape
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Step, retrieve
from esxvirt.xml.storage.pool import PoolDefinition

__all__ = ["check_nothing_needs_it", "datastore_system", "find_sources", "is_on", "make", "part_of"]

_DATASTORES: Final = "configManager.datastoreSystem"
_MACHINES: Final = ("*.vmx", "*.vmtx")
_MACHINE: Final = (Step("vm", "Datastore", "vm"),)
_SHOWN: Final = 5


def part_of(connection: Connection, host: Ref, path: str) -> Ref:
    """Return a manager of a host, by the property that has it. One SOAP call.

    Raises:
        EsxvirtError: The account may not see it.
    """
    for row in retrieve(connection.session, Query({"HostSystem": (path,)}, [host])):
        if row.get(path) is not None:
            found: Ref = row.get(path)
            return found
    name = connection.scope.place(host).name
    raise EsxvirtError(f"the host '{name}' does not tell its {path.rpartition('.')[2]}; may the account see it?")


def datastore_system(connection: Connection, host: Ref) -> Ref:
    """Return the `HostDatastoreSystem` of a host. One SOAP call.

    Raises:
        ConfigUnsupportedError: It is a product without one that does anything.
        EsxvirtError: The account may not see it.
    """
    if connection.product == GSX:
        raise ConfigUnsupportedError("VMware Server mounts no exports and makes no volumes: it has local directories")
    return part_of(connection, host, _DATASTORES)


def find_sources(connection: Connection, device: str | None = None) -> list[str]:
    """Return the devices of the disks that could take a VMFS volume, of the only host; with `device`, that one alone.

    2 SOAP calls, 3 where the host is not known yet.

    Raises:
        InvalidArgumentError: The connection is to several hosts.
        ServerFault: The server refused.
    """
    host = connection.scope.only_host().ref
    system = datastore_system(connection, host)
    found = call_part(connection, host, system, "QueryAvailableDisksForVmfs")
    return [str(disk.devicePath) for disk in found or () if device is None or _is_named(disk, device)]


def _is_named(disk: Any, device: str) -> bool:
    name = device.rpartition("/")[2]
    return bool(name) and name in {disk.canonicalName, (disk.devicePath or "").rpartition("/")[2]}


def is_on(pool: PoolHandle, device: str) -> bool:
    """Return whether a VMFS volume is on a disk, which is named by its device or as hosts call it."""
    return device.rpartition("/")[2] in disks_of(pool)


def make(connection: Connection, host: Ref, definition: PoolDefinition) -> None:
    """Make a volume of a whole disk: what was on the disk is lost. 4 SOAP calls.

    That no volume is on the disk is looked up immediately before.

    Raises:
        XmlError: The definition names no disk.
        OperationInvalidError: The disk is none that could take a volume.
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
    """
    if not definition.device:
        raise XmlError("missing storage pool source device name")
    system = datastore_system(connection, host)
    free = call_part(connection, host, system, "QueryAvailableDisksForVmfs")
    disk = next((disk for disk in free or () if _is_named(disk, definition.device)), None)
    if disk is None:
        raise OperationInvalidError(_why_not(connection, definition.device))
    options = call_part(connection, host, system, "QueryVmfsDatastoreCreateOptions", disk.devicePath)
    whole = [one for one in options or () if one.info.kind == "VmfsDatastoreAllExtentOption"]
    if not whole:
        raise OperationInvalidError(
            f"the host makes no volume of the whole of '{definition.device}': look what is on it"
        )
    spec = connection.session.typed(whole[0].spec)
    spec.vmfs.volumeName = stored(definition.name)

    def done() -> bool:
        return any(
            is_called(pool.name, definition.name) and is_on(pool, definition.device) for pool in read_pools(connection)
        )

    write = Write(f"Could not make '{definition.name}'", f"look for the storage pool '{definition.name}'", done)
    change_part(connection, write, host, system, "CreateVmfsDatastore", spec)


def _why_not(connection: Connection, device: str) -> str:
    """Return why a disk can take no volume."""
    holder = next((pool for pool in read_pools(connection) if is_on(pool, device)), None)
    if holder is None:
        return f"'{device}' is no disk that could take a volume: find-storage-pool-sources fs lists those"
    return f"the storage pool '{holder.name}' is on '{device}': delete it first, if nobody needs what is on it"


def check_nothing_needs_it(connection: Connection, pool: PoolHandle) -> None:
    """Refuse to delete a volume that machines are on: those that the server has, and VMX files that any may be of.

    1 SOAP call, and a search, which are 2 or 3, and more if it takes long.

    Raises:
        OperationInvalidError: There is one; the message names it.
        OperationUnsupportedError: The server does not tell what is on it.
        ServerFault: The server refused to look.
    """
    what = f"storage pool '{pool.name}' is not deleted"
    files = volumes.files_below(connection, pool, "", _MACHINES)
    if files:
        raise OperationInvalidError(f"{what}: there are files of machines on it: {_list(files)}")
    query = Query({"Datastore": ("vm",), "VirtualMachine": ("name",)}, [pool.datastore], _MACHINE)
    rows = retrieve(connection.session, query)
    if any(row.missing for row in rows if row.ref.type == "Datastore"):
        raise OperationUnsupportedError(f"{what}: the account may not see what machines are on it")
    machines = [unescape(row.get("name") or row.ref.value) for row in rows if row.ref.type == "VirtualMachine"]
    named = sum(len(row.get("vm") or ()) for row in rows if row.ref.type == "Datastore")
    if named or machines:
        raise OperationInvalidError(f"{what}: there are machines on it: {_list(machines) or named}")


def _list(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(f"'{name}'" for name in sorted(names)[:_SHOWN]) + more
