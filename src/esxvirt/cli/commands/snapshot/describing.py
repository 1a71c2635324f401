"""``snapshot-current``, ``snapshot-dumpxml``, ``snapshot-info`` and ``snapshot-parent``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.snapshot.common import entry_of, snapshot_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.commands.snapshot.common import Entry
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show_current(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML or the name of the snapshot that the domain goes on from, or have it be another."""
    libvirt = virsh.libvirt
    arguments.exclusive("name", "snapshotname")
    domain = domain_of(virsh, arguments)
    name = arguments.text("snapshotname")
    if name is not None:
        snapshot = domain.snapshotLookupByName(name)
        xml = snapshot.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)
        flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT
        domain.snapshotCreateXML(xml, flags)
        virsh.aside(f"Snapshot {name} set as current")
        return
    try:
        snapshot = domain.snapshotCurrent()
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT:
            raise
        raise Failed(f"domain '{arguments.required('domain')}' has no current snapshot") from error
    if arguments.flag("name"):
        virsh.write(snapshot.getName())
    else:
        virsh.write(snapshot.getXMLDesc(_secure(virsh, arguments)))


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print a snapshot's XML, or the parts of it that an XPath expression picks."""
    name = arguments.required("snapshotname")
    flags = _secure(virsh, arguments)
    domain = domain_of(virsh, arguments)
    text = domain.snapshotLookupByName(name).getXMLDesc(flags)
    expression = arguments.raw("xpath")
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


def info(virsh: Virsh, arguments: Arguments) -> None:
    """Print what there is to know of a snapshot, a line each."""
    domain = domain_of(virsh, arguments)
    snapshot = snapshot_of(arguments, domain)
    entry = entry_of(virsh, snapshot)
    current, children, descendants = _place(virsh, entry)
    virsh.field("Name:", entry.name)
    virsh.field("Domain:", domain.name())
    virsh.field("Current:", "yes" if current else "no")
    virsh.field("State:", entry.state)
    virsh.field("Location:", "internal")
    virsh.field("Parent:", "-" if entry.parent is None else entry.parent)
    virsh.field("Children:", children)
    virsh.field("Descendants:", descendants)
    virsh.field("Metadata:", "yes" if snapshot.hasMetadata() else "no")


def _place(virsh: Virsh, entry: Entry) -> tuple[bool, int, int]:
    """Return whether it is the current one, how many are right below it, and how many below it in all."""
    if entry.place is not None:
        return entry.place
    snapshot, flags = entry.snapshot, virsh.libvirt.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
    return bool(snapshot.isCurrent()), snapshot.numChildren(), snapshot.numChildren(flags)


def show_parent(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name of a snapshot's parent."""
    domain = domain_of(virsh, arguments)
    entry = entry_of(virsh, snapshot_of(arguments, domain))
    if entry.parent is None:
        raise Failed(f"snapshot '{entry.name}' has no parent")
    virsh.write(entry.parent)


def _secure(virsh: Virsh, arguments: Arguments) -> int:
    return virsh.libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE if arguments.flag("security-info") else 0


_SECURITY = flag("security-info", "include security sensitive information in XML dump")

COMMANDS = (
    Command(
        "snapshot-current",
        "Get or set the current snapshot",
        show_current,
        "Get or set the current snapshot",
        (
            DOMAIN,
            flag("name", "list the name, rather than the full xml"),
            _SECURITY,
            string("snapshotname", "name of existing snapshot to make current", by_position=True),
        ),
    ),
    Command(
        "snapshot-dumpxml",
        "Dump XML for a domain snapshot",
        dump,
        "Snapshot Dump XML",
        (
            DOMAIN,
            data("snapshotname", "snapshot name"),
            _SECURITY,
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "snapshot-info",
        "snapshot information",
        info,
        "Returns basic information about a snapshot.",
        (
            DOMAIN,
            string("snapshotname", "snapshot name", by_position=True),
            flag("current", "info on current snapshot"),
        ),
    ),
    Command(
        "snapshot-parent",
        "Get the name of the parent of a snapshot",
        show_parent,
        "Extract the snapshot's parent, if any",
        (
            DOMAIN,
            string("snapshotname", "find parent of snapshot name", by_position=True),
            flag("current", "find parent of current snapshot"),
        ),
    ),
)
