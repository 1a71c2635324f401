"""Tasks that take a while: a bar at a terminal, a deadline, and Ctrl-C."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import write_auth_file
from tests.program import converse, esxvirsh


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


@pytest.fixture
def auth(simulator: Simulator, tmp_path: Path) -> dict[str, str]:
    return {"LIBVIRT_AUTH_FILE": str(write_auth_file(tmp_path, simulator.username, simulator.password))}


def test_a_slow_task_has_a_bar_that_goes_away(simulator: Simulator, auth: dict[str, str]) -> None:
    simulator.tasks.seconds = 3.0
    told = converse(["-c", simulator.uri, "start archive; domstate archive"], [], **auth, TERM="xterm")
    assert told.code == 0
    assert "start" in told.shown
    assert "40%" in told.shown
    assert "\x1b[2K" in told.shown.rpartition("%")[2]  # the line is cleared
    assert told.shown.rstrip().endswith("running")


@pytest.mark.parametrize("arguments", [["-q"], []])
def test_there_is_none_for_the_quiet_and_for_what_is_done_at_once(
    simulator: Simulator, auth: dict[str, str], arguments: list[str]
) -> None:
    simulator.tasks.seconds = 2.0 if arguments else 0.01
    told = converse([*arguments, "-c", simulator.uri, "start archive"], [], **auth, TERM="xterm")
    assert (told.code, "%" in told.shown) == (0, False)


def test_away_from_a_terminal_there_is_none(simulator: Simulator, auth: dict[str, str]) -> None:
    simulator.tasks.seconds = 2.0
    told = esxvirsh("-c", simulator.uri, "start", "archive", environment=auth)
    assert (told.stdout, told.stderr) == (b"Domain 'archive' started\n\n", b"")


def test_a_question_takes_the_bar_away(simulator: Simulator, auth: dict[str, str]) -> None:
    simulator.trouble("archive", "moved")
    simulator.tasks.seconds = 2.0
    told = converse(["-c", simulator.uri, "start archive"], [("Answer [2]: ", "1\n")], **auth, TERM="xterm")
    assert told.code == 0
    assert "Domain 'archive' started" in told.shown


@pytest.mark.parametrize("command", ["start archive", "destroy web", "suspend web", "reset web"])
def test_ctrl_c_cancels_the_task_and_says_so(simulator: Simulator, auth: dict[str, str], command: str) -> None:
    simulator.tasks.seconds = 6.0
    told = converse(["-c", simulator.uri, command], [("40%", "\x03")], **auth, TERM="xterm")
    assert told.code == -signal.SIGINT
    assert "error: interrupted: the task was cancelled" in told.shown
    assert [simulator.site.find_machine(name).power for name in ("archive", "web")] == ["poweredOff", "poweredOn"]
    assert list(simulator.sessions) == []


@pytest.mark.parametrize("option", [["--task-deadline", "0.5"], ["--task-deadline=0.5"]])
def test_a_deadline_cancels_what_takes_longer(simulator: Simulator, auth: dict[str, str], option: list[str]) -> None:
    simulator.tasks.seconds = 3.0
    told = esxvirsh(*option, "-c", simulator.uri, "start", "archive", environment=auth)
    assert told.returncode == 1
    end = "the task did not end within 0.5 seconds: the task was cancelled"
    assert told.stderr.decode().splitlines() == [
        "error: Failed to start domain 'archive'",
        f"error: Timed out during operation: Could not start domain: {end}",
    ]
    assert simulator.site.find_machine("archive").power == "poweredOff"
    assert list(simulator.sessions) == []


def test_a_deadline_that_is_kept(simulator: Simulator, auth: dict[str, str]) -> None:
    told = esxvirsh("--task-deadline=60", "-c", simulator.uri, "start", "archive", environment=auth)
    assert (told.returncode, told.stderr) == (0, b"")


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1e3", "nan"])
def test_a_deadline_that_is_none(text: str) -> None:
    told = esxvirsh(f"--task-deadline={text}", "echo")
    assert (told.returncode, told.stderr) == (
        1,
        b"error: option --task-deadline takes a number of seconds, more than 0\n",
    )
