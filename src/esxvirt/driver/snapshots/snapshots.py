"""Snapshots of a domain: the whole tree in one bulk read, and finding one in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final, NamedTuple

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle, domain_id
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF, domain_state
from esxvirt.errors import EsxvirtError, InvalidArgumentError, SnapshotNotFoundError
from esxvirt.names import unescape
from esxvirt.records import field, record
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.snapshot import DomainSnapshot, format_snapshot

__all__ = ["SNAPSHOT", "Snapshot", "SnapshotHandle", "SnapshotTree", "read_tree", "tree_of", "xml_description"]

SNAPSHOT: Final = "snapshot"
_NEVER: Final = datetime.fromtimestamp(0, UTC)


class SnapshotHandle(NamedTuple):
    """A snapshot as it was when it was looked up: its `VirtualMachineSnapshot` and its name."""

    ref: Ref
    name: str


@record(eq=False)
class Snapshot:
    """A node of the tree.

    Attributes:
        ref: The `VirtualMachineSnapshot`.
        id: The number that VMware gives it, unique in its domain; VI API 2.5 has none, then that in the reference.
        name: As the server has it: vSphere's escapes stay, as in libvirt.
        description: Of several lines, perhaps.
        state: The domain's when it was taken, see `esxvirt.driver.domain.states`: what it will be after a revert.
        created: When it was taken.
        quiesced: Whether the guest's file systems were quiet then.
        parent: The snapshot that the domain went on from then; None for a root.
        children: In the server's order.
    """

    ref: Ref
    id: int
    name: str
    description: str
    state: int
    created: datetime
    quiesced: bool
    parent: "Snapshot | None" = None
    children: "list[Snapshot]" = field(default_factory=list)

    @property
    def handle(self) -> SnapshotHandle:
        """What stands for it between two reads of the tree."""
        return SnapshotHandle(self.ref, self.name)

    @property
    def seconds(self) -> int:
        """When it was taken, in whole seconds since 1970 (libvirt's ``creationTime``)."""
        return int(self.created.timestamp())

    def walk(self) -> "Iterator[Snapshot]":
        """Yield it and all below it, parents first."""
        waiting = [self]
        while waiting:
            snapshot = waiting.pop()
            yield snapshot
            waiting += reversed(snapshot.children)

    def descendants(self) -> "list[Snapshot]":
        """Return all below it, parents first."""
        return list(self.walk())[1:]


@record(eq=False)
class SnapshotTree:
    """A domain's snapshots; `current` is the one that the domain goes on from."""

    roots: list[Snapshot]
    current: Snapshot | None = None

    def __iter__(self) -> Iterator[Snapshot]:
        """Yield all, parents first."""
        for root in self.roots:
            yield from root.walk()

    def find(self, handle: SnapshotHandle) -> Snapshot:
        """Return the snapshot of a handle.

        A domain that was registered anew has other references to the same snapshots: then it is the one of its name.

        Raises:
            SnapshotNotFoundError: It is gone.
            InvalidArgumentError: Its reference is gone, and several have its name.
        """
        found = self.get(handle.ref)
        return self._named(handle.name, exact=True) if found is None else found

    def get(self, ref: Ref) -> Snapshot | None:
        """Return the snapshot of a reference, or None."""
        return next((snapshot for snapshot in self if snapshot.ref == ref), None)

    def named(self, text: str) -> Snapshot:
        r"""Return the snapshot that a person means (virDomainSnapshotLookupByName).

        That is the one of this name; else the one whose name becomes it without vSphere's escapes (which its clients
        write for ``/``, ``\`` and ``%``); else the one of this id, or of this reference (``snapshot-42``).

        Raises:
            SnapshotNotFoundError: There is none.
            InvalidArgumentError: Several have this name, which VMware allows; the message lists them.
        """
        return self._named(text, exact=False)

    def _named(self, text: str, *, exact: bool) -> Snapshot:
        found = [snapshot for snapshot in self if snapshot.name == text]
        if not exact:
            found = (
                found
                or [snapshot for snapshot in self if unescape(snapshot.name) == text]
                or [snapshot for snapshot in self if str(snapshot.id) == text]
                or [snapshot for snapshot in self if snapshot.ref.value == text]
            )
            if len(found) > 1:  # the id of one of those that are all called the same number
                found = [snapshot for snapshot in found if str(snapshot.id) == text] or found
        if not found:
            raise SnapshotNotFoundError(f"Could not find snapshot with name '{text}'")
        if len(found) > 1:
            raise InvalidArgumentError(_ambiguous(text, found, {snapshot.name for snapshot in self}))
        return found[0]


def _ambiguous(name: str, found: list[Snapshot], names: set[str]) -> str:
    """Say which snapshots a name may mean, each with the word that means it alone."""
    parts = []
    for snapshot in found:
        word = snapshot.ref.value if str(snapshot.id) in names else str(snapshot.id)
        below = f"below '{snapshot.parent.name}'" if snapshot.parent else "a root"
        parts.append(f"{word} ({snapshot.created:%Y-%m-%d %H:%M:%S} UTC, {below})")
    return f"ambiguous: {len(found)} snapshots are named '{name}'; use the id: {', '.join(parts)}"


def read_tree(connection: Connection, domain: DomainHandle) -> SnapshotTree:
    """Return the domain's snapshots, as they are now. One SOAP call.

    Raises:
        DomainNotFoundError: The domain is gone.
        EsxvirtError: The account may not see them.
    """
    return tree_of(domain, read(connection, domain, (SNAPSHOT,)))


def tree_of(domain: DomainHandle, row: Row) -> SnapshotTree:
    """Return the domain's snapshots, from a row with the property `SNAPSHOT`. No SOAP call.

    Raises:
        EsxvirtError: The account may not see them.
    """
    if SNAPSHOT in row.missing:
        raise EsxvirtError(f"the snapshots of domain '{domain.name}' cannot be read ({row.missing[SNAPSHOT]})")
    info = row.get(SNAPSHOT)
    if info is None:
        return SnapshotTree([])
    tree = SnapshotTree(_nodes(info.rootSnapshotList))
    if info.currentSnapshot is not None:
        tree.current = tree.get(info.currentSnapshot)
    return tree


def _nodes(roots: list[Data] | None) -> list[Snapshot]:
    """Return the nodes of a list of `VirtualMachineSnapshotTree`, with those below them."""
    made: list[Snapshot] = []
    waiting: list[tuple[Snapshot | None, Data]] = [(None, data) for data in reversed(roots or ())]
    while waiting:
        parent, data = waiting.pop()
        snapshot = _node(data)
        snapshot.parent = parent
        (made if parent is None else parent.children).append(snapshot)
        waiting += [(snapshot, child) for child in reversed(data.childSnapshotList or ())]
    return made


def _node(data: Data) -> Snapshot:
    ref = data.snapshot
    number = data.id
    return Snapshot(
        ref=ref,
        id=domain_id(ref) if number is None else number,
        name=data.name or "",
        description=data.description or "",
        state=domain_state(data.state),
        created=data.createTime or _NEVER,
        quiesced=bool(data.quiesced),
    )


def xml_description(domain: DomainHandle, snapshot: Snapshot) -> str:
    """Return the XML of a snapshot (virDomainSnapshotGetXMLDesc). No SOAP call."""
    return format_snapshot(
        DomainSnapshot(
            name=snapshot.name,
            description=snapshot.description,
            state=_STATES.get(snapshot.state),
            parent=snapshot.parent.name if snapshot.parent else None,
            creation_time=snapshot.seconds,
            domain_uuid=domain.uuid,
        )
    )


_STATES: Final = {RUNNING: "running", PAUSED: "paused", SHUTOFF: "shutoff"}
