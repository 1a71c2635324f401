"""The network of a host."""

from esxvirt.sim.objects import host_parts
from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host_manager import HostManager
from esxvirt.sim.wire.values import Data

__all__ = ["HostNetworkSystem"]


class HostNetworkSystem(HostManager):
    """The network system of a host."""

    __slots__ = ()

    wsdl = "HostNetworkSystem"

    @provides("networkInfo")
    def _get_network_info(self) -> Data:
        return host_parts.network(self.host)

    @provides("dnsConfig")
    def _get_dns_config(self) -> Data:
        return host_parts.dns(self.host)

    @provides("ipRouteConfig")
    def _get_ip_route_config(self) -> Data:
        return Data("HostIpRouteConfig", defaultGateway="10.0.0.1")
