"""Tasks, and the questions that block them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from esxvirt.libvirt import virDomain
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._methods import reports, to_text
from esxvirt.libvirt_esx import _late as late
from esxvirt.libvirt_esx._inside import driver_of, handle_of

if TYPE_CHECKING:
    from esxvirt.driver.domain.handles import DomainHandle
    from esxvirt.driver.tasks.questions import Question
    from esxvirt.libvirt import virConnect

__all__ = ["answer", "questions", "set_progress_callback", "set_question_callback", "set_task_deadline"]

QuestionCallback = Callable[["virConnect", "virDomain", "Question", Any], str | None]
ProgressCallback = Callable[["virConnect", int, Any], object]


@reports("virConnectSetQuestionCallback")
def set_question_callback(conn: "virConnect", /, cb: "QuestionCallback | None", opaque: Any = None) -> int:
    """Have questions that block a task answered by ``cb(conn, dom, question, opaque)``; 0.

    It is given an object with the `id` and the `text` of the question, its `choices` (pairs of key and label) and the
    key of the `default`, or None there. It returns the key, or the label, of the answer; None cancels the task, as
    without a callback. With `auto_answer` in the URI, 0 or 1, nobody is asked. `cb` None asks nobody any more.
    """
    policy = driver_of(conn).policy
    if cb is None:
        policy.ask = None
        return 0

    def ask(handle: "DomainHandle", question: "Question") -> str | None:
        choice = cb(conn, virDomain(conn, handle), question, opaque)
        return None if choice is None else late.questions.find_key(question, choice)

    policy.ask = ask
    return 0


@reports("virConnectSetProgressCallback")
def set_progress_callback(conn: "virConnect", /, cb: "ProgressCallback | None", opaque: Any = None) -> int:
    """Have ``cb(conn, percent, opaque)`` told how far a task is, whenever that changes; None for no more. 0."""
    policy = driver_of(conn).policy
    if cb is None:
        policy.progress = None
        return 0

    def tell(percent: int) -> None:
        cb(conn, percent, opaque)

    policy.progress = tell
    return 0


@reports("virConnectSetTaskDeadline")
def set_task_deadline(conn: "virConnect", /, seconds: float | None) -> int:
    """Cancel tasks that take longer than so many seconds: VIR_ERR_OPERATION_TIMEOUT; None lets them. 0."""
    if seconds is not None and seconds <= 0:
        raise report_argument("seconds in virConnectSetTaskDeadline must be greater than zero", "", "seconds")
    driver_of(conn).policy.seconds = seconds
    return 0


@reports("virDomainGetQuestions")
def questions(dom: "virDomain", /) -> "list[Question]":
    """Return what the domain asks and waits for: none or one question; see `set_question_callback`."""
    return late.questions.questions(driver_of(dom), handle_of(dom))


@reports("virDomainAnswerQuestion", writes=True)
def answer(dom: "virDomain", /, question: "Question | str | None", choice: str) -> int:
    """Answer a question of the domain; 0.

    Args:
        dom: The domain.
        question: What is answered, or its `id`; None for whatever is asked now.
        choice: The key of an answer, its label, or its words.
    """
    identity = question if question is None or isinstance(question, str) else question.id
    late.questions.answer(driver_of(dom), handle_of(dom), identity, to_text(choice, "virDomainAnswer", "choice"))
    return 0
