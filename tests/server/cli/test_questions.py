"""Questions at a terminal, and the commands for them."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.sim import Simulator
from tests.client import open_connection, write_auth_file
from tests.program import converse, esxvirsh


@pytest.fixture(params=["esx-3.5", "esx-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        running.trouble("archive", "moved")
        yield running


@pytest.fixture
def auth(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    return {"LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, simulator.username, simulator.password))}


def test_the_person_at_the_terminal_answers(simulator: Simulator, auth: dict[str, str]) -> None:
    script = [("Answer [2]: ", "perhaps\n"), ("'perhaps' is none of the answers\r\nAnswer [2]: ", "1\n")]
    told = converse(["-c", simulator.uri, "start archive; domstate archive"], script, **auth)
    assert told.code == 0
    assert "Domain 'archive' asks:" in told.shown
    assert "2  I copied it (default)" in told.shown or "2  I _copied it (default)" in told.shown
    assert "Domain 'archive' started" in told.shown
    assert "running" in told.shown


@pytest.mark.parametrize(("typed", "state"), [("\n", "running"), ("\x04", "shut off"), ("0\n", "shut off")])
def test_what_is_typed(simulator: Simulator, auth: dict[str, str], typed: str, state: str) -> None:
    told = converse(["-c", simulator.uri, "start archive; domstate archive"], [("Answer [2]: ", typed)], **auth)
    assert told.shown.rstrip().endswith(state)
    assert ("error: Failed to start domain 'archive'" in told.shown) is (state == "shut off")


def test_ctrl_c_cancels_the_task_and_says_so(simulator: Simulator, auth: dict[str, str]) -> None:
    told = converse(["-c", simulator.uri, "start archive"], [("Answer [2]: ", "\x03")], **auth)
    assert told.code == -signal.SIGINT
    assert "error: interrupted: the task was cancelled" in told.shown
    assert list(simulator.sessions) == []
    assert "CancelTask" in [call.method for call in simulator.calls]


def test_away_from_a_terminal_nobody_is_asked(simulator: Simulator, auth: dict[str, str]) -> None:
    told = esxvirsh("-c", simulator.uri, "start", "archive", environment=auth)
    assert told.returncode == 1
    assert b"Pending question blocks virtual machine execution" in told.stderr


def test_the_default_is_given_if_the_uri_says_so(simulator: Simulator, auth: dict[str, str]) -> None:
    told = converse(["-c", f"{simulator.uri}&auto_answer=1", "start archive"], [], **auth)
    assert told.code == 0
    assert "asks" not in told.shown


def test_the_uri_can_say_that_nobody_is_asked(simulator: Simulator, auth: dict[str, str]) -> None:
    told = converse(["-c", f"{simulator.uri}&auto_answer=0", "start archive; domstate archive"], [], **auth)
    assert "asks" not in told.shown
    assert "error: Failed to start domain 'archive'\n" in told.shown
    assert "error: internal error: Pending question blocks virtual machine execution, question is '" in told.shown
    assert told.shown.rstrip().endswith("shut off")
    assert "CancelTask" in [call.method for call in simulator.calls]


def test_question_and_answer(simulator: Simulator, auth: dict[str, str]) -> None:
    uri = simulator.uri
    assert esxvirsh("-c", uri, "question", "archive", environment=auth).stdout == b"Domain 'archive' asks nothing\n\n"
    with open_connection(uri, simulator.username, simulator.password) as connection:
        shown = []

        def ask(asking: libvirt.virConnect, domain: libvirt.virDomain, question: object, opaque: object) -> str | None:
            assert (asking, opaque) == (connection, "me")
            assert libvirt_esx.questions(domain) == [question]
            shown.append(esxvirsh("-c", uri, "question", "archive", environment=auth).stdout)
            offered = esxvirsh("-q", "-c", uri, "complete", "--", "answer", "archive", "", environment=auth)
            assert (
                set(offered.stdout.split())
                == {key.encode() for key, _ in libvirt_esx.questions(domain)[0].answers()}
                > {b"1"}
            )
            wrong = esxvirsh("-c", uri, "answer", "archive", "perhaps", environment=auth)
            assert wrong.returncode == 1
            assert b"error: Failed to answer domain 'archive'\nerror: invalid argument: 'perhaps' is no" in wrong.stderr
            right = esxvirsh("-c", uri, "answer", "archive", "1", environment=auth)
            assert (right.returncode, right.stdout) == (0, b"Domain 'archive' answered\n\n")
            return "1"

        libvirt_esx.set_question_callback(connection, ask, "me")
        connection.lookupByName("archive").create()
        assert connection.lookupByName("archive").state()[0] == libvirt.VIR_DOMAIN_RUNNING
    assert b"  1  I " in shown[0]
    late = esxvirsh("-c", uri, "answer", "archive", "1", environment=auth)
    assert late.returncode == 1
    assert b"Requested operation is not valid: Domain 'archive' asks nothing" in late.stderr
