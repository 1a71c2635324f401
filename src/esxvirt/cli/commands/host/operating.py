"""``node-memory-tune``, ``nodesevinfo`` and ``nodesuspend``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import LONG_LONG, UNSIGNED
from esxvirt.cli.declare import Command, data, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_TARGETS = {"mem": 0, "disk": 1, "hybrid": 2}  # VIR_NODE_SUSPEND_TARGET_*
_TUNED = {
    "shm-pages-to-scan": "number of pages to scan before the shared memory service goes to sleep",
    "shm-sleep-millisecs": "number of millisecs the shared memory service should sleep before next scan",
    "shm-merge-across-nodes": "Specifies if pages from different numa nodes can be merged",
}


def tune_memory(virsh: Virsh, arguments: Arguments) -> None:
    """Print or change how the host shares memory."""
    wanted = {}
    for option in _TUNED:
        value = arguments.number(option, UNSIGNED)
        if value is not None:
            wanted[option.replace("-", "_")] = value
    if wanted:
        with virsh.failing("Unable to change memory parameters"):
            virsh.connection.setMemoryParameters(wanted, 0)
        return
    with virsh.failing("Unable to get number of memory parameters"):
        found = virsh.connection.getMemoryParameters(0)
    virsh.line("Shared memory:")
    for name, value in found.items():
        virsh.line(f"\t{name:<15} {value}")


def show_sev(virsh: Virsh, arguments: Arguments) -> None:
    """Print what the host has of AMD's encrypted virtualization."""
    del arguments
    with virsh.failing("Unable to get host SEV information"):
        found = virsh.connection.getSEVInfo(0)
    for name, value in found.items():
        virsh.line(f"{name:<18}: {value}")


def suspend(virsh: Virsh, arguments: Arguments) -> None:
    """Let the host sleep for a while."""
    target = arguments.required("target")
    seconds = arguments.number("duration", LONG_LONG)
    if target not in _TARGETS:
        raise Failed("Invalid target")
    if seconds is None or seconds < 0:
        raise Failed("Invalid duration")
    with virsh.failing("The host was not suspended"):
        virsh.connection.suspendForDuration(_TARGETS[target], seconds, 0)


COMMANDS = (
    Command(
        "node-memory-tune",
        "Get or set node memory parameters",
        tune_memory,
        "Get or set node memory parameters",
        tuple(number(name, text) for name, text in _TUNED.items()),
    ),
    Command("nodesevinfo", "node SEV information", show_sev, "Returns basic SEV information about the node."),
    Command(
        "nodesuspend",
        "suspend the host node for a given time duration",
        suspend,
        "Suspend the host node for a given time duration and attempt to resume thereafter.",
        (
            data("target", "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)"),
            number("duration", "Suspend duration in seconds, at least 60", required=True),
        ),
    ),
)
