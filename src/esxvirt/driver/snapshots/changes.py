"""Taking, reverting to, removing and renaming snapshots.

No request is sent again whose answer was lost: the tree tells whether it was heard.
"""

import time
from typing import Any

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle, domain_id
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, RUNNING
from esxvirt.driver.snapshots.snapshots import SNAPSHOT, Snapshot, SnapshotHandle, SnapshotTree, read_tree, tree_of
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify, failed, look_again
from esxvirt.driver.tasks.machine_tasks import STATE, ready, run
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    OperationInvalidError,
    ServerFault,
    SnapshotNotFoundError,
)
from esxvirt.logs import Log
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import is_done, tell
from esxvirt.xml.snapshot import DomainSnapshot

_log = Log(__name__)

__all__ = ["remove", "remove_children", "rename", "revert", "take"]


def take(
    connection: Connection, domain: DomainHandle, wanted: DomainSnapshot, *, memory: bool, quiesce: bool
) -> SnapshotHandle:
    """Take a snapshot (virDomainSnapshotCreateXML).

    5 SOAP calls, and one for every round of updates.

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
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    if wanted.disks:
        raise ConfigUnsupportedError("disk snapshots not supported yet")
    name = wanted.name or str(int(time.time()))
    machine, before = _begin(connection, domain)
    if any(snapshot.name == name for snapshot in before):
        raise OperationInvalidError(f"Snapshot '{name}' already exists")
    arguments = (name, wanted.description, memory, quiesce)
    known = {snapshot.ref for snapshot in before}

    def done() -> bool:
        return _fresh(read_tree(connection, domain), name, known) is not None

    made = run(connection, domain, machine, "CreateSnapshot_Task", "Could not create snapshot", *arguments, done=done)
    return _check_taken(connection, domain, name, known, made)


def _check_taken(
    connection: Connection, domain: DomainHandle, name: str, known: set[Ref], ref: Ref | None
) -> SnapshotHandle:
    """Return the snapshot that was taken, if it has its name for itself.

    `ref` is None where the server did not tell it.

    VMware lets two have one name. Where another client has taken one of that name at the same time, the later of the
    two is removed again by who took it.

    Raises:
        OperationInvalidError: Another client has taken one of that name meanwhile.
        SnapshotNotFoundError: The server does not list what was taken.
    """
    try:
        tree = look_again(lambda: read_tree(connection, domain))
    except EsxvirtError as error:
        if ref is None:
            raise type(error)(f"The snapshot '{name}' was taken, but cannot be looked up: {error}") from error
        _log.warning("the snapshot '%s' was taken; whether another has its name is not known: %s", name, error)
        return SnapshotHandle(ref, name)
    own = _fresh(tree, name, known) if ref is None else tree.get(ref)
    if own is None:
        raise SnapshotNotFoundError(f"The snapshot '{name}' was taken, but the server does not list it")
    if not any(other.name == name and other.id < own.id for other in tree):
        return own.handle
    what = f"another client has taken a snapshot '{name}' meanwhile"
    try:
        remove(connection, domain, own.handle)
    except EsxvirtError as error:
        raise OperationInvalidError(f"{what}, and there are two of that name: delete one of them ({error})") from error
    raise OperationInvalidError(f"Snapshot '{name}' already exists: {what}")


def revert(connection: Connection, domain: DomainHandle, handle: SnapshotHandle) -> None:
    """Give a domain the state of a snapshot, its power state included (virDomainRevertToSnapshot).

    4 SOAP calls, and one for every round of updates.

    Raises:
        SnapshotNotFoundError: It is gone.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off; the message says what is known, and where to look.
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

    method, failure_prefix, target = "RevertToSnapshot_Task", "Could not revert to snapshot", snapshot.ref
    run(connection, domain, machine, method, failure_prefix, done=done, target=target)
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

    method, failure_prefix, target = "RemoveSnapshot_Task", "Could not delete snapshot", snapshot.ref
    run(connection, domain, machine, method, failure_prefix, children, done=done, target=target)


def remove_children(connection: Connection, domain: DomainHandle, handle: SnapshotHandle) -> None:
    """Remove all that is below a snapshot, which stays (VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY).

    One SOAP call, 4 for each child, and one for every round of updates. Where it fails those removed are gone.

    Raises:
        As `remove`.
    """
    gone: list[str] = []
    children = read_tree(connection, domain).find(handle).children
    try:
        for child in children:
            remove(connection, domain, child.handle, children=True)
            gone.append(child.name)
    except EsxvirtError as error:
        if gone:
            error.args = (f"{error}; {_told(gone)}",)
        raise
    except KeyboardInterrupt as interrupt:
        if is_done(interrupt) and len(gone) + 1 < len(children):
            gone.append(children[len(gone)].name)
            tell(interrupt)
        if gone and not is_done(interrupt):
            tell(interrupt, f"{str(interrupt) or 'interrupted'}; {_told(gone)}")
        raise


def _told(gone: list[str]) -> str:
    shown = ", ".join(f"'{name}'" for name in gone)
    return f"{shown} and what was below are deleted: look at the snapshots that are left"


def rename(
    connection: Connection,
    domain: DomainHandle,
    handle: SnapshotHandle,
    name: str | None = None,
    description: str | None = None,
) -> SnapshotHandle:
    """Change what a snapshot is called, or said of it, or both: None keeps it; libvirt has no such thing.

    2 SOAP calls, 3 for a name.

    Raises:
        SnapshotNotFoundError: It is gone.
        InvalidArgumentError: The name is empty.
        OperationInvalidError: Another snapshot of the domain has that name.
        ServerFault: The server refused.
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    if name == "":
        raise InvalidArgumentError("a snapshot's name must not be empty")
    tree = read_tree(connection, domain)
    snapshot = tree.find(handle)
    if name is not None and any(other.name == name and other is not snapshot for other in tree):
        raise OperationInvalidError(f"Snapshot '{name}' already exists")
    _rename(connection, domain, snapshot, name, description)
    if name is not None:
        _check_renamed(connection, domain, snapshot, name)
    return SnapshotHandle(snapshot.ref, snapshot.name if name is None else name)


def _rename(
    connection: Connection, domain: DomainHandle, snapshot: Snapshot, name: str | None, description: str | None
) -> None:
    def done() -> bool:
        after = read_tree(connection, domain).get(snapshot.ref)
        return after is not None and name in {None, after.name} and description in {None, after.description}

    def send() -> None:
        connection.session.call(snapshot.ref, "RenameSnapshot", name, description)

    failure_prefix = "Could not rename snapshot"
    try:
        call_and_verify(
            connection.session, Write(failure_prefix, f"look at the snapshots of '{domain.name}'", done), send
        )
    except ServerFault as fault:
        raise failed(failure_prefix, fault) from None


def _check_renamed(connection: Connection, domain: DomainHandle, snapshot: Snapshot, name: str) -> None:
    """Take a name back that another client has given to another snapshot meanwhile: VMware lets two have one.

    Raises:
        OperationInvalidError: So it was.
    """
    try:
        tree = look_again(lambda: read_tree(connection, domain))
    except EsxvirtError as error:
        _log.warning("the snapshot was renamed '%s'; whether another has that name is not known: %s", name, error)
        return
    if all(other.name != name or other.ref == snapshot.ref for other in tree):
        return
    what = f"another client has given a snapshot the name '{name}' meanwhile"
    try:
        _rename(connection, domain, snapshot, snapshot.name, None)
    except EsxvirtError as error:
        raise OperationInvalidError(f"{what}, and there are two of that name: rename one of them ({error})") from error
    raise OperationInvalidError(f"Snapshot '{name}' already exists: {what}")


def _begin(connection: Connection, domain: DomainHandle) -> tuple[Any, SnapshotTree]:
    """Return pyVmomi's machine of a domain, ready for a task, and its snapshots. 1 SOAP call, 2 if something is asked.

    Raises:
        DomainNotFoundError: It is gone.
        QuestionError: A question is open, and nobody answers.
        EsxvirtError: The account may not see the snapshots.
    """
    row = read(connection, domain, (SNAPSHOT, *STATE))
    tree = tree_of(domain, row)
    return ready(connection, domain, row, None), tree


def _fresh(tree: SnapshotTree, name: str, known: set[Ref]) -> Snapshot | None:
    """Return the snapshot of a name that was not there before, or None."""
    return next((snapshot for snapshot in tree if snapshot.name == name and snapshot.ref not in known), None)
