"""A site: hosts, their datastores, networks and machines, and the vCenter over them if there is one."""

import threading
import uuid
from typing import TYPE_CHECKING, Any

from esxvirt.sim.profiles import Profile
from esxvirt.sim.state.containers import App, Cluster, Datacenter, Folder
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.site.events import EventLog

if TYPE_CHECKING:
    from esxvirt.sim.state.network.distributed import DistributedSwitch
    from esxvirt.sim.state.network.networks import Network
    from esxvirt.sim.state.storage.datastores import Datastore

__all__ = ["Site"]


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
        self.apps: list[App] = []
        # The machines that are in a folder; all others are at the top of their datacenter's.
        self.machine_folders: dict[int, Folder] = {}
        self.hosts: list[Host] = []
        self.datastores: list[Datastore] = []
        # Exports that no host has mounted any more, by server and path: what is on them is there when one mounts them.
        self.exports: dict[str, Datastore] = {}
        self.networks: list[Network] = []
        self.distributed: list[DistributedSwitch] = []
        self.machines: dict[int, Machine] = {}
        # The same by the numbers of their hosts.
        self._by_host: dict[int, dict[int, Machine]] = {}
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

    def machines_on(self, host: Host) -> dict[int, Machine]:
        """Return the machines of a host by number."""
        return self._by_host.setdefault(host.number, {})

    def memory_used(self, host: Host) -> int:
        """Return the bytes that a host's running machines and its system take."""
        running = sum(machine.config.memory_mb for machine in self.machines_on(host).values() if machine.running)
        return min(host.memory, (running << 20) // 2 + (2 << 30))

    def add_machine(self, machine: Machine) -> None:
        """Put a machine into the inventory of its host."""
        self.machines[machine.number] = machine
        self.machines_on(machine.host)[machine.number] = machine
        self._inventory_revision += 1
        self.touch()

    def remove_machine(self, machine: Machine) -> None:
        """Take a machine out of the inventory; its files stay."""
        del self.machines[machine.number]
        del self.machines_on(machine.host)[machine.number]
        machine.host.autostart.machines.pop(machine.number, None)
        self.machine_folders.pop(machine.number, None)
        self._inventory_revision += 1
        self.touch()

    def move_machine(self, machine: Machine, host: Host) -> None:
        """Let another host run a machine."""
        if host.datacenter is not machine.host.datacenter:
            self.machine_folders.pop(machine.number, None)
        del self.machines_on(machine.host)[machine.number]
        machine.host.autostart.machines.pop(machine.number, None)
        machine.host = host
        self.machines_on(host)[machine.number] = machine
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
