"""Folders."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.folder_changes import FolderChanges
from esxvirt.sim.objects.inventory.folder_contents import contents
from esxvirt.sim.objects.inventory.folder_machines import FolderMachines
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state import containers

__all__ = ["Folder"]

# What may be in a folder, by what it holds.
_TYPES = {
    "datacenter": ("Folder", "Datacenter"),
    "vm": ("Folder", "VirtualMachine", "VirtualApp"),
    "host": ("Folder", "ComputeResource"),
    "datastore": ("Folder", "Datastore", "StoragePod"),
    "network": ("Folder", "Network", "DistributedVirtualSwitch"),
}


class Folder(FolderMachines, FolderChanges):
    """A folder of the inventory. `holds` says of what: "datacenter", "vm", "host", "datastore" or "network".

    `folder` is the site's; a datacenter's own four and the root have none. `datacenter` is the one that it is in.
    """

    __slots__ = ("datacenter", "folder", "holds")

    wsdl = "Folder"

    def __init__(
        self,
        endpoint: "Endpoint",
        moid: str,
        holds: str,
        folder: "containers.Folder | None" = None,
        datacenter: "containers.Datacenter | None" = None,
    ) -> None:
        super().__init__(endpoint, moid)
        self.holds = holds
        self.folder = folder
        self.datacenter = datacenter

    @provides("name")
    def _get_name(self) -> str:
        if self.folder is not None:
            return self.folder.name
        if self.datacenter is not None:
            return self.holds
        return "ha-folder-root" if self.endpoint.host is not None else "Datacenters"

    @provides("parent")
    def _get_parent(self) -> Ref | None:
        if self.folder is not None:
            return self.endpoint.ids.folder_or_top(self.folder.above, self.holds, self.datacenter)
        return self.endpoint.ids.datacenter(self.datacenter) if self.datacenter is not None else None

    @provides("childType")
    def _get_child_type(self) -> list[str]:
        return list(_TYPES[self.holds])

    @provides("childEntity")
    def _get_child_entity(self) -> list[Ref]:
        return list(contents(self.endpoint, self.holds, self.folder, self.datacenter))
