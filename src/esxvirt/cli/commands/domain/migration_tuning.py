"""``migrate-setmaxdowntime``, ``migrate-getspeed`` and their like: VMware decides these itself, and so refuses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_PRINTED_UNITS = (("B", 1), ("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("TiB", 1 << 40))


def set_downtime(virsh: Virsh, arguments: Arguments) -> None:
    """Set how long a migrating domain may stand still."""
    domain = domain_of(virsh, arguments)
    milliseconds = arguments.number("downtime", UNSIGNED_LONG_LONG)
    if not milliseconds:
        raise Failed("migrate: Invalid downtime")
    domain.migrateSetMaxDowntime(milliseconds, 0)


def get_downtime(virsh: Virsh, arguments: Arguments) -> None:
    """Print how long a migrating domain may stand still."""
    virsh.line(str(domain_of(virsh, arguments).migrateGetMaxDowntime(0)))


def compression_cache(virsh: Virsh, arguments: Arguments) -> None:
    """Set, and print, the size of the cache for repeated pages."""
    domain = domain_of(virsh, arguments)
    size = arguments.number("size", UNSIGNED_LONG_LONG)
    if size is not None:
        domain.migrateSetCompressionCache(size, 0)
    size = int(domain.migrateGetCompressionCache(0))
    unit, factor = [one for one in _PRINTED_UNITS if one[1] == 1 or size >= one[1]][-1]
    virsh.line(f"Compression cache: {size / factor:.3f} {unit}")


def _speed_flags(virsh: Virsh, arguments: Arguments) -> int:
    return int(virsh.libvirt.VIR_DOMAIN_MIGRATE_MAX_SPEED_POSTCOPY) if arguments.flag("postcopy") else 0


def set_speed(virsh: Virsh, arguments: Arguments) -> None:
    """Limit the bandwidth of a migration."""
    domain = domain_of(virsh, arguments)
    bandwidth = arguments.number("bandwidth", UNSIGNED_LONG_LONG) or 0
    domain.migrateSetMaxSpeed(bandwidth, _speed_flags(virsh, arguments))


def get_speed(virsh: Virsh, arguments: Arguments) -> None:
    """Print the limit of a migration's bandwidth."""
    domain = domain_of(virsh, arguments)
    virsh.line(str(domain.migrateGetMaxSpeed(_speed_flags(virsh, arguments))))


def start_postcopy(virsh: Virsh, arguments: Arguments) -> None:
    """Let the destination run the domain before all of its memory is there."""
    domain_of(virsh, arguments).migrateStartPostCopy(0)


_BANDWIDTH = "migration bandwidth limit in MiB/s"

COMMANDS = (
    Command(
        "migrate-setmaxdowntime",
        "set maximum tolerable downtime",
        set_downtime,
        "Set maximum tolerable downtime of a domain which is being live-migrated to another host.",
        (
            DOMAIN,
            number("downtime", "maximum tolerable downtime (in milliseconds) for migration", required=True),
        ),
    ),
    Command(
        "migrate-getmaxdowntime",
        "get maximum tolerable downtime",
        get_downtime,
        "Get maximum tolerable downtime of a domain which is being live-migrated to another host.",
        (DOMAIN,),
    ),
    Command(
        "migrate-compcache",
        "get/set compression cache size",
        compression_cache,
        "Get/set size of the cache (in bytes) used for compressing repeatedly transferred memory pages during live "
        "migration.",
        (
            DOMAIN,
            number("size", "requested size of the cache (in bytes) used for compression", by_name_only=True),
        ),
    ),
    Command(
        "migrate-setspeed",
        "Set the maximum migration bandwidth",
        set_speed,
        "Set the maximum migration bandwidth (in MiB/s) for a domain which is being migrated to another host.",
        (
            DOMAIN,
            number("bandwidth", _BANDWIDTH, required=True),
            flag("postcopy", "set post-copy migration bandwidth"),
        ),
    ),
    Command(
        "migrate-getspeed",
        "Get the maximum migration bandwidth",
        get_speed,
        "Get the maximum migration bandwidth (in MiB/s) for a domain.",
        (DOMAIN, flag("postcopy", "get post-copy migration bandwidth")),
    ),
    Command(
        "migrate-postcopy",
        "Switch running migration from pre-copy to post-copy",
        start_postcopy,
        "Switch running migration from pre-copy to post-copy. The migration must have been started with --postcopy "
        "option.",
        (DOMAIN,),
    ),
)
