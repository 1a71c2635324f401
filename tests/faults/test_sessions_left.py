"""Connections opened and closed, and some of their processes killed: only the killed ones' sessions are left.

`make sessions` opens 1,000; every day it is a few, on all ways out.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from esxvirt.sim import Simulator
from tests.client import open_connection

COUNT = int(os.environ.get("ESXVIRT_SESSIONS", "40"))
AT_ONCE = 4

# Opens a connection, says so, and ends in the way that it is told.
PROGRAM = """
import os, sys
from tests.client import open_connection
uri, username, password, way = sys.argv[1:]
connection = open_connection(uri, username, password)
connection.listAllDomains()
print("open", flush=True)
if way == "wait":
    sys.stdin.read()
elif way == "raise":
    raise SystemError("on purpose")
elif way == "exit":
    sys.exit(3)
elif way == "fork":
    if os.fork() == 0:
        sys.exit(0)  # the child must not end its parent's session
    os.wait()
    assert connection.isAlive()
"""


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


def start(simulator: Simulator, way: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, simulator.uri, simulator.username, simulator.password, way]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def test_none_but_the_killed_ones_are_left(simulator: Simulator) -> None:
    def close_nine(_: int) -> None:
        for _turn in range(9):
            open_connection(simulator.uri, simulator.username, simulator.password).close()

    def kill_one(_: int) -> None:
        with start(simulator, "wait") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "open\n"
            process.kill()
            process.communicate()

    rounds = COUNT // 10
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(close_nine, range(rounds)))
        assert simulator.sessions == []
        list(pool.map(kill_one, range(rounds)))
    assert len(simulator.sessions) == rounds
    logins = [call for call in simulator.calls if call.method == "Login"]
    assert len(logins) == rounds * 10


@pytest.mark.parametrize(("way", "code"), [("leave", 0), ("raise", 1), ("exit", 3), ("fork", 0)])
def test_a_process_that_ends_leaves_none(simulator: Simulator, way: str, code: int) -> None:
    with start(simulator, way) as process:
        _, errors = process.communicate()
    assert process.returncode == code, errors
    assert simulator.sessions == []


def test_ctrl_c_leaves_none(simulator: Simulator) -> None:
    with start(simulator, "wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        process.send_signal(signal.SIGINT)
        process.communicate()
    assert process.returncode == -signal.SIGINT
    assert simulator.sessions == []
