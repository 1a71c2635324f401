"""Everything that changes a machine, with everything that can go wrong, at each request that it makes.

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
from pathlib import Path
from typing import Any

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver import define, lifecycle, memory, scheduler, snapshot_changes, snapshots, vcpus
from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import lookup_by_name
from esxvirt.errors import DeadlineError, EsxvirtError, MissingPrivilegeError, TransportError
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine import Machine
from esxvirt.uri import parse
from esxvirt.vsphere import updates
from esxvirt.xml.snapshot import DomainSnapshot
from tests.faults.interceptor import FAULTS, Interceptor

MACHINE = "archive"
_XML = (Path(__file__).parents[1] / "reference" / "xml" / "demo.xml").read_text(encoding="utf-8")
_AT_ONCE = 4
# What silences the server, and the seconds that it is given then; else as long as a busy machine may need.
_SILENT = frozenset({"hang", "mute"})
_BRIEF, _PATIENCE = 1.0, 60.0


@dataclass(frozen=True, slots=True)
class Operation:
    """What is tried: `prepare` it on a healthy server, `run` it on one that fails; `done` looks behind the scenes."""

    run: Callable[[Connection], Any]
    done: Callable[[Simulator], bool]
    prepare: Callable[[Connection], Any] = lambda _: None


def machine(simulator: Simulator, name: str = MACHINE) -> Machine | None:
    """A machine as the server has it, None if it has none of the name."""
    return next((found for found in simulator.site.machines.values() if found.name == name), None)


def of(look: Callable[[Machine], bool], name: str = MACHINE) -> Callable[[Simulator], bool]:
    """Whether something holds for a machine that must be there."""

    def holds(simulator: Simulator) -> bool:
        found = machine(simulator, name)
        return found is not None and look(found)

    return holds


def on_archive(operation: Callable[..., Any], *arguments: Any) -> Callable[[Connection], Any]:
    """The operation on the machine."""
    return lambda connection: operation(connection, lookup_by_name(connection, MACHINE), *arguments)


def _xml(connection: Connection) -> str:
    rows = define._read(connection)
    [path] = [row.get("config.files.vmPathName") for row in rows if row.get("name") == "Fedora11"]
    return _XML.replace("[local-storage]", path.partition("]")[0] + "]")


def _define(connection: Connection) -> None:
    define.define(connection, _xml(connection))


def _define_anew(connection: Connection) -> None:
    define.define(connection, _xml(connection).replace("1048576", "2097152"))


def _take(name: str) -> Callable[[Connection], Any]:
    return on_archive(partial(snapshot_changes.take, wanted=DomainSnapshot(name), memory=True, quiesce=False))


def _take_two(connection: Connection) -> None:
    _take("first")(connection)
    _take("second")(connection)


def on_first(operation: Callable[..., Any], *arguments: Any) -> Callable[[Connection], Any]:
    """The operation on the machine's first snapshot."""

    def run(connection: Connection) -> None:
        domain = lookup_by_name(connection, MACHINE)
        tree = snapshots.read_tree(connection, domain)
        operation(connection, domain, tree.named("first").handle, *arguments)

    return run


def snapshot_names(found: Machine) -> list[str]:
    """The names of a machine's snapshots; the last is that of the current one, if there is one."""
    current = found.snapshots.current
    return [*(snapshot.name for snapshot in found.snapshots), *([current.name] if current else [])]


_START = on_archive(lifecycle.start)
OPERATIONS = {
    "define": Operation(_define, lambda simulator: machine(simulator, "demo") is not None),
    "define anew": Operation(_define_anew, of(lambda found: found.config.memory_mb == 2048, "demo"), _define),
    "undefine": Operation(on_archive(define.undefine), lambda simulator: machine(simulator) is None),
    "start": Operation(_START, of(lambda found: found.power == "poweredOn")),
    "destroy": Operation(on_archive(lifecycle.destroy), of(lambda found: found.power == "poweredOff"), _START),
    "suspend": Operation(on_archive(lifecycle.suspend), of(lambda found: found.power == "suspended"), _START),
    "setmem": Operation(on_archive(memory.set_memory, 1 << 18), of(lambda found: found.config.mem_max == 256)),
    "setvcpus": Operation(on_archive(vcpus.set_vcpus, 2), of(lambda found: found.config.cpus == 2)),
    "schedinfo": Operation(
        on_archive(scheduler.set_scheduling, scheduler.Scheduling(reservation=100)),
        of(lambda found: found.config.cpu_min == 100),
    ),
    "snapshot-create": Operation(_take("first"), of(lambda found: snapshot_names(found) == ["first", "first"])),
    "snapshot-revert": Operation(
        on_first(snapshot_changes.revert),
        of(lambda found: snapshot_names(found) == ["first", "second", "first"]),
        _take_two,
    ),
    "snapshot-delete": Operation(
        on_first(snapshot_changes.remove), of(lambda found: snapshot_names(found) == ["second", "second"]), _take_two
    ),
    "snapshot-edit": Operation(
        on_first(snapshot_changes.rename, "third"),
        of(lambda found: snapshot_names(found) == ["third", "second", "second"]),
        _take_two,
    ),
}


@contextmanager
def stage(profile: str, operation: Operation, patience: float = _PATIENCE) -> Iterator[tuple[Interceptor, Connection]]:
    """A server on which the operation can begin, and a connection to it that has this much patience with it."""
    with Simulator(profile, transport="http") as simulator, Interceptor(simulator) as interceptor:
        credentials = Credentials(simulator.username, Secret(simulator.password))
        connection = Connection.open(parse(interceptor.uri), lambda **_: credentials)
        operation.prepare(connection)
        stub = connection.session.stub
        stub.endpoint = dataclasses.replace(stub.endpoint, deadline=patience)
        connection.session.endpoint = stub.endpoint
        simulator.calls.clear()
        try:
            yield interceptor, connection
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


def trial(profile: str, operation: Operation, number: int, name: str, fault: str) -> str | None:
    """One request goes wrong; what is wrong afterwards, None if nothing is."""
    with stage(profile, operation, _BRIEF if fault in _SILENT else _PATIENCE) as (interceptor, connection):
        simulator = interceptor.simulator
        before = files(simulator)
        interceptor.arm(number, fault)
        error: EsxvirtError | None = None
        try:
            operation.run(connection)
        except EsxvirtError as raised:
            error = raised
        done = operation.done(simulator)
        complaints = [
            *_of_the_end(fault, error, done=done),
            *_of_the_error(fault, error),
            *_of_tasks(simulator),
            *_of_files(simulator, before, error, done=done),
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
    writes = [method for method in taken if method.endswith("_Task") or method == "UnregisterVM"]
    if len(writes) > 1:
        yield f"sent more than once: {writes}"


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
        advice in str(error) for advice in ("left behind: remove it", "damaged: check it", "look for its file")
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


@pytest.mark.parametrize(
    ("profile", "name"),
    # The oldest version waits for tasks by another method; else they make the same requests.
    [*(("esx-7.0", name) for name in OPERATIONS), ("esx-3.5", "define"), ("esx-3.5", "start")],
)
def test_whatever_fails_wherever(profile: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(updates, "_LONGEST_WAIT", 1)
    operation = OPERATIONS[name]
    with stage(profile, operation) as (interceptor, connection):
        interceptor.arm()
        operation.run(connection)
        assert operation.done(interceptor.simulator)
        requests = interceptor.passed
    assert len(requests) > 1
    complaints = []
    for faults, patience in ((set(FAULTS) - _SILENT, _PATIENCE), (_SILENT, _BRIEF)):
        monkeypatch.setattr(updates, "_GRACE", patience)
        trials = [
            (profile, operation, number, request.name, fault)
            for number, request in enumerate(requests)
            for fault in sorted(faults)
            if request.can(fault)
        ]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            complaints += [complaint for complaint in pool.map(lambda trial_: trial(*trial_), trials) if complaint]
    assert not complaints, "\n" + "\n".join(complaints)
