"""Global options, read as virsh reads them with getopt_long.

Options end at the first word that is none. Short options may be bundled (``-qr``), their value may follow without a
blank (``-cURI``); long ones may be abbreviated as long as they stay unambiguous.
"""

from __future__ import annotations

import os
import re

from esxvirt.cli.arguments import INT
from esxvirt.cli.settings import DEBUG_LEVELS, Settings
from esxvirt.records import record

__all__ = ["Start", "StartupError", "read"]

_NO, _REQUIRED, _OPTIONAL = range(3)

# long name: (short letter, whether it takes a value); --version has no letter of its own
_LONG = {
    "connect": ("c", _REQUIRED),
    "debug": ("d", _REQUIRED),
    "escape": ("e", _REQUIRED),
    "help": ("h", _NO),
    "keepalive-interval": ("k", _REQUIRED),
    "keepalive-count": ("K", _REQUIRED),
    "log": ("l", _REQUIRED),
    "quiet": ("q", _NO),
    "readonly": ("r", _NO),
    "timing": ("t", _NO),
    "version": ("v", _OPTIONAL),
}
# virsh has no such options: neither a letter, nor a part in its abbreviations
_OWN = {"host": ("host", _REQUIRED), "task-deadline": ("task-deadline", _REQUIRED)}
_SHORT = {letter: (name, takes) for name, (letter, takes) in _LONG.items()} | {
    "v": ("v", _NO),
    "V": ("V", _NO),
}


class StartupError(Exception):
    """A global option that is none, or that has a wrong value; the message is virsh's."""


@record
class Start:
    """What to do: show something (``help``, ``version``, ``long-version``), or run `words`, or start the shell."""

    settings: Settings
    words: list[str]
    show: str | None = None
    complaints: tuple[str, ...] = ()


def read(arguments: list[str], *, program: str) -> Start:
    """Read the global options in front of the command.

    Raises:
        StartupError: an option is unknown, or lacks its value, or has a wrong one.
    """
    settings = Settings(program=program)
    settings.uri = os.environ.get("VIRSH_DEFAULT_CONNECT_URI")
    settings.log_file = os.environ.get("VIRSH_LOG_FILE")
    complaints: list[str] = []
    _debug_of_environment(settings, complaints)
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "-":
        word = rest.pop(0)
        if word == "--":
            break
        options = _long(word, rest) if word.startswith("--") else _bundle(word, rest)
        for letter, name, value in options:
            if letter in _OWN:
                _apply_own(settings, letter, value or "")
                continue
            show = _apply(settings, letter, name, value, complaints)
            if show:
                return Start(settings, rest, show, tuple(complaints))
    return Start(settings, rest, complaints=tuple(complaints))


def _apply_own(settings: Settings, name: str, value: str) -> None:
    if name == "host":
        settings.host = value
    elif re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", value, re.ASCII) and float(value) > 0:
        settings.task_deadline = float(value)
    else:
        raise StartupError(f"option --{name} takes a number of seconds, more than 0")


def _debug_of_environment(settings: Settings, complaints: list[str]) -> None:
    text = os.environ.get("VIRSH_DEBUG")
    if text is None:
        return
    if not re.fullmatch(r"[0-9]+", text) or int(text) >= len(DEBUG_LEVELS):
        complaints.append("VIRSH_DEBUG not set with a valid numeric value")
    else:
        settings.debug = int(text)


def _long(word: str, rest: list[str]) -> list[tuple[str, str, str | None]]:
    given, equals, text = word[2:].partition("=")
    names = [given] if given in _LONG else [name for name in _LONG if name.startswith(given)]
    if given in _OWN:
        names = [given]
    if len(names) != 1:
        raise StartupError(f"unsupported option '{word}'. See --help.")
    name = names[0]
    letter, takes = _OWN.get(name) or _LONG[name]
    value = text if equals else None
    if takes == _NO and value is not None:
        raise StartupError(f"unsupported option '-{letter}'. See --help.")
    if takes == _REQUIRED and value is None:
        if not rest:
            shown = word if name in _OWN else f"-{letter}'/'--{name}"
            raise StartupError(f"option '{shown}' requires an argument")
        value = rest.pop(0)
    return [(letter, "--" + name, value)]


def _bundle(word: str, rest: list[str]) -> list[tuple[str, str, str | None]]:
    found: list[tuple[str, str, str | None]] = []
    letters = word[1:]
    while letters:
        letter, letters = letters[0], letters[1:]
        if letter not in _SHORT:
            raise StartupError(f"unsupported option '-{letter}'. See --help.")
        name, takes = _SHORT[letter]
        value: str | None = None
        if takes == _REQUIRED:
            if not letters and not rest:
                raise StartupError(f"option '-{letter}'/'--{name}' requires an argument")
            value, letters = letters or rest.pop(0), ""
        found.append((letter, "-" + letter, value))
    return found


def _apply(settings: Settings, letter: str, name: str, value: str | None, complaints: list[str]) -> str | None:
    """Note one option; gives what is to be shown instead of running anything, if so."""
    match letter:
        case "h":
            return "help"
        case "v":
            return "long-version" if value == "long" else "version"
        case "V":
            return "long-version"
        case "q":
            settings.quiet = True
        case "r":
            settings.read_only = True
        case "t":
            settings.timing = True
        case "c":
            settings.uri, settings.uri_named = value, True
        case "l":
            settings.log_file = value
        case "d":
            _debug(settings, name, value or "", complaints)
        case "e":
            settings.escape = _escape(value or "")
        case "k":
            settings.keepalive_interval = _keepalive(name, value or "")
            settings.keepalive_forced = True
        case _:
            settings.keepalive_count = _keepalive(name, value or "")
            settings.keepalive_forced = True
    return None


def _integer(text: str) -> int | None:
    """Return a number as strtol with base 0 reads it."""
    match = re.fullmatch(r"\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)", text, re.ASCII)
    if match is None:
        return None
    digits = match[2]
    base = 16 if digits[:2].lower() == "0x" else 8 if digits.startswith("0") else 10
    value = int(match[1] + digits, base)
    return value if INT[0] <= value <= INT[1] else None


def _debug(settings: Settings, name: str, text: str, complaints: list[str]) -> None:
    level = _integer(text)
    if level is None:
        raise StartupError(f"option {name} takes a numeric argument")
    if 0 <= level < len(DEBUG_LEVELS):
        settings.debug = level
    else:
        complaints.append(f"ignoring debug level {level} out of range [0-{len(DEBUG_LEVELS) - 1}]")


def _escape(text: str) -> str:
    r"""``^X`` for a control character (@, letters, and ``[ \ ] ^ _``), or a single character."""
    if len(text) == 1 and text != "^":
        return text
    if len(text) == 2 and text[0] == "^" and ("@" <= text[1].upper() <= "_"):
        return text
    raise StartupError(f"Invalid string '{text}' for escape sequence")


def _keepalive(name: str, text: str) -> int:
    value = _integer(text)
    if value is None:
        raise StartupError(f"Invalid value for option {name}")
    if value < 0:
        raise StartupError(f"option {name} requires a positive integer argument")
    return value
