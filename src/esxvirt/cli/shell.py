"""The interactive terminal.

At a terminal it has completion and a history; otherwise it reads plain lines and echoes them behind the prompt, as
virsh's does, so that a transcript of a script reads the same.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from esxvirt.cli.failures import Terminated
from esxvirt.cli.grammar import words_of_string
from esxvirt.late import late

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli import terminal
    from esxvirt.cli.virsh import Virsh
else:
    terminal = late("esxvirt.cli.terminal")  # prompt_toolkit is big, and a pipe needs none

__all__ = ["run"]

_WELCOME = """Welcome to {program}, the virtualization interactive terminal.

Type:  'help' for help with commands
       'quit' to quit

"""


def run(virsh: Virsh) -> None:
    """Read and run lines until one quits or there are no more."""
    virsh.heading(_WELCOME.format(program=virsh.settings.program))
    read = _reader(virsh)
    while not virsh.leaving:
        virsh.output.flush()
        try:
            line = read(_prompt(virsh))
        except EOFError:
            break
        except Terminated:
            raise
        except KeyboardInterrupt:  # at the prompt it means: forget this line
            continue
        try:
            virsh.run_line(words_of_string(line))
        except Terminated:
            raise
        except KeyboardInterrupt as interrupt:
            virsh.write("\n")
            if not interrupt.args:  # else it was told what became of it
                virsh.output.error(f"interrupted: '{line.strip()}' may or may not have taken effect")
    virsh.write("\n")


def _prompt(virsh: Virsh) -> str:
    return "virsh > " if virsh.read_only else "virsh # "


def _reader(virsh: Virsh) -> Callable[[str], str]:
    """Return what reads a line behind a prompt; it raises EOFError when there are no more."""
    if sys.stdin.isatty() and sys.stdout.isatty():
        return terminal.reader(virsh)

    # A carriage return ends a line, too, as at a terminal: scripts written on Windows have one before each newline.
    waiting: list[str] = []

    def read(prompt: str) -> str:
        virsh.write(prompt)
        virsh.output.flush()
        if not waiting:
            data = sys.stdin.buffer.readline()
            if not data:
                raise EOFError
            waiting.extend(data.removesuffix(b"\n").decode("utf-8", "surrogateescape").split("\r"))
        line = waiting.pop(0)
        virsh.write(line + "\n")
        return line

    return read
