"""``cd`` and ``pwd``."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def change(_virsh: Virsh, arguments: Arguments) -> None:
    """Change the directory that files of later commands are relative to."""
    directory = arguments.raw("dir") or os.path.expanduser("~")  # noqa: PTH111  pathlib would double the start time
    try:
        os.chdir(directory)
    except OSError as error:
        raise Failed(f"cd: {error.strerror}: {directory}") from error


def show(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the directory that files are relative to."""
    try:
        virsh.line(os.getcwd())  # noqa: PTH109  as above
    except OSError as error:
        raise Failed(f"pwd: cannot get current directory: {error.strerror}") from error


COMMANDS = (
    Command(
        "cd",
        "change the current directory",
        change,
        "Change the current directory.",
        (string("dir", "directory to switch to (default: home or else root)", by_position=True),),
        needs_connection=False,
    ),
    Command("pwd", "print the current directory", show, "Print the current directory.", needs_connection=False),
)
