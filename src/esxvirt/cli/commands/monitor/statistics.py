"""``domstats``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import find_domain
from esxvirt.cli.declare import Command, argv, flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_GROUPS = {
    "state": "VIR_DOMAIN_STATS_STATE",
    "cpu-total": "VIR_DOMAIN_STATS_CPU_TOTAL",
    "balloon": "VIR_DOMAIN_STATS_BALLOON",
    "vcpu": "VIR_DOMAIN_STATS_VCPU",
    "interface": "VIR_DOMAIN_STATS_INTERFACE",
    "block": "VIR_DOMAIN_STATS_BLOCK",
    "perf": "VIR_DOMAIN_STATS_PERF",
    "iothread": "VIR_DOMAIN_STATS_IOTHREAD",
    "memory": "VIR_DOMAIN_STATS_MEMORY",
    "dirtyrate": "VIR_DOMAIN_STATS_DIRTYRATE",
    "vm": "VIR_DOMAIN_STATS_VM",
}
_FLAGS = {
    "list-active": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE",
    "list-inactive": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_INACTIVE",
    "list-persistent": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_PERSISTENT",
    "list-transient": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_TRANSIENT",
    "list-running": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_RUNNING",
    "list-paused": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_PAUSED",
    "list-shutoff": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_SHUTOFF",
    "list-other": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_OTHER",
    "enforce": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_ENFORCE_STATS",
    "backing": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_BACKING",
    "nowait": "VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT",
}


def _bits(virsh: Virsh, arguments: Arguments, table: dict[str, str]) -> int:
    value = 0
    for option, name in table.items():
        if arguments.flag(option):
            value |= getattr(virsh.libvirt, name)
    return value


def _shown(value: object) -> str:
    """Return a typed parameter as virsh prints it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}" if isinstance(value, float) else str(value)


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print statistics of the domains named, or of all that the filters pick."""
    groups = _bits(virsh, arguments, _GROUPS)
    flags = _bits(virsh, arguments, _FLAGS)
    names = arguments.items("domain")
    if names:
        domains = [find_domain(virsh, "unknown", name) for name in names]
        records = virsh.connection.domainListGetStats(domains, groups, flags)
    else:
        records = virsh.connection.getAllDomainStats(groups, flags)
    blocks = []
    for domain, statistics in records:
        lines = [f"Domain: '{domain.name()}'"]
        lines += [f"  {name}={_shown(value)}" for name, value in statistics.items()]
        blocks.append("".join(line + "\n" for line in lines))
    virsh.write("\n".join(blocks))


COMMANDS = (
    Command(
        "domstats",
        "get statistics about one or multiple domains",
        show,
        "Gets statistics about one or more (or all) domains",
        (
            flag("state", "report domain state"),
            flag("cpu-total", "report domain physical cpu usage"),
            flag("balloon", "report domain balloon statistics"),
            flag("vcpu", "report domain virtual cpu information"),
            flag("interface", "report domain network interface information"),
            flag("block", "report domain block device statistics"),
            flag("perf", "report domain perf event statistics"),
            flag("iothread", "report domain IOThread information"),
            flag("memory", "report domain memory usage"),
            flag("dirtyrate", "report domain dirty rate information"),
            flag("vm", "report hypervisor-specific statistics"),
            flag("list-active", "list only active domains"),
            flag("list-inactive", "list only inactive domains"),
            flag("list-persistent", "list only persistent domains"),
            flag("list-transient", "list only transient domains"),
            flag("list-running", "list only running domains"),
            flag("list-paused", "list only paused domains"),
            flag("list-shutoff", "list only shutoff domains"),
            flag("list-other", "list only domains in other states"),
            flag("raw", "do not pretty-print the fields"),
            flag("enforce", "enforce requested stats parameters"),
            flag("backing", "add backing chain information to block stats"),
            flag("nowait", "report only stats that are accessible instantly"),
            argv("domain", "list of domains to get stats for"),
        ),
    ),
)
