"""The options ``--config``, ``--live`` and ``--current``, and ``--persistent`` of commands that change devices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["AFFECT", "PERSISTENT", "affected", "affected_device", "check_persistent"]

AFFECT = (
    flag("config", "affect next boot"),
    flag("live", "affect running domain"),
    flag("current", "affect current domain"),
)
PERSISTENT = flag("persistent", "make live change persistent")


def affected(virsh: Virsh, arguments: Arguments) -> int:
    """Return the VIR_DOMAIN_AFFECT_* flags that the options stand for.

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


def check_persistent(virsh: Virsh, arguments: Arguments) -> int:
    """As `affected`, where ``--persistent`` is another way to say what is meant.

    Raises:
        Failed: they contradict each other.
    """
    arguments.exclusive("persistent", "current")
    flags = affected(virsh, arguments)
    if arguments.flag("persistent"):
        flags |= virsh.libvirt.VIR_DOMAIN_AFFECT_CONFIG
    return flags


def affected_device(virsh: Virsh, arguments: Arguments, domain: Domain, flags: int) -> int:
    """Return the flags of `check_persistent`, once the domain is known: ``--persistent`` means what runs, too."""
    if arguments.flag("persistent") and domain.isActive() == 1:
        flags |= virsh.libvirt.VIR_DOMAIN_AFFECT_LIVE
    return flags
