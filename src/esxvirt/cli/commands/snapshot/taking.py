"""``snapshot-create`` and ``snapshot-create-as``."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, argv, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file
from esxvirt.cli.markup import comma_words

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# option: the end of the flag's name, where it differs
_FLAGS = {
    "redefine": "",
    "current": "",
    "no-metadata": "",
    "halt": "",
    "disk-only": "",
    "reuse-external": "REUSE_EXT",
    "quiesce": "",
    "atomic": "",
    "live": "",
    "validate": "",
}
_STORAGE = {"": "file", "file": "file", "block": "dev"}  # type of storage: the attribute of <source>


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Take the snapshot that a file describes, or one of the default name."""
    domain = domain_of(virsh, arguments)
    file = arguments.text("xmlfile")
    xml = "<domainsnapshot/>" if file is None else read_file(file)
    _take(virsh, arguments, domain, xml, "" if file is None else f" from '{file}'")


def create_as(virsh: Virsh, arguments: Arguments) -> None:
    """Take a snapshot of a name and a description, or print the XML for it."""
    domain = domain_of(virsh, arguments)
    lines = ["<domainsnapshot>"]
    for tag in ("name", "description"):
        text = arguments.text(tag)
        if text is not None:
            lines.append(f"  <{tag}>{_escape(text)}</{tag}>")
    memory = arguments.text("memspec")
    if memory is not None:
        lines.append("  " + _memory(memory))
    disks = [line for spec in arguments.items("diskspec") for line in _disk(spec)]
    if disks:
        lines += ["  <disks>", *(f"    {line}" for line in disks), "  </disks>"]
    xml = "".join(f"{line}\n" for line in (*lines, "</domainsnapshot>"))
    if arguments.flag("print-xml"):
        virsh.line(xml)
    else:
        _take(virsh, arguments, domain, xml, "")


def _take(virsh: Virsh, arguments: Arguments, domain: Domain, xml: str, origin: str) -> None:
    libvirt = virsh.libvirt
    flags = 0
    for option, end in _FLAGS.items():
        if arguments.flag(option):
            flags |= getattr(libvirt, f"VIR_DOMAIN_SNAPSHOT_CREATE_{end or option.upper().replace('-', '_')}")
    halt = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_HALT
    stop = False
    try:
        snapshot = domain.snapshotCreateXML(xml, flags)
    except libvirt.libvirtError as error:
        if not flags & halt or error.get_error_code() != libvirt.VIR_ERR_INVALID_ARG:
            raise
        # A driver that cannot halt a domain itself; libvirt's own refusal comes again without the flag.
        stop = domain.isActive() == 1
        snapshot = domain.snapshotCreateXML(xml, flags & ~halt)
    if stop:
        domain.destroy()
    virsh.aside(f"Domain snapshot {snapshot.getName()} created{origin}")


def _memory(spec: str) -> str:
    """Return the ``<memory>`` element of ``--memspec``.

    Raises:
        Failed: it is none.
    """
    values: dict[str, str] = {}
    for word in comma_words(spec):
        key, equals, value = word.partition("=")
        if equals and key in {"file", "snapshot"} and key not in values:
            values[key] = value
        elif word.startswith("/") and "file" not in values:
            values["file"] = word
        else:
            raise Failed(f"unable to parse memspec: {spec}")
    return f"<memory{_attributes(values, 'snapshot', 'file')}/>"


def _disk(spec: str) -> list[str]:
    """Return the lines of the ``<disk>`` element of ``--diskspec``.

    Raises:
        Failed: it is none.
    """
    name, *words = comma_words(spec)
    values: dict[str, str] = {"name": name}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or key not in {"snapshot", "driver", "stype", "file"} or key in values:
            raise Failed(f"unable to parse diskspec: {spec}")
        values[key] = value
    if not name:
        raise Failed(f"unable to parse diskspec: {spec}")
    if "stype" in values:
        values["type"] = values["stype"]
        if values["type"] not in {"file", "block"}:
            raise Failed(f"Unknown storage type: '{values['type']}'", f"unable to parse diskspec: {spec}")
    start = f"<disk{_attributes(values, 'name', 'snapshot', 'type')}"
    inner = []
    if "driver" in values:
        inner.append(f"  <driver type='{_escape(values['driver'])}'/>")
    if "file" in values:
        inner.append(f"  <source {_STORAGE[values.get('type', '')]}='{_escape(values['file'])}'/>")
    return [f"{start}>", *inner, "</disk>"] if inner else [f"{start}/>"]


def _attributes(values: dict[str, str], *names: str) -> str:
    return "".join(f" {name}='{_escape(values[name])}'" for name in names if name in values)


def _escape(text: str) -> str:
    return escape(text, {"'": "&apos;", '"': "&quot;"})


_COMMON = (
    flag("no-metadata", "take snapshot but create no metadata"),
    flag("halt", "halt domain after snapshot is created"),
    flag("disk-only", "capture disk state but not vm state"),
    flag("reuse-external", "reuse any existing external files"),
    flag("quiesce", "quiesce guest's file systems"),
    flag("atomic", "require atomic operation"),
    flag("live", "take a live snapshot"),
    flag("validate", "validate the XML against the schema"),
)

COMMANDS = (
    Command(
        "snapshot-create",
        "Create a snapshot from XML",
        create,
        "Create a snapshot (disk and RAM) from XML",
        (
            DOMAIN,
            string("xmlfile", "domain snapshot XML", by_position=True),
            flag("redefine", "redefine metadata for existing snapshot"),
            flag("current", "with redefine, set current snapshot"),
            *_COMMON,
        ),
    ),
    Command(
        "snapshot-create-as",
        "Create a snapshot from a set of args",
        create_as,
        "Create a snapshot (disk and RAM) from arguments",
        (
            DOMAIN,
            string("name", "name of snapshot"),
            string("description", "description of snapshot"),
            flag("print-xml", "print XML document rather than create"),
            *_COMMON,
            string("memspec", "memory attributes: [file=]name[,snapshot=type]", by_name_only=True),
            argv(
                "diskspec",
                "disk attributes: disk[,snapshot=type][,driver=type][,stype=type][,file=name]",
                by_position=False,
            ),
        ),
    ),
)
