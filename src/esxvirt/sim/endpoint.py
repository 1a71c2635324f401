"""A served API: one host's or the vCenter's view of the site, with accounts, sessions and objects of its own."""

from typing import TYPE_CHECKING, Any, NamedTuple

from esxvirt.sim.access import Access
from esxvirt.sim.holds import Holds
from esxvirt.sim.identifiers import Identifiers
from esxvirt.sim.properties.paths import PathTable
from esxvirt.sim.registry import Registered, Registry
from esxvirt.sim.sessions import Session, Sessions
from esxvirt.sim.state.machine.leases import Leases
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.wire.encode import Encoder
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.sim.faults import FaultPlan
    from esxvirt.sim.log import CallLog
    from esxvirt.sim.profiles import Profile
    from esxvirt.sim.state.containers import App, Datacenter, Folder
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.snapshot_tree import Snapshot
    from esxvirt.sim.state.network.networks import Network
    from esxvirt.sim.state.site.tasks import Tasks
    from esxvirt.sim.state.storage.datastores import Datastore
    from esxvirt.sim.state.task import Task

__all__ = ["Endpoint", "ShownFolder"]

_TASKS_KEPT = 1000


class ShownFolder(NamedTuple):
    """A folder as an endpoint shows it: `holds` as `state.containers.Folder` has it, or "datastore", or "network".

    `folder` is the site's; a datacenter's own four and the root have none. `datacenter` is the one that it is in.
    """

    holds: str
    folder: "Folder | None" = None
    datacenter: "Datacenter | None" = None


class Endpoint:
    """The API of `host`, or of the site's vCenter if that is None.

    `ids` says who an object is, `registry` what objects there are; `esxvirt.sim.populate` fills that.
    """

    def __init__(
        self,
        tasks: "Tasks",
        profile: "Profile",
        host: "Host | None",
        access: Access,
        faults: "FaultPlan",
        calls: "CallLog",
    ) -> None:
        self.site = tasks.site
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
        self.ids = Identifiers(profile, own=host is not None)
        self.registry = Registry()
        # The managers by the properties of ``ServiceContent``.
        self.managers: dict[str, Ref] = {}
        # The tasks that clients have heard of, by identifier.
        self.shown_tasks: dict[str, Task] = {}
        self.encoder = Encoder(profile.api_version)
        self._encoders = {profile.api_version: self.encoder}
        self._paths: dict[Encoder, PathTable] = {}

    @property
    def name(self) -> str:
        """What it is called in the call log."""
        return "vcenter" if self.host is None else self.host.name

    # What of the site it shows.

    @property
    def hosts(self) -> "list[Host]":
        """The hosts that it shows."""
        return self.site.hosts if self.host is None else [self.host]

    @property
    def datacenters(self) -> "list[Datacenter]":
        """The datacenters that it shows; the first is the only one of most sites."""
        if self.host is None:
            return self.site.datacenters
        return [self.host.datacenter] if self.host.datacenter else []

    @property
    def datastores(self) -> "list[Datastore]":
        """The datastores that it shows."""
        return self.site.datastores if self.host is None else self.host.datastores

    @property
    def networks(self) -> "list[Network]":
        """The networks that it shows."""
        return self.site.networks if self.host is None else self.host.networks

    @property
    def machines(self) -> dict[int, Machine]:
        """The machines that it shows, by number."""
        return self.site.machines if self.host is None else self.site.machines_on(self.host)

    def hosts_of(self, datacenter: "Datacenter") -> "list[Host]":
        """Return the hosts of a datacenter that it shows."""
        return [host for host in self.hosts if host.datacenter is datacenter]

    def folder_of(self, machine: Machine) -> Ref:
        """Return the folder that a machine is in."""
        datacenter = machine.host.datacenter or self.datacenters[0]
        return self.ids.folder_or_top(self.site.machine_folders.get(machine.number), "vm", datacenter)

    def pool_of(self, app: "App") -> Ref:
        """Return the resource pool that a vApp is in: that of its first machine's host, or its datacenter's first."""
        if app.above is not None:
            return self.ids.app(app.above)
        inside = (machine.host for machine in self.site.machines.values() if machine.app is app)
        return self.ids.pool(next(inside, None) or self.hosts_of(app.datacenter)[0])

    def machine_of(self, moid: str) -> Machine | None:
        """Return the machine of an identifier, or None."""
        number = self.ids.machine_number(moid)
        machine = None if number is None else self.machines.get(number)
        return machine if machine is not None and self.ids.of(machine).value == moid else None

    def snapshot_of(self, moid: str) -> "tuple[Machine, Snapshot] | None":
        """Return the snapshot of an identifier, with its machine, or None."""
        numbers = self.ids.snapshot_numbers(moid)
        machine = None if numbers is None else self.machines.get(numbers[0])
        if numbers is None or machine is None or machine.virtual:
            return None
        snapshot = machine.snapshots.find(numbers[1])
        known = snapshot is not None and self.ids.snapshot(machine, snapshot).value == moid
        return (machine, snapshot) if snapshot is not None and known else None

    def folder_at(self, moid: str) -> ShownFolder | None:
        """Return the folder of an identifier, or None."""
        if moid == self.ids.root_folder.value:
            return ShownFolder("datacenter")
        for datacenter in self.datacenters:
            for holds, ref in self.ids.folders(datacenter).items():
                if ref.value == moid:
                    return ShownFolder(holds, None, datacenter)
        for folder in self.site.folders if self.host is None else ():
            if self.ids.folder(folder).value == moid:
                return ShownFolder(folder.holds, folder, folder.datacenter)
        return None

    # Who writes and reads for a client's version.

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

    # Its objects.

    def find(self, ref: Ref, session: Session | None) -> Registered | None:
        """Return the object of `ref`, or None: the server's own, the session's, or one that comes and goes."""
        return self.registry.find(ref, {} if session is None else session.objects)

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
        return self.ids.of(owner) if owner is not None else None

    def show_task(self, task: "Task") -> Ref:
        """Return the reference of a task, by which clients find it from now on."""
        ref = self.ids.task(task)
        if ref.value not in self.shown_tasks:
            self.shown_tasks[ref.value] = task
            while len(self.shown_tasks) > _TASKS_KEPT:
                del self.shown_tasks[next(iter(self.shown_tasks))]
        return ref

    def start_task(
        self,
        method: str,
        kind: str,
        entity: Ref,
        username: str,
        work: "Callable[[Task], Any]",
        owner: Any = None,
        prepare: "Callable[[Task], None] | None" = None,
    ) -> Ref:
        """Start a task on `entity` and return its reference; see `Tasks.start`."""
        if isinstance(owner, Machine) and self.leases.of(owner) is not None:
            text = "The operation is not allowed in the current state: the machine is being exported."
            raise Fault("TaskInProgress", text)
        target = self.find(entity, None)
        named = target.getters.get("name") if target is not None else None
        name = named(target) if named is not None else ""
        return self.show_task(self.tasks.start(method, kind, entity, name, username, work, owner, prepare))
