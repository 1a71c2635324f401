"""``await``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, data, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_CONDITIONS = ("domain-inactive", "domain-active", "guest-agent-available")


def wait(virsh: Virsh, arguments: Arguments) -> None:
    """Wait until a domain has come to a condition."""
    condition = arguments.required("condition")
    if condition not in _CONDITIONS:
        raise Failed(f"unsupported condition '{condition}': there are {', '.join(_CONDITIONS)}")
    seconds = arguments.number("timeout")
    if seconds is not None and seconds <= 0:
        raise Failed(f"a timeout of {seconds} seconds is no time to wait: give 1 or more")
    virsh.ours.await_condition(domain_of(virsh, arguments), condition, seconds)


COMMANDS = (
    Command(
        "await",
        "await a domain state",
        wait,
        "Wait until a domain is running, is not, or has its VMware tools running.",
        (
            DOMAIN,
            data("condition", f"what to wait for: {', '.join(_CONDITIONS)}"),
            number("timeout", "seconds to wait at most"),
        ),
    ),
)
