"""Trees of snapshots on simulated servers, made where the server keeps them: without a client."""

from datetime import UTC, datetime, timedelta

from esxvirt.sim import Simulator
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.snapshot_tree import Snapshot

MACHINE = "archive"
NAMES = ("root", "a/b%c", "Zeta", "alpha", "x < y & z", "sibling", "é ü", "q\"u'o", "12", " lead ")
"""Of the tree of ten, in the order they were taken."""


def machine_of(simulator: Simulator, name: str = MACHINE) -> Machine:
    """A machine of the server."""
    found = simulator.site.find_machine(name)
    assert found is not None
    return found


def take(simulator: Simulator, name: str, description: str = "", *, below: str | None = None) -> None:
    """Take a snapshot, once the machine has gone back to that of the name `below`."""
    machine = machine_of(simulator)
    if below is not None:
        snapshots.revert(machine, next(found for found in machine.snapshots if found.name == below))
    snapshots.create(machine, name, description, memory=True, quiesced=False)


def grow_one(simulator: Simulator) -> None:
    """The tree of one."""
    take(simulator, NAMES[0], "the only one\nof two lines & <such>")


def grow_ten(simulator: Simulator) -> None:
    """A tree of ten, of names that want escapes or quotes; GSX has one at most."""
    grow_one(simulator)
    if simulator.profile.name.startswith("gsx"):
        return
    root, second, third, fourth, *others = NAMES[1:]
    take(simulator, root)
    take(simulator, second)
    take(simulator, third, "third", below=root)
    take(simulator, fourth, below=NAMES[0])
    for name in others:
        take(simulator, name)


def grow_many(simulator: Simulator, number: int = 200) -> None:
    """A tree as wide as it has to be: no chain of VMware's is longer than 32. It is there for reading alone."""
    machine = machine_of(simulator)
    machine.materialise()
    tree = machine.snapshots
    begin = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    made: list[Snapshot] = []
    for index in range(number):
        state = ("poweredOff", "poweredOn", "suspended")[index % 3]
        snapshot = Snapshot(
            index + 1, f"n{index:03}", "", begin + timedelta(hours=index), state, quiesced=False, file="none.vmsn"
        )
        tree.link(snapshot, None if index == 0 else made[-1] if index % 31 else made[0])
        made.append(snapshot)
    tree.current, tree.last_number = made[-1], number
