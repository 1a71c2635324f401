"""Lists of snapshots by libvirt's filters (virDomainListAllSnapshots, virDomainSnapshotListAllChildren)."""

from collections.abc import Iterable, Sequence
from enum import IntFlag
from typing import Final

from esxvirt.constants import snapshots as flags_
from esxvirt.driver.domain.states import PAUSED, RUNNING
from esxvirt.driver.snapshots.snapshots import Snapshot, SnapshotTree

__all__ = ["SnapshotFlags", "children", "everything"]


class SnapshotFlags(IntFlag):
    """The `VIR_DOMAIN_SNAPSHOT_LIST_*` flags. Within a group any fits; a group of which none is given always does."""

    ROOTS = flags_.VIR_DOMAIN_SNAPSHOT_LIST_ROOTS
    DESCENDANTS = flags_.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
    METADATA = flags_.VIR_DOMAIN_SNAPSHOT_LIST_METADATA
    LEAVES = flags_.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES
    NO_LEAVES = flags_.VIR_DOMAIN_SNAPSHOT_LIST_NO_LEAVES
    NO_METADATA = flags_.VIR_DOMAIN_SNAPSHOT_LIST_NO_METADATA
    INACTIVE = flags_.VIR_DOMAIN_SNAPSHOT_LIST_INACTIVE
    ACTIVE = flags_.VIR_DOMAIN_SNAPSHOT_LIST_ACTIVE
    DISK_ONLY = flags_.VIR_DOMAIN_SNAPSHOT_LIST_DISK_ONLY
    INTERNAL = flags_.VIR_DOMAIN_SNAPSHOT_LIST_INTERNAL
    EXTERNAL = flags_.VIR_DOMAIN_SNAPSHOT_LIST_EXTERNAL
    TOPOLOGICAL = flags_.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL


_F = SnapshotFlags
_GROUPS: Final = (
    _F.METADATA | _F.NO_METADATA,
    _F.LEAVES | _F.NO_LEAVES,
    _F.INACTIVE | _F.ACTIVE | _F.DISK_ONLY,
    _F.INTERNAL | _F.EXTERNAL,
)


def everything(tree: SnapshotTree, flags: int = 0) -> list[Snapshot]:
    """Return the snapshots of a domain that fit all groups of `flags`, parents first."""
    return _fitting(tree.roots if flags & _F.ROOTS else list(tree), flags)


def children(snapshot: Snapshot, flags: int = 0) -> list[Snapshot]:
    """Return the snapshots right below another, or all below it, that fit all groups of `flags`, parents first."""
    return _fitting(snapshot.descendants() if flags & _F.DESCENDANTS else snapshot.children, flags)


def _fitting(snapshots: Sequence[Snapshot], flags: int) -> list[Snapshot]:
    groups = [flags & group for group in _GROUPS if flags & group]
    return [snapshot for snapshot in snapshots if _fits(_of(snapshot), groups)]


def _fits(own: SnapshotFlags, groups: Iterable[int]) -> bool:
    return all(own & group for group in groups)


def _of(snapshot: Snapshot) -> SnapshotFlags:
    """Return the flags that list a snapshot.

    libvirt keeps nothing of its own of ESX snapshots, and all are internal to it: there is no file that it is told of.
    A snapshot of a domain that ran without its memory is one of a domain that does not: so does a revert leave it.
    """
    leaf = _F.NO_LEAVES if snapshot.children else _F.LEAVES
    active = _F.ACTIVE if snapshot.state in {RUNNING, PAUSED} else _F.INACTIVE
    return _F.NO_METADATA | leaf | active | _F.INTERNAL
