"""Writes whose answers may be lost: none is sent again, and what became of each is found out.

Whatever is changed on a server goes through here: `call_and_verify` for what is answered by its result, and
`run_and_verify` for tasks. There are three ends: it was done; it was not done, because the server or the task said so,
or the request never left; or it is not known, and the error says where to look. A request that was sent may still take
effect long after its connection broke: that nothing is to be seen of it is said as "so far", and nothing is deleted
because of it.
"""

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from esxvirt.errors import (
    DeadlineError,
    EsxvirtError,
    MissingPrivilegeError,
    ServerFault,
    TaskDeadlineError,
    TransportError,
)
from esxvirt.records import field, record
from esxvirt.vsphere.deadline import NEVER, Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import DONE, tell
from esxvirt.vsphere.inventory import Query, Row, retrieve
from esxvirt.vsphere.tasks import Outcome, Watch, follow_briefly, follow_task, stop_task, tell_end
from esxvirt.vsphere.updates import watching

if TYPE_CHECKING:
    from esxvirt.vsphere.session import Session

__all__ = [
    "Write",
    "call_and_verify",
    "failed",
    "look_again",
    "new_task",
    "recent_tasks",
    "run_and_verify",
    "task_manager",
]

_Seen = TypeVar("_Seen")

_SECONDS: Final = 60.0
"""How long it is tried to find out what became of a write, where no deadline ends sooner."""
_INTERRUPTED_SECONDS: Final = 5.0
"""The same for somebody who has pressed Ctrl-C."""
_LOOKS: Final = 3
"""How often a look may fail, one after the other."""
_ABSENT: Final = "nothing of it is to be seen so far: {look} before you try again"
_UNKNOWN: Final = "whether it was done is not known: {look} before you try again"
_NAMES: Final = ("info.name", "info.descriptionId")
_PAUSE: Final = 0.2
"""Seconds before the second look, and twice as many before the third."""


@record
class Write:
    """What must be known of a write to find out what became of it.

    Attributes:
        failure_prefix: What its errors begin with, such as ``Could not start domain``; empty for nothing.
        look: Where a person finds out, such as ``look at the domain``.
        done: Whether what was to be is. It asks the server anew, and raises an EsxvirtError where nothing can be told
            from what there is; None where nothing ever can.
        own_task: The task that was begun, of a write that is one, None if there is none so far. It raises an
            EsxvirtError where that cannot be told. None waits for all tasks of the server instead.
        machine: The virtual machine whose questions may block the task.
        watch: How a task is waited for.
        alone: Whether one such task runs at a time, so that a new one that `own_task` finds is ours: those of a machine
            exclude each other, those of a folder do not.
        seconds: How long a server that broke off is asked again, where no deadline ends sooner.
        brief: Whether the task should not take long; see `esxvirt.vsphere.tasks.follow_briefly`.
        patient: Whether a server that does not answer is asked for all those seconds: it may be restarting.
        describe: What makes the error of what a task failed with; the default is `failure_prefix` and the reason.
        guessed: Whether, after it was sent, all that is known is that what was to be is, or that some task of its kind
            has ended: it may be another client's.
        refused: Whether it is certain, after it was sent, that it was not done and will not be.
        absent: What is said, behind the error, where so far nothing is to be seen of it, in place of that and `look`.
    """

    failure_prefix: str
    look: str
    done: Callable[[], bool] | None = None
    own_task: Callable[[], Any] | None = None
    machine: Any = None
    watch: Watch = field(default_factory=Watch)
    alone: bool = True
    seconds: float = _SECONDS
    brief: bool = False
    patient: bool = False
    absent: str = ""
    describe: Callable[[ServerFault], EsxvirtError] | None = None
    guessed: bool = False
    refused: bool = False

    @property
    def prefix(self) -> str:
        """What errors begin with."""
        return f"{self.failure_prefix}: " if self.failure_prefix else ""

    def call_seconds(self, session: "Session") -> float | None:
        """Return how long the call that sends it may take; None is the endpoint's deadline.

        Raises:
            DeadlineError: Its time is over already.
        """
        left = self.watch.deadline.remaining()
        return None if left is None else min(left, session.endpoint.deadline)


def call_and_verify(session: "Session", write: Write, send: Callable[[], Any]) -> Any:
    """Send a write that is answered by its result; None is returned where it was done and the answer lost.

    Raises:
        ServerFault: The server refused: it was not done.
        TransportError: The server broke off; the message says that it was not done, or where to look.
        KeyboardInterrupt: With Ctrl-C; it says what became of it.
    """
    try:
        return send()
    except TransportError as lost:
        return _find_out(session, write, lost).result
    except KeyboardInterrupt as interrupt:
        _tell_interrupted(interrupt, session, write, is_task=False)
        raise


def run_and_verify(session: "Session", write: Write, send: Callable[[], Any]) -> Any:
    """Send a write that starts a task, wait for its end, and return its result.

    2 SOAP calls beside `send`, one for every round of updates, and one for every answer to a question.

    Raises:
        ServerFault: The task could not be started; or, with `failure_prefix` before the reason, it failed.
        TaskCancelledError: It was cancelled.
        QuestionError: A question blocks it, and nobody answers.
        TaskDeadlineError: It takes longer than allowed; the message says what became of it.
        TransportError: The server broke off; the message says that it was not done, or where to look.
        KeyboardInterrupt: With Ctrl-C; it says what became of it.
    """
    task = None
    try:
        task = send()
        follow = follow_briefly if write.brief else follow_task
        outcome = (
            follow(session, task, watch=write.watch)
            if write.machine is None
            else follow_task(session, task, write.machine, write.watch)
        )
    except TaskDeadlineError as late:
        raise TaskDeadlineError(f"{write.prefix}{late}") from late
    except TransportError as lost:
        outcome = _find_out(session, write, lost, task, is_task=True)
    except ServerFault as fault:
        if task is None:
            write.refused = True
            raise
        outcome = _find_out(session, write, fault, task, is_task=True)  # it is watching it that was refused
    except KeyboardInterrupt as interrupt:
        if task is None:
            _tell_interrupted(interrupt, session, write, is_task=True)
        raise
    if outcome.error is not None:
        write.refused = not write.guessed
        raise (write.describe or partial(failed, write.failure_prefix))(outcome.error) from None
    return outcome.result


def failed(failure_prefix: str, fault: ServerFault) -> ServerFault:
    """Return the error for a task that failed: `failure_prefix`, and the reason."""
    return type(fault)(
        f"{failure_prefix}: {fault}" if failure_prefix else str(fault), name=fault.name, detail=fault.detail
    )


def _find_out(
    session: "Session", write: Write, lost: TransportError | ServerFault, task: Any = None, *, is_task: bool = False
) -> Outcome:
    """Return what became of a write whose answer, or whose task's, was lost.

    Raises:
        EsxvirtError: Of the class of `lost`: it was not done, or nobody can tell.
        QuestionError: A question blocks the task, and nobody answers.
        TaskDeadlineError: As `run_and_verify`.
    """
    if task is None and isinstance(lost, TransportError) and lost.unsent:
        write.refused = True
        raise type(lost)(f"{write.prefix}{lost}; it was not done") from lost
    deadline = write.watch.deadline
    limit = Deadline(write.seconds) if deadline is NEVER else deadline
    failures = 0
    while not limit.expired():
        if _is_forgotten(lost):
            task = None
        try:
            outcome = _look(session, write, limit, task, is_task=is_task)
        except TaskDeadlineError as late:
            raise TaskDeadlineError(f"{write.prefix}{late}") from late
        except _UntoldError:
            break
        except (TransportError, ServerFault) as error:
            failures += 1
            task = None if _is_forgotten(error) else task
            # A silent server is asked again only by who has the patience.
            if not write.patient and (failures == _LOOKS or isinstance(error, DeadlineError)):
                break
            time.sleep(_PAUSE * min(failures, _LOOKS))
        else:
            if outcome is not None:
                return outcome
            raise _lost(write, lost, write.absent or _ABSENT.format(look=write.look)) from lost
    if task is not None and deadline.expired():
        end = f"the task did not end within {deadline.seconds:g} seconds{stop_task(session, task)}"
        raise TaskDeadlineError(f"{write.prefix}{end}")
    raise _lost(write, lost, _UNKNOWN.format(look=write.look)) from lost


def _is_forgotten(error: BaseException | None) -> bool:
    """Return whether a server says that it knows the task no more, such as a vCenter that was restarted."""
    while error is not None:
        if isinstance(error, ServerFault) and error.name == "ManagedObjectNotFound":
            return True
        error = error.__cause__
    return False


def _lost(write: Write, lost: TransportError | ServerFault, end: str) -> EsxvirtError:
    """Return the error for a lost answer, with what can be said of the write."""
    cause = lost.__cause__ if isinstance(lost.__cause__, TransportError) else lost  # without what is not known
    message = f"{write.prefix}{cause}; {end}"
    if isinstance(lost, ServerFault):
        return type(lost)(message, name=lost.name, detail=lost.detail)
    return type(lost)(message)


class _UntoldError(EsxvirtError):
    """Nothing can be told from what there is."""


def _look(session: "Session", write: Write, limit: Deadline, task: Any, *, is_task: bool) -> Outcome | None:
    """Return how a write has ended, None if nothing is to be seen of it so far."""
    guessed, told = task is None, True
    with session.limited(limit):
        if guessed and write.own_task is not None:
            task, told = _own_task(write)
        elif guessed and is_task:
            _await_all(session, limit)
    if task is not None:
        outcome = follow_task(session, task, write.machine, write.watch)
        write.guessed = guessed
        if not guessed or (write.alone and (outcome.error is not None or write.done is None)):
            return outcome
        # What was begun meanwhile may be another client's: what there is decides.
    if write.done is None:
        done = False
        told = told and is_task and write.own_task is not None
    else:
        with session.limited(limit):
            done = _is_done(write.done)
    if not done and (not told or task is not None):
        raise _UntoldError  # what was begun has ended well, and is not to be seen: somebody has changed it since
    write.guessed = True
    return Outcome() if done else None


def _is_done(done: Callable[[], bool]) -> bool:
    try:
        return done()
    except (TransportError, ServerFault):
        raise
    except EsxvirtError:
        raise _UntoldError from None


def _own_task(write: Write) -> tuple[Any, bool]:
    """Return the task that was begun, and whether the account is told of tasks at all."""
    assert write.own_task is not None  # noqa: S101  whoever calls this has looked
    try:
        return write.own_task(), True
    except MissingPrivilegeError:
        return None, False
    except (TransportError, ServerFault):
        raise
    except EsxvirtError:
        return None, False


def _tell_interrupted(interrupt: KeyboardInterrupt, session: "Session", write: Write, *, is_task: bool) -> None:
    """Cancel a task whose start was interrupted, and say what became of the write."""
    limit = Deadline(_INTERRUPTED_SECONDS)
    done: bool | None = None
    try:
        with session.limited(limit):
            task = write.own_task() if write.own_task is not None else None
        if task is not None and write.alone:
            tell_end(interrupt, stop_task(session, task))
            return
        if write.done is not None and (write.own_task is not None or not is_task):
            with session.limited(limit):
                done = write.done()
    except EsxvirtError:
        pass
    if done:
        tell(interrupt, DONE, done=True)
        return
    so_far = "nothing of it is to be seen so far" if done is False else "whether it was done is not known"
    tell(interrupt, f"interrupted; {so_far}: {write.look} before you try again")


def look_again(look: Callable[[], _Seen]) -> _Seen:
    """Look at what a change has made, up to three times: its success must not be told as an error for a read's sake.

    Raises:
        EsxvirtError: What the last look raised, or the first that a silent server left without an answer.
    """
    for attempt in range(_LOOKS):
        try:
            return look()
        except DeadlineError:
            raise
        except (ServerFault, TransportError):
            if attempt == _LOOKS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def task_manager(session: "Session") -> Ref:
    """Return the server's `TaskManager`, which knows the recent tasks of all objects."""
    found: Ref = session.content.taskManager
    return found


def recent_tasks(session: "Session", entity: Ref) -> frozenset[Ref]:
    """Return the tasks that a server remembers of an object. One SOAP call.

    Raises:
        EsxvirtError: It does not tell.
    """
    rows = retrieve(session, Query({entity.type: ("recentTask",)}, [entity]))
    if not rows or rows[0].missing:
        raise EsxvirtError(f"the server does not tell the tasks of '{entity.value}'")
    return frozenset(ref for row in rows for ref in row.get("recentTask") or ())


def new_task(session: "Session", recent: frozenset[Ref], known: frozenset[Ref], names: frozenset[str]) -> Ref | None:
    """Return the task among `recent` that is not among `known` and does one of `names`; None if there is none.

    One SOAP call, none where there is nothing new. `names` are methods (``RegisterVM_Task``) or what a task says that
    it does (``Folder.registerVm``); a task that says neither counts.
    """
    fresh = sorted(recent - known)
    if not fresh:
        return None
    own = [row.ref for row in retrieve(session, Query({"Task": _NAMES}, fresh)) if _does(row, names)]
    return own[-1] if own else None


def _does(task: Row, names: frozenset[str]) -> bool:
    told = {task.get(path) for path in _NAMES} - {None}
    return not told or bool(told & names)


def _await_all(session: "Session", limit: Deadline) -> None:
    """Wait for the end of a server's tasks, of which a lost one must be: only then what there is tells anything.

    They may be other people's, so nothing is cancelled here.
    """
    for ref in sorted(recent_tasks(session, task_manager(session))):
        with watching(session, {ref: ("info.state",)}) as updates:
            while not set(updates.wait(limit).values()) & {"success", "error"}:
                pass
