"""Waiting for tasks: by property updates, with progress, questions, a deadline, and cancellation."""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from pyVmomi import vim, vmodl

from esxvirt.errors import (
    DeadlineError,
    EsxvirtError,
    InvalidArgumentError,
    MissingPrivilegeError,
    QuestionError,
    ServerFault,
    TaskCancelledError,
    TransportError,
)
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.faults import describe_task_error
from esxvirt.vsphere.privileges import named
from esxvirt.vsphere.questions import Question, blocked, read_question
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.updates import Changes, Updates, watching

__all__ = ["Watch", "cancel", "soon_ended", "wait_for_task"]

_TASK: Final = ("info.state", "info.progress", "info.error", "info.result")
_QUESTION: Final = "runtime.question"
_TOO_LATE: Final = frozenset({"ConcurrentAccess", "InvalidArgument"})
"""What a server says of an answer to a question that somebody else has answered."""
_CANCEL_SECONDS: Final = 5.0
"""How long a cancelled task is waited for, to tell what became of it."""
_SOON: Final = (0.03, 0.07)
"""Seconds before the first and the second look at a task that should not take long."""
_UNKNOWN: Final = "whether the task goes on is not known: look what became of it before you try again"


@dataclass(frozen=True, slots=True)
class Watch:
    """How a task is waited for.

    Attributes:
        answer: Called with a question that blocks the task; the key of the answer, or None to have the task cancelled.
        progress: Called with the percentage that is done, whenever it changes.
        seconds: How long the task may take; None for as long as it likes.
    """

    answer: Callable[[Question], str | None] | None = None
    progress: Callable[[int], None] | None = None
    seconds: float | None = None


def wait_for_task(session: Session, task: Any, machine: Any | None = None, watch: Watch | None = None) -> Any:
    """Wait until a task has ended, and return its result.

    2 SOAP calls, one for every round of updates, and one for every answer; answers that get lost cost more of them, and
    are no error as long as the server can be reached again. When this ends early, by Ctrl-C, at the
    deadline or at a question that nobody answers, the task is asked to cancel; the KeyboardInterrupt that is raised
    after Ctrl-C says what became of it.

    Args:
        session: Where the task runs.
        task: pyVmomi's `vim.Task`.
        machine: The `vim.VirtualMachine` whose questions may block the task.
        watch: Who answers, who is told of progress, and how long it may take.

    Raises:
        ServerFault: The task failed; the fault's name is in `name`.
        TaskCancelledError: It was cancelled.
        QuestionError: A question blocks it, and nobody answers.
        DeadlineError: It takes longer than allowed; the message says what became of it.
        TransportError: The server broke off for good: whether the task goes on is not known.
    """
    watch = watch or Watch()
    wanted = {task: _TASK} if machine is None else {task: _TASK, machine: (_QUESTION,)}
    deadline = Deadline(watch.seconds)
    with watching(session, wanted) as updates:
        try:
            return _follow(session, task, machine, updates, deadline, watch)
        except KeyboardInterrupt:
            raise KeyboardInterrupt("interrupted" + _stop(session, task, updates)) from None
        except MissingPrivilegeError as error:
            raise named(session, error) from None
        except ServerFault:
            raise  # it has ended
        except TransportError as error:
            if not deadline.expired():
                raise type(error)(f"{error}; {_UNKNOWN}") from error
            end = _stop(session, task, updates)
            raise DeadlineError(f"the task did not end within {watch.seconds:g} seconds{end}") from None
        except Exception:  # nobody answers, or who is asked or told breaks
            cancel(session, task)
            raise


def soon_ended(session: Session, task: Any, watch: Watch | None = None) -> Any:
    """Wait for a task that should not take long, and return its result: arguments and errors as `wait_for_task`.

    1 SOAP call, or 2; where it takes longer, those of `wait_for_task` besides. A filter takes 4 at least.
    """
    try:
        for pause in _SOON:
            time.sleep(pause)
            ended, result = _look(session, task)
            if ended:
                return result
    except KeyboardInterrupt:
        cancel(session, task)
        raise
    except MissingPrivilegeError as error:
        raise named(session, error) from None
    except TransportError:
        pass  # reading is tried again below, with more patience
    return wait_for_task(session, task, watch=watch)


def _look(session: Session, task: Any) -> tuple[bool, Any]:
    """Whether a task has ended now, and its result. One SOAP call, of the oldest kind: there is nothing to page."""
    collector = vmodl.query.PropertyCollector
    specification = collector.FilterSpec(
        propSet=[collector.PropertySpec(type=vim.Task, pathSet=list(_TASK))],
        objectSet=[collector.ObjectSpec(obj=task)],
    )
    found = session.call(session.content.propertyCollector, "RetrieveProperties", [specification])
    # What the account may not see is left out; waiting for it tells which privilege it lacks.
    return _ended(task, {(task._moId, told.name): told.val for row in found or () for told in row.propSet or ()})  # noqa: SLF001  its only name


def _follow(session: Session, task: Any, machine: Any, updates: Updates, deadline: Deadline, watch: Watch) -> Any:
    seen: Changes = {}
    while True:
        changes = updates.wait(deadline)
        seen.update(changes)
        ended, result = _ended(task, seen)
        if ended:
            if watch.progress is not None:
                watch.progress(100)  # which VMware may leave out
            return result
        _tell(task, changes, watch)
        if machine is not None and (machine._moId, _QUESTION) in changes:  # noqa: SLF001  its only name
            _settle(session, machine, changes[machine._moId, _QUESTION], watch)  # noqa: SLF001


def _stop(session: Session, task: Any, updates: Updates) -> str:
    """Cancel a task, and say what became of it: the rest of a sentence."""
    cancel(session, task)
    try:
        _follow(session, task, None, updates, Deadline(_CANCEL_SECONDS), Watch())
    except TaskCancelledError:
        return ": the task was cancelled"
    except ServerFault as fault:
        return f"; the task failed: {fault}"
    except EsxvirtError:
        return "; the task was asked to stop, but did not yet; it may still take effect"
    return ", but the task had done its work already"


def cancel(session: Session, task: Any) -> None:
    """Ask a task to end. One SOAP call; what cannot be cancelled goes on."""
    with suppress(EsxvirtError):
        session.call(task, "CancelTask", seconds=_CANCEL_SECONDS)


def _ended(task: Any, seen: Changes) -> tuple[bool, Any]:
    identity = task._moId  # noqa: SLF001  pyVmomi has no other name for it
    state = seen.get((identity, "info.state"))
    if state == "success":
        return True, seen.get((identity, "info.result"))
    if state == "error":
        raise describe_task_error(seen.get((identity, "info.error")))
    return False, None


def _tell(task: Any, changes: Changes, watch: Watch) -> None:
    done = changes.get((task._moId, "info.progress"))  # noqa: SLF001  pyVmomi has no other name for it
    if watch.progress is not None and done is not None:
        watch.progress(int(done))


def _settle(session: Session, machine: Any, info: Any, watch: Watch) -> None:
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
            raise
