"""virDomainSnapshot: a snapshot of a domain."""

from typing import TYPE_CHECKING

from esxvirt.constants import errors as codes
from esxvirt.constants import snapshots as flags_
from esxvirt.errors import SnapshotNotFoundError
from esxvirt.libvirt._errors import report, report_argument
from esxvirt.libvirt._late import snapshot_changes, snapshot_listing, snapshots
from esxvirt.libvirt._methods import check_flags, offers
from esxvirt.libvirt._objects import OfDomain

if TYPE_CHECKING:
    from collections.abc import Iterable

    from esxvirt.driver.snapshots.snapshots import Snapshot, SnapshotHandle, SnapshotTree

__all__ = ["virDomainSnapshot"]

METADATA = flags_.VIR_DOMAIN_SNAPSHOT_LIST_METADATA
LEAVES = flags_.VIR_DOMAIN_SNAPSHOT_LIST_LEAVES
ALL_FILTERS = 2 * flags_.VIR_DOMAIN_SNAPSHOT_LIST_TOPOLOGICAL - 1
"""All VIR_DOMAIN_SNAPSHOT_LIST_* flags."""

_DESCENDANTS = flags_.VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS
_CHILDREN = flags_.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN
_CHILDREN_ONLY = flags_.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY
_METADATA_ONLY = flags_.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY


@offers
class virDomainSnapshot(OfDomain):
    """A snapshot of a domain. Its name is that of the time it was looked up; all else is asked of the server.

    VMware allows several snapshots of one name: an object of this class is the one that was looked up or listed.
    """

    _o: "SnapshotHandle"

    def getName(self) -> str:
        """Return the name."""
        return self._o.name

    def getParent(self, flags: int = 0) -> "virDomainSnapshot":
        """Return the snapshot that the domain went on from when this one was taken."""
        check_flags(flags, 0, "esxDomainSnapshotGetParent")
        snapshot = self._node()[1]
        if snapshot.parent is None:
            raise SnapshotNotFoundError(f"snapshot '{snapshot.name}' does not have a parent")
        return self._other(snapshot.parent)

    def getXMLDesc(self, flags: int = 0) -> str:
        """Return the XML; no flag is supported."""
        if flags & flags_.VIR_DOMAIN_SNAPSHOT_XML_SECURE and self._driver.read_only:
            message = "virDomainSnapshotGetXMLDesc with secure flag"
            raise report(codes.VIR_ERR_OPERATION_DENIED, codes.VIR_FROM_DOMAIN_SNAPSHOT, message)
        check_flags(flags, 0, "esxDomainSnapshotGetXMLDesc")
        return snapshots.xml_description(self._dom._o, self._node()[1])  # noqa: SLF001  as `_driver`

    def hasMetadata(self, flags: int = 0) -> int:
        """Return 0: libvirt keeps nothing of its own of ESX's snapshots."""
        check_flags(flags, 0, "esxDomainSnapshotHasMetadata")
        self._node()
        return 0

    def isCurrent(self, flags: int = 0) -> int:
        """Return 1 if the domain goes on from this snapshot, else 0."""
        check_flags(flags, 0, "esxDomainSnapshotIsCurrent")
        tree, snapshot = self._node()
        return int(tree.current is snapshot)

    def numChildren(self, flags: int = 0) -> int:
        """Return how many names `listChildrenNames` returns."""
        return len(self.listChildrenNames(flags))

    def listChildrenNames(self, flags: int = 0) -> list[str]:
        """Return the names of the snapshots right below, or with VIR_DOMAIN_SNAPSHOT_LIST_DESCENDANTS of all below.

        Other flags: VIR_DOMAIN_SNAPSHOT_LIST_LEAVES; and _METADATA, which lists none.
        """
        check_flags(flags, _DESCENDANTS | METADATA | LEAVES, "esxDomainSnapshotNumChildren")
        return names_of(self._children(flags)[1])

    def listAllChildren(self, flags: int = 0) -> "list[virDomainSnapshot]":
        """Return the snapshots below; flags: all VIR_DOMAIN_SNAPSHOT_LIST_*. libvirt's driver has no such function."""
        check_flags(flags, ALL_FILTERS, "esxDomainSnapshotListAllChildren")
        return [self._other(snapshot) for snapshot in self._children(flags)[1]]

    def delete(self, flags: int = 0) -> int:
        """Remove the snapshot; those below take its place. 0.

        Flags: VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN removes those below, too, _CHILDREN_ONLY (which libvirt's driver has
        not) those alone; with _METADATA_ONLY nothing is removed, as libvirt keeps nothing of its own.
        """
        if flags & _CHILDREN and flags & _CHILDREN_ONLY:
            message = (
                "Flags 'VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN' and 'VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY' "
                "are mutually exclusive"
            )
            raise report_argument(message, "virDomainSnapshotDelete", "ctl", codes.VIR_FROM_DOMAIN_SNAPSHOT)
        check_flags(flags, _CHILDREN | _CHILDREN_ONLY | _METADATA_ONLY, "esxDomainSnapshotDelete")
        domain = self._dom._o  # noqa: SLF001  the classes of this package are each other's friends
        if flags & _METADATA_ONLY:
            self._node()
        elif flags & _CHILDREN_ONLY:
            snapshot_changes.remove_children(self._driver, domain, self._o)
        else:
            snapshot_changes.remove(self._driver, domain, self._o, children=bool(flags & _CHILDREN))
        return 0

    def _node(self) -> "tuple[SnapshotTree, Snapshot]":
        """Read the tree, and find the snapshot in it."""
        tree = snapshots.read_tree(self._driver, self._dom._o)  # noqa: SLF001  as above
        return tree, tree.find(self._o)

    def _children(self, flags: int) -> "tuple[SnapshotTree, list[Snapshot]]":

        tree, snapshot = self._node()
        return tree, snapshot_listing.children(snapshot, flags)

    def _other(self, snapshot: "Snapshot") -> "virDomainSnapshot":
        return virDomainSnapshot(self._dom, snapshot.handle)


def names_of(snapshots: "Iterable[Snapshot]") -> list[str]:
    """Return the names."""
    return [snapshot.name for snapshot in snapshots]
