"""What domains ask, and answering: what libvirt has no function for (the manual, "Questions blocking tasks")."""

from typing import TYPE_CHECKING, Final

from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.errors import InvalidArgumentError, OperationInvalidError
from esxvirt.vsphere.questions import Question, read_question

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection

__all__ = ["Question", "answer", "find_key", "questions"]

_QUESTION: Final = "runtime.question"


def questions(connection: "Connection", domain: DomainHandle) -> list[Question]:
    """Return what the domain asks now: VMware asks one question at a time, so none or one. One SOAP call.

    Raises:
        DomainNotFoundError: It is gone.
    """
    info = read(connection, domain, (_QUESTION,)).get(_QUESTION)
    return [] if info is None else [read_question(info)]


def answer(connection: "Connection", domain: DomainHandle, question: str | None, choice: str) -> None:
    """Answer a question of the domain. 2 SOAP calls.

    Args:
        connection: Where the domain is.
        domain: Who asks.
        question: The id of the question that is meant; None for whatever is asked now.
        choice: The key of an answer, its label, or its words.

    Raises:
        OperationInvalidError: The domain asks nothing, or something else than what is meant.
        InvalidArgumentError: There is no such answer.
        ServerFault: The server refused, for instance because somebody else was faster.
    """
    asked = questions(connection, domain)
    if not asked:
        raise OperationInvalidError(f"Domain '{domain.name}' asks nothing")
    if question is not None and asked[0].id != question:
        raise OperationInvalidError(f"Domain '{domain.name}' does not ask this question any more")
    key = find_key(asked[0], choice)
    machine = domain.ref

    def done() -> bool:
        return all(still.id != asked[0].id for still in questions(connection, domain))

    write = Write("", f"look whether the domain '{domain.name}' still asks", done)
    call_and_verify(connection.session, write, lambda: connection.session.call(machine, "AnswerVM", asked[0].id, key))


def find_key(question: Question, choice: str) -> str:
    """Return the key of the answer that has this key, or this label or these words in any case of letters.

    Raises:
        InvalidArgumentError: There is none.
    """
    keys = question.keys_of(choice)
    if len(keys) == 1:
        return keys[0]
    possible = ", ".join(f"{key} ({words})" for key, words in question.answers()) or "none"
    raise InvalidArgumentError(f"'{choice}' is no answer to '{question.text}'; possible answers are {possible}")
