"""The options ``--config``, ``--live`` and ``--current``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["AFFECT", "affected"]

AFFECT = (
    flag("config", "affect next boot"),
    flag("live", "affect running domain"),
    flag("current", "affect current domain"),
)


def affected(virsh: Virsh, arguments: Arguments) -> int:
    """The VIR_DOMAIN_AFFECT_* flags that the options stand for.

    Raises:
        Failed: they contradict each other.
    """
    arguments.exclusive("current", "live")
    arguments.exclusive("current", "config")
    flags = 0
    if arguments.flag("config"):
        flags |= virsh.libvirt.VIR_DOMAIN_AFFECT_CONFIG
    if arguments.flag("live"):
        flags |= virsh.libvirt.VIR_DOMAIN_AFFECT_LIVE
    return flags
