"""A host: its hardware, its storage and its network. Who runs on it, the site knows."""

from datetime import datetime
from typing import Any

from esxvirt.datastore_path import VOLUMES, DatastorePath, below
from esxvirt.records import field, fields, record
from esxvirt.sim.profiles import Profile
from esxvirt.sim.state.containers import Cluster, Datacenter, Folder
from esxvirt.sim.state.host.autostart import Autostart
from esxvirt.sim.state.network.networks import Network, PhysicalNic, PortGroup, Switch
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.state.storage.luns import Adapter

__all__ = ["Host"]


@record(eq=False)
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
    # VMFS volumes that it knows and has not mounted: nobody reaches a file there by way of this host.
    unmounted: list[Datastore] = field(default_factory=list)
    # What its machines can attach to: the networks of its port groups, and of distributed switches.
    networks: list[Network] = field(default_factory=list)
    port_groups: list[PortGroup] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)
    nics: list[PhysicalNic] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)
    autostart: Autostart = field(default_factory=Autostart)
    datacenter: Datacenter | None = None
    cluster: Cluster | None = None
    folder: Folder | None = None
    # Whether its vCenter reaches it: "connected", "disconnected" or "notResponding".
    connection: str = "connected"

    @property
    def known_datastores(self) -> list[Datastore]:
        """All that it shows: those that it has mounted, and those that it has not."""
        return [*self.datastores, *self.unmounted]

    @property
    def path(self) -> str:
        """The path of a vCenter's URI to it: datacenter, folders, cluster, name."""
        folder = self.cluster.folder if self.cluster else self.folder
        parts = [above.path for above in (self.datacenter, folder) if above]
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

    def datastore_path(self, path: str) -> str:
        """Turn a path of the host's file system into a datastore path; other paths stay."""
        for datastore in self.datastores:
            for mount in (datastore.mount, VOLUMES + datastore.name):
                rest = below(path, mount)
                if rest is not None:
                    return str(DatastorePath(datastore.name, rest))
        return path

    def __setstate__(self, state: tuple[None, dict[str, Any]]) -> None:
        """Take what a state file says of a host; those of before the site knew who runs on it say more."""
        self.connection = "connected"  # of when all were
        for name, value in state[1].items():
            if name in fields(self):
                setattr(self, name, value)
