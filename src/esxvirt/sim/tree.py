"""Builds the objects of an endpoint that are always there: folders, datacenter, hosts, managers."""

from typing import TYPE_CHECKING

from esxvirt.sim.endpoint import FIRST_FOLDER
from esxvirt.sim.objects import load
from esxvirt.sim.objects.base import CLASSES
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
from esxvirt.sim.objects.network.distributed_virtual_portgroup import DistributedVirtualPortgroup
from esxvirt.sim.objects.network.distributed_virtual_switch import VmwareDistributedVirtualSwitch
from esxvirt.sim.objects.storage.datastore import Datastore
from esxvirt.sim.objects.storage.host_datastore_browser import HostDatastoreBrowser
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host import containers
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.network.distributed import DistributedSwitch

__all__ = ["Tree", "build"]

# Managers of a server: property of ServiceContent -> (type, identifier on a host, identifier on a vCenter).
_MANAGERS = {
    "propertyCollector": ("PropertyCollector", "ha-property-collector", "propertyCollector"),
    "viewManager": ("ViewManager", "ViewManager", "ViewManager"),
    "sessionManager": ("SessionManager", "ha-sessionmgr", "SessionManager"),
    "searchIndex": ("SearchIndex", "ha-searchindex", "SearchIndex"),
    "perfManager": ("PerformanceManager", "ha-perfmgr", "PerfMgr"),
    "taskManager": ("TaskManager", "ha-taskmgr", "TaskManager"),
    "fileManager": ("FileManager", "ha-nfc-file-manager", "FileManager"),
    "virtualDiskManager": ("VirtualDiskManager", "ha-vdiskmanager", "virtualDiskManager"),
    "licenseManager": ("LicenseManager", "ha-license-manager", "LicenseManager"),
    "authorizationManager": ("AuthorizationManager", "ha-authmgr", "AuthorizationManager"),
    "ovfManager": ("OvfManager", "ha-ovf-manager", "OvfManager"),
    "eventManager": ("EventManager", "ha-eventmgr", "EventManager"),
}
# Managers of a host: property of HostConfigManager -> (class, the start of the identifier).
_HOST_MANAGERS: dict[str, tuple[type[HostManager], str]] = {
    "datastoreSystem": (HostDatastoreSystem, "datastoreSystem"),
    "networkSystem": (HostNetworkSystem, "networkSystem"),
    "storageSystem": (HostStorageSystem, "storageSystem"),
    "autoStartManager": (HostAutoStartManager, "autoStartManager"),
}
# What may be in a folder, by what it holds.
_TYPES = {
    "datacenter": ("Folder", "Datacenter"),
    "vm": ("Folder", "VirtualMachine", "VirtualApp"),
    "host": ("Folder", "ComputeResource"),
    "datastore": ("Folder", "Datastore", "StoragePod"),
    "network": ("Folder", "Network", "DistributedVirtualSwitch"),
}
_LETTERS = {"datacenter": "d", "vm": "v", "host": "h", "datastore": "s", "network": "n"}


def build(endpoint: "Endpoint") -> None:
    """Make the objects of `endpoint` and tell it where they are."""
    load()
    own = endpoint.host is not None
    endpoint.add(CLASSES["ServiceInstance"](endpoint, "ServiceInstance"))
    for name, (type_name, own_id, vcenter_id) in _MANAGERS.items():
        known = endpoint.encoder.sees(schema.data_type("ServiceContent").by_name[name].version)
        if type_name in CLASSES and known:
            endpoint.managers[name] = endpoint.add(CLASSES[type_name](endpoint, own_id if own else vcenter_id)).ref
    endpoint.tree = Tree(endpoint)
    endpoint.tree.plant()


class Tree:
    """The inventory's skeleton of one endpoint."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self._endpoint = endpoint
        self._site = endpoint.site
        self._own = endpoint.host is not None
        # Compute resources by where they are: the datacenter, and the folder or None.
        self._resources: list[tuple[containers.Datacenter | None, containers.Folder | None, Ref]] = []

    def plant(self) -> None:
        """Make folders, datacenters, hosts and datastores; networks come and go, and are made when asked for."""
        endpoint = self._endpoint
        root = Ref("Folder", "ha-folder-root" if self._own else "group-d1")
        endpoint.root_folder = root
        name = "ha-folder-root" if self._own else "Datacenters"
        endpoint.add(Folder(endpoint, root.value, name, None, _TYPES["datacenter"], lambda: self._datacenters_in(None)))
        shown = [endpoint.host.datacenter] if endpoint.host else self._site.datacenters
        for datacenter in filter(None, shown):
            self.add_datacenter(datacenter)
        if not self._own:
            for folder in self._site.folders:
                self.add_folder(folder)
            for cluster in self._site.clusters:
                self._cluster(cluster)
            for switch in self._site.distributed:
                self._distributed(switch)
        for host in endpoint.hosts:
            self._host(host)
        self.add_datastores()

    def add_datacenter(self, datacenter: "containers.Datacenter") -> Ref:
        """Make a datacenter with its four folders."""
        endpoint = self._endpoint
        if self._own:
            ref = Ref("Datacenter", "ha-datacenter")
            folders = {kind: Ref("Folder", f"ha-folder-{kind}") for kind in ("vm", "host", "datastore", "network")}
        else:
            first = 0 if datacenter.number == 1 else 1000 * datacenter.number
            ref = Ref("Datacenter", f"datacenter-{first + 2}")
            folders = {
                kind: Ref("Folder", f"group-{_LETTERS[kind]}{first + number}")
                for number, kind in enumerate(("vm", "host", "datastore", "network"), start=3)
            }
        endpoint.add_datacenter(datacenter, ref, folders)
        name = "ha-datacenter" if self._own else datacenter.name
        parent = endpoint.root_folder if self._own else self.ref_of(datacenter.folder, endpoint.root_folder)
        node = Datacenter(endpoint, ref.value, name, parent, folders, datacenter)
        endpoint.add(node)
        getters = node.getters
        contents: dict[str, Callable[[], Iterable[Ref]]] = {
            "vm": lambda: [*self._folders_in(None, datacenter, "vm"), *self._machines_in(None, datacenter)],
            "host": lambda: [*self._folders_in(None, datacenter, "host"), *self._resources_in(None, datacenter)],
            "datastore": lambda: [*self._folders_in(None, datacenter, "datastore"), *getters["datastore"](node)],
            "network": lambda: [
                *self._folders_in(None, datacenter, "network"),
                *getters["network"](node),
                *self._switches_in(datacenter),
            ],
        }
        for kind, children in contents.items():
            endpoint.add(
                Folder(endpoint, folders[kind].value, kind, ref, _TYPES[kind], children, datacenter=datacenter)
            )
        return ref

    def _switches_in(self, datacenter: "containers.Datacenter") -> list[Ref]:
        if self._own:
            return []
        found = (switch for switch in self._site.distributed if switch.datacenter is datacenter)
        return [Ref("VmwareDistributedVirtualSwitch", f"dvs-{switch.number}") for switch in found]

    def _distributed(self, switch: "DistributedSwitch") -> None:
        endpoint = self._endpoint
        parent = endpoint.folders_of(switch.datacenter)["network"]
        own = endpoint.add(VmwareDistributedVirtualSwitch(endpoint, f"dvs-{switch.number}", switch, parent))
        for group in switch.groups:
            endpoint.add(DistributedVirtualPortgroup(endpoint, group.key, group, parent, own.ref))

    def add_folder(self, folder: "containers.Folder") -> Ref:
        """Make a folder that somebody has made."""
        endpoint = self._endpoint
        datacenter = folder.datacenter
        top = endpoint.folders_of(datacenter)[folder.holds] if datacenter else endpoint.root_folder
        contents: dict[str, Callable[[], Iterable[Ref]]] = {
            "vm": lambda: self._machines_in(folder, datacenter),
            "host": lambda: self._resources_in(folder, datacenter),
            "datacenter": lambda: self._datacenters_in(folder),
        }

        def children() -> list[Ref]:
            there = contents[folder.holds]() if folder.holds in contents else ()
            return [*self._folders_in(folder, datacenter, folder.holds), *there]

        ref = self.ref_of(folder, top)
        types = _TYPES[folder.holds]
        endpoint.add(
            Folder(endpoint, ref.value, folder.name, top, types, children, folder=folder, datacenter=datacenter)
        )
        return ref

    @staticmethod
    def ref_of(folder: "containers.Folder | None", top: Ref) -> Ref:
        """Return the reference of a folder, or of the top where there is none."""
        return top if folder is None else Ref("Folder", f"group-{_LETTERS[folder.holds]}{FIRST_FOLDER + folder.number}")

    # What is in a folder, None for the top.

    def _folders_in(
        self, above: "containers.Folder | None", datacenter: "containers.Datacenter | None", holds: str
    ) -> list[Ref]:
        if self._own:
            return []
        wanted = (above, datacenter, holds)
        found = (item for item in self._site.folders if (item.above, item.datacenter, item.holds) == wanted)
        return [self.ref_of(item, self._endpoint.root_folder) for item in found]

    def _datacenters_in(self, folder: "containers.Folder | None") -> list[Ref]:
        endpoint = self._endpoint
        found = [
            endpoint.datacenter_ref(item) for item in endpoint.shown_datacenters if self._own or item.folder is folder
        ]
        return found if folder is not None else [*self._folders_in(None, None, "datacenter"), *found]

    def _machines_in(
        self, folder: "containers.Folder | None", datacenter: "containers.Datacenter | None"
    ) -> "Iterable[Ref]":
        endpoint = self._endpoint
        machines = endpoint.machines.values()
        if self._own or (len(self._site.datacenters) == 1 and not self._site.machine_folders):
            return map(endpoint.identify, machines) if folder is None else ()
        placed = self._site.machine_folders
        return [
            endpoint.identify(machine)
            for machine in machines
            if machine.host.datacenter is datacenter and placed.get(machine.number) is folder
        ]

    def _resources_in(
        self, folder: "containers.Folder | None", datacenter: "containers.Datacenter | None"
    ) -> list[Ref]:
        return [ref for where, below, ref in self._resources if where is datacenter and (self._own or below is folder)]

    def _host_folder(self, folder: "containers.Folder | None", datacenter: "containers.Datacenter | None") -> Ref:
        assert datacenter is not None  # noqa: S101  # every host of a built site is in one
        top = self._endpoint.folders_of(datacenter)["host"]
        return top if self._own else self.ref_of(folder, top)

    def _cluster(self, cluster: "containers.Cluster") -> None:
        endpoint = self._endpoint
        hosts = [host for host in endpoint.hosts if host.cluster is cluster]
        ref = Ref("ClusterComputeResource", f"domain-c{cluster.number * 10 + 7}")
        pool = Ref("ResourcePool", f"resgroup-{cluster.number * 10 + 8}")
        folder = self._host_folder(cluster.folder, cluster.datacenter)
        endpoint.add(ClusterComputeResource(endpoint, ref.value, cluster, hosts, folder, pool))
        endpoint.add(ResourcePool(endpoint, pool.value, hosts, ref))
        self._resources.append((cluster.datacenter, cluster.folder, ref))
        for host in hosts:
            endpoint.root_pools[host.number] = pool
            self._host_itself(host, ref)

    def _host(self, host: "Host") -> None:
        endpoint = self._endpoint
        if host.cluster is not None and not self._own:
            return
        resource = Ref("ComputeResource", "ha-compute-res" if self._own else f"domain-s{host.number * 10}")
        pool = Ref("ResourcePool", "ha-root-pool" if self._own else f"resgroup-{host.number * 10 + 2}")
        endpoint.root_pools[host.number] = pool
        folder = self._host_folder(host.folder, host.datacenter)
        endpoint.add(ComputeResource(endpoint, resource.value, [host], folder, pool))
        endpoint.add(ResourcePool(endpoint, pool.value, [host], resource))
        self._resources.append((host.datacenter, host.folder, resource))
        self._host_itself(host, resource)

    def _host_itself(self, host: "Host", resource: Ref) -> None:
        endpoint = self._endpoint
        managers = {}
        for name, (manager, start) in _HOST_MANAGERS.items():
            moid = f"ha-{start.lower()}" if self._own else f"{start}-{host.number * 10 + 1}"
            managers[name] = endpoint.add(manager(endpoint, moid, host)).ref
        endpoint.add(HostSystem(endpoint, endpoint.identify(host).value, host, resource, managers))
        endpoint.add(HostDatastoreBrowser(endpoint, f"hostDatastoreBrowser-{host.number}"))
        endpoint.add(EnvironmentBrowser(endpoint, f"envbrowser-{host.number}"))

    def add_datastores(self) -> None:
        """Make the datastores that are not there yet."""
        endpoint = self._endpoint
        for host in endpoint.hosts:
            assert host.datacenter is not None  # noqa: S101  # as above
            folders = endpoint.folders_of(host.datacenter)
            for store in host.datastores:
                ref = endpoint.identify(store)
                if ref.value not in endpoint.objects:
                    endpoint.add(Datastore(endpoint, ref.value, store, folders["datastore"]))
                    endpoint.add(HostDatastoreBrowser(endpoint, f"datastoreBrowser-{ref.value}"))
