"""``dommemstat``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print memory statistics, or set how often they are collected."""
    libvirt = virsh.libvirt
    arguments.exclusive("current", "live")
    arguments.exclusive("current", "config")
    flags = 0
    if arguments.flag("config"):
        flags |= libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if arguments.flag("live"):
        flags |= libvirt.VIR_DOMAIN_AFFECT_LIVE
    domain = domain_of(virsh, arguments)
    period = arguments.number("period")
    if period is not None:
        if period < 0:
            raise Failed(f"Invalid collection period value '{period}'")
        with virsh.failing("Unable to change balloon collection period."):
            domain.setMemoryStatsPeriod(period, flags)
        return
    with virsh.failing(f"Failed to get memory statistics for domain {domain.name()}"):
        statistics = domain.memoryStats()
    for name, value in statistics.items():
        virsh.line(f"{name} {value}")


COMMANDS = (
    Command(
        "dommemstat",
        "get memory statistics for a domain",
        show,
        "Get memory statistics for a running domain.",
        (
            DOMAIN,
            number("period", "period in seconds to set collection", by_name_only=True),
            flag("config", "affect next boot"),
            flag("live", "affect running domain"),
            flag("current", "affect current domain"),
        ),
    ),
)
