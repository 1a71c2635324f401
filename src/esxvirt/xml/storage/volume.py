"""``<volume>``: a storage volume (libvirt's virStorageVolDef), read and written."""

from copy import deepcopy
from typing import TYPE_CHECKING, Final

from esxvirt.errors import ConfigUnsupportedError, TooLargeError, XmlError
from esxvirt.records import record
from esxvirt.xml.reader import parse_document
from esxvirt.xml.schema import validate as check_schema
from esxvirt.xml.text import Lines, attributes, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["FORMATS", "TYPES", "Volume", "format_volume", "parse_volume"]

TYPES: Final = ("file", "block", "dir", "network", "netdir", "ploop")
FORMATS: Final = (
    "none", "raw", "dir", "bochs", "cloop", "dmg", "iso", "vpc", "vdi", "fat", "vhd", "ploop", "cow", "qcow", "qcow2",
    "qed", "vmdk",
)  # fmt: skip
_UNITS: Final = "kmgtpe"
_MOST: Final = 2**63 - 1


@record(frozen=True)
class Volume:
    """A storage volume as its XML has it.

    Attributes:
        type: ``file`` or ``block``.
        name: Its name in its pool.
        capacity: Bytes.
        allocation: Bytes.
        key: What it is known by, whatever its name; None where nobody knows.
        path: Where it is, None where nobody knows.
        format: One of `FORMATS`; None for none.
    """

    type: str
    name: str
    capacity: int
    allocation: int
    key: str | None = None
    path: str | None = None
    format: str | None = None


def format_volume(volume: Volume) -> str:
    """Return the XML of a volume."""
    lines = Lines()
    lines.start(f"<volume{attributes(type=volume.type)}>")
    lines.add(f"<name>{escape(volume.name)}</name>")
    if volume.key is not None:
        lines.add(f"<key>{escape(volume.key)}</key>")
    lines.add(f"<capacity unit='bytes'>{volume.capacity}</capacity>")
    lines.add(f"<allocation unit='bytes'>{volume.allocation}</allocation>")
    lines.start("<target>")
    if volume.path is not None:
        lines.add(f"<path>{escape(volume.path)}</path>")
    if volume.format is not None:
        lines.add(f"<format{attributes(type=volume.format)}/>")
    lines.end("</target>")
    lines.end("</volume>")
    return str(lines)


def parse_volume(xml: str, *, capacity: int | None = None, validate: bool = False) -> Volume:
    """Read the XML of a volume that is to be made.

    Args:
        xml: The document.
        capacity: What a volume has whose XML says nothing of it; None refuses one.
        validate: Whether it must fit libvirt's schema, too (VIR_STORAGE_VOL_CREATE_VALIDATE).

    Raises:
        XmlError: It is none, or lacks what it must have.
        XmlSchemaError: It does not fit the schema.
        ConfigUnsupportedError: It asks for a type or a format that libvirt does not know, or for a backing store.
    """
    root = parse_document(xml, root="volume", name="storage_volume_definition")
    if validate:
        check_schema(_without_places(root), "storagevol")
    name = (root.findtext("name") or "").strip("\n")
    if not name:
        raise XmlError("missing volume name element")
    kind = root.get("type")
    if kind is not None and kind not in TYPES:
        raise ConfigUnsupportedError(f"unknown volume type '{kind}'")
    size = _size(root, "capacity")
    if size is None:
        size = capacity
    if size is None:
        raise XmlError("missing capacity element")
    allocation = _size(root, "allocation")
    given = root.find("target/format")
    # Pools of files have libvirt's default.
    chosen = "raw" if given is None else given.get("type") or "raw"
    if chosen not in FORMATS or chosen == "none":
        raise ConfigUnsupportedError(f"unknown volume format type {chosen}")
    if root.find("backingStore/path") is not None:
        raise ConfigUnsupportedError("a backing store is not supported: VMware's disks have none but their snapshots")
    return Volume(kind or "file", name, size, size if allocation is None else allocation, None, None, chosen)


def _without_places(root: "_Element") -> "_Element":
    """Return the document without what libvirt's own ESX driver wants and writes, and its schema does not take.

    These are the folder before a slash in the name, and paths that begin with a datastore.
    """
    copy = deepcopy(root)
    name = copy.find("name")
    if name is not None and name.text:
        name.text = name.text.rpartition("/")[2]
    path = copy.find("target/path")
    if path is not None and (path.text or "").startswith("["):
        path.text = "/"
    return copy


def _size(root: "_Element", name: str) -> int | None:
    """Return an element's number of bytes; None if there is no such element.

    Raises:
        XmlError: It is no size.
        TooLargeError: It is too large.
    """
    element = root.find(name)
    if element is None:
        return None
    text = (element.text or "").strip(" \t\r\n")
    if not text.isdecimal() or not text.isascii() or len(text) > 20 or int(text) >= 2**64:
        raise XmlError(f"malformed {name} element")
    unit = (element.get("unit") or "bytes").lower()
    if unit in {"b", "byte", "bytes"}:
        scale = 1
    elif unit[0] in _UNITS and unit[1:] in {"", "ib", "b"}:
        scale = (1000 if unit[1:] == "b" else 1024) ** (_UNITS.index(unit[0]) + 1)
    else:
        raise XmlError(f"unknown suffix '{element.get('unit')}'")
    if int(text) * scale > _MOST:
        raise TooLargeError(f"value too large: {text}{element.get('unit') or ''}")
    return int(text) * scale
