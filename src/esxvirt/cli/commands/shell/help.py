"""``help``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import commands, helptext
from esxvirt.cli.declare import Command, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print what is known about a command, a group, or everything."""
    topic = arguments.raw("command")
    if not topic:
        virsh.write("Grouped commands:\n\n")
        for group in commands.GROUPS:
            virsh.write(helptext.group_listing(group.title, group.keyword, commands.help_lines(group), colon=True))
            virsh.write("\n")
        return
    command = commands.find(topic)
    if command is not None:
        virsh.write(helptext.command_help(command))
        return
    about = commands.group(topic)
    if about is None:
        raise Failed(f"command or command group '{topic}' doesn't exist")
    virsh.write(helptext.group_listing(about.title, about.keyword, commands.help_lines(about), colon=True))


COMMANDS = (
    Command(
        "help",
        "print help",
        show,
        "Prints global help, command specific help, or help for a\n    group of related commands",
        (
            string(
                "command",
                "Prints global help, command specific help, or help for a group of related commands",
                empty_ok=True,
                by_position=True,
            ),
        ),
        needs_connection=False,
    ),
)
