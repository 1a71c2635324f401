"""UUIDs as libvirt-python takes them: 16 bytes, or a text of 32 digits."""

import re
from typing import Any

from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._methods import domain_of, to_text

__all__ = ["from_bytes", "from_text"]


def from_bytes(uuid: Any, function: str) -> str:
    """Return the 32 hexadecimal digits of a UUID of 16 bytes; a text counts as its bytes in UTF-8.

    Raises:
        libvirtError: None, or not 16 bytes.
        TypeError: No bytes.
    """
    if uuid is None:
        raise report_argument(f"uuid in {function} must not be NULL", function, "uuid", domain_of(function))
    if isinstance(uuid, str):
        uuid = uuid.encode(errors="surrogateescape")
    try:
        found = bytes(memoryview(uuid))
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(uuid).__name__}'") from None
    if len(found) != 16:
        raise report_argument("Invalid UUID", function, "uuid", domain_of(function))
    return found.hex()


def from_text(uuidstr: Any, function: str, message: str) -> str:
    """Return the 32 digits of a UUID's text, with dashes anywhere or nowhere between them.

    Raises:
        libvirtError: None; or, with `message`, no such text.
        TypeError: No text.
    """
    digits = to_text(uuidstr, function, "uuidstr").strip(" \t\n\v\f\r").replace("-", "")
    if not re.fullmatch("[0-9A-Fa-f]{32}", digits):
        raise report_argument(message, function, "uuidstr", domain_of(function))
    return digits
