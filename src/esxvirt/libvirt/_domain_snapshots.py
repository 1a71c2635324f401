"""What virDomain has to do with its snapshots."""

from typing import TYPE_CHECKING

from esxvirt.constants import errors as codes
from esxvirt.constants import snapshots as flags_
from esxvirt.errors import ReadOnlyError, SnapshotNotFoundError
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._late import snapshot_changes, snapshot_listing, snapshot_xml, snapshots, validating
from esxvirt.libvirt._methods import check_flags, to_text
from esxvirt.libvirt._objects import AnyDomain
from esxvirt.libvirt._snapshot import ALL_FILTERS, LEAVES, METADATA, names_of, virDomainSnapshot

if TYPE_CHECKING:
    from esxvirt.driver.snapshots.snapshots import SnapshotHandle, SnapshotTree

__all__ = ["Snapshots"]

_ROOTS = flags_.VIR_DOMAIN_SNAPSHOT_LIST_ROOTS
_REDEFINE = flags_.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
_CREATE = (
    flags_.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
    | flags_.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE
    | flags_.VIR_DOMAIN_SNAPSHOT_CREATE_NO_METADATA
    | flags_.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE
)


class Snapshots(AnyDomain):
    """The methods, for virDomain alone."""

    def snapshotCreateXML(self, xmlDesc: str, flags: int = 0) -> virDomainSnapshot:
        """Take a snapshot, with the memory of a domain that runs; its XML gives a name, by default the time's number.

        Flags: VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY (without memory), _QUIESCE (the guest's file systems made quiet),
        _VALIDATE (the XML checked against libvirt's schema), _NO_METADATA (as always: libvirt keeps none of ESX's).
        """
        function = "virDomainSnapshotCreateXML"
        text = to_text(xmlDesc, function, "xmlDesc")
        _check_creation(flags, function)
        check_flags(flags, _CREATE, "esxDomainSnapshotCreateXML")
        asked = bool(flags & flags_.VIR_DOMAIN_SNAPSHOT_CREATE_VALIDATE)
        wanted = snapshot_xml.parse_snapshot(text, validate=asked and validating.can_validate("domainsnapshot"))
        memory = not flags & flags_.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
        quiesce = bool(flags & flags_.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE)
        return self._snapshot(snapshot_changes.take(self._driver, self._o, wanted, memory=memory, quiesce=quiesce))

    def snapshotLookupByName(self, name: str, flags: int = 0) -> virDomainSnapshot:
        """Return the snapshot of a name, or if none has it, of an id of VMware's.

        Where several have the name, which VMware allows and libvirt does not know of, the error lists their ids.
        """
        text = to_text(name, "virDomainSnapshotLookupByName", "name")
        check_flags(flags, 0, "esxDomainSnapshotLookupByName")
        return self._snapshot(self._tree().named(text).handle)

    def snapshotNum(self, flags: int = 0) -> int:
        """Return how many names `snapshotListNames` returns."""
        return len(self.snapshotListNames(flags))

    def snapshotListNames(self, flags: int = 0) -> list[str]:
        """Return the snapshots' names, parents first.

        Flags: VIR_DOMAIN_SNAPSHOT_LIST_ROOTS, _LEAVES; and _METADATA, which lists none.
        """
        check_flags(flags, _ROOTS | METADATA | LEAVES, "esxDomainSnapshotNum")
        return names_of(snapshot_listing.everything(self._tree(), flags))

    def listAllSnapshots(self, flags: int = 0) -> list[virDomainSnapshot]:
        """Return the snapshots, parents first; flags: all VIR_DOMAIN_SNAPSHOT_LIST_*. libvirt's driver has no such."""
        check_flags(flags, ALL_FILTERS, "esxDomainListAllSnapshots")
        return [self._snapshot(snapshot.handle) for snapshot in snapshot_listing.everything(self._tree(), flags)]

    def hasCurrentSnapshot(self, flags: int = 0) -> int:
        """Return 1 if the domain goes on from a snapshot, else 0."""
        check_flags(flags, 0, "esxDomainHasCurrentSnapshot")
        return int(self._tree().current is not None)

    def snapshotCurrent(self, flags: int = 0) -> virDomainSnapshot:
        """Return the snapshot that the domain goes on from."""
        check_flags(flags, 0, "esxDomainSnapshotCurrent")
        current = self._tree().current
        if current is None:
            raise SnapshotNotFoundError("Domain has no current snapshot")
        return self._snapshot(current.handle)

    def revertToSnapshot(self, snap: virDomainSnapshot, flags: int = 0) -> int:
        """Give the domain the state of a snapshot, its power state included; no flag is supported. 0."""
        function = "virDomainRevertToSnapshot"
        both = flags_.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING | flags_.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED
        if flags & both == both:
            message = (
                "Flags 'VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING' and 'VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED' "
                "are mutually exclusive"
            )
            raise report_argument(message, function, "ctl", codes.VIR_FROM_DOMAIN_SNAPSHOT)
        check_flags(flags, 0, "esxDomainRevertToSnapshot")
        # The snapshot's domain is the one, as in libvirt; this object learns of its state where it is the same.
        handle = snap.domain()._o  # noqa: SLF001  the classes of this package are each other's friends
        if snap.connect()._driver.read_only:  # noqa: SLF001  as above
            raise ReadOnlyError(f"read only access prevents {function}")
        same = self._o.uuid == handle.uuid and snap.connect()._driver is self._driver  # noqa: SLF001  as above
        snapshot_changes.revert(snap._driver, self._o if same else handle, snap._o)  # noqa: SLF001  as above
        return 0

    def _tree(self) -> "SnapshotTree":

        return snapshots.read_tree(self._driver, self._o)

    def _snapshot(self, handle: "SnapshotHandle") -> virDomainSnapshot:
        return virDomainSnapshot(self, handle)


def _check_creation(flags: int, function: str) -> None:
    """Refuse the flags that libvirt's API itself refuses together."""
    prefix = "VIR_DOMAIN_SNAPSHOT_CREATE_"
    message = ""
    if flags & flags_.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT and not flags & _REDEFINE:
        message = f"Flag '{prefix}REDEFINE' is required by flag '{prefix}CURRENT'"
    for name in ("NO_METADATA", "HALT"):
        if not message and flags & _REDEFINE and flags & getattr(flags_, prefix + name):
            message = f"Flags '{prefix}REDEFINE' and '{prefix}{name}' are mutually exclusive"
    if message:
        raise report_argument(message, function, "ctl", codes.VIR_FROM_DOMAIN_SNAPSHOT)
