"""Snapshots: all that there is to know of many in one read of the server, and other names for them."""

from typing import TYPE_CHECKING, Any

from esxvirt.libvirt import virDomainSnapshot
from esxvirt.libvirt._methods import check_flags, reports
from esxvirt.libvirt._snapshot import ALL_FILTERS
from esxvirt.libvirt_esx._inside import driver_of, handle_of, replace_handle
from esxvirt.libvirt_esx._late import snapshot_changes, snapshot_listing, snapshots

if TYPE_CHECKING:
    from esxvirt.driver.snapshots.snapshots import Snapshot, SnapshotTree
    from esxvirt.libvirt import virDomain

__all__ = ["all_snapshot_details", "children_details", "rename_snapshot", "snapshot_details"]


@reports("virDomainSnapshotGetXMLDesc")
def snapshot_details(snap: "virDomainSnapshot", /, flags: int = 0) -> dict[str, Any]:
    """Return what there is to know of a snapshot, in one read of the server; no flag is supported.

    ``id`` (VMware's number of it), ``name``, ``description``, ``state`` (VIR_DOMAIN_*), ``creationTime`` (seconds
    since 1970), ``quiesced``, ``current``, ``parent`` and ``parentId`` (None for a root), ``children`` and
    ``descendants`` (how many).
    """
    check_flags(flags, 0, "esxDomainSnapshotGetDetails")
    return _describe(*_read(snap))


@reports("virDomainListAllSnapshots")
def all_snapshot_details(dom: "virDomain", /, flags: int = 0) -> "list[tuple[virDomainSnapshot, dict[str, Any]]]":
    """Return `virDomain.listAllSnapshots`, each with its `snapshot_details`, in one read of the server."""
    check_flags(flags, ALL_FILTERS, "esxDomainSnapshotDetails")
    tree = snapshots.read_tree(driver_of(dom), handle_of(dom))
    return [_detailed(dom, tree, found) for found in snapshot_listing.everything(tree, flags)]


@reports("virDomainSnapshotListAllChildren")
def children_details(snap: "virDomainSnapshot", /, flags: int = 0) -> "list[tuple[virDomainSnapshot, dict[str, Any]]]":
    """Return `virDomainSnapshot.listAllChildren`, each with its `snapshot_details`, in one read of the server."""
    check_flags(flags, ALL_FILTERS, "esxDomainSnapshotChildrenDetails")
    tree, snapshot = _read(snap)
    return [_detailed(snap.domain(), tree, found) for found in snapshot_listing.children(snapshot, flags)]


@reports("virDomainSnapshotRename", writes=True)
def rename_snapshot(
    snap: "virDomainSnapshot", /, name: str | None = None, description: str | None = None, flags: int = 0
) -> int:
    """Change the name of a snapshot, its description, or both; None keeps what is. No flag is supported. 0.

    libvirt has no such function: its drivers that can do so take a description anew.
    """
    check_flags(flags, 0, "esxDomainSnapshotRename")
    domain, old = handle_of(snap.domain()), handle_of(snap)
    replace_handle(snap, snapshot_changes.rename(driver_of(snap), domain, old, name, description))
    return 0


def _read(snap: "virDomainSnapshot") -> "tuple[SnapshotTree, Snapshot]":
    """Read the tree, and find the snapshot in it."""
    tree = snapshots.read_tree(driver_of(snap), handle_of(snap.domain()))
    return tree, tree.find(handle_of(snap))


def _detailed(
    dom: "virDomain", tree: "SnapshotTree", snapshot: "Snapshot"
) -> "tuple[virDomainSnapshot, dict[str, Any]]":
    return virDomainSnapshot(dom, snapshot.handle), _describe(tree, snapshot)


def _describe(tree: "SnapshotTree", snapshot: "Snapshot") -> dict[str, Any]:
    parent = snapshot.parent
    return {
        "id": snapshot.id,
        "name": snapshot.name,
        "description": snapshot.description,
        "state": snapshot.state,
        "creationTime": snapshot.seconds,
        "quiesced": snapshot.quiesced,
        "current": tree.current is snapshot,
        "parent": parent.name if parent else None,
        "parentId": parent.id if parent else None,
        "children": len(snapshot.children),
        "descendants": len(snapshot.descendants()),
    }
