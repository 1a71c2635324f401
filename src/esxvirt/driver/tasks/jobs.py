"""What is being done with a domain: its tasks on the server, by whomever they were started (virDomainGetJobStats).

With a vCenter, its tasks are told: it is the vCenter that migrates. A server keeps a machine's tasks for some minutes
after they have ended.
"""

from typing import TYPE_CHECKING, Final

from esxvirt.driver.connection.vcenter import find_machine, vcenter_of
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.tasks.machine_tasks import check_writable
from esxvirt.errors import OperationInvalidError, ServerFault
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, retrieve

if TYPE_CHECKING:
    from datetime import datetime

    from esxvirt.driver.connection.connection import Connection
    from esxvirt.vsphere.session import Session

__all__ = ["Job", "abort", "current_job", "last_job"]

_TASKS: Final = "recentTask"
_KIND, _STATE, _PROGRESS = "info.descriptionId", "info.state", "info.progress"
_QUEUED, _STARTED, _COMPLETED = "info.queueTime", "info.startTime", "info.completeTime"
_CANCELLED, _ERROR = "info.cancelled", "info.error"
_INFO: Final = (_KIND, _STATE, _PROGRESS, _QUEUED, _STARTED, _COMPLETED, _CANCELLED, _ERROR)
_CLOCK: Final = "serverClock"
_UNDER_WAY: Final = frozenset({"queued", "running"})


@record(frozen=True)
class Job:
    """A task of a domain.

    Attributes:
        task: Its reference on the server that runs it.
        kind: VMware's name of what it does, such as ``VirtualMachine.migrate``.
        state: ``queued``, ``running``, ``success`` or ``error``.
        progress: The percentage that is done.
        milliseconds: How long it has taken so far, or took; None where the server does not tell.
        cancelled: Whether somebody has asked it to end.
        problem: Why it failed, for a person; None if it did not.
    """

    task: Ref
    kind: str
    state: str
    progress: int
    milliseconds: int | None
    cancelled: bool
    problem: str | None


def current_job(connection: "Connection", domain: DomainHandle) -> Job | None:
    """Return what is being done with a domain now; None if nothing is. 3 SOAP calls, 2 if the server knows of no task.

    Raises:
        DomainNotFoundError: It is gone.
    """
    session, tasks = _tasks(connection, domain)
    row = next((row for row in tasks if row.get(_STATE) in _UNDER_WAY), None)
    return None if row is None else _job(row, _now(session))


def last_job(connection: "Connection", domain: DomainHandle) -> Job | None:
    """Return what was done with a domain last, of what the server still knows; None if nothing was. 2 SOAP calls.

    Raises:
        DomainNotFoundError: It is gone.
    """
    tasks = _tasks(connection, domain)[1]
    ended = [row for row in tasks if row.get(_COMPLETED) is not None]
    return _job(max(ended, key=lambda row: row.get(_COMPLETED)), None) if ended else None


def abort(connection: "Connection", domain: DomainHandle) -> None:
    """Ask what is being done with a domain to end (virDomainAbortJob). 3 SOAP calls.

    It ends when it has put things back; who waits for it is told.

    Raises:
        OperationInvalidError: Nothing is being done, or it has ended meanwhile.
        ServerFault: It cannot be cancelled.
    """
    check_writable(connection, "virDomainAbortJob")
    session, tasks = _tasks(connection, domain)
    row = next((row for row in tasks if row.get(_STATE) in _UNDER_WAY), None)
    if row is None:
        raise OperationInvalidError("no job is active on the domain")
    try:
        session.call(row.ref, "CancelTask")
    except ServerFault as fault:
        if fault.name in {"InvalidState", "ManagedObjectNotFound"}:
            raise OperationInvalidError("no job is active on the domain: it has just ended") from None
        raise


def _tasks(connection: "Connection", domain: DomainHandle) -> "tuple[Session, list[Row]]":
    """Return the server that runs tasks, and what it knows of those of a domain. 2 SOAP calls at most for `vpx://`."""
    session = vcenter_of(connection)
    if session is None:
        session, machine = connection.session, read(connection, domain, (_TASKS,))
    else:
        machine = find_machine(connection, domain, (_TASKS,))
    refs = machine.get(_TASKS) or ()
    try:
        return session, retrieve(session, Query({"Task": _INFO}, refs))
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound":
            raise
        return session, []  # forgotten since


def _now(session: "Session") -> "datetime | None":
    rows = retrieve(session, Query({"ServiceInstance": (_CLOCK,)}, [Ref("ServiceInstance", "ServiceInstance")]))
    return rows[0].get(_CLOCK) if rows else None


def _job(row: Row, now: "datetime | None") -> Job:
    begin, end = row.get(_STARTED) or row.get(_QUEUED), row.get(_COMPLETED) or now
    error = row.get(_ERROR)
    done = row.get(_STATE) == "success"
    return Job(
        task=row.ref,
        kind=row.get(_KIND) or "",
        state=row.get(_STATE) or "",
        progress=100 if done else row.get(_PROGRESS) or 0,
        milliseconds=max(0, int((end - begin).total_seconds() * 1000)) if begin and end else None,
        cancelled=bool(row.get(_CANCELLED)),
        problem=None if error is None else error.localizedMessage or error.kind,
    )
