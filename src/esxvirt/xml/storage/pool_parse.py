"""Reading ``<pool>`` and ``<source>``: what a host can mount or make, and libvirt's errors for what is wrong."""

from typing import TYPE_CHECKING, Final

from esxvirt.errors import ConfigUnsupportedError, XmlError
from esxvirt.records import record
from esxvirt.uuids import normalize
from esxvirt.xml.reader import parse_document
from esxvirt.xml.schema import validate as check_schema
from esxvirt.xml.storage.pool import FS, NETFS, PoolDefinition

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["TYPES", "SourceSpecification", "parse_pool", "parse_source"]

TYPES: Final = (
    "dir", "fs", "netfs", "logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "rbd", "sheepdog", "gluster",
    "zfs", "vstorage",
)  # fmt: skip
"""libvirt's types of pools."""

_FORMATS: Final = {
    NETFS: ("auto", "nfs", "glusterfs", "cifs"),
    FS: (
        "auto",
        "ext2",
        "ext3",
        "ext4",
        "ufs",
        "iso9660",
        "udf",
        "gfs",
        "gfs2",
        "vfat",
        "hfs+",
        "xfs",
        "ocfs2",
        "vmfs",
    ),
}
_NFS_4: Final = "nfs4"  # no word of libvirt's, but of mount's
_OPTIONS: Final = "{http://libvirt.org/schemas/storagepool/fs/1.0}mount_opts"


@record(frozen=True)
class SourceSpecification:
    """Where somebody looks for what pools could be made of: the server and the device that the XML names, if any."""

    host: str | None = None
    device: str | None = None


def parse_pool(xml: str, *, validate: bool = False) -> PoolDefinition:
    """Read the XML of a pool that is to be defined (virStoragePoolDefParseXML).

    Args:
        xml: The document.
        validate: Whether it must fit libvirt's schema, too (VIR_STORAGE_POOL_DEFINE_VALIDATE).

    Raises:
        XmlError: It is none, or lacks what it must have.
        XmlSchemaError: It does not fit the schema.
        ConfigUnsupportedError: It asks for what libvirt does not know, or a host does not do.
    """
    root = parse_document(xml, root="pool", name="storage_pool_definition")
    if validate:
        check_schema(root, "storagepool")
    kind = _type(root)
    empty = root.find("source") is None
    source = root if empty else root.find("source")
    assert source is not None  # noqa: S101  one of the two
    name = (root.findtext("name") or ("" if empty else source.findtext("name")) or "").strip("\n")
    given = None if kind not in _FORMATS else _format(source, kind, empty=empty)
    if not name:
        raise XmlError("missing pool source name element")
    if "/" in name:
        raise XmlError(f"name {name} cannot contain '/'")
    path = root.findtext("target/path")
    definition = PoolDefinition(kind, name, _uuid(root), path=path)
    if kind == NETFS:
        return _of_export(definition, source, given, empty=empty)
    if kind == FS:
        return _of_volume(definition, source, given, empty=empty)
    return definition


def _type(root: "_Element") -> str:
    kind = root.get("type")
    if kind is None:
        raise XmlError("Missing required attribute 'type' in element 'pool'")
    if kind not in TYPES:
        raise XmlError(f"Invalid value for attribute 'type' in element 'pool': '{kind}'.")
    return kind


def _format(source: "_Element", kind: str, *, empty: bool) -> str | None:
    element = None if empty else source.find("format")
    given = None if element is None else element.get("type")
    if given is None or given in _FORMATS[kind] or (kind == NETFS and given == _NFS_4):
        return given
    raise ConfigUnsupportedError(f"unknown pool format type {given}")


def _uuid(root: "_Element") -> str | None:
    text = root.findtext("uuid")
    if not text:
        return None
    uuid = normalize(text)
    if uuid is None:
        raise XmlError("malformed uuid element")
    return uuid


def _of_export(definition: PoolDefinition, source: "_Element", given: str | None, *, empty: bool) -> PoolDefinition:
    hosts = [] if empty else [element.get("name") or "" for element in source.findall("host")]
    if not hosts or not hosts[0]:
        raise XmlError("missing storage pool source host name")
    folder = source.find("dir")
    directory = "" if folder is None else folder.get("path") or ""
    if not directory:
        raise XmlError("missing storage pool source path")
    if len(hosts) > 1:
        raise ConfigUnsupportedError(f"Expected exactly 1 host for the storage pool; there are {len(hosts)}")
    if given in {"glusterfs", "cifs"}:
        raise ConfigUnsupportedError(f"hosts mount no {given}: give 'nfs'")
    if source.find("auth") is not None:
        raise ConfigUnsupportedError("hosts mount exports without a user: leave <auth> out")
    root = source.getparent()
    if root is not None and root.find(_OPTIONS) is not None:
        raise ConfigUnsupportedError("hosts take no options of mount: leave <fs:mount_opts> out")
    if not directory.startswith("/"):
        raise ConfigUnsupportedError(f"the source path '{directory}' is no absolute path")
    return PoolDefinition(
        definition.type,
        definition.name,
        definition.uuid,
        hosts[0],
        directory.rstrip("/") or "/",
        _is_nfs_4(source, given),
        "",
        definition.path,
    )


def _is_nfs_4(source: "_Element", given: str | None) -> bool:
    """Return whether NFS 4.1 is asked for, by the format or, in libvirt's words, by the protocol's version."""
    protocol = source.find("protocol")
    version = None if protocol is None else protocol.get("ver")
    if version is None:
        return given == _NFS_4
    if version in {"4", "4.1"}:
        return True
    if version == "3" and given != _NFS_4:
        return False
    raise ConfigUnsupportedError(f"hosts mount NFS 3 and NFS 4.1, and no version '{version}' here")


def _of_volume(definition: PoolDefinition, source: "_Element", given: str | None, *, empty: bool) -> PoolDefinition:
    devices = [] if empty else [element.get("path") or "" for element in source.findall("device")]
    if devices and not devices[0]:
        raise XmlError("missing storage pool source device path")
    if given not in {None, "auto", "vmfs"}:
        raise ConfigUnsupportedError(f"hosts have no pools of the format '{given}': give 'vmfs'")
    if len(devices) > 1:
        raise ConfigUnsupportedError(f"a volume is made on one device; there are {len(devices)}")
    device = devices[0] if devices else ""
    return PoolDefinition(definition.type, definition.name, definition.uuid, device=device, path=definition.path)


def parse_source(xml: str | None) -> SourceSpecification:
    """Read a ``<source>`` that says where to look for what pools could be made of; None says nothing.

    Raises:
        XmlError: It is none.
    """
    if xml is None:
        return SourceSpecification()
    root = parse_document(xml, root="source", name="storage_source")
    host, device = root.find("host"), root.find("device")
    return SourceSpecification(
        None if host is None else host.get("name"), None if device is None else device.get("path")
    )
