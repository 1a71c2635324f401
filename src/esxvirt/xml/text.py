"""Text for XML as libvirt writes it: single quotes, two blanks of indentation, its own set of escapes."""

import re

__all__ = ["Lines", "attributes", "escape"]

_SPECIAL = re.compile(r"[&<>'\"\x00-\x08\x0b\x0c\x0e-\x1f]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "'": "&apos;", '"': "&quot;"}


def escape(value: str) -> str:
    """Escape text for an element or an attribute; control characters, which XML cannot hold, are dropped.

    Source: libvirt's virBufferEscapeString.
    """
    if _SPECIAL.search(value) is None:
        return value
    return _SPECIAL.sub(lambda match: _ENTITIES.get(match[0], ""), value)


def attributes(**values: str | int | None) -> str:
    """Write attributes in the order given, each with a blank before it; those that are None are left out."""
    return "".join(f" {name}='{escape(str(value))}'" for name, value in values.items() if value is not None)


class Lines:
    """The lines of a document being written, and how deep they stand."""

    __slots__ = ("_indent", "_lines")

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._indent = ""

    def add(self, line: str) -> None:
        """Add one line, or several of which the first stands at the present depth."""
        self._lines.append(self._indent + line)

    def raw(self, line: str) -> None:
        """Add a line that stands where it should already."""
        self._lines.append(line)

    def blank(self) -> None:
        """Add an empty line."""
        self._lines.append("")

    def start(self, line: str) -> None:
        """Add an opening tag: what follows stands two blanks deeper."""
        self._lines.append(self._indent + line)
        self._indent += "  "

    def end(self, line: str) -> None:
        """Add a closing tag."""
        self._indent = self._indent[:-2]
        self._lines.append(self._indent + line)

    def __str__(self) -> str:
        return "\n".join(self._lines) + "\n"
