"""All that a simulated server has, as it is at one moment, and how two moments differ."""

from dataclasses import dataclass
from typing import Any

from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage.datastores import File, content_of

__all__ = ["MachineView", "Path", "World", "differing", "shown"]

Path = tuple[str, str]
"""A datastore's name, and a path; that of a folder ends with a slash."""


@dataclass(frozen=True, slots=True)
class MachineView:
    """A machine: what others know it by, and all that can be lost of it."""

    name: str
    host: str
    vmx: Path
    text: str
    power: str
    boot: Any
    snapshots: tuple[tuple[str, str, str], ...]
    current: str
    autostart: str


@dataclass(frozen=True, slots=True)
class World:
    """Machines by their numbers, files, and what hosts have (switches, port groups, datastores) and start themselves.

    What is on an export is there, whoever has it mounted.
    """

    machines: dict[int, MachineView]
    files: dict[Path, File]
    networks: dict[tuple[str, str, str], str]
    starting: dict[str, bool]

    @classmethod
    def of(cls, simulator: Simulator) -> "World":
        """What a simulator has now."""
        site = simulator.site
        with site.lock:
            return cls(
                {number: _view(machine) for number, machine in site.machines.items()},
                {
                    (store.name, path): file
                    for store in (*site.datastores, *site.exports.values())
                    for path, file in store._files.items()
                    if file is not None
                },
                {
                    (host.name, kind, name): what
                    for host in site.hosts
                    for kind, name, what in (
                        *(("switch", one.name, repr((one.ports, one.uplinks, one.mtu, one.shaping)))
                          for one in host.switches),
                        *(("port group", one.name, repr((one.switch, one.vlan, one.shaping, one.system)))
                          for one in host.port_groups),
                        *(("datastore", one.name, repr((one.kind, one.remote, one.protocol, one in host.datastores)))
                          for one in host.known_datastores),
                    )
                },
                {host.name: host.autostart.enabled for host in site.hosts},
            )  # fmt: skip

    def content(self, path: Path) -> bytes | None:
        """What a file holds, None if it is not there; of a large one what comes before its zeros."""
        file = self.files.get(path)
        return None if file is None else content_of(file) or b""


def _view(machine: Machine) -> MachineView:
    tree = machine.snapshots
    settings = machine.host.autostart.machines.get(machine.number)
    return MachineView(
        machine.name,
        machine.host.name,
        (machine.datastore.name, machine.vmx_file),
        machine.text(),
        machine.power,
        machine.boot_time,
        tuple((found.name, found.description, found.parent.name if found.parent else "") for found in tree),
        tree.current.name if tree.current else "",
        settings.start_action if settings else "",
    )


def _same(one: File | None, other: File | None) -> bool:
    if one is other or one is None or other is None:
        return one is other
    return one.size == other.size and content_of(one) == content_of(other)


def differing(before: World, after: World) -> set[Path]:
    """The files and folders that came, went, or hold something else."""
    paths = before.files.keys() | after.files.keys()
    return {path for path in paths if not _same(before.files.get(path), after.files.get(path))}


def shown(path: Path) -> str:
    """A path as messages have it."""
    return f"[{path[0]}] {path[1].rstrip('/')}"
