"""``vol-create``, ``vol-create-as``, ``vol-create-from`` and ``vol-clone``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli._late import etree
from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.commands.pool.common import pool_of
from esxvirt.cli.commands.volume.common import POOL, VOLUME, size_of, volume_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Pool, Volume
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_POOL = data("pool", "pool name")
_FILE = data("file", "file containing an XML vol description")
_PREALLOCATE = flag("prealloc-metadata", "preallocate metadata (for qcow2 instead of full allocation)")
_REFLINK = flag("reflink", "use btrfs COW lightweight copy")
_VALIDATE = flag("validate", "validate the XML against the schema")


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    libvirt = virsh.libvirt
    flags = 0
    for option, name in (("prealloc-metadata", "PREALLOC_METADATA"), ("reflink", "REFLINK"), ("validate", "VALIDATE")):
        if arguments.flag(option):
            flags |= getattr(libvirt, f"VIR_STORAGE_VOL_CREATE_{name}")
    return flags


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Make a volume of a file."""
    flags = _flags(virsh, arguments)
    pool = pool_of(virsh, arguments)
    name = arguments.required("file")
    xml = read_file(name)
    with virsh.failing(f"Failed to create vol from {name}"):
        volume = pool.createXML(xml, flags)
    virsh.aside(f"Vol {volume.name()} created from {name}\n")


def create_as(virsh: Virsh, arguments: Arguments) -> None:
    """Make a volume of options."""
    flags = _flags(virsh, arguments)
    pool = pool_of(virsh, arguments)
    name = arguments.required("name")
    capacity = size_of(arguments.required("capacity"))
    allocated = arguments.text("allocation")
    allocation = None if allocated is None else size_of(allocated)
    lines = ["<volume>", f"  <name>{name}</name>", f"  <capacity>{capacity}</capacity>"]
    if allocation is not None:
        lines.append(f"  <allocation>{allocation}</allocation>")
    kind = arguments.text("format")
    if kind is not None:
        lines += ["  <target>", f"    <format type='{kind}'/>", "  </target>"]
    backing, backing_format = arguments.text("backing-vol"), arguments.text("backing-vol-format")
    if backing is not None:
        path = _backing(virsh, pool, backing)
        lines += ["  <backingStore>", f"    <path>{path}</path>"]
        lines += [f"    <format type='{backing_format}'/>"] if backing_format is not None else []
        lines.append("  </backingStore>")
    xml = "\n".join([*lines, "</volume>"]) + "\n"
    if arguments.flag("print-xml"):
        virsh.write(xml)
        return
    with virsh.failing(f"Failed to create vol {name}"):
        pool.createXML(xml, flags)
    virsh.aside(f"Vol {name} created\n")


def _backing(virsh: Virsh, pool: Pool, name: str) -> str:
    """Return the path of the volume that another is to stand on: by name, key or path."""
    connection = virsh.connection
    trouble: BaseException | None = None
    for lookup in (pool.storageVolLookupByName, connection.storageVolLookupByKey, connection.storageVolLookupByPath):
        try:
            return str(lookup(name).path())
        except virsh.libvirt.libvirtError as error:
            trouble = error
    raise Failed(f"failed to get vol '{name}'", cause=trouble)


def create_from(virsh: Virsh, arguments: Arguments) -> None:
    """Make a volume of a file, and of another volume."""
    pool = pool_of(virsh, arguments)
    flags = _flags(virsh, arguments)
    name = arguments.required("file")
    source = volume_of(virsh, arguments, pool_option="inputpool")
    xml = read_file(name)
    with virsh.failing(f"Failed to create vol from {name}"):
        volume = pool.createXMLFrom(xml, source, flags)
    virsh.aside(f"Vol {volume.name()} created from input vol {source.name()}\n")


def clone(virsh: Virsh, arguments: Arguments) -> None:
    """Copy a volume within its pool."""
    source = volume_of(virsh, arguments)
    flags = _flags(virsh, arguments)
    with virsh.failing("failed to get parent pool"):
        pool = source.storagePoolLookupByVolume()
    name = arguments.required("newname")
    with virsh.failing(f"Failed to clone vol from {source.name()}"):
        xml = _renamed(_xml_of(virsh, source), name)
        if arguments.flag("print-xml"):
            virsh.write(xml)
            return
        volume = pool.createXMLFrom(xml, source, flags)
    virsh.aside(f"Vol {volume.name()} cloned from {source.name()}\n")


def _xml_of(virsh: Virsh, volume: Volume) -> str:
    """Return the XML of a volume that was just looked up."""
    return volume.XMLDesc() if virsh.esx is None else virsh.esx.xml_at_lookup(volume)


def _renamed(xml: str, name: str) -> str:

    root = xml_of(xml)
    root.find("name").text = name
    return etree.tostring(root, encoding="unicode", pretty_print=True).rstrip("\n")


COMMANDS = (
    Command(
        "vol-clone",
        "clone a volume.",
        clone,
        "Clone an existing volume within the parent pool.",
        (
            VOLUME,
            data("newname", "clone name"),
            POOL,
            _PREALLOCATE,
            _REFLINK,
            flag("print-xml", "print XML document rather than clone the volume"),
        ),
    ),
    Command(
        "vol-create-as",
        "create a volume from a set of args",
        create_as,
        "Create a vol.",
        (
            _POOL,
            data("name", "name of the volume"),
            data("capacity", "size of the vol, as scaled integer (default bytes)"),
            string("allocation", "initial allocation size, as scaled integer (default bytes)"),
            string("format", "file format type raw,bochs,qcow,qcow2,qed,vmdk"),
            string("backing-vol", "the backing volume if taking a snapshot"),
            string("backing-vol-format", "format of backing volume if taking a snapshot"),
            _PREALLOCATE,
            flag("print-xml", "print XML document, but don't define/create"),
        ),
    ),
    Command(
        "vol-create",
        "create a vol from an XML file",
        create,
        "Create a vol.",
        (_POOL, _FILE, _PREALLOCATE, _VALIDATE),
    ),
    Command(
        "vol-create-from",
        "create a vol, using another volume as input",
        create_from,
        "Create a vol from an existing volume.",
        (
            data("pool", "pool name or uuid"),
            _FILE,
            VOLUME,
            string("inputpool", "pool name or uuid of the input volume's pool"),
            _PREALLOCATE,
            _REFLINK,
            _VALIDATE,
        ),
    ),
)
