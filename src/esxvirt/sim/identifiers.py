"""Who an object is: the references by which one server knows what there is at its site."""

from esxvirt.sim.profiles import Profile
from esxvirt.sim.state.containers import App, Cluster, Datacenter, Folder
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.snapshot_tree import Snapshot
from esxvirt.sim.state.network.distributed import DistributedGroup, DistributedSwitch
from esxvirt.sim.state.network.networks import Network, OpaqueNetwork
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.state.task import Task
from esxvirt.sim.wire.values import Ref

__all__ = ["Identifiers"]

# A vCenter's snapshots are numbered machine by machine, so many of each.
_SNAPSHOTS_KEPT = 100_000
# Identifiers of the folders that somebody made start here, to be none of a datacenter's own.
_FIRST_FOLDER = 1_000_000
# The letter in a folder's identifier, by what it holds.
_LETTERS = {"datacenter": "d", "vm": "v", "host": "h", "datastore": "s", "network": "n"}


class Identifiers:
    """The references of one server: a host's own if it is one's, else the vCenter's.

    An identifier says which server it is of: "ha-host" and "1" on a host, "host-11" and "vm-1" on a vCenter.
    """

    def __init__(self, profile: Profile, *, own: bool) -> None:
        self._profile = profile
        self._own = own
        self._folders: dict[int, dict[str, Ref]] = {}
        self.root_folder = Ref("Folder", "ha-folder-root" if own else "group-d1")

    def of(self, what: Host | Machine | Datastore | Network) -> Ref:
        """Return the reference of something of the site."""
        own = self._own
        if isinstance(what, Machine):
            return Ref("VirtualMachine", str(what.number * self._profile.moid_step) if own else f"vm-{what.number}")
        if isinstance(what, Host):
            return Ref("HostSystem", "ha-host" if own else f"host-{what.number * 10 + 1}")
        if isinstance(what, DistributedGroup) and not own:
            return Ref("DistributedVirtualPortgroup", what.key)
        if isinstance(what, OpaqueNetwork) and not own:
            return Ref("OpaqueNetwork", f"network-o{what.number}")
        if isinstance(what, Network):
            return Ref("Network", f"HaNetwork-{what.name}" if own else f"network-{what.number}")
        return Ref("Datastore", self._own_datastore(what) if own else f"datastore-{what.number}")

    def _own_datastore(self, datastore: Datastore) -> str:
        return str(datastore.number) if self._profile.is_gsx else datastore.mount.rpartition("/")[2]

    def machine_number(self, moid: str) -> int | None:
        """Return the number of the machine that an identifier may be of, or None."""
        digits = moid.removeprefix("vm-")
        if self._own == moid.startswith("vm-") or not digits.isdecimal() or len(digits) > 12:
            return None
        number, odd = divmod(int(digits), self._profile.moid_step if self._own else 1)
        return None if odd else number

    def snapshot(self, machine: Machine, snapshot: Snapshot) -> Ref:
        """Return the reference of a snapshot of a machine."""
        if self._own:
            return Ref("VirtualMachineSnapshot", f"{self.of(machine).value}-snapshot-{snapshot.number}")
        return Ref("VirtualMachineSnapshot", f"snapshot-{machine.number * _SNAPSHOTS_KEPT + snapshot.number}")

    def snapshot_numbers(self, moid: str) -> tuple[int, int] | None:
        """Return the numbers of the machine and the snapshot that an identifier may be of, or None."""
        head, word, digits = moid.rpartition("snapshot-")
        if not word or not digits.isdecimal() or len(digits) > 18:
            return None
        if not self._own:
            return divmod(int(digits), _SNAPSHOTS_KEPT)
        machine = self.machine_number(head.removesuffix("-"))
        return None if machine is None else (machine, int(digits))

    def task(self, task: Task) -> Ref:
        """Return the reference of a task."""
        kind = task.kind.rpartition(".")[2]
        return Ref(
            "Task", f"haTask-{task.entity.value}-vim.{kind}-{task.number}" if self._own else f"task-{task.number}"
        )

    def datacenter(self, datacenter: Datacenter) -> Ref:
        """Return the reference of a datacenter."""
        return Ref("Datacenter", "ha-datacenter" if self._own else f"datacenter-{_first_of(datacenter) + 2}")

    def folders(self, datacenter: Datacenter) -> dict[str, Ref]:
        """Return the four folders of a datacenter by what they hold: "vm", "host", "datastore", "network"."""
        found = self._folders.get(datacenter.number)
        if found is None:
            numbers = enumerate(("vm", "host", "datastore", "network"), _first_of(datacenter) + 3)
            found = self._folders[datacenter.number] = {
                holds: Ref("Folder", f"ha-folder-{holds}" if self._own else f"group-{_LETTERS[holds]}{number}")
                for number, holds in numbers
            }
        return found

    def folder(self, folder: Folder) -> Ref:
        """Return the reference of a folder that somebody has made."""
        return Ref("Folder", f"group-{_LETTERS[folder.holds]}{_FIRST_FOLDER + folder.number}")

    def folder_or_top(self, folder: Folder | None, holds: str, datacenter: Datacenter | None) -> Ref:
        """Return the reference of a folder, or for None of the one above all that hold the same in the datacenter."""
        if folder is not None and not self._own:
            return self.folder(folder)
        return self.root_folder if datacenter is None else self.folders(datacenter)[holds]

    def cluster(self, cluster: Cluster) -> Ref:
        """Return the reference of a cluster."""
        return Ref("ClusterComputeResource", f"domain-c{cluster.number * 10 + 7}")

    def resource(self, host: Host) -> Ref:
        """Return the compute resource that a host belongs to: its cluster, or one of its own."""
        if self._own:
            return Ref("ComputeResource", "ha-compute-res")
        return self.cluster(host.cluster) if host.cluster else Ref("ComputeResource", f"domain-s{host.number * 10}")

    def pool(self, host: Host) -> Ref:
        """Return the root resource pool of a host's compute resource."""
        if self._own:
            return Ref("ResourcePool", "ha-root-pool")
        return Ref("ResourcePool", f"resgroup-{host.cluster.number * 10 + 8 if host.cluster else host.number * 10 + 2}")

    @staticmethod
    def app(app: App) -> Ref:
        """Return the reference of a vApp."""
        return Ref("VirtualApp", f"resgroup-v{app.number}")

    def switch(self, switch: DistributedSwitch) -> Ref:
        """Return the reference of a distributed switch."""
        return Ref("VmwareDistributedVirtualSwitch", f"dvs-{switch.number}")

    def browser(self, datastore: Datastore) -> Ref:
        """Return the reference of the browser of a datastore."""
        return Ref("HostDatastoreBrowser", f"datastoreBrowser-{self.of(datastore).value}")


def _first_of(datacenter: Datacenter) -> int:
    """Return where the numbers of a datacenter's own identifiers start."""
    return 0 if datacenter.number == 1 else 1000 * datacenter.number
