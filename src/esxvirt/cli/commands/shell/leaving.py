"""``quit`` and ``exit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def leave(virsh: Virsh, _arguments: Arguments) -> None:
    """Run no more commands."""
    virsh.leaving = True


COMMANDS = (
    Command("exit", "quit this interactive terminal", leave, needs_connection=False),
    Command("quit", "quit this interactive terminal", leave, needs_connection=False),
)
