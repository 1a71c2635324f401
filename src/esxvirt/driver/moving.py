"""Running a task that moves a machine, and finding out what became of it when its answers are lost.

The task is sent once. Whatever breaks after that is settled by asking the vCenter: for a task of the machine that was
not there before, which is then waited for, and for the host and the files that the machine has now.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from esxvirt.errors import DeadlineError, EsxvirtError, OperationFailedError, ServerFault, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, retrieve
from esxvirt.vsphere.tasks import Watch, cancel, wait_for_task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.vsphere.session import Session

__all__ = ["PLACE", "TASKS", "Move", "move"]

TASKS: Final = "recentTask"
_HOST: Final = "runtime.host"
_FILE: Final = "config.files.vmPathName"
PLACE: Final = (_HOST, _FILE, TASKS)
"""What must be read of a machine before it is moved."""

_MOVES: Final = frozenset({"VirtualMachine.migrate", "VirtualMachine.relocate"})
_SETTLE_SECONDS: Final = 120.0
"""How long a server that broke off is asked again: a vCenter's services take about that to restart."""
_PAUSE: Final = 0.5
_FAILED: Final = "Could not migrate domain, migration task finished with an error: "


@dataclass(frozen=True, slots=True)
class Move:
    """A move: of the machine `before`, as it was read with `PLACE`, to one of `hosts`, and a datastore of that name."""

    session: "Session"
    machine: Any
    before: Row
    hosts: "Sequence[Ref]"
    datastore: str | None = None

    @property
    def old_tasks(self) -> frozenset[Ref]:
        """The machine's tasks from before."""
        return frozenset(self.before.get(TASKS) or ())

    def done(self, row: Row) -> bool:
        """Whether the machine is where it was to go."""
        there = row.get(_HOST) in self.hosts
        return there and (self.datastore is None or (row.get(_FILE) or "").startswith(f"[{self.datastore}] "))


def move(wanted: Move, method: str, arguments: "Sequence[Any]", watch: Watch) -> None:
    """Start the task that moves a machine, and return when the machine is there.

    3 SOAP calls, one for every round of updates, and one for every answer.

    Raises:
        ServerFault: The server refused; or the task failed, and the machine is where it was.
        TaskCancelledError: It was cancelled, and the machine is where it was.
        QuestionError: A question blocks it, and nobody answers.
        DeadlineError: It takes longer than the watch allows, and was cancelled.
        OperationFailedError: The task failed or was lost, and the machine is elsewhere all the same.
        TransportError: The server broke off, and the message says where the machine is, as far as it tells.
    """
    session, task = wanted.session, None
    allowed = Deadline(watch.seconds)
    try:
        task = session.call(wanted.machine, method, *arguments)
        wait_for_task(session, task, wanted.machine, watch)
    except TransportError as lost:
        if task is not None and isinstance(lost, DeadlineError) and allowed.expired():
            raise  # the server answers, and has been asked to cancel
        _settle(wanted, lost, watch)
    except KeyboardInterrupt:
        if task is not None:
            raise  # it was cancelled, and says so
        raise KeyboardInterrupt(_interrupt(wanted)) from None
    except ServerFault as fault:
        if task is None:
            raise
        if fault.name == "ManagedObjectNotFound":  # the task is forgotten: the vCenter was restarted
            _settle(wanted, fault, watch)
        else:
            raise _failed(wanted, fault) from None


def _failed(wanted: Move, fault: ServerFault) -> EsxvirtError:
    """The error for a task that failed, once it is known where the machine is."""
    try:
        after = _look(wanted)
    except EsxvirtError:
        after = wanted.before  # nothing says otherwise
    if wanted.done(after) and not wanted.done(wanted.before):
        return OperationFailedError(f"{_FAILED}{fault}; but the domain is at its destination now")
    return type(fault)(f"{_FAILED}{fault}", name=fault.name, detail=fault.detail)


def _settle(wanted: Move, lost: EsxvirtError, watch: Watch) -> None:
    """Find out what became of a task whose answers were lost, and wait for its end if it goes on.

    Returns if the machine is where it was to go.
    """
    deadline = Deadline(_SETTLE_SECONDS)
    lost = lost.__cause__ if isinstance(lost.__cause__, EsxvirtError) else lost  # what broke, without what is not known
    while True:
        try:
            row = _look(wanted)
            task = _own_task(wanted, row)
            if task is not None:
                wait_for_task(wanted.session, wanted.session.reference(task.type, task.value), wanted.machine, watch)
                return
            break
        except ServerFault as fault:
            if fault.name != "ManagedObjectNotFound":
                raise _failed(wanted, fault) from None
            row = _look(wanted)
            break
        except TransportError as again:
            if deadline.expired():
                raise TransportError(
                    f"{lost}; whether the domain was migrated is not known, because the vCenter does not answer "
                    f"any more ({again}): look for it on both hosts before you migrate it again"
                ) from None
            time.sleep(_PAUSE)
    if wanted.done(row):
        return
    raise TransportError(
        f"{lost}; the vCenter has no task for this migration, and the domain is where it was: it was not sent again"
    )


def _interrupt(wanted: Move) -> str:
    """Cancel a task whose start was interrupted, and say what became of it."""
    try:
        task = _own_task(wanted, _look(wanted))
    except EsxvirtError:
        return "interrupted; the vCenter does not tell whether the migration has begun: it may still take effect"
    if task is None:
        return "interrupted: the migration had not begun"
    cancel(wanted.session, wanted.session.reference(task.type, task.value))
    return "interrupted: the migration was asked to stop"


def _look(wanted: Move) -> Row:
    """Where the machine is now, and what is done with it. One SOAP call."""
    ref = wanted.before.ref
    rows = retrieve(wanted.session, Query({ref.type: PLACE}, [ref]))
    if not rows:
        raise OperationFailedError("The vCenter does not list the domain any more")
    return rows[0]


def _own_task(wanted: Move, row: Row) -> Ref | None:
    """The machine's task that moves it and was not there before. One SOAP call, none if there are no new tasks."""
    new = [ref for ref in row.get(TASKS) or () if ref not in wanted.old_tasks]
    rows = retrieve(wanted.session, Query({"Task": ("info.descriptionId",)}, new)) if new else []
    return next((row.ref for row in reversed(rows) if row.get("info.descriptionId") in _MOVES), None)
