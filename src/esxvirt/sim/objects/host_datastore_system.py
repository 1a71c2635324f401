"""The datastores of a host."""

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host_manager import HostManager
from esxvirt.sim.wire.values import Data, Ref

__all__ = ["HostDatastoreSystem"]


class HostDatastoreSystem(HostManager):
    """The datastore system of a host."""

    __slots__ = ()

    wsdl = "HostDatastoreSystem"

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.identify(store) for store in self.host.datastores]

    @provides("capabilities")
    def _get_capabilities(self) -> Data:
        return Data(
            "HostDatastoreSystemCapabilities",
            nfsMountCreationRequired=True,
            nfsMountCreationSupported=True,
            localDatastoreSupported=self.endpoint.profile.is_gsx,
            vmfsExtentExpansionSupported=True,
        )
