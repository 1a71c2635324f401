"""Fills an endpoint's registry: the only module that knows every type of managed object.

What there is as long as the server is made at once. What comes and goes, or is too much to be made before somebody asks
for it, is found by its identifier in what the site holds.
"""

from typing import TYPE_CHECKING

from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.objects.host.environment_browser import EnvironmentBrowser
from esxvirt.sim.objects.host.host_auto_start_manager import HostAutoStartManager
from esxvirt.sim.objects.host.host_datastore_system import HostDatastoreSystem
from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.objects.host.host_network_system import HostNetworkSystem
from esxvirt.sim.objects.host.host_storage_system import HostStorageSystem
from esxvirt.sim.objects.host.host_system import HostSystem
from esxvirt.sim.objects.inventory.cluster_compute_resource import ClusterComputeResource
from esxvirt.sim.objects.inventory.compute_resource import ComputeResource
from esxvirt.sim.objects.inventory.datacenter import Datacenter
from esxvirt.sim.objects.inventory.folder import Folder
from esxvirt.sim.objects.inventory.resource_pool import ResourcePool
from esxvirt.sim.objects.inventory.search_index import SearchIndex
from esxvirt.sim.objects.inventory.view_manager import ViewManager
from esxvirt.sim.objects.inventory.virtual_app import VirtualApp
from esxvirt.sim.objects.machine.lost_machine import LostMachine, is_lost
from esxvirt.sim.objects.machine.virtual_machine import VirtualMachine
from esxvirt.sim.objects.machine.virtual_machine_snapshot import VirtualMachineSnapshot
from esxvirt.sim.objects.managers.authorization_manager import AuthorizationManager
from esxvirt.sim.objects.managers.event_manager import EventManager
from esxvirt.sim.objects.managers.license_manager import LicenseManager
from esxvirt.sim.objects.managers.ovf_manager import OvfManager
from esxvirt.sim.objects.managers.performance_manager import PerformanceManager
from esxvirt.sim.objects.managers.service_instance import ServiceInstance
from esxvirt.sim.objects.managers.session_manager import SessionManager
from esxvirt.sim.objects.managers.task import Task
from esxvirt.sim.objects.managers.task_manager import TaskManager
from esxvirt.sim.objects.network.distributed_virtual_portgroup import DistributedVirtualPortgroup
from esxvirt.sim.objects.network.distributed_virtual_switch import VmwareDistributedVirtualSwitch
from esxvirt.sim.objects.network.network import Network
from esxvirt.sim.objects.network.opaque_network import OpaqueNetwork
from esxvirt.sim.objects.properties.property_collector import PropertyCollector
from esxvirt.sim.objects.storage.datastore import Datastore
from esxvirt.sim.objects.storage.file_manager import FileManager
from esxvirt.sim.objects.storage.host_datastore_browser import HostDatastoreBrowser
from esxvirt.sim.objects.storage.virtual_disk_manager import VirtualDiskManager
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.network import networks
from esxvirt.sim.state.network.distributed import DistributedGroup
from esxvirt.sim.wire import schema

if TYPE_CHECKING:
    from esxvirt.sim.wire.values import Ref

__all__ = ["populate"]

# Managers of a server: property of ServiceContent -> (class, identifier on a host, identifier on a vCenter).
_MANAGERS: dict[str, tuple[type[ManagedObject], str, str]] = {
    "propertyCollector": (PropertyCollector, "ha-property-collector", "propertyCollector"),
    "viewManager": (ViewManager, "ViewManager", "ViewManager"),
    "sessionManager": (SessionManager, "ha-sessionmgr", "SessionManager"),
    "searchIndex": (SearchIndex, "ha-searchindex", "SearchIndex"),
    "perfManager": (PerformanceManager, "ha-perfmgr", "PerfMgr"),
    "taskManager": (TaskManager, "ha-taskmgr", "TaskManager"),
    "fileManager": (FileManager, "ha-nfc-file-manager", "FileManager"),
    "virtualDiskManager": (VirtualDiskManager, "ha-vdiskmanager", "virtualDiskManager"),
    "licenseManager": (LicenseManager, "ha-license-manager", "LicenseManager"),
    "authorizationManager": (AuthorizationManager, "ha-authmgr", "AuthorizationManager"),
    "ovfManager": (OvfManager, "ha-ovf-manager", "OvfManager"),
    "eventManager": (EventManager, "ha-eventmgr", "EventManager"),
}
# Managers of a host: property of HostConfigManager -> (class, the start of the identifier).
_HOST_MANAGERS: dict[str, tuple[type[HostManager], str]] = {
    "datastoreSystem": (HostDatastoreSystem, "datastoreSystem"),
    "networkSystem": (HostNetworkSystem, "networkSystem"),
    "storageSystem": (HostStorageSystem, "storageSystem"),
    "autoStartManager": (HostAutoStartManager, "autoStartManager"),
}


def populate(endpoint: Endpoint) -> None:
    """Make the objects of `endpoint` that last, and let it find the others."""
    own = endpoint.host is not None
    add = endpoint.registry.add
    add(ServiceInstance(endpoint, "ServiceInstance"))
    for name, (manager, own_id, vcenter_id) in _MANAGERS.items():
        if endpoint.encoder.sees(schema.data_type("ServiceContent").by_name[name].version):
            made = manager(endpoint, own_id if own else vcenter_id)
            add(made)
            endpoint.managers[name] = made.ref
    if not own:
        _add_clusters(endpoint)
        _add_switches(endpoint)
    for host in endpoint.hosts:
        _add_host(endpoint, host)
    finders = _Finders(endpoint)
    for finder in (finders.machine, finders.task, finders.snapshot, finders.datastore, finders.browser, finders.folder,
                   finders.datacenter, finders.network, finders.app):  # fmt: skip
        endpoint.registry.add_finder(finder)


def _add_clusters(endpoint: Endpoint) -> None:
    ids, add = endpoint.ids, endpoint.registry.add
    for cluster in endpoint.site.clusters:
        hosts = [host for host in endpoint.hosts if host.cluster is cluster]
        ref, pool = ids.cluster(cluster), ids.pool(hosts[0])
        parent = ids.folder_or_top(cluster.folder, "host", cluster.datacenter)
        add(ClusterComputeResource(endpoint, ref.value, cluster, hosts, parent, pool))
        add(ResourcePool(endpoint, pool.value, hosts, ref))


def _add_switches(endpoint: Endpoint) -> None:
    ids, add = endpoint.ids, endpoint.registry.add
    for switch in endpoint.site.distributed:
        parent = ids.folders(switch.datacenter)["network"]
        ref = ids.switch(switch)
        add(VmwareDistributedVirtualSwitch(endpoint, ref.value, switch, parent))
        for group in switch.groups:
            add(DistributedVirtualPortgroup(endpoint, group.key, group, parent, ref))


def _add_host(endpoint: Endpoint, host: Host) -> None:
    ids, add = endpoint.ids, endpoint.registry.add
    own = endpoint.host is not None
    resource, pool = ids.resource(host), ids.pool(host)
    if own or host.cluster is None:
        parent = ids.folder_or_top(host.folder, "host", host.datacenter)
        add(ComputeResource(endpoint, resource.value, [host], parent, pool))
        add(ResourcePool(endpoint, pool.value, [host], resource))
    managers: dict[str, Ref] = {}
    for name, (manager, start) in _HOST_MANAGERS.items():
        made = manager(endpoint, f"ha-{start.lower()}" if own else f"{start}-{host.number * 10 + 1}", host)
        add(made)
        managers[name] = made.ref
    add(HostSystem(endpoint, ids.of(host).value, host, resource, managers))
    add(HostDatastoreBrowser(endpoint, f"hostDatastoreBrowser-{host.number}"))
    add(EnvironmentBrowser(endpoint, f"envbrowser-{host.number}"))


class _Finders:
    """Find by their identifiers what the site holds; an object is the same as long as what it stands for is there."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._machines: dict[int, VirtualMachine] = {}
        self._networks: dict[str, Network] = {}
        self._datastores: dict[str, Datastore] = {}
        self._folders: dict[str, Folder] = {}
        self._datacenters: dict[str, Datacenter] = {}
        self._apps: dict[str, VirtualApp] = {}

    def machine(self, moid: str) -> VirtualMachine | None:
        """Find a machine."""
        machine = self._endpoint.machine_of(moid)
        if machine is None:
            return None
        found = self._machines.get(machine.number)
        if found is None or found.machine is not machine or isinstance(found, LostMachine) != is_lost(machine):
            kind = LostMachine if is_lost(machine) else VirtualMachine
            found = self._machines[machine.number] = kind(self._endpoint, moid, machine)
        return found

    def app(self, moid: str) -> VirtualApp | None:
        """Find a vApp."""
        endpoint = self._endpoint
        apps = endpoint.site.apps if endpoint.host is None else ()
        app = next((app for app in apps if endpoint.ids.app(app).value == moid), None)
        if app is None:
            return None
        found = self._apps.get(moid)
        if found is None:
            top = app
            while top.above is not None:
                top = top.above
            pool = endpoint.pool_of(top)
            hosts = [host for host in endpoint.hosts if endpoint.ids.pool(host) == pool]
            owner = endpoint.ids.resource(hosts[0])
            found = self._apps[moid] = VirtualApp(endpoint, app, hosts, owner, endpoint.pool_of(app))
        return found

    def snapshot(self, moid: str) -> VirtualMachineSnapshot | None:
        """Find a snapshot."""
        found = self._endpoint.snapshot_of(moid)
        return VirtualMachineSnapshot(self._endpoint, moid, *found) if found is not None else None

    def task(self, moid: str) -> Task | None:
        """Find a task that clients have heard of."""
        task = self._endpoint.shown_tasks.get(moid)
        return Task(self._endpoint, moid, task) if task is not None else None

    def datastore(self, moid: str) -> Datastore | None:
        """Find a datastore."""
        endpoint, ids = self._endpoint, self._endpoint.ids
        found = self._datastores.get(moid)
        if found is not None and any(found.datastore in host.known_datastores for host in endpoint.hosts):
            return found
        for host in endpoint.hosts:
            for store in host.known_datastores:
                if ids.of(store).value == moid and host.datacenter is not None:
                    parent = ids.folders(host.datacenter)["datastore"]
                    found = self._datastores[moid] = Datastore(endpoint, moid, store, parent)
                    return found
        return None

    def browser(self, moid: str) -> HostDatastoreBrowser | None:
        """Find the browser of a datastore."""
        store = moid.removeprefix("datastoreBrowser-")
        known = store != moid and self.datastore(store) is not None
        return HostDatastoreBrowser(self._endpoint, moid) if known else None

    def folder(self, moid: str) -> Folder | None:
        """Find a folder."""
        found = self._folders.get(moid)
        if found is not None and (found.folder is None or found.folder in self._endpoint.site.folders):
            return found
        shown = self._endpoint.folder_at(moid)
        if shown is None:
            return None
        found = self._folders[moid] = Folder(self._endpoint, moid, *shown)
        return found

    def datacenter(self, moid: str) -> Datacenter | None:
        """Find a datacenter."""
        found = self._datacenters.get(moid)
        if found is not None:
            return found
        for datacenter in self._endpoint.datacenters:
            if self._endpoint.ids.datacenter(datacenter).value == moid:
                found = self._datacenters[moid] = Datacenter(self._endpoint, moid, datacenter)
                return found
        return None

    def network(self, moid: str) -> Network | None:
        """Find a network, which comes and goes with port groups."""
        endpoint = self._endpoint
        for network in endpoint.networks:
            if endpoint.ids.of(network).value == moid:
                found = self._networks.get(moid)
                if found is None or found.network is not network:
                    of = (host.datacenter for host in endpoint.hosts if network in host.networks)
                    datacenter = next(filter(None, of), endpoint.datacenters[0])
                    parent = endpoint.ids.folders(datacenter)["network"]
                    found = self._networks[moid] = _network(endpoint, moid, network, parent)
                return found
        return None


def _network(endpoint: Endpoint, moid: str, network: networks.Network, parent: "Ref") -> Network:
    if isinstance(network, DistributedGroup) and endpoint.host is None:
        return DistributedVirtualPortgroup(endpoint, moid, network, parent, endpoint.ids.switch(network.switch))
    if isinstance(network, networks.OpaqueNetwork) and endpoint.host is None:
        return OpaqueNetwork(endpoint, moid, network, parent)
    return Network(endpoint, moid, network, parent)
