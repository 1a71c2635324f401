"""Questions that block a task: answered, reported, cancelled; on every kind of product."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import info, lifecycle
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.tasks import questions
from esxvirt.driver.tasks.questions import Question
from esxvirt.errors import DeadlineError, InvalidArgumentError, OperationInvalidError, QuestionError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

RUNNING, SHUTOFF = 1, 5


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        running.trouble("archive", "moved")
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.fixture
def archive(connection: Connection) -> DomainHandle:
    return lookup_by_name(connection, "archive")


def test_without_an_answer_the_task_is_cancelled(
    fresh: Simulator, connection: Connection, archive: DomainHandle
) -> None:
    with pytest.raises(QuestionError, match=r"question is '.*moved or copied") as caught:
        lifecycle.start(connection, archive)
    assert str(caught.value).endswith("'")  # as libvirt, without a word of the default
    assert isinstance(caught.value.question, Question)
    made = [call.method for call in fresh.calls]
    assert made[-2:] == ["CancelTask", "DestroyPropertyFilter"]
    assert info.state(connection, archive) == SHUTOFF
    assert questions.questions(connection, archive) == []


def test_the_default_answer(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    connection.policy.auto_answer = True
    lifecycle.start(connection, archive)
    assert info.state(connection, archive) == RUNNING
    assert [call.method for call in fresh.calls].count("AnswerVM") == 1


def test_no_default_answer(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    fresh.trouble("archive", "full")
    connection.policy.auto_answer = True
    with pytest.raises(QuestionError, match=r"no more space.*, but no default answer is specified$"):
        lifecycle.start(connection, archive)
    assert info.state(connection, archive) == SHUTOFF


def test_auto_answer_0_asks_nobody(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    connection.policy.auto_answer = False
    connection.policy.ask = lambda *_: pytest.fail("somebody was asked")
    with pytest.raises(QuestionError, match=r"question is '.*moved or copied"):
        lifecycle.start(connection, archive)
    assert "CancelTask" in [call.method for call in fresh.calls]
    assert info.state(connection, archive) == SHUTOFF


def test_somebody_is_asked(connection: Connection, archive: DomainHandle) -> None:
    asked: list[tuple[str, Question]] = []

    def ask(domain: DomainHandle, question: Question) -> str:
        asked.append((domain.name, question))
        return questions.find_key(question, "i moved it")

    connection.policy.ask = ask
    before = archive.uuid
    lifecycle.start(connection, archive)
    [(name, question)] = asked
    assert name == "archive"
    assert [key for key, _ in question.choices] == ["0", "1", "2"]
    assert question.default == "2"
    assert lookup_by_name(connection, "archive").uuid == before


def test_who_is_asked_gives_up(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    connection.policy.ask = lambda _domain, _question: None
    with pytest.raises(QuestionError):
        lifecycle.start(connection, archive)
    assert "CancelTask" in [call.method for call in fresh.calls]


def test_who_is_asked_breaks(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    def ask(_domain: DomainHandle, question: Question) -> str:
        return questions.find_key(question, "perhaps")

    connection.policy.ask = ask
    with pytest.raises(InvalidArgumentError, match=r"(?s)'perhaps' is no answer to .*; possible answers are 0 \("):
        lifecycle.start(connection, archive)
    assert "CancelTask" in [call.method for call in fresh.calls]
    assert info.state(connection, archive) == SHUTOFF


def test_an_answer_from_elsewhere(connect: Opener, fresh: Simulator, connection: Connection) -> None:
    other = connect(fresh)
    archive, elsewhere = lookup_by_name(connection, "archive"), lookup_by_name(other, "archive")
    assert questions.questions(other, elsewhere) == []
    with pytest.raises(OperationInvalidError, match="Domain 'archive' asks nothing"):
        questions.answer(other, elsewhere, None, "1")
    seen: list[Question] = []

    def ask(_domain: DomainHandle, question: Question) -> str:
        seen.extend(questions.questions(other, elsewhere))
        with pytest.raises(OperationInvalidError, match="does not ask this question any more"):
            questions.answer(other, elsewhere, "no such id", "1")
        with pytest.raises(InvalidArgumentError):
            questions.answer(other, elsewhere, question.id, "9")
        questions.answer(other, elsewhere, question.id, "1")
        return "1"  # too late, which does no harm

    connection.policy.ask = ask
    lifecycle.start(connection, archive)
    assert [question.default for question in seen] == ["2"]
    assert info.state(connection, archive) == RUNNING


def test_an_interrupt_cancels_the_task_and_says_so(
    fresh: Simulator, connection: Connection, archive: DomainHandle
) -> None:
    def ask(_domain: DomainHandle, _question: Question) -> str:
        raise KeyboardInterrupt

    connection.policy.ask = ask
    with pytest.raises(KeyboardInterrupt, match="interrupted: the task was cancelled"):
        lifecycle.start(connection, archive)
    made = [call.method for call in fresh.calls]
    assert "CancelTask" in made
    assert made[-1] == "DestroyPropertyFilter"
    assert info.state(connection, archive) == SHUTOFF


def test_a_task_has_a_deadline(fresh: Simulator, connection: Connection) -> None:
    fresh.tasks.seconds = 3
    connection.policy.seconds = 0.5
    archive = lookup_by_name(connection, "builder")
    with pytest.raises(DeadlineError, match=r"the task did not end within 0.5 seconds: the task was cancelled$"):
        lifecycle.resume(connection, archive)
    assert "CancelTask" in [call.method for call in fresh.calls]
