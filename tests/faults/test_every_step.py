"""Everything that changes a machine, with everything that can go wrong, at each request that it makes."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from esxvirt.driver import define, lifecycle, memory, scheduler, snapshot_changes, snapshots, vcpus
from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import lookup_by_name
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine import Machine
from esxvirt.xml.snapshot import DomainSnapshot
from tests.faults.steps import Operation, check_every_step

MACHINE = "archive"
_XML = (Path(__file__).parents[1] / "reference" / "xml" / "demo.xml").read_text(encoding="utf-8")


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


@pytest.mark.parametrize(
    ("profile", "name"),
    # The oldest version waits for tasks by another method; else they make the same requests.
    [*(("esx-7.0", name) for name in OPERATIONS), ("esx-3.5", "define"), ("esx-3.5", "start")],
)
def test_whatever_fails_wherever(profile: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_every_step(profile, OPERATIONS[name], monkeypatch)
