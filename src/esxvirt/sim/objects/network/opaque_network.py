"""Networks that another product manages: NSX."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.network.network import Network
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.network.networks import OpaqueNetwork as State

__all__ = ["OpaqueNetwork"]


class OpaqueNetwork(Network):
    """A network of NSX; nothing of it can be changed here."""

    __slots__ = ("_opaque",)

    wsdl = "OpaqueNetwork"

    def __init__(self, endpoint: "Endpoint", moid: str, network: "State", parent: Ref) -> None:
        super().__init__(endpoint, moid, network, parent)
        self._opaque = network

    @provides("summary")
    def _get_summary(self) -> Data:
        return Data(
            "OpaqueNetworkSummary",
            network=self.ref,
            name=self._get_name(),
            accessible=True,
            ipPoolName="",
            opaqueNetworkId=self._opaque.identifier,
            opaqueNetworkType=self._opaque.kind,
        )
