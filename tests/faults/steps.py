"""Operations of which each request goes wrong in every way, and what must hold afterwards.

The requests are those of a run in which nothing goes wrong. Afterwards the change is there, or there is an error that
says what to do; no file is there that nobody knows, none is half written, and no session is left.
"""

import re
from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from esxvirt.errors import DeadlineError, MissingPrivilegeError, TransportError
from esxvirt.sim import Simulator
from tests.faults.interceptor import FAULTS, Request
from tests.faults.operation import Operation
from tests.faults.operations import OPERATIONS
from tests.faults.stage import Attempt, hurry, stage
from tests.faults.trials import is_chosen, run_all
from tests.faults.world import Path, World, differing, shown

__all__ = ["check_every_step"]

# What silences the server, and the seconds that it is given then; else as long as a busy machine may need.
_SILENT = frozenset({"hang", "mute"})
_BRIEF, _PATIENCE = 1.0, 60.0
# What `test_two_faults` has: there what is said of it may be that it is not known.
_ELSEWHERE = frozenset({"slow", "late", "fault"})


def _paths(world: World) -> set[Path]:
    """The files and folders that there are."""
    return set(world.files)


def _trial(
    profile: str, operation: Operation, requests: Sequence[Request], number: int, fault: str, expected: set[Path]
) -> list[str]:
    """One of the requests goes wrong; what is wrong afterwards. `expected` are paths made or removed."""
    with stage(profile, operation) as site:
        simulator = site.simulator
        with site.client(operation) as client:
            client.have_patience(_BRIEF if fault in _SILENT else _PATIENCE)
            before = World.of(simulator)
            simulator.calls.clear()
            client.interceptor.arm({number: fault})
            attempt = client.run(operation)
            client.interceptor.disarm()
            client.interceptor.end_all()
            done = operation.is_done(simulator)
            after = World.of(simulator)
            complaints = [
                *_of_the_end(fault, attempt, done=done),
                *_of_the_error(fault, attempt),
                *_of_tasks(simulator, [request.name for request in requests]),
                *_of_files(before, after, attempt, done=bool(done)),
                *_of_paths(_paths(before) ^ _paths(after), expected if done else set(), attempt),
            ]
        if simulator.sessions:
            complaints.append("a session is left")
    return (
        [f"{fault}, {requests[number].name}: {'; '.join(complaints)} ({attempt.text or 'no error'})"]
        if complaints
        else []
    )


def _of_the_end(fault: str, attempt: Attempt, *, done: bool | None) -> Iterator[str]:
    if attempt.error is None and done is False:
        yield "no error, and nothing done"
    if fault == "expired" and attempt.error is not None and not re.search("session .*(expired|ended)", attempt.text):
        yield "a session that has expired is renewed without a word, or it is told"
    untold = "is not known: look" in attempt.text  # of a key that was pressed nothing can be read
    if attempt.error is not None and done and not untold and fault not in {"gone", "denied", "hang", "mute"}:
        yield "an error, but it was done"


def _of_the_error(fault: str, attempt: Attempt) -> Iterator[str]:
    error = attempt.cause
    if error is None:
        return
    text = str(error)
    if fault == "denied":
        if not (isinstance(error, MissingPrivilegeError) and re.search(r"lacks the privilege '[\w.]+' on ", text)):
            yield "a missing privilege is to be named"
    elif fault == "full" and "datastore is full" not in text:
        yield "nothing of the full datastore"
    elif fault in {"hang", "mute"} and not isinstance(error, DeadlineError):
        yield "is it about time?"
    elif fault in {"lost", "reset", "503", "torn", "gone"} and not isinstance(error, TransportError):
        yield "is it the connection?"


def _of_tasks(simulator: Simulator, wanted: list[str]) -> Iterator[str]:
    taken = [call.method for call in simulator.calls if call.fault is None]
    # A VMX file is renamed to its place, and away from there again where it cannot be registered.
    writes = [method for method in taken if re.fullmatch("(?!Search|MoveDatastoreFile).*_Task|UnregisterVM", method)]
    if any(writes.count(method) > max(1, wanted.count(method)) for method in writes):
        yield f"sent more than once: {writes}"


def _of_paths(changed: set[Path], expected: set[Path], attempt: Attempt) -> Iterator[str]:
    is_named = re.search(r"left behind: (remove|delete) it|: look (for|at) |' stays|so far", attempt.text)
    if changed != expected and not is_named:
        yield f"files came or went: {sorted(map(shown, changed ^ expected))}"


def _of_files(before: World, after: World, attempt: Attempt, *, done: bool) -> Iterator[str]:
    known = {found.vmx: found for found in after.machines.values() if found.name != "broken"}  # its file never was good
    advice = ("left behind: remove it", "damaged: check it", "' stays", ": define the domain again")
    warned = any(word in attempt.text for word in advice)
    changed = differing(before, after)
    for name in changed - set(before.files):
        if name[1].endswith(".vmx") and name not in known and not warned:
            yield f"an orphan: {shown(name)}"
    for name, found in known.items():
        content = after.content(name)
        if content is None:
            yield f"no file: {shown(name)}"
        elif name in before.files and name in changed and not done and not warned:
            yield f"changed, though nothing was done: {shown(name)}"
        elif content.decode() != found.text and not warned:
            yield f"the server has another one in mind: {shown(name)}"


def check_every_step(profile: str, name: str, monkeypatch: pytest.MonkeyPatch, one_of: int = 1) -> None:
    """Let each request of an operation go wrong in every way that it can; all complaints are told at once.

    Every so manieth of the trials always runs.
    """
    operation = OPERATIONS[name]
    hurry(monkeypatch)
    with stage(profile, operation) as site, site.client(operation) as client:
        before = _paths(World.of(site.simulator))
        client.interceptor.arm()
        client.run(operation)
        client.interceptor.disarm()
        client.interceptor.end_all()
        assert operation.is_done(site.simulator) is not False
        requests = client.interceptor.passed
        expected = before ^ _paths(World.of(site.simulator))
    assert requests
    complaints: list[str] = []
    for faults, patience in ((set(FAULTS) - _SILENT - _ELSEWHERE, _PATIENCE), (_SILENT, _BRIEF)):
        hurry(monkeypatch, patience)
        trials = [
            partial(_trial, profile, operation, requests, number, fault, expected)
            for number, request in enumerate(requests)
            for fault in sorted(faults)
            if request.can(fault) and is_chosen(f"{profile}, {name}: {fault} at {number}", one_of)
        ]
        complaints += [complaint for found in run_all(trials) for complaint in found]
    assert not complaints, "\n" + "\n".join(complaints)
