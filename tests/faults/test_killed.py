"""The real command, killed: by SIGKILL, Ctrl-C and SIGTERM at every request of every operation.

A request is held when the server has it and has done nothing yet, or has done the work and not answered yet: what the
server does then it does, whoever is killed. After Ctrl-C and SIGTERM what is said is so, and no session is left. The
same command, given again, ends the work or says why not; what is left over then is what it names.
"""

import functools
import os
import queue
import re
import shlex
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.client import write_auth_file
from tests.faults.forked import Command, Forker
from tests.faults.interceptor import Hold, Interceptor, Request
from tests.faults.operation import Operation
from tests.faults.operations import OPERATIONS
from tests.faults.stage import Attempt, Stage, hurry, stage
from tests.faults.trials import AT_ONCE, Result, conclude, is_chosen, run_all
from tests.faults.verdict import Clean, Complaint, judge, judge_both
from tests.faults.world import World

SIGNALS = (signal.SIGKILL, signal.SIGINT, signal.SIGTERM)
# Every so manieth of the trials always runs.
TRIALS = 20
_PATIENCE = 60.0
# What is waited for whatever happens: a session that nobody knows would be left.
_SESSIONS = {"Login", "Logout"}


class Killed(Exception):  # noqa: N818  it is how a command ended
    """A command has ended otherwise than well."""


@pytest.fixture(scope="module")
def forkers() -> Iterator["queue.Queue[Forker]"]:
    """Processes that run commands, for whoever takes one."""
    found: queue.Queue[Forker] = queue.Queue()
    with ExitStack() as stack:
        for _ in range(AT_ONCE):
            found.put(stack.enter_context(Forker()))
        yield found


@contextmanager
def _taken(forkers: "queue.Queue[Forker]") -> Iterator[Forker]:
    forker = forkers.get()
    try:
        yield forker
    finally:
        forkers.put(forker)


@contextmanager
def _commanded(site: Stage, operation: Operation) -> Iterator[tuple[Interceptor, Command]]:
    """The operation's command line, by way of an interceptor."""
    with tempfile.TemporaryDirectory() as name, Interceptor(site.simulator, site.gate) as interceptor:
        directory = Path(name)
        for file, content in operation.files.items():
            (directory / file).write_bytes(content)
        auth = write_auth_file(directory, site.simulator.username, site.simulator.password)
        words = {"dir": name, "there": interceptor.uri.replace("/esx1.", "/esx2.")}
        line = [re.sub(r"{(dir|there)}", lambda found: words[found[1]], word) for word in operation.command]
        environment = {
            "HOME": name, "XDG_CACHE_HOME": name, "XDG_CONFIG_HOME": name, "XDG_RUNTIME_DIR": name, "LC_ALL": "C.UTF-8",
            "PATH": os.environ["PATH"], "LIBVIRT_AUTH_FILE": str(auth),
            "EDITOR": f"sed -i -e {shlex.quote(operation.editor)}",
        }  # fmt: skip
        yield interceptor, Command(("-c", interceptor.uri, *line), directory, environment)
        interceptor.disarm()
        interceptor.end_all()


def _attempt(code: int, told: str, said: str, wanted: str = "") -> Attempt:
    """How a command went: one that prints what is `wanted`, as where nothing goes wrong, says that it is done."""
    succeeded = code == 0 or (bool(wanted) and told == wanted)
    return Attempt(None if succeeded else Killed(f"exit code {code}"), (said,))


@functools.cache
def _clean(profile: str, name: str) -> tuple[Clean, tuple[Request, ...], str]:
    """What the command does where nothing goes wrong, its requests, and what it prints."""
    operation = OPERATIONS[name]
    with Forker() as forker, stage(profile, operation) as site, _commanded(site, operation) as (interceptor, command):
        before = World.of(site.simulator)
        interceptor.arm()
        code, told, said = forker.run(command)
        interceptor.end_all()
        assert (code, said) == (0, "")
        assert operation.is_done(site.simulator) is not False
        after, calls = World.of(site.simulator), tuple(site.simulator.calls.methods())
        requests = tuple(interceptor.passed)
        interceptor.disarm()
        forker.run(command)
        interceptor.end_all()
        printed = told.replace(str(command.directory), "DIR")
        return Clean(before, after, World.of(site.simulator), calls), requests, printed


def _try(
    forkers: "queue.Queue[Forker]", profile: str, name: str, number: int, kill: signal.Signals, *, answer: bool
) -> Result:
    """Kill the command at a request; what is wrong afterwards."""
    operation, (clean, requests, wanted) = OPERATIONS[name], _clean(profile, name)
    with _taken(forkers) as forker, stage(profile, operation) as site:
        with _commanded(site, operation) as (interceptor, command):
            before = World.of(site.simulator)
            hold = Hold(number, answer=answer)
            interceptor.arm(hold=hold)
            process = forker.start(command)
            assert hold.reached.wait(_PATIENCE), forker.wait(command)
            os.kill(process, kill)
            if requests[number].name in _SESSIONS:
                hold.released.set()
            code, told, said = forker.wait(command)
            hold.released.set()
            hold.passed.wait(_PATIENCE)
            interceptor.disarm()
            interceptor.end_all()
            attempt = _attempt(code, told.replace(str(command.directory), "DIR"), said, wanted)
            complaints = list(_of_the_process(kill, code, said, site, operation))
            if kill != signal.SIGKILL:
                complaints += judge(operation, clean, before, site.simulator, attempt)
            left = 0 if kill != signal.SIGKILL else len(site.simulator.sessions)
        with _commanded(site, operation) as (_, command):
            again = _attempt(*forker.run(command))
        # Of what a process leaves that had no time to speak, the next one speaks.
        complaints += judge_both(operation, clean, before, site.simulator, (attempt, again))
        if len(site.simulator.sessions) > left:
            complaints.append(Complaint("session", f"{len(site.simulator.sessions) - left} are left"))
    where = f"{'answer of' if answer else 'at'} {number} {requests[number].name}"
    text = f"{profile}, {name}: {kill.name} {where}"
    return Result(
        text, f"{said.strip()} ({code}) | again: {again.text.strip() or 'done'}", tuple(dict.fromkeys(complaints))
    )


def _of_the_process(
    kill: signal.Signals, code: int, said: str, site: Stage, operation: Operation
) -> Iterator[Complaint]:
    """Whether the process ended as it should."""
    if "Traceback" in said:
        yield Complaint("false", "a traceback")
    if code == 0 and operation.is_done(site.simulator) is not False:
        return  # it was done before the signal came to anything
    if code != -kill:
        yield Complaint("false", f"ended with {code}")


@pytest.mark.parametrize("name", OPERATIONS)
def test_nothing_is_lost(name: str, forkers: "queue.Queue[Forker]", monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)
    profile = OPERATIONS[name].profiles[0]
    _, requests, _ = _clean(profile, name)
    trials: list[Callable[[], Result]] = [
        partial(_try, forkers, profile, name, number, kill, answer=answer)
        for number, request in enumerate(requests)
        for kill in SIGNALS
        for answer in (False, True)
        if not (answer and request.reads)
        and is_chosen(f"killed, {profile}, {name}, {number}, {kill.name}, {answer}", TRIALS)
    ]
    conclude("killed", f"{profile}, {name}", run_all(trials))
