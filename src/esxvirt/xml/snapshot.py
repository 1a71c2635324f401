"""``<domainsnapshot>``: a snapshot of a domain (libvirt's formatsnapshot.html)."""

from typing import TYPE_CHECKING, Final

from esxvirt.errors import EsxvirtError, XmlError
from esxvirt.records import field, record
from esxvirt.xml._late import schema
from esxvirt.xml.domain.elements import child_text, lookup
from esxvirt.xml.reader import parse_document
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["DomainSnapshot", "format_snapshot", "parse_snapshot"]

_MEMORY: Final = ("no", "internal", "external")
_DISK: Final = ("no", "internal", "external", "manual")
_STORAGE: Final = ("file", "block", "dir", "network", "volume", "nvme", "vhostuser")


@record
class DomainSnapshot:
    """A snapshot as its XML has it; None for what the XML leaves out.

    Attributes:
        name: Unique among a domain's snapshots for libvirt, though not for VMware.
        description: Any text.
        state: The domain's when it was taken: ``running``, ``paused``, ``shutoff``.
        parent: The name of the snapshot that the domain went on from then.
        creation_time: Seconds since 1970.
        domain_uuid: Of the domain.
        disks: The disks that it names, which VMware cannot treat one by one.
    """

    name: str | None = None
    description: str | None = None
    state: str | None = None
    parent: str | None = None
    creation_time: int | None = None
    domain_uuid: str | None = None
    disks: list[str] = field(default_factory=list)


def parse_snapshot(text: str, *, validate: bool = False) -> DomainSnapshot:
    """Read the description of a snapshot, for taking one; an empty name is none.

    Args:
        text: the document.
        validate: whether it must fit libvirt's schema, too (VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE).

    Raises:
        XmlError: it is no such document, or has a value that is none.
        EsxvirtError: a disk has no name.
    """
    root = parse_document(text, root="domainsnapshot", name="domain_snapshot")
    if validate:
        schema.validate(root, "domainsnapshot")
    created = _text(root, "creationTime") or ""
    snapshot = DomainSnapshot(
        name=_text(root, "name") or None,
        description=_text(root, "description"),
        state=_text(root, "state"),
        parent=child_text(root, "parent/name"),
        creation_time=int(created) if created.isascii() and created.isdecimal() else None,
        domain_uuid=child_text(root, "domain/uuid"),
    )
    _check_memory(root)
    snapshot.disks = [_disk_name(disk) for disk in root.findall("disks/disk")]
    return snapshot


def format_snapshot(snapshot: DomainSnapshot) -> str:
    """Write the description of a snapshot, as libvirt writes that of one of its ESX driver."""
    lines = Lines()
    lines.start("<domainsnapshot>")
    _line(lines, "name", snapshot.name)
    _line(lines, "description", snapshot.description)
    _line(lines, "state", snapshot.state)
    if snapshot.parent is not None:
        lines.start("<parent>")
        _line(lines, "name", snapshot.parent)
        lines.end("</parent>")
    if snapshot.creation_time is not None:
        _line(lines, "creationTime", str(snapshot.creation_time))
    if snapshot.domain_uuid is not None:
        lines.start("<domain>")
        _line(lines, "uuid", snapshot.domain_uuid)
        lines.end("</domain>")
    lines.end("</domainsnapshot>")
    return str(lines)


def _line(lines: Lines, tag: str, text: str | None) -> None:
    if text is not None:
        lines.add(f"<{tag}>{escape(text)}</{tag}>")


def _text(root: "_Element", tag: str) -> str | None:
    """Return all text of the first child `tag`, that of elements in it included; None without one."""
    child = root.find(tag)
    return None if child is None else "".join(str(part) for part in child.itertext())


def _check_memory(root: "_Element") -> None:
    """Find fault with ``<memory>`` as libvirt does; VMware has no choice in it, so that it is of no other use."""
    memory = root.find("memory")
    if memory is None:
        return
    file = memory.get("file")
    kind = lookup(memory, "snapshot", _MEMORY, "external" if file is not None else None)
    if kind == "external" and file is None:
        raise XmlError("external memory snapshots require a filename")
    if file is not None and kind != "external":
        raise XmlError(f"memory filename '{file}' requires external snapshot")
    if file is not None and not file.startswith("/"):
        raise XmlError(f"memory snapshot file path ({file}) must be absolute")


def _disk_name(disk: "_Element") -> str:
    name = disk.get("name")
    if name is None:
        raise EsxvirtError("missing name from disk snapshot element")
    lookup(disk, "snapshot", _DISK)
    lookup(disk, "type", _STORAGE)
    source = disk.find("source")
    file = None if source is None else source.get("file")
    if file is not None and not file.startswith("/"):
        raise XmlError(f"disk snapshot image path '{file}' must be absolute")
    return name
