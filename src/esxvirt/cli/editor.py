"""Having a person change a description in an editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.virsh import Virsh

__all__ = ["edit"]


def edit(virsh: Virsh, text: str, define: Callable[[str], object]) -> bool:
    """Have the text changed in $VISUAL, $EDITOR or vi, and given to `define` if it was.

    Where `define` refuses what came of it, a person at a terminal may try again; what was typed is not lost then.

    Returns:
        Whether the text was changed.

    Raises:
        Failed: the editor failed, or `define` refused.
    """
    handle, name = tempfile.mkstemp(prefix="esxvirsh", suffix=".xml")  # only its owner may read it
    file = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(text)
        while True:
            _run_editor(name)
            changed = read_file(name)
            if changed == text:
                return False
            try:
                define(changed)
            except virsh.libvirt.libvirtError as error:
                virsh.output.error(str(error))
                if not _wants_again():
                    raise Failed("Failed.") from error
            else:
                return True
    finally:
        file.unlink(missing_ok=True)


def _run_editor(name: str) -> None:
    """Run the editor on a file; its variable may hold arguments.

    Raises:
        Failed: there is none, or it ended with an error.
    """
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        words = shlex.split(command)
        code = subprocess.run([*words, name], check=False).returncode  # noqa: S603  the user chooses the editor
    except (OSError, ValueError) as error:
        raise Failed(f"cannot run the editor '{command}': {error}; name another in $VISUAL or $EDITOR") from error
    if code:
        raise Failed(f"{command}: command exited with non-zero status")


def _wants_again() -> bool:
    """Whether a person at the terminal wants to go on editing; without one, no."""
    if not (sys.stdin and sys.stdin.isatty()):
        return False
    while True:
        sys.stdout.write("Failed. Try again? [y,n]: ")
        sys.stdout.flush()
        answer = sys.stdin.readline().strip().lower()
        if answer in {"", "n", "no"}:
            return False
        if answer in {"y", "yes"}:
            return True
