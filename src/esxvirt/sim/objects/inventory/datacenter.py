"""Datacenters."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.folder_changes import check_container_name
from esxvirt.sim.objects.inventory.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.objects.managers.task import Task
    from esxvirt.sim.state.host import containers
    from esxvirt.sim.state.host.host import Host

__all__ = ["Datacenter"]


class Datacenter(ManagedEntity):
    """A datacenter with its four folders."""

    __slots__ = ("_folders", "_name", "_parent", "datacenter")

    wsdl = "Datacenter"

    def __init__(
        self,
        endpoint: "Endpoint",
        moid: str,
        name: str,
        parent: Ref,
        folders: dict[str, Ref],
        datacenter: "containers.Datacenter",
    ) -> None:
        super().__init__(endpoint, moid)
        self.datacenter = datacenter
        self._name = name
        self._parent = parent
        self._folders = folders

    @provides("name")
    def _get_name(self) -> str:
        return self.datacenter.name if self.endpoint.host is None else self._name

    @provides("parent")
    def _get_parent(self) -> Ref:
        if self.endpoint.host is not None:
            return self._parent
        return self.endpoint.tree.ref_of(self.datacenter.folder, self.endpoint.root_folder)

    def Rename_Task(self, call: "Call", newName: str) -> "Task":
        """Give the datacenter another name."""
        if self.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: a host's datacenter stays.")
        require(call, "Datacenter.Rename", self.ref)

        def work(_: object) -> None:
            self.datacenter.name = check_container_name(call, self._get_parent(), newName, self.datacenter)
            self.endpoint.site.touch()

        return self.endpoint.start_task(call, "ManagedEntity.rename", self, work)

    @provides("vmFolder")
    def _get_vm_folder(self) -> Ref:
        return self._folders["vm"]

    @provides("hostFolder")
    def _get_host_folder(self) -> Ref:
        return self._folders["host"]

    @provides("datastoreFolder")
    def _get_datastore_folder(self) -> Ref:
        return self._folders["datastore"]

    @provides("networkFolder")
    def _get_network_folder(self) -> Ref:
        return self._folders["network"]

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        stores = {store: None for host in self._hosts() for store in host.datastores}
        return [self.endpoint.identify(store) for store in stores]

    def _hosts(self) -> "list[Host]":
        return [host for host in self.endpoint.hosts if host.datacenter is self.datacenter]

    @provides("network")
    def _get_network(self) -> list[Ref]:
        networks = {network: None for host in self._hosts() for network in host.networks}
        return [self.endpoint.identify(network) for network in networks]

    @provides("configuration")
    def _get_configuration(self) -> Data:
        return Data("DatacenterConfigInfo", defaultHardwareVersionKey=f"vmx-{self.endpoint.profile.hw_version:02d}")
