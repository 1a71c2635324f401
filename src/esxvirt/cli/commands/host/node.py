"""``nodeinfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.declare import Command

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def _info(virsh: Virsh) -> list[Any]:
    """`virConnect.getInfo`, with the memory in KiB: libvirt-python rounds it to MiB, which virsh's output is not."""
    if virsh.esx is not None:
        return virsh.esx.node_info(virsh.connection)
    model, memory, *rest = virsh.connection.getInfo()
    return [model, memory * 1024, *rest]


def show(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the host's processors and memory."""
    with virsh.failing("failed to get node information"):
        model, memory, cpus, megahertz, nodes, sockets, cores, threads = _info(virsh)
    for title, value in (
        ("CPU model:", model),
        ("CPU(s):", cpus),
        ("CPU frequency:", f"{megahertz} MHz"),
        ("CPU socket(s):", sockets),
        ("Core(s) per socket:", cores),
        ("Thread(s) per core:", threads),
        ("NUMA cell(s):", nodes),
        ("Memory size:", f"{memory} KiB"),
    ):
        virsh.field(title, value, width=20)


COMMANDS = (Command("nodeinfo", "node information", show, "Returns basic information about the node."),)
