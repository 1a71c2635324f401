"""How a connection waits for its tasks, and what it does about questions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from esxvirt.errors import QuestionError
from esxvirt.records import record
from esxvirt.vsphere.deadline import NEVER, Deadline
from esxvirt.vsphere.questions import Question, blocked

if TYPE_CHECKING:
    from esxvirt.driver.domain.handles import DomainHandle

__all__ = ["TaskPolicy"]


@record
class TaskPolicy:
    """How a connection waits for its tasks.

    Attributes:
        auto_answer: True gives questions their default answer (the URI's `auto_answer=1`), False asks nobody
            (`auto_answer=0`), so that they are errors.
        ask: Where that is None, who is asked: called with the domain and its question, returns the key of the answer,
            or None to give up; None asks nobody.
        progress: Called with the percentage that a task has done; None tells nobody.
        seconds: How long a task may take; None for as long as it likes.
    """

    auto_answer: bool | None = None
    ask: "Callable[[DomainHandle, Question], str | None] | None" = None
    progress: Callable[[int], None] | None = None
    seconds: float | None = None

    def deadline(self) -> Deadline:
        """Return the end of a task that begins now."""
        return NEVER if self.seconds is None else Deadline(self.seconds)

    def answer(self, domain: "DomainHandle", question: Question) -> str | None:
        """Return the key of the answer to a question of a domain, None if nobody answers.

        Raises:
            QuestionError: The default answer is to be given, and there is none.
        """
        if self.auto_answer:
            if question.default is None:
                missing = ", but no default answer is specified" if question.choices else ""
                raise QuestionError(blocked(question) + missing, question)
            return question.default
        if self.auto_answer is not None or self.ask is None:
            return None
        return self.ask(domain, question)
