"""Credentials asked of the person at the terminal, with virsh's prompts and streams.

Prompts go to standard output. A user name is read from standard input and echoed; a password is read from the
terminal itself without echo, from standard input only where there is no terminal. End of input is an empty answer, and
an empty answer takes the default, as in libvirt's own callback (`virConnectAuthPtrDefault`).
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from esxvirt.cli._late import getpass, termios

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

__all__ = ["CREDENTIAL_TYPES", "answer", "decline"]

# virConnectCredentialType
_USERNAME, _AUTHNAME, _LANGUAGE, _CNONCE, _PASSPHRASE, _ECHOPROMPT, _NOECHOPROMPT, _REALM, _EXTERNAL = range(1, 10)
# what libvirt's default callback offers to answer
CREDENTIAL_TYPES = [_AUTHNAME, _ECHOPROMPT, _REALM, _PASSPHRASE, _NOECHOPROMPT, _EXTERNAL]

_SHOWN = {_USERNAME, _AUTHNAME, _ECHOPROMPT, _REALM}
_HIDDEN = {_PASSPHRASE, _NOECHOPROMPT}


def answer(credentials: Iterable[list[Any]], _opaque: object) -> int:
    """libvirt-python's callback: fills in the fifth item of ``[type, prompt, challenge, default, result]``.

    Returns:
        0, or -1 when something is asked that a person cannot give.
    """
    for credential in credentials:
        kind, prompt, _challenge, default = credential[:4]
        if kind in _SHOWN:
            reply = _ask(prompt)
        elif kind in _HIDDEN:
            reply = _ask_hidden(prompt)
        else:
            return -1
        credential[4] = reply or default or ""
    return 0


def decline(_credentials: Iterable[list[Any]], _opaque: object) -> int:
    """Return a callback that gives nothing: nobody is to be asked."""
    return -1


def _ask(prompt: str) -> str:
    _show(prompt)
    return _line(sys.stdin.buffer.readline())


def _ask_hidden(prompt: str) -> str:
    reply = _ask_terminal(prompt)
    return _ask(prompt) if reply is None else reply


def _show(prompt: str) -> None:
    sys.stdout.write(f"{prompt}: ")
    sys.stdout.flush()


def _line(data: bytes) -> str:
    return data.removesuffix(b"\n").decode("utf-8", "surrogateescape")


def _ask_terminal(prompt: str) -> str | None:
    """Return a line from the controlling terminal with echo off, or None where there is no terminal.

    Echo is off before the prompt appears: whoever types as soon as they see it is not shown, and loses nothing.
    Ctrl-C works (libc's getpass would take it as a character), and the terminal is restored whatever happens.
    """
    try:
        echo = termios.ECHO
    except ImportError:  # Windows, whose console is read through `getpass`
        _show(prompt)
        return getpass.getpass("")
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None
    try:
        before = termios.tcgetattr(terminal)
        silent = list(before)
        silent[3] &= ~echo
        termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
        try:
            _show(prompt)
            data = _read_line(terminal)
        except KeyboardInterrupt:
            os.write(terminal, b"\n")
            raise
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)
        if data.endswith(b"\n"):  # the person's newline was not echoed either
            os.write(terminal, b"\n")
        return _line(data)
    finally:
        os.close(terminal)


def _read_line(terminal: int) -> bytes:
    data = b""
    while not data.endswith(b"\n"):
        part = os.read(terminal, 4096)
        if not part:
            break
        data += part
    return data
