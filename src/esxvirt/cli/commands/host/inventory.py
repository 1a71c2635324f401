"""``hosts`` and ``tree``, which virsh has not: what a vCenter has, host by host."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag
from esxvirt.cli.tables import Table
from esxvirt.cli.trees import draw
from esxvirt.cli.units import pretty_capacity

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_STATES = {"poweredOn": "running", "poweredOff": "shut off", "standBy": "standby"}
_CONNECTIONS = {"notResponding": "not responding"}
_UNKNOWN = "-"


def hosts(virsh: Virsh, arguments: Arguments) -> None:
    """Print the hosts as a table, or their names or paths line by line."""
    arguments.exclusive("name", "path")
    with virsh.failing("Failed to list hosts"):
        found = virsh.ours.hosts(virsh.connection)
    for option in ("name", "path"):
        if arguments.flag(option):
            for host in found:
                virsh.line(str(host[option]))
            return
    table = Table(
        "Name", "Cluster", "Datacenter", "State", "Connection", "Version", "CPUs", "Memory", "Machines", "Maintenance"
    )
    for host in found:
        table.add(
            host["name"],
            host["cluster"] or _UNKNOWN,
            host["datacenter"],
            _STATES.get(host["state"], host["state"] or _UNKNOWN),
            _CONNECTIONS.get(host["connection"], host["connection"] or _UNKNOWN),
            host["version"] or _UNKNOWN,
            _UNKNOWN if host["cpus"] is None else str(host["cpus"]),
            _size(host["memory"]),
            str(host["machines"]),
            _UNKNOWN if host["maintenance"] is None else "yes" if host["maintenance"] else "no",
        )
    virsh.table(table)


def _size(kibibytes: int | None) -> str:
    if kibibytes is None:
        return _UNKNOWN
    value, unit = pretty_capacity(kibibytes * 1024)
    return f"{value:.2f} {unit}"


def tree(virsh: Virsh, arguments: Arguments) -> None:
    """Draw the inventory."""
    with virsh.failing("Failed to read the inventory"):
        root = virsh.ours.inventory(virsh.connection, arguments.flag("machines"))
    virsh.write(draw(root, _label, _below))


def _label(node: Any) -> str:
    name, kind, _ = node
    return str(name) if kind in {"server", "host", "domain"} else f"{name} ({kind})"


def _below(node: Any) -> list[Any]:
    below: list[Any] = node[2]
    return below


COMMANDS = (
    Command(
        "hosts",
        "list the hosts of the connection",
        hosts,
        "Returns list of the hosts that the connection is about.",
        (flag("name", "list host names only"), flag("path", "list paths only, as at the end of a vpx:// URI")),
    ),
    Command(
        "tree",
        "inventory of the server, as a tree",
        tree,
        "Shows folders, datacenters, clusters and hosts as a tree.",
        (flag("machines", "show the domains of each host"),),
    ),
)
