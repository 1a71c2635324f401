"""``screenshot`` and ``send-key``."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from esxvirt.cli.arguments import UNSIGNED
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, argv, number, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.targets import CannotCreateError, CannotWriteError, open_target

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain, Stream
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_ENDINGS = {"image/png": ".png", "image/x-portable-pixmap": ".ppm"}
_PIECE = 64 * 1024
_MOST_KEYS = 16
_HIGHEST_CODE = 0xFFFF
# The names of VIR_KEYCODE_SET_*, in their order.
_CODESETS = ("linux", "xt", "atset1", "atset2", "atset3", "os_x", "xt_kbd", "usb", "win32", "qnum")
_NUMBER = re.compile(r"[ \t\n\v\f\r]*\+?(?:0[xX]([0-9a-fA-F]+)|(0[0-7]*)|([1-9][0-9]*))", re.ASCII)


def screenshot(virsh: Virsh, arguments: Arguments) -> None:
    """Save a picture of the screen in a file."""
    name = arguments.text("file")
    screen = arguments.number("screen", UNSIGNED) or 0
    domain, given = domain_of(virsh, arguments), arguments.required("domain")
    stream = virsh.connection.newStream(0)
    with virsh.failing(f"could not take a screenshot of {given}"):
        kind = domain.screenshot(stream, screen, 0)
    saved = name or _file_name(domain, kind)
    _save(virsh, given, stream, saved)
    virsh.aside(f"Screenshot saved to {saved}, with type of {kind}")


def _file_name(domain: Domain, kind: str) -> str:
    return f"{domain.name()}-{time.strftime('%Y-%m-%d-%H:%M:%S')}{_ENDINGS.get(kind, '')}"


def _save(virsh: Virsh, given: str, stream: Stream, name: str) -> None:
    """Write a stream to a file, in place of what there is when all has come."""
    try:
        target = open_target(name)
    except CannotCreateError as error:
        raise Failed(f"cannot create file {name}") from error
    failure = f"could not receive data from domain '{given}'"
    try:
        target.begin()
        with virsh.failing(failure):
            while piece := stream.recv(_PIECE):
                target.write(piece)
        with virsh.failing(f"cannot close stream on domain '{given}'"):
            stream.finish()
        target.finish()
    except BaseException as error:
        target.leave(useful=False)
        with suppress(virsh.libvirt.libvirtError):
            stream.abort()
        if isinstance(error, CannotWriteError):
            raise Failed(failure, f"recv handler failed: {error.reason}") from error
        raise


def send_key(virsh: Virsh, arguments: Arguments) -> None:
    """Press keys."""
    domain = domain_of(virsh, arguments)
    word = arguments.raw("codeset") or "linux"
    holdtime = arguments.number("holdtime", UNSIGNED) or 0
    word = "qnum" if word == "rfb" else word
    if word not in _CODESETS:
        raise Failed(f"unknown codeset: '{word}'")
    codeset = _CODESETS.index(word)
    codes: list[int] = []
    for text in arguments.items("keycode"):
        if len(codes) == _MOST_KEYS:
            raise Failed("too many keycodes")
        code = _code(virsh, codeset, text)
        if code is None:
            raise Failed(f"invalid keycode: '{text}'")
        codes.append(code)
    domain.sendKey(codeset, holdtime, codes, len(codes), 0)


def _code(virsh: Virsh, codeset: int, text: str) -> int | None:
    """Return the code that is meant: a number as in C, or the name of a key."""
    found = _NUMBER.fullmatch(text)
    if found is not None:
        hexadecimal, octal, decimal = found.groups()
        code = int(hexadecimal, 16) if hexadecimal else int(octal, 8) if octal else int(decimal)
        return code if code <= _HIGHEST_CODE else None
    named = None if virsh.esx is None else virsh.esx.key_code(codeset, text)  # libvirt-python has no names
    return named or None


COMMANDS = (
    Command(
        "screenshot",
        "take a screenshot of a current domain console and store it into a file",
        screenshot,
        "screenshot of a current domain console",
        (
            DOMAIN,
            string("file", "where to store the screenshot"),
            number("screen", "ID of a screen to take screenshot of"),
        ),
    ),
    Command(
        "send-key",
        "Send keycodes to the guest",
        send_key,
        "Send keycodes (integers or symbolic names) to the guest",
        (
            DOMAIN,
            string("codeset", "the codeset of keycodes, default:linux", by_name_only=True),
            number("holdtime", "the time (in milliseconds) how long the keys will be held", by_name_only=True),
            argv("keycode", "the key code", required=True),
        ),
    ),
)
