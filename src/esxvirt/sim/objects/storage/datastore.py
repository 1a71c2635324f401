"""Datastores."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host import storage_parts
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.machine.files import uses
from esxvirt.sim.state.machine.machine import EPOCH
from esxvirt.sim.wire.values import Data, Fault, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.storage import datastores

__all__ = ["Datastore"]


class Datastore(ManagedEntity):
    """A datastore as one endpoint shows it."""

    __slots__ = ("_parent", "datastore")

    wsdl = "Datastore"

    def __init__(self, endpoint: "Endpoint", moid: str, datastore: "datastores.Datastore", parent: Ref) -> None:
        super().__init__(endpoint, moid)
        self.datastore = datastore
        self._parent = parent

    @property
    def url(self) -> str:
        """Where it is, as the product writes it: a path on hosts, ``ds:`` before it on vCenters since 4.1."""
        store = self.datastore
        if store.kind == "OTHER" or self.endpoint.host is not None:
            return store.mount
        return f"ds://{store.mount}/" if self.endpoint.profile.release >= (4, 1) else store.mount

    @provides("name", "summary.name", "info.name")
    def _get_name(self) -> str:
        return self.datastore.name

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._parent

    @provides("summary.url")
    def _get_url(self) -> str:
        return self.url

    @provides("summary.accessible")
    def _get_accessible(self) -> bool:
        return self.datastore.accessible

    @provides("summary")
    def _get_summary(self) -> Data:
        store = self.datastore
        return Data(
            "DatastoreSummary",
            datastore=self.ref,
            name=store.name,
            url=self.url,
            capacity=long(store.capacity),
            freeSpace=long(store.free),
            uncommitted=long(0),
            accessible=store.accessible,
            multipleHostAccess=not store.local,
            type=store.protocol if store.kind == "NFS" else store.kind,
            maintenanceMode="normal",
        )

    @provides("info")
    def _get_info(self) -> Data:
        store = self.datastore
        common = {
            "name": store.name,
            "url": self.url,
            "freeSpace": long(store.free),
            "maxFileSize": long(64 << 40),
            "timestamp": EPOCH,
        }
        if store.kind == "VMFS":
            limits = {
                "maxPhysicalRDMFileSize": long(64 << 40),
                "maxVirtualRDMFileSize": long(62 << 40),
                "maxMemoryFileSize": long(64 << 40),
            }
            vmfs = storage_parts.vmfs_volume(store, self.endpoint.profile.release)
            return Data("VmfsDatastoreInfo", **common, **limits, vmfs=vmfs)
        if store.kind == "NFS":
            nas = storage_parts.nas_volume(store)
            return Data("NasDatastoreInfo", **common, nas=nas)
        return Data("LocalDatastoreInfo", **common, path=store.mount)

    @provides("host")
    def _get_host(self) -> list[Data]:
        mounts = []
        for host in self.endpoint.hosts:
            if self.datastore in host.known_datastores:
                mount = storage_parts.mount_info(host, self.datastore)
                mounts.append(Data("DatastoreHostMount", key=self.endpoint.ids.of(host), mountInfo=mount))
        return mounts

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        machines = self.endpoint.machines.values()
        return [self.endpoint.ids.of(machine) for machine in machines if uses(machine, self.datastore)]

    @provides("browser")
    def _get_browser(self) -> Ref:
        return Ref("HostDatastoreBrowser", f"datastoreBrowser-{self.ref.value}")

    @provides("capability")
    def _get_capability(self) -> Data:
        return Data(
            "DatastoreCapability",
            directoryHierarchySupported=True,
            rawDiskMappingsSupported=self.datastore.kind == "VMFS",
            perFileThinProvisioningSupported=True,
            storageIORMSupported=True,
            nativeSnapshotSupported=False,
        )

    def RefreshDatastore(self, call: "Call") -> None:
        """Look again what is on it: all that others wrote is known at once here, as there is one site."""
        self._refresh(call)

    def RefreshDatastoreStorageInfo(self, call: "Call") -> None:
        """Look again how much room is left."""
        self._refresh(call)

    def _refresh(self, call: "Call") -> None:
        if not self.datastore.accessible:
            text = f"Unable to access datastore '{self.datastore.name}'."
            raise Fault("HostConfigFault", text)
        call.endpoint.site.touch()
