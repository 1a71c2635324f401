"""What an operation is that is tried on servers that fail, and how its end is looked up behind the scenes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Datastore, content_of

if TYPE_CHECKING:
    from esxvirt import libvirt

__all__ = ["FREE_DISK", "PROFILES", "Behind", "Operation", "of_domain"]

FREE_DISK = "mpx.vmhba1:C0:T1:L0"
"""A disk of the first host that no volume is on."""
PROFILES = ("esx-7.0", "vcenter-7.0")
Run = Callable[..., Any]


class Behind:
    """What a simulator has: the machine that an operation is on, and everything else."""

    def __init__(self, simulator: Simulator, name: str) -> None:
        self.simulator = simulator
        self.name = name

    def find(self, name: str) -> Machine | None:
        """A machine by its name, None if there is none."""
        return next((found for found in self.simulator.site.machines.values() if found.name == name), None)

    @property
    def machine(self) -> Machine | None:
        """The operation's machine, None if there is none of its name."""
        return self.find(self.name)

    @property
    def store(self) -> Datastore:
        """The first datastore."""
        return self.simulator.site.datastores[0]

    def mebibytes(self, path: str) -> int | None:
        """The size of a disk, None if it is not there with all its files."""
        if self.store.find(path) is None:
            return None
        if any(self.store.find(extent) is None for extent in disks.files(self.store, path)):
            return None
        return disks.read(self.store, path).capacity_kib >> 10

    def content(self, path: str) -> bytes | None:
        """What a file holds before its zeros, None if that is nothing, or there is none."""
        found = self.store.find(path)
        held = None if found is None else content_of(found)
        return (held or b"").rstrip(b"\0") or None

    def datastore(self, name: str) -> str:
        """Whether the first host has a datastore: "mounted", "unmounted", or "" where it knows none of that name."""
        host = self.simulator.site.hosts[0]
        if any(store.name == name for store in host.datastores):
            return "mounted"
        return "unmounted" if any(store.name == name for store in host.unmounted) else ""

    @property
    def switches(self) -> dict[str, list[str]]:
        """The first host's switches, with the names of their port groups."""
        host = self.simulator.site.hosts[0]
        return {
            switch.name: [group.name for group in host.port_groups if group.switch == switch.name]
            for switch in host.switches
        }


@dataclass(frozen=True, slots=True)
class Operation:
    """What is tried: `prepare` it on a healthy server, `run` it on one that fails; `done` looks behind the scenes.

    Attributes:
        run: Given the connection and what `subjects` has looked up.
        done: Whether what it is for is done; None where a server keeps nothing of it.
        command: The same as a command line of esxvirsh; ``{dir}`` is a directory with `files`, ``{there}`` the URI of
            the other host.
        machine: The name of the machine that it is on, "" for none.
        topic: What it changes: operations of one topic can get into each other's way.
        prepare: Done before, given the connection and `machine`.
        subjects: What is looked up on the healthy server before the trial.
        files: What the command line needs, by name.
        editor: What `$EDITOR` does with the file that it is given: a command of sed.
        profiles: The servers that it is for.
        again: Whether doing it once more, when it has been done, does it again.
    """

    run: Run
    done: Callable[[Behind], bool] | None
    command: tuple[str, ...]
    machine: str = ""
    topic: str = "machine"
    prepare: Callable[["libvirt.virConnect", str], Any] | None = None
    subjects: Callable[["libvirt.virConnect", str], tuple[Any, ...]] = lambda *_: ()
    files: dict[str, bytes] = field(default_factory=dict, hash=False)
    editor: str = ""
    profiles: tuple[str, ...] = PROFILES
    again: bool = False

    def is_done(self, simulator: Simulator) -> bool | None:
        """Whether it is done; None where nobody can tell."""
        return None if self.done is None else self.done(Behind(simulator, self.machine))


def of_domain(connection: "libvirt.virConnect", name: str) -> tuple[Any, ...]:
    """The subject of most operations: a domain by its name."""
    return (connection.lookupByName(name),)
