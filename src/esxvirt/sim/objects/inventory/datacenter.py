"""Datacenters."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.folder_changes import check_container_name
from esxvirt.sim.objects.inventory.folder_contents import datastores, networks
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state import containers

__all__ = ["Datacenter"]


class Datacenter(ManagedEntity):
    """A datacenter with its four folders."""

    __slots__ = ("datacenter",)

    wsdl = "Datacenter"

    def __init__(self, endpoint: "Endpoint", moid: str, datacenter: "containers.Datacenter") -> None:
        super().__init__(endpoint, moid)
        self.datacenter = datacenter

    @provides("name")
    def _get_name(self) -> str:
        return self.datacenter.name if self.endpoint.host is None else self.ref.value

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self.endpoint.ids.folder_or_top(self.datacenter.folder, "datacenter", None)

    def Rename_Task(self, call: "Call", newName: str) -> Ref:
        """Give the datacenter another name."""
        if self.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: a host's datacenter stays.")
        require(call, "Datacenter.Rename", self.ref)

        def work(_: object) -> None:
            self.datacenter.name = check_container_name(call, self._get_parent(), newName, self.datacenter)
            self.endpoint.site.touch()

        return self.start_task(call, "ManagedEntity.rename", self.ref, work)

    @provides("vmFolder")
    def _get_vm_folder(self) -> Ref:
        return self.endpoint.ids.folders(self.datacenter)["vm"]

    @provides("hostFolder")
    def _get_host_folder(self) -> Ref:
        return self.endpoint.ids.folders(self.datacenter)["host"]

    @provides("datastoreFolder")
    def _get_datastore_folder(self) -> Ref:
        return self.endpoint.ids.folders(self.datacenter)["datastore"]

    @provides("networkFolder")
    def _get_network_folder(self) -> Ref:
        return self.endpoint.ids.folders(self.datacenter)["network"]

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return datastores(self.endpoint, self.datacenter)

    @provides("network")
    def _get_network(self) -> list[Ref]:
        return networks(self.endpoint, self.datacenter)

    @provides("configuration")
    def _get_configuration(self) -> Data:
        return Data("DatacenterConfigInfo", defaultHardwareVersionKey=f"vmx-{self.endpoint.profile.hw_version:02d}")
