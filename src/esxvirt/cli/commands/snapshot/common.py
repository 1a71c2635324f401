"""Options and steps that the commands about snapshots share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.failures import Failed
from esxvirt.records import record

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain, Snapshot
    from esxvirt.cli.virsh import Virsh

__all__ = ["Entry", "entries", "entry_of", "snapshot_of"]


# virDomainState, as the XML of snapshots has it
_STATES = {
    0: "nostate",
    1: "running",
    2: "blocked",
    3: "paused",
    4: "shutdown",
    5: "shutoff",
    6: "crashed",
    7: "pmsuspended",
}


def snapshot_of(arguments: Arguments, domain: Domain, option: str = "snapshotname") -> Snapshot:
    """Return the snapshot that the option, or ``--current``, names.

    Raises:
        Failed: neither or both were given.
    """
    name = arguments.text(option)
    if name is not None:
        if arguments.flag("current"):
            raise Failed(f"--{option} and --current are mutually exclusive")
        return domain.snapshotLookupByName(name)
    if not arguments.flag("current"):
        raise Failed(f"--{option} or --current is required")
    return domain.snapshotCurrent()


@record
class Entry:
    """A snapshot with what lists and trees show of it.

    Attributes:
        snapshot: The virDomainSnapshot.
        key: What tells it from all others of the domain: VMware allows several of one name.
        name: Its name.
        parent_key: The parent's key, None for a root.
        parent: The parent's name, None for a root.
        seconds: When it was taken.
        state: The domain's then, in the words of the XML.
        place: Whether it is the current one, how many are right below it, how many below it in all; None where the
            driver would have to be asked for that.
    """

    snapshot: Snapshot
    key: object
    name: str
    parent_key: object
    parent: str | None
    seconds: int
    state: str
    place: tuple[bool, int, int] | None = None


def entries(virsh: Virsh, domain: Domain, start: Snapshot | None, flags: int) -> list[Entry]:
    """Return the domain's snapshots, or those below `start`, that the flags pick.

    In one call where the driver has one.
    """
    if virsh.esx is not None:
        esx = virsh.esx
        told = esx.all_snapshot_details(domain, flags) if start is None else esx.children_details(start, flags)
        return [_entry(snapshot, details) for snapshot, details in told]
    found = domain.listAllSnapshots(flags) if start is None else start.listAllChildren(flags)
    return [entry_of(virsh, snapshot) for snapshot in found]


def entry_of(virsh: Virsh, snapshot: Snapshot) -> Entry:
    """Return what is shown of one snapshot."""
    if virsh.esx is not None:
        return _entry(snapshot, virsh.esx.snapshot_details(snapshot))
    root = xml_of(snapshot.getXMLDesc())
    name, parent = snapshot.getName(), root.findtext("parent/name")
    created = int(root.findtext("creationTime") or 0)
    return Entry(snapshot, name, name, parent, parent, created, root.findtext("state") or "")


def _entry(snapshot: Snapshot, details: dict[str, Any]) -> Entry:
    return Entry(
        snapshot,
        details["id"],
        details["name"],
        details["parentId"],
        details["parent"],
        details["creationTime"],
        _STATES.get(details["state"], ""),
        (details["current"], details["children"], details["descendants"]),
    )
