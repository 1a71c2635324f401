"""``autostart``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def mark(virsh: Virsh, arguments: Arguments) -> None:
    """Have a domain start with its host, or not."""
    domain = domain_of(virsh, arguments)
    name, start = arguments.required("domain"), not arguments.flag("disable")
    once = arguments.flag("once")
    marked = f"{'' if start else 'un'}mark"
    how = "as autostarted on next boot" if once else "as autostarted"
    with virsh.failing(f"Failed to {marked} domain '{name}' {how}"):
        (domain.setAutostartOnce if once else domain.setAutostart)(int(start))
    virsh.aside(f"Domain '{name}' {marked}ed {how}\n")


COMMANDS = (
    Command(
        "autostart",
        "autostart a domain",
        mark,
        "Configure a domain to be automatically started at boot.",
        (DOMAIN, flag("disable", "disable autostarting"), flag("once", "control next boot state")),
    ),
)
