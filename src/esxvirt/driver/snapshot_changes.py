"""Taking, reverting to, removing and renaming snapshots.

No request is sent again whose answer was lost: the tree tells whether it was heard.
"""

import time
from typing import Any

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle, domain_id, read
from esxvirt.driver.settle import run_or_look, see_out
from esxvirt.driver.snapshots import SNAPSHOT, Snapshot, SnapshotHandle, SnapshotTree, read_tree, tree_of
from esxvirt.driver.states import PAUSED, RUNNING
from esxvirt.driver.tasks import STATE, ready, run
from esxvirt.errors import (
    ConfigUnsupportedError,
    DeadlineError,
    EsxvirtError,
    InvalidArgumentError,
    OperationInvalidError,
    ServerFault,
    SnapshotNotFoundError,
    TransportError,
)
from esxvirt.vsphere.decode import Ref
from esxvirt.xml.snapshot import DomainSnapshot

__all__ = ["remove", "remove_children", "rename", "revert", "take"]


def take(
    connection: Connection, domain: DomainHandle, wanted: DomainSnapshot, *, memory: bool, quiesce: bool
) -> SnapshotHandle:
    """Take a snapshot (virDomainSnapshotCreateXML).

    4 SOAP calls, and one for every round of updates.

    Args:
        connection: The connection.
        domain: The domain.
        wanted: Its name, by default the seconds since 1970, and its description; all else is the server's to say.
        memory: Whether the memory of a domain that runs is kept, too.
        quiesce: Whether VMware Tools make the guest's file systems quiet first; VMware does so only without memory.

    Raises:
        ConfigUnsupportedError: Disks are named, which VMware does not treat one by one.
        OperationInvalidError: The domain has a snapshot of that name.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off, and no such snapshot is there.
    """
    if wanted.disks:
        raise ConfigUnsupportedError("disk snapshots not supported yet")
    name = wanted.name or str(int(time.time()))
    machine, before = _begin(connection, domain)
    if any(snapshot.name == name for snapshot in before):
        raise OperationInvalidError(f"Snapshot '{name}' already exists")
    arguments = (name, wanted.description, memory, quiesce)
    known = {snapshot.ref for snapshot in before}
    try:
        made = run(connection, domain, machine, "CreateSnapshot_Task", "Could not create snapshot", *arguments)
    except DeadlineError:
        raise
    except TransportError:
        see_out(connection, None)
        handle = _new(connection, domain, name, known)
        if handle is None:
            raise
        return handle
    if made is not None:
        return SnapshotHandle(Ref("VirtualMachineSnapshot", made._moId), name)  # noqa: SLF001  its only name
    handle = _new(connection, domain, name, known)
    if handle is None:
        raise SnapshotNotFoundError(f"The snapshot '{name}' was taken, but the server does not list it")
    return handle


def revert(connection: Connection, domain: DomainHandle, handle: SnapshotHandle) -> None:
    """Give a domain the state of a snapshot, its power state included (virDomainRevertToSnapshot).

    4 SOAP calls, and one for every round of updates.

    Raises:
        SnapshotNotFoundError: It is gone.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off, and the domain did not go back, or nobody can tell.
    """
    machine, before = _begin(connection, domain)
    snapshot = before.find(handle)
    # Whether a domain has gone back to where it went on from already, the tree does not tell.
    told = before.current is not snapshot

    def done() -> bool:
        current = read_tree(connection, domain).current
        if not told:
            raise EsxvirtError("the snapshot was the current one before")
        return current is not None and current.ref == snapshot.ref

    method, failure, target = "RevertToSnapshot_Task", "Could not revert to snapshot", _reference(connection, snapshot)
    run_or_look(connection, domain, machine, method, failure, done=done, target=target)
    domain.state = snapshot.state
    domain.id = domain_id(domain.ref) if snapshot.state in {RUNNING, PAUSED} else -1


def remove(connection: Connection, domain: DomainHandle, handle: SnapshotHandle, *, children: bool = False) -> None:
    """Remove a snapshot (virDomainSnapshotDelete); those below it take its place, or with `children` go with it.

    Calls and errors as `revert`.
    """
    machine, tree = _begin(connection, domain)
    snapshot = tree.find(handle)

    def done() -> bool:
        return read_tree(connection, domain).get(snapshot.ref) is None

    method, failure, target = "RemoveSnapshot_Task", "Could not delete snapshot", _reference(connection, snapshot)
    run_or_look(connection, domain, machine, method, failure, children, done=done, target=target)


def remove_children(connection: Connection, domain: DomainHandle, handle: SnapshotHandle) -> None:
    """Remove all that is below a snapshot, which stays (VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY).

    One SOAP call, 4 for each child, and one for every round of updates. Where it fails those removed are gone.

    Raises:
        As `remove`.
    """
    for child in read_tree(connection, domain).find(handle).children:
        remove(connection, domain, child.handle, children=True)


def rename(
    connection: Connection,
    domain: DomainHandle,
    handle: SnapshotHandle,
    name: str | None = None,
    description: str | None = None,
) -> SnapshotHandle:
    """Change what a snapshot is called, or said of it, or both: None keeps it. 2 SOAP calls; libvirt has no such thing.

    Raises:
        SnapshotNotFoundError: It is gone.
        InvalidArgumentError: The name is empty.
        OperationInvalidError: Another snapshot of the domain has that name.
        ServerFault: The server refused.
        TransportError: The server broke off, and the snapshot has not been changed.
    """
    if name == "":
        raise InvalidArgumentError("a snapshot's name must not be empty")
    tree = read_tree(connection, domain)
    snapshot = tree.find(handle)
    if name is not None and any(other.name == name and other is not snapshot for other in tree):
        raise OperationInvalidError(f"Snapshot '{name}' already exists")
    try:
        connection.session.call(_reference(connection, snapshot), "RenameSnapshot", name, description)
    except TransportError:
        after = read_tree(connection, domain).get(snapshot.ref)
        if after is None or name not in {None, after.name} or description not in {None, after.description}:
            raise
    except ServerFault as fault:
        message = f"Could not rename snapshot: {fault}"
        raise type(fault)(message, name=fault.name, detail=fault.detail) from None
    return SnapshotHandle(snapshot.ref, snapshot.name if name is None else name)


def _begin(connection: Connection, domain: DomainHandle) -> tuple[Any, SnapshotTree]:
    """PyVmomi's machine of a domain, ready for a task, and its snapshots. 1 SOAP call, 2 if something is asked.

    Raises:
        DomainNotFoundError: It is gone.
        QuestionError: A question is open, and nobody answers.
        EsxvirtError: The account may not see the snapshots.
    """
    row = read(connection, domain, (SNAPSHOT, *STATE))
    tree = tree_of(domain, row)
    return ready(connection, domain, row, None), tree


def _new(connection: Connection, domain: DomainHandle, name: str, known: set[Ref]) -> SnapshotHandle | None:
    """The snapshot of a name that was not there before, or None."""
    found = [snapshot for snapshot in read_tree(connection, domain) if snapshot.name == name]
    return next((snapshot.handle for snapshot in found if snapshot.ref not in known), None)


def _reference(connection: Connection, snapshot: Snapshot) -> Any:
    return connection.session.reference(snapshot.ref.type, snapshot.ref.value)
