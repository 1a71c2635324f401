"""``connect``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag, string

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def connect(virsh: Virsh, arguments: Arguments) -> None:
    """Leave the present server, if any, for another, or connect to the same again."""
    uri = arguments.text("name")
    virsh.connect(virsh.uri if uri is None else uri, read_only=arguments.flag("readonly"))


COMMANDS = (
    Command(
        "connect",
        "(re)connect to hypervisor",
        connect,
        "Connect to local hypervisor. This is built-in command after shell start up.",
        (
            string("name", "hypervisor connection URI", empty_ok=True, by_position=True),
            flag("readonly", "read-only connection"),
        ),
        needs_connection=False,
    ),
)
