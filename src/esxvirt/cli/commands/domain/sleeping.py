"""``dompmsuspend``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED_LONG_LONG
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, data, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_TARGETS = ("mem", "disk", "hybrid")  # VIR_NODE_SUSPEND_TARGET_*


def suspend(virsh: Virsh, arguments: Arguments) -> None:
    """Ask the guest to sleep."""
    domain, name = domain_of(virsh, arguments), arguments.required("domain")
    seconds = arguments.number("duration", UNSIGNED_LONG_LONG) or 0
    target = arguments.required("target")
    if target not in _TARGETS:
        raise Failed("Invalid target")
    with virsh.failing(f"Domain '{name}' could not be suspended"):
        domain.pMSuspendForDuration(_TARGETS.index(target), seconds, 0)
    virsh.aside(f"Domain '{name}' successfully suspended")


COMMANDS = (
    Command(
        "dompmsuspend",
        "suspend a domain gracefully using power management functions",
        suspend,
        "Suspends a running domain using guest OS's power management. "
        "(Note: This requires a guest agent configured and running in the guest OS).",
        (
            DOMAIN,
            data("target", "mem(Suspend-to-RAM), disk(Suspend-to-Disk), hybrid(Hybrid-Suspend)"),
            number("duration", "duration in seconds", by_name_only=True),
        ),
    ),
)
