"""libvirt.conf: the default URI, and short names for URIs, as libvirt's client reads them."""

import os
import re
from typing import Any, Final

from esxvirt.constants import errors as codes
from esxvirt.libvirt._errors import report

__all__ = ["configuration_file", "parse", "resolve"]

_SYSTEM: Final = "/etc/libvirt/libvirt.conf"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_BLANKS: Final = re.compile(r"[ \t]*")
_BLANKS_AND_LINES: Final = re.compile(r"[ \t\r\n]*")
_BETWEEN: Final = re.compile(r"(?:[ \t\r\n;]|#[^\n]*)*")
_INTEGER: Final = re.compile(r"-?[0-9]+")
_ALIAS: Final = re.compile(r"[A-Za-z0-9_-]*")


def configuration_file() -> str:
    """Return the system's file for root; for others the user's own, below XDG_CONFIG_HOME or ~/.config."""
    if getattr(os, "geteuid", lambda: 1)() == 0:
        return _SYSTEM
    configuration = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return os.path.join(os.path.expanduser(configuration), "libvirt", "libvirt.conf")  # noqa: PTH111, PTH118  no pathlib


def resolve(name: str | None, *, aliases: bool = True) -> str:
    """Return the URI that a name stands for: one of `uri_aliases`, or itself; "" if there is none.

    Args:
        name: None or "" for what LIBVIRT_DEFAULT_URI says or else `uri_default`.
        aliases: Whether short names are heeded.

    Raises:
        libvirtError: The file cannot be read, or has something else than it should.
    """
    path = configuration_file()
    values = _read(path)
    text = name or os.environ.get("LIBVIRT_DEFAULT_URI") or _default(values, path)
    if not text or not aliases:
        return text
    listed = values.get("uri_aliases", [])
    expected = f"{path}: expected a string list for 'uri_aliases' parameter"
    if not isinstance(listed, list):
        raise report(codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_FROM_CONF, expected)
    for entry in listed:
        if not isinstance(entry, str):
            raise _syntax(expected)
        alias, equals, uri = entry.partition("=")
        if not equals:
            raise _syntax(f"Malformed 'uri_aliases' config entry '{entry}', expected 'alias=uri://host/path'")
        if _ALIAS.fullmatch(alias) is None:
            allowed = "aliases may only contain 'a-Z, 0-9, _, -'"
            raise _syntax(f"Malformed 'uri_aliases' config entry '{entry}', {allowed}")
        if alias == text and uri:
            return uri
    return text


def _default(values: dict[str, Any], path: str) -> str:
    value = values.get("uri_default", "")
    if not isinstance(value, str):
        message = f"{path}: expected a string for 'uri_default' parameter"
        raise report(codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_FROM_CONF, message)
    return value


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:  # noqa: PTH123  no pathlib
            text = file.read()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        message = f"Failed to read the configuration file '{path}': {error.strerror}"
        raise report(codes.VIR_ERR_INTERNAL_ERROR, codes.VIR_FROM_CONF, message) from error
    return parse(text, path)


def parse(text: str, path: str) -> dict[str, Any]:
    """Return the values of a configuration file: strings, numbers, and lists of them.

    Of a name that comes twice, the first.

    Source: the grammar of libvirt's configuration files. `path` is for messages.

    Raises:
        libvirtError: It is none; the message names file and line.
    """
    values: dict[str, Any] = {}
    at = _skip(_BETWEEN, text, 0)
    while at < len(text):
        name = _NAME.match(text, at)
        if name is None:
            raise _wrong(path, text, at, "expecting a name")
        at = _skip(_BLANKS, text, name.end())
        if text[at : at + 1] != "=":
            raise _wrong(path, text, at, "expecting an assignment")
        value, at = _value(path, text, _skip(_BLANKS, text, at + 1))
        values.setdefault(name[0], value)
        at = _skip(_BLANKS, text, at)
        if at < len(text) and text[at] not in "\r\n;#":
            raise _wrong(path, text, at, "expecting a separator")
        at = _skip(_BETWEEN, text, at)
    return values


def _skip(pattern: "re.Pattern[str]", text: str, at: int) -> int:
    found = pattern.match(text, at)
    return at if found is None else found.end()


def _value(path: str, text: str, at: int) -> tuple[Any, int]:
    """Return a value, and where it ends."""
    first = text[at : at + 1]
    if first in {"'", '"'}:
        return _string(path, text, at, first)
    if first == "[":
        return _list(path, text, at + 1)
    number = _INTEGER.match(text, at)
    if number is None:
        raise _wrong(path, text, at, "expecting a value")
    return int(number[0]), number.end()


def _string(path: str, text: str, at: int, quote: str) -> tuple[str, int]:
    """Return a string: on one line, or between three double quotes on any number of them."""
    long = text.startswith('"""', at)
    mark = '"""' if long else quote
    start = at + len(mark)
    end = text.find(mark, start)
    if end < 0 or (not long and "\n" in text[start:end]):
        raise _wrong(path, text, at, "unterminated string")
    return text[start:end], end + len(mark)


def _list(path: str, text: str, at: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    at = _skip(_BLANKS_AND_LINES, text, at)
    while text[at : at + 1] != "]":
        if found:
            if text[at : at + 1] != ",":
                raise _wrong(path, text, at, "expecting a separator in list")
            at = _skip(_BLANKS_AND_LINES, text, at + 1)
            if text[at : at + 1] == "]":
                break
        value, at = _value(path, text, at)
        found.append(value)
        at = _skip(_BLANKS_AND_LINES, text, at)
        if at >= len(text):
            raise _wrong(path, text, at, "list is not closed with ]")
    return found, at + 1


def _wrong(path: str, text: str, at: int, message: str) -> Exception:
    # The end of the text is on its last line that has something.
    line = text.count("\n", 0, at if at < len(text) else len(text.rstrip("\n"))) + 1
    return _syntax(f"{path}:{line}: {message}")


def _syntax(message: str) -> Exception:
    return report(codes.VIR_ERR_CONF_SYNTAX, codes.VIR_FROM_CONF, message)
