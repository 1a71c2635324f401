"""A served API: one host's or the vCenter's view of the site, with identifiers, accounts and sessions of its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from esxvirt.sim.access import Access
from esxvirt.sim.calls import Call, CallLog
from esxvirt.sim.faults import FaultPlan
from esxvirt.sim.holds import Holds
from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.objects.machine.virtual_machine import VirtualMachine
from esxvirt.sim.objects.machine.virtual_machine_snapshot import VirtualMachineSnapshot
from esxvirt.sim.objects.managers.task import Task as TaskObject
from esxvirt.sim.objects.network.network import Network as NetworkObject
from esxvirt.sim.profiles import Profile
from esxvirt.sim.properties.paths import PathTable
from esxvirt.sim.sessions import Session, Sessions
from esxvirt.sim.state.host.containers import Datacenter
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.leases import Leases
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.snapshot_tree import Snapshot
from esxvirt.sim.state.network.distributed import DistributedGroup
from esxvirt.sim.state.network.networks import Network
from esxvirt.sim.state.site.tasks import Tasks
from esxvirt.sim.state.storage.datastores import Datastore
from esxvirt.sim.state.task import Task
from esxvirt.sim.wire.encode import Encoder
from esxvirt.sim.wire.schema import is_a
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.state.site.site import Site
    from esxvirt.sim.tree import Tree

__all__ = ["Endpoint"]

_TASKS_KEPT = 1000
# A vCenter's snapshots are numbered machine by machine, so many of each.
_SNAPSHOTS_KEPT = 100_000
# Identifiers of the folders that somebody made start here, to be none of a datacenter's own.
FIRST_FOLDER = 1_000_000


class Endpoint:
    """The API of `host`, or of the site's vCenter if that is None.

    Objects that always exist are made at once; machines when they are asked for. An identifier says which endpoint it
    is of: "ha-host" and "1" on a host, "host-11" and "vm-1" on a vCenter.
    """

    def __init__(
        self,
        tasks: Tasks,
        profile: Profile,
        host: Host | None,
        access: Access,
        faults: FaultPlan,
        calls: CallLog,
    ) -> None:
        self.site: Site = tasks.site
        self.tasks = tasks
        self.profile = profile
        self.host = host
        self.access = access
        access.parent_of = self.parent_of
        self.faults = faults
        self.calls = calls
        self.holds = Holds()
        self.latency = 0.0
        # The most objects in one page of an answer, whatever the client asks; 0 for no limit.
        self.max_objects = 0
        self.thumbprint: str | None = None
        self.scheme = "https"
        self.leases = Leases()
        self.sessions = Sessions()
        self.encoder = Encoder(profile.api_version)
        self.objects: dict[str, ManagedObject] = {}
        # Where things are; `tree.build` fills these in.
        self.managers: dict[str, Ref] = {}
        self.root_pools: dict[int, Ref] = {}
        self.root_folder = Ref("Folder", "")
        self.tree: Tree
        self._datacenters: dict[Datacenter, tuple[Ref, dict[str, Ref]]] = {}
        self._encoders = {profile.api_version: self.encoder}
        self._paths: dict[Encoder, PathTable] = {}
        self._machines: dict[int, VirtualMachine] = {}
        self._tasks: dict[str, TaskObject] = {}
        self._networks: dict[str, NetworkObject] = {}

    @property
    def name(self) -> str:
        """What it is called in the call log."""
        return "vcenter" if self.host is None else self.host.name

    @property
    def hosts(self) -> list[Host]:
        """The hosts that it shows."""
        return self.site.hosts if self.host is None else [self.host]

    @property
    def datastores(self) -> list[Datastore]:
        """The datastores that it shows."""
        return self.site.datastores if self.host is None else self.host.datastores

    @property
    def networks(self) -> list[Network]:
        """The networks that it shows."""
        return self.site.networks if self.host is None else self.host.networks

    @property
    def machines(self) -> dict[int, Machine]:
        """The machines that it shows, by number."""
        return self.site.machines if self.host is None else self.site.machines_on(self.host)

    # Where the datacenters are; the first is the only one of most sites.

    @property
    def shown_datacenters(self) -> list[Datacenter]:
        """The datacenters that it shows."""
        return list(self._datacenters)

    @property
    def datacenter(self) -> Ref:
        """The first datacenter."""
        return next(iter(self._datacenters.values()))[0]

    @property
    def vm_folder(self) -> Ref:
        """The first datacenter's folder of machines."""
        return next(iter(self._datacenters.values()))[1]["vm"]

    def add_datacenter(self, datacenter: Datacenter, ref: Ref, folders: dict[str, Ref]) -> None:
        """Tell where a datacenter is, and its folders by what they hold: "vm", "host", "datastore", "network"."""
        self._datacenters[datacenter] = (ref, folders)

    def datacenter_ref(self, datacenter: Datacenter) -> Ref:
        """Return the reference of a datacenter."""
        return self._datacenters[datacenter][0]

    def folders_of(self, datacenter: Datacenter) -> dict[str, Ref]:
        """Return the four folders of a datacenter by what they hold."""
        return self._datacenters[datacenter][1]

    def folder_of(self, machine: Machine) -> Ref:
        """Return the folder that a machine is in."""
        placed = self.site.machine_folders.get(machine.number)
        if placed is not None and self.host is None:
            return Ref("Folder", f"group-v{FIRST_FOLDER + placed.number}")
        return self.folders_of(machine.host.datacenter)["vm"] if machine.host.datacenter else self.vm_folder

    def encoder_for(self, api_version: str) -> Encoder:
        """Return the writer for a client that speaks `api_version`, no newer than the server's own."""
        encoder = self._encoders.get(api_version)
        if encoder is None:
            encoder = self._encoders.setdefault(api_version, Encoder(api_version))
        return encoder

    def paths(self, encoder: Encoder) -> PathTable:
        """Return the readers of property paths of the encoder's version."""
        table = self._paths.get(encoder)
        if table is None:
            table = self._paths.setdefault(encoder, PathTable(encoder))
        return table

    def add(self, target: ManagedObject) -> ManagedObject:
        """Add an object that lives as long as the server."""
        self.objects[target.ref.value] = target
        return target

    def identify(self, what: Host | Machine | Datastore | Network) -> Ref:
        """Return this endpoint's reference to something of the site."""
        own = self.host is not None
        if isinstance(what, Machine):
            return Ref("VirtualMachine", str(what.number * self.profile.moid_step) if own else f"vm-{what.number}")
        if isinstance(what, Host):
            return Ref("HostSystem", "ha-host" if own else f"host-{what.number * 10 + 1}")
        if isinstance(what, DistributedGroup) and not own:
            return Ref("DistributedVirtualPortgroup", what.key)
        if isinstance(what, Network):
            return Ref("Network", f"HaNetwork-{what.name}" if own else f"network-{what.number}")
        return Ref("Datastore", self._own_datastore_id(what) if own else f"datastore-{what.number}")

    def _own_datastore_id(self, datastore: Datastore) -> str:
        return str(datastore.number) if self.profile.is_gsx else datastore.mount.rpartition("/")[2]

    def machine(self, machine: Machine) -> VirtualMachine:
        """Return this endpoint's object of a machine."""
        found = self._machines.get(machine.number)
        if found is None or found.machine is not machine:
            found = VirtualMachine(self, self.identify(machine).value, machine)
            self._machines[machine.number] = found
        return found

    def task(self, task: Task) -> TaskObject:
        """Return this endpoint's object of a task."""
        kind = task.kind.rpartition(".")[2]
        moid = f"task-{task.number}" if self.host is None else f"haTask-{task.entity.value}-vim.{kind}-{task.number}"
        found = self._tasks.get(moid)
        if found is None:
            found = self._tasks[moid] = TaskObject(self, moid, task)
            while len(self._tasks) > _TASKS_KEPT:
                del self._tasks[next(iter(self._tasks))]
        return found

    def start_task(
        self,
        call: Call,
        kind: str,
        entity: ManagedObject,
        work: Callable[[Task], Any],
        owner: Any = None,
        prepare: Callable[[Task], None] | None = None,
    ) -> TaskObject:
        """Start a task on `entity` for the caller and return its object; see `Tasks.start`."""
        if isinstance(owner, Machine) and self.leases.of(owner) is not None:
            text = "The operation is not allowed in the current state: the machine is being exported."
            raise Fault("TaskInProgress", text)
        username = call.session.username if call.session else ""
        name = entity.getters["name"](entity) if "name" in entity.getters else ""
        return self.task(self.tasks.start(call.name, kind, entity.ref, name, username, work, owner, prepare))

    def machine_of(self, moid: str) -> Machine | None:
        """Return the machine of an identifier, or None."""
        digits = moid.removeprefix("vm-")
        if (self.host is None) != moid.startswith("vm-") or not digits.isdecimal() or len(digits) > 12:
            return None
        number, odd = divmod(int(digits), 1 if self.host is None else self.profile.moid_step)
        machine = self.machines.get(number)
        return machine if machine and not odd and self.identify(machine).value == moid else None

    def identify_snapshot(self, machine: Machine, snapshot: Snapshot) -> Ref:
        """Return this endpoint's reference to a snapshot of a machine."""
        if self.host is None:
            return Ref("VirtualMachineSnapshot", f"snapshot-{machine.number * _SNAPSHOTS_KEPT + snapshot.number}")
        return Ref("VirtualMachineSnapshot", f"{self.identify(machine).value}-snapshot-{snapshot.number}")

    def snapshot(self, moid: str) -> VirtualMachineSnapshot | None:
        """Return the snapshot of an identifier, or None."""
        head, word, digits = moid.rpartition("snapshot-")
        if not word or not digits.isdecimal() or len(digits) > 18:
            return None
        if self.host is None:
            number, index = divmod(int(digits), _SNAPSHOTS_KEPT)
            machine = self.machines.get(number)
        else:
            machine, index = self.machine_of(head.removesuffix("-")), int(digits)
        if machine is None or machine.virtual:
            return None
        snapshot = machine.snapshots.find(index)
        if snapshot is None or self.identify_snapshot(machine, snapshot).value != moid:
            return None
        return VirtualMachineSnapshot(self, moid, machine, snapshot)

    def network(self, moid: str) -> NetworkObject | None:
        """Return the network of an identifier, or None: networks come and go with port groups."""
        for network in self.networks:
            if self.identify(network).value == moid:
                found = self._networks.get(moid)
                if found is None or found.network is not network:
                    places = (host.datacenter for host in self.hosts if network in host.networks)
                    datacenter = next(filter(None, places), next(iter(self._datacenters)))
                    folder = self.folders_of(datacenter)["network"]
                    found = self._networks[moid] = NetworkObject(self, moid, network, folder)
                return found
        return None

    def parent_of(self, ref: Ref) -> Ref | None:
        """Return what an object belongs to, for roles that are given from above; None at the top."""
        target = self.find(ref, None)
        parent = target.getters.get("parent") if target is not None else None
        if target is None or parent is not None:
            return parent(target) if parent is not None else None
        # What is no entity belongs to one: a task and a snapshot to its machine, a part of a host to the host.
        task = getattr(target, "task", None)
        if task is not None:
            entity: Ref = task.entity
            return entity
        owner = getattr(target, "machine", None) or getattr(target, "host", None)
        return self.identify(owner) if owner is not None else None

    def _datastore_part(self, moid: str) -> ManagedObject | None:
        """Return a datastore or its browser, which come and go on hosts."""
        if moid not in self.objects:
            self.tree.add_datastores()
        found = self.objects.get(moid)
        store = getattr(found, "datastore", None)
        return None if isinstance(store, Datastore) and store not in self.datastores else found

    def find(self, ref: Ref, session: Session | None) -> ManagedObject | None:
        """Return the object of `ref`, or None: the server's own, the session's, or a machine."""
        found = self.objects.get(ref.value) or self._tasks.get(ref.value)
        if ref.type in {"Datastore", "HostDatastoreBrowser"}:
            found = self._datastore_part(ref.value)
        if found is None and session is not None:
            found = session.objects.get(ref.value)
        if found is None:
            machine = self.machine_of(ref.value)
            found = self.machine(machine) if machine else self.snapshot(ref.value) or self.network(ref.value)
        # Clients may name a base type, such as ManagedObject.
        return found if found is not None and (found.wsdl == ref.type or is_a(found.wsdl, ref.type)) else None
