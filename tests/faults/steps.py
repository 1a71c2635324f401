"""Operations of which each request goes wrong in every way, and what must hold afterwards.

The requests are those of a run in which nothing goes wrong. Afterwards the change is there, or there is an error that
says what to do; no file is there that nobody knows, none is half written, and no session is left.
"""

import dataclasses
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection import Connection
from esxvirt.errors import DeadlineError, EsxvirtError, MissingPrivilegeError, TransportError
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vsphere import updates
from tests.faults.interceptor import FAULTS, Interceptor

__all__ = ["Operation", "check_every_step"]

_AT_ONCE = 4
# What silences the server, and the seconds that it is given then; else as long as a busy machine may need.
_SILENT = frozenset({"hang", "mute"})
_BRIEF, _PATIENCE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Operation:
    """What is tried: `prepare` it on a healthy server, `run` it on one that fails; `done` looks behind the scenes.

    `subjects` are looked up on the healthy server, too, and given to `run`.
    """

    run: Callable[..., Any]
    done: Callable[[Simulator], bool]
    prepare: Callable[[Connection], Any] = lambda _: None
    subjects: Callable[[Connection], tuple[Any, ...]] = lambda _: ()


@contextmanager
def stage(
    profile: str, operation: Operation, patience: float = _PATIENCE
) -> Iterator[tuple[Interceptor, Callable[[], Any]]]:
    """A server on which the operation can begin, and what runs it on a connection with this much patience."""
    with Simulator(profile, transport="http") as simulator, Interceptor(simulator) as interceptor:
        credentials = Credentials(simulator.username, Secret(simulator.password))
        connection = Connection.open(parse(interceptor.uri), lambda **_: credentials)
        operation.prepare(connection)
        subjects = operation.subjects(connection)
        stub = connection.session.stub
        stub.endpoint = dataclasses.replace(stub.endpoint, deadline=patience)
        connection.session.endpoint = stub.endpoint
        simulator.calls.clear()
        try:
            yield interceptor, partial(operation.run, connection, *subjects)
        finally:
            interceptor.disarm()
            connection.close()
        assert simulator.sessions == []


def files(simulator: Simulator) -> dict[tuple[str, str], bytes]:
    """The small files of all datastores."""
    found = {}
    for store in simulator.site.hosts[0].datastores:
        for path, file in store.walk(""):
            if file is not None and file.size < 1 << 16:
                found[store.name, path] = file.read()
    return found


def paths(simulator: Simulator) -> set[tuple[str, str]]:
    """All files and folders of all datastores."""
    return {(store.name, path) for store in simulator.site.hosts[0].datastores for path, _ in store.walk("")}


def trial(
    profile: str, operation: Operation, number: int, name: str, fault: str, expected: set[tuple[str, str]]
) -> str | None:
    """One request goes wrong; what is wrong afterwards, None if nothing is. `expected` are paths made or removed."""
    with stage(profile, operation, _BRIEF if fault in _SILENT else _PATIENCE) as (interceptor, run):
        simulator = interceptor.simulator
        before, there = files(simulator), paths(simulator)
        interceptor.arm(number, fault)
        error: EsxvirtError | None = None
        try:
            run()
        except EsxvirtError as raised:
            error = raised
        done = operation.done(simulator)
        complaints = [
            *_of_the_end(fault, error, done=done),
            *_of_the_error(fault, error),
            *_of_tasks(simulator),
            *_of_files(simulator, before, error, done=done),
            *_of_paths(there ^ paths(simulator), expected if done else set(), error),
        ]
    text = f"{type(error).__name__}: {error}" if error else "no error"
    return f"{fault}, {name}: {'; '.join(complaints)} ({text})" if complaints else None


def _of_the_end(fault: str, error: EsxvirtError | None, *, done: bool) -> Iterator[str]:
    if error is None and not done:
        yield "no error, and nothing done"
    if fault == "expired" and error is not None:
        yield "a session that has expired is renewed without a word"
    if error is not None and done and fault not in {"gone", "denied", "hang", "mute"}:
        yield "an error, but it was done"


def _of_the_error(fault: str, error: EsxvirtError | None) -> Iterator[str]:
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


def _of_tasks(simulator: Simulator) -> Iterator[str]:
    taken = [call.method for call in simulator.calls if call.fault is None]
    # A VMX file is renamed to its place, and away from there again where it cannot be registered.
    writes = [method for method in taken if re.fullmatch("(?!Search|MoveDatastoreFile).*_Task|UnregisterVM", method)]
    if len(writes) > len(set(writes)):
        yield f"sent more than once: {writes}"


def _of_paths(
    changed: set[tuple[str, str]], expected: set[tuple[str, str]], error: EsxvirtError | None
) -> Iterator[str]:
    if changed != expected and not re.search(r"left behind: (remove|delete) it|: look for |' stays", str(error)):
        yield f"files came or went: {sorted(changed)}"


def _of_files(
    simulator: Simulator, before: dict[tuple[str, str], bytes], error: EsxvirtError | None, *, done: bool
) -> Iterator[str]:
    after = files(simulator)
    known = {
        (found.datastore.name, found.vmx_file): found
        for found in simulator.site.machines.values()
        if found.name != "broken"  # whose file never was as it should be
    }
    warned = any(
        advice in str(error)
        for advice in ("left behind: remove it", "damaged: check it", "' stays", ": define the domain again")
    )
    for name in after.keys() - before.keys():
        if name[1].endswith(".vmx") and name not in known and not warned:
            yield f"an orphan: {name}"
    for name, found in known.items():
        content = after.get(name)
        if content is None:
            yield f"no file: {name}"
        elif name in before and content != before[name] and not done and not warned:
            yield f"changed, though nothing was done: {name}"
        elif content.decode() != found.text() and not warned:
            yield f"the server has another one in mind: {name}"


def check_every_step(profile: str, operation: Operation, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each request of an operation go wrong in every way that it can; all complaints are told at once."""
    monkeypatch.setattr(updates, "_LONGEST_WAIT", 1)
    with stage(profile, operation) as (interceptor, run):
        there = paths(interceptor.simulator)
        interceptor.arm()
        run()
        assert operation.done(interceptor.simulator)
        requests = interceptor.passed
        expected = there ^ paths(interceptor.simulator)
    assert len(requests) > 1
    complaints = []
    for faults, patience in ((set(FAULTS) - _SILENT, _PATIENCE), (_SILENT, _BRIEF)):
        monkeypatch.setattr(updates, "_GRACE", patience)
        trials = [
            (profile, operation, number, request.name, fault, expected)
            for number, request in enumerate(requests)
            for fault in sorted(faults)
            if request.can(fault)
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            complaints += [complaint for complaint in pool.map(lambda trial_: trial(*trial_), trials) if complaint]
    assert not complaints, "\n" + "\n".join(complaints)
