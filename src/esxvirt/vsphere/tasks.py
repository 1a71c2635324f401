"""Waiting for tasks: by property updates, with progress, questions, a deadline, and cancellation."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from esxvirt.errors import (
    DeadlineError,
    EsxvirtError,
    InvalidArgumentError,
    MissingPrivilegeError,
    QuestionError,
    ServerFault,
    TaskCancelledError,
    TaskDeadlineError,
    TransportError,
)
from esxvirt.records import record
from esxvirt.vsphere.deadline import NEVER, Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.faults import describe_task_error
from esxvirt.vsphere.interrupts import tell
from esxvirt.vsphere.inventory import Query, specification
from esxvirt.vsphere.privileges import named
from esxvirt.vsphere.questions import Question, blocked, read_question
from esxvirt.vsphere.session import LONGEST_PAUSE, Session
from esxvirt.vsphere.updates import Changes, Updates, watching

__all__ = [
    "Outcome",
    "Watch",
    "cancel",
    "follow_briefly",
    "follow_task",
    "look",
    "soon_ended",
    "stop_task",
    "tell_end",
    "wait_for_task",
]

_TASK: Final = ("info.state", "info.progress", "info.error", "info.result")
_QUESTION: Final = "runtime.question"
_TOO_LATE: Final = frozenset({"ConcurrentAccess", "InvalidArgument"})
"""What a server says of an answer to a question that somebody else has answered."""
_CANCEL_SECONDS: Final = 5.0
"""How long a cancelled task is waited for, to tell what became of it."""
_TIMES: Final = ("info.queueTime", "info.completeTime")
_SECOND_PAUSE: Final = 2.5
"""The second look comes after so many times the first pause again, which is `Session.task_pause`."""
_SHORTEST_PAUSE: Final = 0.005
_MARGIN: Final = 0.001
_UNKNOWN: Final = "whether the task goes on is not known: look what became of it before you try again"
_DONE: Final = ", but the task had done its work already"
_STILL: Final = "; the task was asked to stop, but did not yet; it may still take effect"


@record(frozen=True)
class Watch:
    """How a task is waited for.

    Attributes:
        answer: Called with a question that blocks the task; the key of the answer, or None to have the task cancelled.
        progress: Called with the percentage that is done, whenever it changes.
        deadline: By when the task must have ended.
    """

    answer: Callable[[Question], str | None] | None = None
    progress: Callable[[int], None] | None = None
    deadline: Deadline = NEVER


@record(frozen=True)
class Outcome:
    """How a task has ended: with a result, or with an error."""

    result: Any = None
    error: ServerFault | None = None


def wait_for_task(session: Session, task: Ref, machine: Ref | None = None, watch: Watch | None = None) -> Any:
    """Wait until a task has ended, and return its result: arguments and calls as `follow_task`.

    Raises:
        ServerFault: The task failed; the fault's name is in `name`.
        TaskCancelledError: It was cancelled.
        EsxvirtError: As `follow_task`.
    """
    return _taken(follow_task(session, task, machine, watch))


def _taken(outcome: Outcome) -> Any:
    if outcome.error is not None:
        raise outcome.error
    return outcome.result


def follow_task(session: Session, task: Ref, machine: Ref | None = None, watch: Watch | None = None) -> Outcome:
    """Wait until a task has ended, and return how. What this raises is never what the task itself failed with.

    2 SOAP calls, one for every round of updates, and one for every answer; answers that get lost cost more of them, and
    are no error as long as the server can be reached again. When this ends early, by Ctrl-C, at the
    deadline or at a question that nobody answers, the task is asked to cancel; the KeyboardInterrupt that is raised
    after Ctrl-C says what became of it.

    Args:
        session: Where the task runs.
        task: The task.
        machine: The virtual machine whose questions may block the task.
        watch: Who answers, who is told of progress, and how long it may take.

    Raises:
        QuestionError: A question blocks it, and nobody answers, or the server does not take the answer.
        TaskDeadlineError: It takes longer than allowed; the message says what became of it.
        MissingPrivilegeError: The account may not see what becomes of it.
        TransportError: The server broke off for good, or does not tell of it: whether the task goes on is not known.
    """
    ended: list[Outcome] = []
    try:
        _follow_to_the_end(session, task, machine, watch or Watch(), ended)
    except KeyboardInterrupt as interrupt:
        if ended and not interrupt.args:  # while the server was told to forget what it watched
            tell_end(interrupt, _told(ended[0]))
        raise
    return ended[0]


def _follow_to_the_end(session: Session, task: Ref, machine: Ref | None, watch: Watch, ended: list[Outcome]) -> None:
    """As `follow_task`; how the task has ended is put into `ended`."""
    wanted = {task: _TASK} if machine is None else {task: _TASK, machine: (_QUESTION,)}
    deadline = watch.deadline
    with watching(session, wanted) as updates:
        try:
            ended.append(_follow(session, task, machine, updates, deadline, watch))
        except KeyboardInterrupt as interrupt:
            tell_end(interrupt, _stop(session, task, updates))
            raise
        except MissingPrivilegeError as error:
            raise named(session, error) from None
        except ServerFault as fault:  # of reading: what the task fails with is returned
            untold = TransportError(f"the server does not tell what becomes of the task: {fault}")
            untold.__cause__ = fault
            raise TransportError(f"{untold}; {_UNKNOWN}") from untold
        except TransportError as error:
            if not deadline.expired():
                raise type(error)(f"{error}; {_UNKNOWN}") from error
            end = _stop(session, task, updates)
            raise TaskDeadlineError(f"the task did not end within {deadline.seconds:g} seconds{end}") from None
        except Exception:  # nobody answers, or who is asked or told breaks
            cancel(session, task)
            raise


def soon_ended(session: Session, task: Ref, watch: Watch | None = None) -> Any:
    """Wait for a task that should not take long, and return its result: arguments and errors as `wait_for_task`.

    1 SOAP call, or 2; where it takes longer, those of `wait_for_task` besides. A filter takes 4 at least.
    """
    return _taken(follow_briefly(session, task, watch))


def follow_briefly(session: Session, task: Ref, watch: Watch | None = None) -> Outcome:
    """As `follow_task`, with the calls of `soon_ended`."""
    try:
        for pause in (session.task_pause, session.task_pause * _SECOND_PAUSE):
            time.sleep(pause)
            ended = look(session, task)
            if ended is not None:
                return ended
    except KeyboardInterrupt as interrupt:
        tell_end(interrupt, stop_task(session, task))
        raise
    except (ServerFault, TransportError):
        pass  # reading is tried again below, with more patience
    return follow_task(session, task, watch=watch)


def look(session: Session, task: Ref) -> Outcome | None:
    """Return how a task has ended, None if it has not. One SOAP call, of the oldest kind: there is nothing to page."""
    wanted = f"<specSet>{specification(Query({task.type: _TASK + _TIMES}, [task]))}</specSet>"
    found = session.ask(session.content.propertyCollector, "RetrieveProperties", wanted)
    # What the account may not see is left out; waiting for it tells which privilege it lacks.
    seen = {(task, told.name): told.val for row in found or () for told in row.propSet or ()}
    begun, ended = (seen.get((task, name)) for name in _TIMES)
    if isinstance(begun, datetime) and isinstance(ended, datetime):
        _learn(session, (ended - begun).total_seconds())
    return _ended(task, seen)


def _learn(session: Session, seconds: float) -> None:
    """Look at the next brief task when it should have ended: a program that looks up hundreds of files waits for each.

    One that took longer counts at once, shorter ones bit by bit, so that hardly any look comes too early.
    """
    wanted = max(seconds + _MARGIN, session.task_pause * 0.8, _SHORTEST_PAUSE)
    session.task_pause = min(wanted, LONGEST_PAUSE)


def _follow(
    session: Session, task: Ref, machine: Ref | None, updates: Updates, deadline: Deadline, watch: Watch
) -> Outcome:
    seen: Changes = {}
    while True:
        changes = updates.wait(deadline)
        seen.update(changes)
        ended = _ended(task, seen)
        if ended is not None:
            if watch.progress is not None and ended.error is None:
                watch.progress(100)  # which VMware may leave out
            return ended
        _tell(task, changes, watch)
        if machine is not None and (machine, _QUESTION) in changes:
            _answer(session, machine, changes[machine, _QUESTION], watch, updates)


def stop_task(session: Session, task: Ref) -> str:
    """Cancel a task that nobody waits for, and say what became of it: the rest of a sentence."""
    with watching(session, {task: _TASK}) as updates:
        return _stop(session, task, updates)


def _stop(session: Session, task: Ref, updates: Updates) -> str:
    """Cancel a task, and say what became of it: the rest of a sentence."""
    if not cancel(session, task):
        return _STILL  # the server is silent
    try:
        ended = _follow(session, task, None, updates, Deadline(_CANCEL_SECONDS), Watch())
    except EsxvirtError:
        return _STILL
    return _told(ended)


def tell_end(interrupt: KeyboardInterrupt, end: str) -> None:
    """Say how the task has ended whose waiting was interrupted: what `stop_task` has returned."""
    tell(interrupt, f"interrupted{end}", done=end == _DONE)


def _told(ended: Outcome) -> str:
    """Return how a task has ended that somebody wanted to end: the rest of a sentence."""
    if isinstance(ended.error, TaskCancelledError):
        return ": the task was cancelled"
    return _DONE if ended.error is None else f"; the task failed: {ended.error}"


def cancel(session: Session, task: Ref) -> bool:
    """Ask a task to end. One SOAP call; what cannot be cancelled goes on.

    Returns whether the server has answered in time, whatever it did.
    """
    try:
        session.call(task, "CancelTask", seconds=_CANCEL_SECONDS)
    except DeadlineError:
        return False
    except EsxvirtError:
        pass
    return True


def _ended(task: Ref, seen: Changes) -> Outcome | None:
    state = seen.get((task, "info.state"))
    if state == "success":
        return Outcome(seen.get((task, "info.result")))
    if state == "error":
        return Outcome(error=describe_task_error(seen.get((task, "info.error"))))
    return None


def _tell(task: Ref, changes: Changes, watch: Watch) -> None:
    done = changes.get((task, "info.progress"))
    if watch.progress is not None and done is not None:
        watch.progress(int(done))


def _answer(session: Session, machine: Ref, info: Any, watch: Watch, updates: Updates) -> None:
    """Have a question answered, or give the task up."""
    if info is None:
        return  # it was answered, by us or by someone else
    question = read_question(info)
    key = watch.answer(question) if watch.answer is not None else None
    if key is None:
        raise QuestionError(blocked(question), question)
    if key not in dict(question.choices):
        raise InvalidArgumentError(f"'{key}' is no answer to '{question.text}'")
    try:
        session.call(machine, "AnswerVM", question.id, key)
    except ServerFault as fault:
        if fault.name not in _TOO_LATE:
            raise QuestionError(f"{blocked(question)}; the server did not take the answer: {fault}", question) from None
    except TransportError:
        updates.tell_anew()  # it is told of the question again only if that is still open
