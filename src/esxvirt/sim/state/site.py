"""A site: hosts, their datastores, networks and machines, and the vCenter over them if there is one."""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from esxvirt.datastore_path import VOLUMES, DatastorePath, below
from esxvirt.sim.state.autostart import Autostart
from esxvirt.sim.state.events import EventLog

if TYPE_CHECKING:
    from datetime import datetime

    from esxvirt.sim.profiles import Profile
    from esxvirt.sim.state.distributed import DistributedSwitch
    from esxvirt.sim.state.luns import Adapter
    from esxvirt.sim.state.machine import Machine
    from esxvirt.sim.state.networks import Network, PhysicalNic, PortGroup, Switch
    from esxvirt.sim.state.places import Cluster, Datacenter, Folder
    from esxvirt.sim.state.storage import Datastore

__all__ = ["Host", "Site"]


@dataclass(slots=True, eq=False)
class Host:
    """A host. Clock in MHz, memory in bytes; `address` is where it serves, if it does."""

    number: int
    profile: Profile
    name: str
    domain: str
    uuid: str
    boot_time: datetime
    sockets: int = 2
    cores_per_socket: int = 4
    threads_per_core: int = 2
    mhz: int = 2394
    memory: int = 64 << 30
    numa_nodes: int = 2
    address: str = ""
    management_server: str | None = None
    cpu_model: str = "Intel(R) Xeon(R) CPU E5-2609 v3 @ 1.90GHz"
    datastores: list[Datastore] = field(default_factory=list)
    # What its machines can attach to: the networks of its port groups, and of distributed switches.
    networks: list[Network] = field(default_factory=list)
    port_groups: list[PortGroup] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    nics: list[PhysicalNic] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)
    machines: dict[int, Machine] = field(default_factory=dict)
    autostart: Autostart = field(default_factory=Autostart)
    datacenter: Datacenter | None = None
    cluster: Cluster | None = None
    folder: Folder | None = None

    @property
    def path(self) -> str:
        """The path of a vCenter's URI to it: datacenter, folders, cluster, name."""
        folder = self.cluster.folder if self.cluster else self.folder
        parts = [place.path for place in (self.datacenter, folder) if place]
        return "/".join([*parts, *([self.cluster.name] if self.cluster else []), self.full_name])

    @property
    def full_name(self) -> str:
        """Its name with its domain."""
        return f"{self.name}.{self.domain}" if self.domain else self.name

    @property
    def cores(self) -> int:
        """All cores."""
        return self.sockets * self.cores_per_socket

    @property
    def threads(self) -> int:
        """All threads."""
        return self.cores * self.threads_per_core

    @property
    def hz(self) -> int:
        """The clock in Hz, as a processor reports it: a little off the round number."""
        return self.mhz * 1_000_000 + 218_000

    @property
    def memory_used(self) -> int:
        """Bytes that running machines and the system take."""
        running = sum(machine.config.memory_mb for machine in self.machines.values() if machine.running)
        return min(self.memory, (running << 20) // 2 + (2 << 30))

    def datastore_path(self, path: str) -> str:
        """Turn a path of the host's file system into a datastore path; other paths stay."""
        for datastore in self.datastores:
            for mount in (datastore.mount, VOLUMES + datastore.name):
                rest = below(path, mount)
                if rest is not None:
                    return str(DatastorePath(datastore.name, rest))
        return path


class Site:
    """Everything there is. `lock` guards it; `changed` wakes whoever waits for updates.

    `identity` is the UUID of the installation: a vCenter is told from others by it.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.identity = str(uuid.uuid4())
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)
        self.revision = 0
        self.closing = False
        self.datacenters: list[Datacenter] = []
        self.clusters: list[Cluster] = []
        self.folders: list[Folder] = []
        # The machines that are in a folder; all others are at the top of their datacenter's.
        self.machine_folders: dict[int, Folder] = {}
        self.hosts: list[Host] = []
        self.datastores: list[Datastore] = []
        self.networks: list[Network] = []
        self.distributed: list[DistributedSwitch] = []
        self.machines: dict[int, Machine] = {}
        # Roles and accounts of the servers by their names, as `Access.dump` writes them: only where they are kept.
        self.access: dict[str, Any] = {}
        self.events = EventLog()
        # Where machines were whose VMX files bear a location's UUID: one that is elsewhere now was moved or copied.
        self.locations: dict[str, str] = {}
        self._last_number = 0
        # Which machines have a UUID, and of which state of the inventory that is.
        self._inventory_revision = 0
        self._index_revision = -1
        self._by_uuid: dict[str, list[Machine]] = {}

    @property
    def datacenter(self) -> str:
        """The path of the first datacenter."""
        return self.datacenters[0].path

    def hosts_of(self, datacenter: Datacenter) -> list[Host]:
        """Return the hosts of a datacenter."""
        return [host for host in self.hosts if host.datacenter is datacenter]

    def add_machine(self, machine: Machine) -> None:
        """Put a machine into the inventory of its host."""
        self.machines[machine.number] = machine
        machine.host.machines[machine.number] = machine
        self._inventory_revision += 1
        self.touch()

    def remove_machine(self, machine: Machine) -> None:
        """Take a machine out of the inventory; its files stay."""
        del self.machines[machine.number]
        del machine.host.machines[machine.number]
        machine.host.autostart.machines.pop(machine.number, None)
        self.machine_folders.pop(machine.number, None)
        self._inventory_revision += 1
        self.touch()

    def move_machine(self, machine: Machine, host: Host) -> None:
        """Let another host run a machine."""
        if host.datacenter is not machine.host.datacenter:
            self.machine_folders.pop(machine.number, None)
        del machine.host.machines[machine.number]
        machine.host.autostart.machines.pop(machine.number, None)
        machine.host = host
        host.machines[machine.number] = machine
        self._inventory_revision += 1
        self.touch()

    def reindex(self) -> None:
        """Note that a machine's configuration has changed, perhaps its UUID."""
        self._inventory_revision += 1
        self.touch()

    def next_number(self) -> int:
        """Return a number for a new machine."""
        self._last_number = max(self._last_number, max(self.machines, default=0)) + 1
        return self._last_number

    def next_folder(self) -> int:
        """Return a number for a new folder."""
        return max((folder.number for folder in self.folders), default=-1) + 1

    def touch(self) -> None:
        """Tell whoever waits that something has changed."""
        with self.changed:
            self.revision += 1
            self.changed.notify_all()

    def with_uuid(self, uuid: str) -> list[Machine]:
        """Return the machines whose BIOS UUID is `uuid`, in lower case with hyphens."""
        if self._index_revision != self._inventory_revision:
            self._by_uuid = {}
            for machine in self.machines.values():
                self._by_uuid.setdefault(machine.config.uuid, []).append(machine)
            self._index_revision = self._inventory_revision
        return self._by_uuid.get(uuid, [])

    def find_machine(self, name: str) -> Machine:
        """Return the machine of that name; LookupError if there is none."""
        for machine in self.machines.values():
            if machine.name == name:
                return machine
        raise LookupError(f"no machine {name!r} in the simulator")
