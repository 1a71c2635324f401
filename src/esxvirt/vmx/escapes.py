"""The two escapes in VMX values: `|XX` (a byte in hex, VMware's own) and `%XX` (old VMware's, in display names)."""

import re

from esxvirt.errors import VmxError
from esxvirt.names import path_item

__all__ = ["escape", "escape_name", "unescape", "unescape_name"]

_ESCAPED = re.compile(r'[\x00-\x08\x0a-\x1f"|\x7f]')
_HEX = frozenset("0123456789abcdefABCDEF")


def escape(value: str) -> str:
    """Write `"` and `|` as ``|22`` and ``|7c``, and control characters but tabs likewise: any text fits on a line."""
    return _ESCAPED.sub(lambda match: f"|{ord(match[0]):02x}", value)


def unescape(value: str, *, name: str = "annotation") -> str:
    """Undo `escape`: ``|XX`` is the byte XX of UTF-8 text.

    Raises:
        VmxError: a `|` without two hex digits behind it; `name` is what the message calls the value.
    """
    return _unescape(value, "|", name) if "|" in value else value


def escape_name(value: str) -> str:
    """Write a display name, with ``%2f`` for a slash and ``%25`` for `%`; the reverse of `unescape_name`."""
    return escape(path_item(value))


def unescape_name(value: str) -> str:
    """Undo both escapes, as libvirt does with `displayName`.

    Raises:
        VmxError: a `|` or a `%` without two hex digits behind it.
    """
    if "%" in value:
        value = _unescape(value, "%", "name")
    return unescape(value, name="name")


def _unescape(value: str, mark: str, name: str) -> str:
    pieces = value.split(mark)
    out = bytearray(pieces[0].encode("utf-8", "surrogatepass"))
    for piece in pieces[1:]:
        if len(piece) < 2 or piece[0] not in _HEX or piece[1] not in _HEX:
            raise VmxError(f"VMX entry '{name}' contains invalid escape sequence")
        out.append(int(piece[:2], 16))
        out += piece[2:].encode("utf-8", "surrogatepass")
    return out.decode("utf-8", "replace")
