"""Browsing datastores."""

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.wire.values import Data, Ref

__all__ = ["HostDatastoreBrowser"]


class HostDatastoreBrowser(ManagedObject):
    """A datastore's or a host's browser."""

    __slots__ = ()

    wsdl = "HostDatastoreBrowser"

    @provides("datastore")
    def get_datastore(self) -> list[Ref]:
        moid = self.ref.value.partition("-")[2]
        refs = [self.endpoint.identify(store) for store in self.endpoint.datastores]
        return [ref for ref in refs if ref.value == moid] or refs

    @provides("supportedType")
    def get_supported_type(self) -> list[Data]:
        names = ("VmConfigFileQuery", "VmDiskFileQuery", "FolderFileQuery", "IsoImageFileQuery", "FloppyImageFileQuery")
        return [Data(name) for name in names]
