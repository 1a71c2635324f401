"""`<filesystem>`: folders of the host that the guest sees."""

from typing import TYPE_CHECKING

from esxvirt.errors import NoSourceError, NoTargetError, XmlError
from esxvirt.records import record
from esxvirt.xml.domain.elements import lookup, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["Filesystem", "format_filesystem", "parse_filesystem"]

TYPES = ("mount", "block", "file", "template", "ram", "bind", "volume")
_SOURCES = {"mount": "dir", "bind": "dir", "block": "dev", "file": "file", "template": "name", "volume": "volume"}
_MODES = ("passthrough", "mapped", "squash")


@record
class Filesystem:
    """A shared folder: `source` on the host, `target` the name that the guest knows it by."""

    source: str
    target: str
    type: str = "mount"
    access_mode: str = "passthrough"
    read_only: bool = False
    line: int = 0


def format_filesystem(filesystem: Filesystem, lines: Lines) -> None:
    """Write a `<filesystem>`."""
    lines.start(f"<filesystem type='{filesystem.type}' accessmode='{filesystem.access_mode}'>")
    lines.add(f"<source {_SOURCES.get(filesystem.type, 'dir')}='{escape(filesystem.source)}'/>")
    lines.add(f"<target dir='{escape(filesystem.target)}'/>")
    if filesystem.read_only:
        lines.add("<readonly/>")
    lines.end("</filesystem>")


def parse_filesystem(element: "_Element") -> Filesystem:
    """Read a `<filesystem>`.

    Raises:
        XmlError: for wrong values, without source or target.
    """
    type_ = lookup(element, "type", TYPES, "mount") or "mount"
    source = element.find("source")
    target = element.find("target")
    path = None if source is None else source.get(_SOURCES.get(type_, "dir"))
    name = None if target is None else target.get("dir")
    if type_ == "ram" and (source is None or source.get("usage") is None):
        raise XmlError("missing 'usage' attribute for RAM filesystem")
    if path is None and type_ != "ram":
        raise NoSourceError(f"missing source information for device {name or ''}")
    if name is None:
        raise NoTargetError(f"missing target information for device {path or ''}")
    mode = lookup(element, "accessmode", _MODES, "passthrough") or "passthrough"
    return Filesystem(path or "", name, type_, mode, element.find("readonly") is not None, where(element))
