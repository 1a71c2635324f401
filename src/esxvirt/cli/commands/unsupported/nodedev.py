"""The commands that change devices of the host: the device is looked up, and what is to be done with it refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.nodedev.common import device_of, named_device
from esxvirt.cli.commands.unsupported.declared import commands

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def find_device(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Look up the device, by its name or a pair of world wide names."""
    device_of(virsh, arguments)


def find_named_device(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Look up the device by its name, if one is given."""
    if arguments.text("device") is not None:
        named_device(virsh, arguments)


COMMANDS = commands(__file__, {"device": find_device, "named-device": find_named_device})
