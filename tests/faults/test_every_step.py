"""Everything that changes a machine or a volume, with everything that can go wrong, at each request that it makes.

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
from esxvirt.driver import (
    define,
    lifecycle,
    memory,
    pools,
    scheduler,
    snapshot_changes,
    snapshots,
    vcpus,
    volume_files,
    volumes,
)
from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import lookup_by_name
from esxvirt.errors import DeadlineError, EsxvirtError, MissingPrivilegeError, TransportError
from esxvirt.sim import Simulator
from esxvirt.sim.state import disks
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
    """What is tried: `prepare` it on a healthy server, `run` it on one that fails; `done` looks behind the scenes.

    `subjects` are looked up on the healthy server, too, and given to `run`.
    """

    run: Callable[..., Any]
    done: Callable[[Simulator], bool]
    prepare: Callable[[Connection], Any] = lambda _: None
    subjects: Callable[[Connection], tuple[Any, ...]] = lambda _: ()


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


def _volume(name: str, mebibytes: int = 1) -> str:
    return (
        f"<volume><name>{name}</name><capacity unit='MiB'>{mebibytes}</capacity>"
        "<target><format type='vmdk'/></target></volume>"
    )


def _pool(connection: Connection) -> tuple[pools.PoolHandle]:
    return (pools.lookup_by_name(connection, "local-storage"),)


def _make(connection: Connection) -> None:
    volume_files.create(connection, *_pool(connection), _volume("made/a.vmdk"))


def _made(connection: Connection) -> tuple[volumes.VolumeHandle]:
    return (volumes.lookup_by_name(connection, *_pool(connection), "made/a.vmdk"),)


def _create(connection: Connection, pool: pools.PoolHandle) -> None:
    volume_files.create(connection, pool, _volume("new/deep/a.vmdk"))


def _clone(connection: Connection, source: volumes.VolumeHandle) -> None:
    volume_files.copy(connection, source.pool, _volume("new/b.vmdk", 2), source)


def _grow(connection: Connection, volume: volumes.VolumeHandle) -> None:
    volume_files.resize(connection, volume, 3 << 20)


def has_disk(name: str, mebibytes: int | None) -> Callable[[Simulator], bool]:
    """Whether there is a disk of that size; with None, whether no such file is there."""

    def holds(simulator: Simulator) -> bool:
        store = simulator.site.datastores[0]
        if store.find(name) is None or mebibytes is None:
            return store.find(name) is None and mebibytes is None
        return disks.read(store, name).capacity_kib == mebibytes << 10

    return holds


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
    "vol-create": Operation(_create, has_disk("new/deep/a.vmdk", 1), subjects=_pool),
    "vol-clone": Operation(_clone, has_disk("new/b.vmdk", 2), _make, _made),
    "vol-resize": Operation(_grow, has_disk("made/a.vmdk", 3), _make, _made),
    "vol-delete": Operation(volume_files.delete, has_disk("made/a.vmdk", None), _make, _made),
}


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
    writes = [method for method in taken if re.fullmatch("(?!Search).*_Task|UnregisterVM", method)]
    if len(writes) > len(set(writes)):
        yield f"sent more than once: {writes}"


def _of_paths(
    changed: set[tuple[str, str]], expected: set[tuple[str, str]], error: EsxvirtError | None
) -> Iterator[str]:
    if changed != expected and not re.search(r"left behind: (remove|delete) it|: look for ", str(error)):
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
