"""``event`` and ``qemu-monitor-event``: the types can be listed, and the driver reports none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import event, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# In the order of VIR_DOMAIN_EVENT_ID_*.
_TYPES = (
    "lifecycle", "reboot", "rtc-change", "watchdog", "io-error", "graphics", "io-error-reason", "control-error",
    "block-job", "disk-change", "tray-change", "pm-wakeup", "pm-suspend", "balloon-change", "pm-suspend-disk",
    "device-removed", "block-job-2", "tunable", "agent-lifecycle", "device-added", "migration-iteration",
    "job-completed", "device-removal-failed", "metadata-change", "block-threshold", "memory-failure",
    "memory-device-size-change", "nic-mac-change",
)  # fmt: skip


def choose(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """As the step `event`, of all types or one."""
    arguments.exclusive("all", "event")
    arguments.exclusive("list", "all")
    arguments.exclusive("list", "event")
    if arguments.flag("all"):
        number(virsh, arguments, "timeout", "positive")
        return
    if not arguments.flag("list") and arguments.text("event") is None:
        raise Failed("one of --list, --all, or --event <type> is required")
    event(virsh, arguments, *_TYPES)


COMMANDS = commands(__file__, {"types": choose})
