"""``nodeinfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the host's processors and memory."""
    with virsh.failing("failed to get node information"):
        # libvirt-python gives the memory in MiB here, and virsh prints KiB: the pure number is in the node's XML
        model, memory, cpus, megahertz, nodes, sockets, cores, threads = virsh.connection.getInfo()
    for title, value in (
        ("CPU model:", model),
        ("CPU(s):", cpus),
        ("CPU frequency:", f"{megahertz} MHz"),
        ("CPU socket(s):", sockets),
        ("Core(s) per socket:", cores),
        ("Thread(s) per core:", threads),
        ("NUMA cell(s):", nodes),
        ("Memory size:", f"{memory * 1024} KiB"),
    ):
        virsh.field(title, value, width=20)


COMMANDS = (Command("nodeinfo", "node information", show, "Returns basic information about the node."),)
