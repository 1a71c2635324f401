"""Builds the objects of an endpoint that are always there: folders, datacenter, hosts, managers."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects import load
from esxvirt.sim.objects.base import CLASSES
from esxvirt.sim.objects.compute_resource import ComputeResource
from esxvirt.sim.objects.datacenter import Datacenter
from esxvirt.sim.objects.datastore import Datastore
from esxvirt.sim.objects.environment_browser import EnvironmentBrowser
from esxvirt.sim.objects.folder import Folder
from esxvirt.sim.objects.host_auto_start_manager import HostAutoStartManager
from esxvirt.sim.objects.host_datastore_browser import HostDatastoreBrowser
from esxvirt.sim.objects.host_datastore_system import HostDatastoreSystem
from esxvirt.sim.objects.host_manager import HostManager
from esxvirt.sim.objects.host_network_system import HostNetworkSystem
from esxvirt.sim.objects.host_storage_system import HostStorageSystem
from esxvirt.sim.objects.host_system import HostSystem
from esxvirt.sim.objects.network import Network
from esxvirt.sim.objects.resource_pool import ResourcePool
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.site import Host

__all__ = ["build"]

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
    "eventManager": ("EventManager", "ha-eventmgr", "EventManager"),
}
# Managers of a host: property of HostConfigManager -> (class, the start of the identifier).
_HOST_MANAGERS: dict[str, tuple[type[HostManager], str]] = {
    "datastoreSystem": (HostDatastoreSystem, "datastoreSystem"),
    "networkSystem": (HostNetworkSystem, "networkSystem"),
    "storageSystem": (HostStorageSystem, "storageSystem"),
    "autoStartManager": (HostAutoStartManager, "autoStartManager"),
}
_ENTITIES = ("Folder", "Datacenter")


def build(endpoint: "Endpoint") -> None:
    """Make the objects of `endpoint` and tell it where they are."""
    load()
    own = endpoint.host is not None
    endpoint.add(CLASSES["ServiceInstance"](endpoint, "ServiceInstance"))
    for name, (type_name, own_id, vcenter_id) in _MANAGERS.items():
        known = endpoint.encoder.sees(schema.data_type("ServiceContent").by_name[name].version)
        if type_name in CLASSES and known:
            endpoint.managers[name] = endpoint.add(CLASSES[type_name](endpoint, own_id if own else vcenter_id)).ref
    _Tree(endpoint).plant()


class _Tree:
    """The inventory's skeleton of one endpoint."""

    def __init__(self, endpoint: "Endpoint") -> None:
        self._endpoint = endpoint
        self._own = endpoint.host is not None

    def plant(self) -> None:
        """Make folders, datacenter, hosts, datastores and networks."""
        endpoint = self._endpoint
        ids = (
            {"root": "ha-folder-root", "datacenter": "ha-datacenter", "vm": "ha-folder-vm", "host": "ha-folder-host",
             "datastore": "ha-folder-datastore", "network": "ha-folder-network"}
            if self._own else
            {"root": "group-d1", "datacenter": "datacenter-2", "vm": "group-v3", "host": "group-h4",
             "datastore": "group-s5", "network": "group-n6"}
        )  # fmt: skip
        root = Ref("Folder", ids["root"])
        datacenter = Ref("Datacenter", ids["datacenter"])
        folders = {kind: Ref("Folder", ids[kind]) for kind in ("vm", "host", "datastore", "network")}
        endpoint.root_folder = root
        endpoint.vm_folder = folders["vm"]
        endpoint.datacenter = datacenter
        root_name = "ha-folder-root" if self._own else "Datacenters"
        endpoint.add(Folder(endpoint, root.value, root_name, None, _ENTITIES, lambda: [datacenter]))
        name = "ha-datacenter" if self._own else endpoint.site.datacenter
        endpoint.add(Datacenter(endpoint, datacenter.value, name, root, folders))
        resources = [self._host(host, folders["host"]) for host in endpoint.hosts]
        contents = {
            "vm": (
                ("Folder", "VirtualMachine", "VirtualApp"),
                lambda: map(endpoint.identify, endpoint.machines.values()),
            ),
            "host": (("Folder", "ComputeResource"), lambda: resources),
            "datastore": (("Folder", "Datastore", "StoragePod"), lambda: map(endpoint.identify, endpoint.datastores)),
            "network": (("Folder", "Network"), lambda: map(endpoint.identify, endpoint.networks)),
        }
        for kind, (types, children) in contents.items():
            endpoint.add(Folder(endpoint, ids[kind], kind, datacenter, types, children))
        for store in endpoint.datastores:
            ref = endpoint.identify(store)
            endpoint.add(Datastore(endpoint, ref.value, store, folders["datastore"]))
            endpoint.add(HostDatastoreBrowser(endpoint, f"datastoreBrowser-{ref.value}"))
        for network in endpoint.networks:
            ref = endpoint.identify(network)
            endpoint.add(Network(endpoint, ref.value, network, folders["network"]))

    def _host(self, host: "Host", folder: Ref) -> Ref:
        endpoint = self._endpoint
        resource = Ref("ComputeResource", "ha-compute-res" if self._own else f"domain-s{host.number * 10}")
        pool = Ref("ResourcePool", "ha-root-pool" if self._own else f"resgroup-{host.number * 10 + 2}")
        endpoint.root_pools[host.number] = pool
        managers = {}
        for name, (manager, start) in _HOST_MANAGERS.items():
            moid = f"ha-{start.lower()}" if self._own else f"{start}-{host.number * 10 + 1}"
            managers[name] = endpoint.add(manager(endpoint, moid, host)).ref
        endpoint.add(ComputeResource(endpoint, resource.value, host, folder, pool))
        endpoint.add(ResourcePool(endpoint, pool.value, host, resource))
        endpoint.add(HostSystem(endpoint, endpoint.identify(host).value, host, resource, managers))
        endpoint.add(HostDatastoreBrowser(endpoint, f"hostDatastoreBrowser-{host.number}"))
        endpoint.add(EnvironmentBrowser(endpoint, f"envbrowser-{host.number}"))
        return resource
