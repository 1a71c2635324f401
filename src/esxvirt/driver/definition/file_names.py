"""How VMware's products name a machine's files after the machine."""

import base64
import re
from typing import Final

__all__ = ["escape_item"]

_NOT_ON_WINDOWS: Final = re.compile(r'["*<>:|?]')
_SEPARATORS: Final = re.compile(r"[%/\\]")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9',. ()_-]+")


def escape_item(name: str) -> str:
    """Return a name as part of a datastore path (esxUtil_EscapeDatastoreItem), such as ``a+w6k-b`` for ``aéb``."""
    plain = _NOT_ON_WINDOWS.sub("_", name)
    plain = _SEPARATORS.sub(lambda found: f"%{ord(found[0]):02x}", plain)

    def encode(found: "re.Match[str]") -> str:
        text = base64.b64encode(found[0].encode()).decode().rstrip("=").replace("/", ",")
        return f"+{text}" + ("-" if found.end() < len(plain) else "")

    return _UNSAFE.sub(encode, plain)
