"""Texts that people edit: a private file, their editor, and virsh's question when the outcome was refused."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from esxvirt.cli._late import termios, tty
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.virsh import Virsh

__all__ = ["edit", "edit_text", "edit_until_taken"]

# What there is without a choice of the person's: Debian's libvirt takes the first, all others the second.
_DEFAULTS = ("sensible-editor", "vi")
# What needs no shell.
_PLAIN = re.compile(r"[A-Za-z0-9/_.:@-]+")
_QUESTION = "Failed. Try again?"
_HELP = {
    "y": "yes, start editor again",
    "n": "no, throw away my changes",
    "i": "turn off validation and try to redefine again",
    "f": "force, try to redefine again",
    "?": "print this help",
}


def edit_text(virsh: Virsh, text: str) -> str:
    """Have the person edit a text.

    Raises:
        Failed: the editor did not end well, or what it left is no text.
    """
    try:
        descriptor, name = tempfile.mkstemp(prefix="virsh", suffix=".xml")
    except OSError as error:
        raise Failed(f"cannot make a file to edit: {error.strerror}") from error
    file = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(text.encode("utf-8", "surrogateescape"))
        _run(virsh, name)
        return file.read_bytes().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise Failed(f"Failed to edit '{name}': {error.strerror}") from error
    finally:
        file.unlink(missing_ok=True)


def edit(virsh: Virsh, text: str, define: Callable[[str], object]) -> bool:
    """Have the person edit a description until `define` takes it; whether anything was changed.

    Raises:
        Failed: the person gave up, or cannot be asked.
    """

    def take(edited: str, _: bool) -> None:
        define(edited)

    return edit_until_taken(virsh, text, take) is not None


def _run(virsh: Virsh, name: str) -> None:
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, _DEFAULTS), "vi")
    command = [editor, name] if _PLAIN.fullmatch(editor) else ["sh", "-c", f"{editor} {name}"]
    virsh.output.flush()
    shown = " ".join(command)
    try:
        code = subprocess.run(command, check=False).returncode  # noqa: S603  the person's own editor
    except OSError as error:
        raise Failed(f"Cannot run the editor '{editor}': {error.strerror}; set EDITOR to another") from error
    if code:
        ended = f"exit status {code}" if code > 0 else f"fatal signal {-code}"
        raise Failed(f"internal error: Child process ({shown}) unexpected {ended}")


def edit_until_taken(virsh: Virsh, text: str, take: Callable[[str, bool], None], *, relax: bool = False) -> str | None:
    """Have the person edit a text until `take` takes it.

    Args:
        virsh: The program.
        text: What is to be edited.
        take: Called with the new text, and whether it is to be validated; raises a libvirtError or `Failed` to refuse.
        relax: Whether the person may turn validation off.

    Returns:
        The text that was taken; None if nothing was changed.

    Raises:
        Failed: the person gave up, or cannot be asked.
    """
    validate, again, edited = True, True, text
    while True:
        if again:
            edited = edit_text(virsh, edited)
        if edited == text:
            return None
        try:
            take(edited, validate)
        except (virsh.libvirt.libvirtError, Failed) as error:
            choice = _ask(virsh, error, relax=relax and validate)
        else:
            return edited
        if choice == "n":
            raise Failed
        again = choice == "y"
        if choice == "i":
            validate = False


def _ask(virsh: Virsh, error: Exception, *, relax: bool) -> str:
    """Print what is wrong, and ask what to do about it; answered by one key."""
    for message in error.messages if isinstance(error, Failed) else (str(error),):
        virsh.output.error(message)
    if not sys.stdin.isatty():
        raise Failed("Failed.")  # nobody is there to ask
    keys = [key for key in _HELP if relax or key != "i"]
    try:
        while True:
            key = _key(virsh, f"\r{_QUESTION} [{','.join(keys)}]: ")
            if key == "?":
                lines = "".join(f"{name} - {_HELP[name]}\r\n" for name in keys)
                virsh.write(f"\r\n{lines}")
            elif key in keys:
                return key
    finally:
        virsh.write("\r\n")
        virsh.output.flush()


def _key(virsh: Virsh, prompt: str) -> str:
    """Return one key of the person's, in lower case; Ctrl-C raises KeyboardInterrupt.

    The terminal is ready for it before the prompt appears: whoever is fast sees no key echoed.
    """
    try:
        drain = termios.TCSADRAIN
    except ImportError:  # Windows
        virsh.write(prompt)
        virsh.output.flush()
        return sys.stdin.readline().strip().lower()[:1] or "n"
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    tty.setraw(descriptor, drain)
    try:
        virsh.write(prompt)
        virsh.output.flush()
        data = os.read(descriptor, 1)
    finally:
        termios.tcsetattr(descriptor, drain, before)
    if data == b"\x03":
        raise KeyboardInterrupt
    return data.decode("ascii", "replace").lower() if data else "n"
