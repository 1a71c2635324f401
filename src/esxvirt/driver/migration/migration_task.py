"""Running a task that moves a machine, and finding out what became of it when its answers are lost.

The task is sent once. Whatever breaks after that is settled by asking the vCenter: for a task of the machine that was
not there before, which is then waited for, and for the host and the files that the machine has now.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from esxvirt.driver.tasks.lost_answers import Write, new_task, run_and_verify
from esxvirt.errors import EsxvirtError, OperationFailedError, ServerFault
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, retrieve
from esxvirt.vsphere.tasks import Watch

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
_PATIENCE_SECONDS: Final = 120.0
"""How long a server that broke off is asked again: a vCenter's services take about that to restart."""
_ABSENT: Final = "the vCenter has no task for this migration so far: look for the domain before you try again"
_FAILED: Final = "Could not migrate domain, migration task finished with an error: "


@record(frozen=True)
class Move:
    """A move: of the machine `before`, as it was read with `PLACE`, to one of `hosts`, and a datastore of that name."""

    session: "Session"
    machine: Ref
    before: Row
    hosts: "Sequence[Ref]"
    datastore: str | None = None

    @property
    def old_tasks(self) -> frozenset[Ref]:
        """The machine's tasks from before."""
        return frozenset(self.before.get(TASKS) or ())

    def done(self, row: Row) -> bool:
        """Return whether the machine is where it was to go."""
        there = row.get(_HOST) in self.hosts
        return there and (self.datastore is None or (row.get(_FILE) or "").startswith(f"[{self.datastore}] "))


def move(wanted: Move, method: str, arguments: "Sequence[Any]", watch: Watch) -> None:
    """Start the task that moves a machine, and return when the machine is there.

    3 SOAP calls, one for every round of updates, and one for every answer.

    Raises:
        ServerFault: The server refused; or the task failed, and the machine is where it was.
        TaskCancelledError: It was cancelled, and the machine is where it was.
        QuestionError: A question blocks it, and nobody answers.
        TaskDeadlineError: It takes longer than the watch allows, and was cancelled.
        OperationFailedError: The task failed or was lost, and the machine is elsewhere all the same.
        TransportError: The server broke off, and the message says where the machine is, as far as it tells.
    """
    session = wanted.session

    def done() -> bool:
        return wanted.done(_look(wanted))

    def own_task() -> Any:
        return new_task(session, frozenset(_look(wanted).get(TASKS) or ()), wanted.old_tasks, _MOVES | {method})

    write = Write(
        "",
        "look for the domain on both hosts",
        done,
        own_task,
        wanted.machine,
        watch,
        seconds=_PATIENCE_SECONDS,
        patient=True,
        absent=_ABSENT,
        describe=partial(_failed, wanted),
    )
    run_and_verify(
        session, write, lambda: session.call(wanted.machine, method, *arguments, seconds=write.call_seconds(session))
    )


def _failed(wanted: Move, fault: ServerFault) -> EsxvirtError:
    """Return the error for a task that failed, once it is known where the machine is."""
    try:
        after = _look(wanted)
    except EsxvirtError:
        after = wanted.before  # nothing says otherwise
    if wanted.done(after) and not wanted.done(wanted.before):
        return OperationFailedError(f"{_FAILED}{fault}; but the domain is at its destination now")
    return type(fault)(f"{_FAILED}{fault}", name=fault.name, detail=fault.detail)


def _look(wanted: Move) -> Row:
    """Return where the machine is now, and what is done with it. One SOAP call."""
    ref = wanted.before.ref
    rows = retrieve(wanted.session, Query({ref.type: PLACE}, [ref]))
    if not rows:
        raise OperationFailedError("The vCenter does not list the domain any more")
    return rows[0]
