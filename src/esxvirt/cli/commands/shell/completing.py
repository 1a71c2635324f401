"""``complete``, which shells call at the Tab key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.completers import Offer
from esxvirt.cli.completion import after
from esxvirt.cli.declare import Command, argv
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Connection
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def complete(virsh: Virsh, arguments: Arguments) -> None:
    """Print the words that the last one may become, a line each: it connects if it must, and never asks."""
    words = arguments.items("string") or [""]

    def connect() -> Connection:
        if not virsh.connected:
            virsh.connect(virsh.uri, read_only=True)
        return virsh.connection

    asked, virsh.settings.ask = virsh.settings.ask, False
    try:
        found = after(Offer(virsh, connect), words[:-1], words[-1])
    finally:
        virsh.settings.ask = asked
    for word in found:
        virsh.line(word)
    if not found:
        raise Failed


COMMANDS = (
    Command(
        "complete",
        "internal command for autocompletion",
        complete,
        "internal use only",
        (argv("string", "partial string to autocomplete"),),
        needs_connection=False,
        before_connection=True,
    ),
)
