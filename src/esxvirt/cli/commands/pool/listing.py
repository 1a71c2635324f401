"""``pool-list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.pool.common import pretty, yes_no
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Pool
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS", "STATES"]

STATES = ("inactive", "building", "running", "degraded", "inaccessible")
"""virStoragePoolState's words."""

_PREFIX = "VIR_CONNECT_LIST_STORAGE_POOLS_"
_TYPES = (
    "dir", "fs", "netfs", "logical", "disk", "iscsi", "scsi", "mpath", "rbd", "sheepdog", "gluster", "zfs", "vstorage",
    "iscsi-direct",
)  # fmt: skip
_WITH_SIZES = (2, 3)  # running, degraded


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    flags = 0 if arguments.flag("inactive") else _flag(virsh, "ACTIVE")
    if arguments.flag("inactive") or arguments.flag("all"):
        flags |= _flag(virsh, "INACTIVE")
    for option in ("autostart", "no-autostart", "persistent", "transient"):
        if arguments.flag(option):
            flags |= _flag(virsh, option.upper().replace("-", "_"))
    kinds = arguments.text("type")
    for kind in kinds.split(",") if kinds is not None else ():
        if kind not in _TYPES:
            raise Failed(f"Invalid pool type '{kind}'")
        flags |= _flag(virsh, kind.upper().replace("-", "_"))
    return flags


def _flag(virsh: Virsh, name: str) -> int:
    return int(getattr(virsh.libvirt, _PREFIX + name))


def _pools(virsh: Virsh, flags: int, *, details: bool) -> list[tuple[Pool, list[int] | None]]:
    """Return the pools by name, with their sizes if these are wanted.

    In one call to the server where the driver has one.
    """
    with virsh.failing("Failed to list pools"):
        found: Sequence[tuple[Pool, list[int] | None]]
        if details and virsh.esx is not None:
            found = virsh.esx.pool_infos(virsh.connection, flags)
        else:
            found = [(pool, None) for pool in virsh.connection.listAllStoragePools(flags)]
    return sorted(found, key=lambda item: item[0].name().lower())


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the pools as a table, or their UUIDs and names line by line."""
    arguments.exclusive("details", "uuid")
    arguments.exclusive("details", "name")
    details = arguments.flag("details")
    pools = _pools(virsh, _flags(virsh, arguments), details=details)
    by_uuid, by_name = arguments.flag("uuid"), arguments.flag("name")
    if by_uuid or by_name:
        for pool, _ in pools:
            words = [pool.UUIDString()] if by_uuid else []
            virsh.line(" ".join([*words, pool.name()] if by_name else words))
        return
    sizes = ["Persistent", "Capacity", "Allocation", "Available"] if details else []
    table = Table("Name", "State", "Autostart", *sizes)
    for pool, info in pools:
        if details:
            table.add(pool.name(), *_details(virsh, pool, info))
        else:
            table.add(pool.name(), "active" if pool.isActive() else "inactive", yes_no(pool.autostart()))
    virsh.table(table)


def _details(virsh: Virsh, pool: Pool, info: list[int] | None) -> list[str]:
    start, persistent = yes_no(pool.autostart()), yes_no(pool.isPersistent())
    if info is None:
        try:
            info = pool.info()
        except virsh.libvirt.libvirtError:
            virsh.output.error("Could not retrieve pool information")
            return ["unknown", start, persistent, "unknown", "unknown", "unknown"]
    state = STATES[info[0]] if info[0] < len(STATES) else "unknown"
    sizes = [pretty(size) for size in info[1:4]] if info[0] in _WITH_SIZES else ["-", "-", "-"]
    return [state, start, persistent, *sizes]


COMMANDS = (
    Command(
        "pool-list",
        "list pools",
        show,
        "Returns list of pools.",
        (
            flag("inactive", "list inactive pools"),
            flag("all", "list inactive & active pools"),
            flag("transient", "list transient pools"),
            flag("persistent", "list persistent pools"),
            flag("autostart", "list pools with autostart enabled"),
            flag("no-autostart", "list pools with autostart disabled"),
            string("type", "only list pool of specified type(s) (if supported)"),
            flag("details", "display extended details for pools"),
            flag("uuid", "list UUID of active pools only"),
            flag("name", "list name of active pools only"),
        ),
    ),
)
