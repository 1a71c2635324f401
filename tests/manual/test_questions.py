"""What the manual says of questions that block tasks."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.manual.beside import Answer, Client, esxvirsh, on_each
from tests.program import converse

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")


@pytest.fixture(params=PROFILES)
def asking(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Simulator]]:
    """Servers with a machine that asks something when it starts."""
    return lambda: Simulator(request.param, transport="http", troubled=["cdrom", "moved", "full"])


def start(client: Client, name: str, query: str = "") -> tuple[Answer, Answer, set[str]]:
    """Start the machine; the answer, the state then, and what was called that matters."""
    answer = client("start", name, uri=client.simulator.uri + query)
    matter = {"PowerOnVM_Task", "AnswerVM", "CancelTask"}
    called = {call.method for call in client.simulator.calls} & matter
    return answer, client("domstate", name), called


class TestQuestions:
    """Questions blocking tasks"""

    def test_a_question_blocks_a_task(self, asking: Callable[[], AbstractContextManager[Simulator]]) -> None:
        answer, state, _ = on_each(asking, lambda client: start(client, "moved"))
        assert "Pending question blocks virtual machine execution, question is 'msg.uuid.altered" in answer.stderr
        assert state.stdout == "shut off\n\n"

    def test_auto_answer_1_gives_the_default_answer(
        self, asking: Callable[[], AbstractContextManager[Simulator]]
    ) -> None:
        answer, state, called = on_each(asking, lambda client: start(client, "cdrom", "&auto_answer=1"))
        assert answer == Answer("Domain 'cdrom' started\n\n", "", 0)
        assert state.stdout == "running\n\n"
        assert called == {"PowerOnVM_Task", "AnswerVM"}

    @pytest.mark.parametrize("profile", PROFILES)
    def test_an_answer_may_change_the_uuid(self, profile: str, tmp_path: Path) -> None:
        # Whoever copied a machine gets another UUID for it. virsh looks for the old one, and cancels the task.
        with Simulator(profile, transport="http", troubled=["moved"]) as simulator:
            answer, state, _ = start(Client(esxvirsh, simulator, tmp_path), "moved", "&auto_answer=1")
        assert (answer.code, state.stdout) == (0, "running\n\n")

    def test_a_question_without_a_default_answer(self, asking: Callable[[], AbstractContextManager[Simulator]]) -> None:
        answer, *_ = on_each(asking, lambda client: start(client, "full", "&auto_answer=1"))
        assert "but no default answer is specified" in answer.stderr

    @pytest.mark.parametrize("query", ["", "&auto_answer=0"])
    def test_otherwise_it_is_an_error_and_the_task_is_cancelled(
        self, query: str, asking: Callable[[], AbstractContextManager[Simulator]]
    ) -> None:
        answer, state, called = on_each(asking, lambda client: start(client, "moved", query))
        assert answer.code == 1
        assert called == {"PowerOnVM_Task", "CancelTask"}
        assert state.stdout == "shut off\n\n"

    @pytest.mark.parametrize(("query", "asked"), [("", True), ("&auto_answer=0", False), ("&auto_answer=1", False)])
    def test_a_person_can_be_asked_after_all(self, query: str, asked: bool, tmp_path: Path) -> None:
        with Simulator("esx-7.0", transport="http", troubled=["moved"]) as simulator:
            Client(esxvirsh, simulator, tmp_path)
            arguments = ["-c", simulator.uri + query, "start moved"]
            script = [("Answer [2]: ", "1\n")] if asked else []
            told = converse(arguments, script, LIBVIRT_AUTH_FILE=str(tmp_path / "auth.conf"))
            assert ("Domain 'moved' asks:" in told.shown) is asked
            assert told.code == (query == "&auto_answer=0")

    def test_who_does_not_ask_can_be_told_and_answered_elsewhere(self, tmp_path: Path) -> None:
        with Simulator("esx-7.0", transport="http", troubled=["moved"]) as simulator:
            client = Client(esxvirsh, simulator, tmp_path)
            arguments = ["-c", simulator.uri, "start moved"]
            answers = []

            class Elsewhere(str):
                """What is typed at the prompt, once somebody else has looked and answered."""

                __slots__ = ()

                def encode(self, *_: object, **__: object) -> bytes:
                    answers.extend([client("question", "moved"), client("answer", "moved", "1")])
                    return b"\n"

            converse(arguments, [("Answer [2]: ", Elsewhere())], LIBVIRT_AUTH_FILE=str(tmp_path / "auth.conf"))
            assert [answer.code for answer in answers] == [0, 0]
            assert "moved or copied" in answers[0].stdout
            assert client("domstate", "moved").stdout == "running\n\n"
