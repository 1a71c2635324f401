"""Networks: port groups as machines see them."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.network import networks

__all__ = ["Network"]


class Network(ManagedEntity):
    """A port group."""

    __slots__ = ("_parent", "network")

    wsdl = "Network"

    def __init__(self, endpoint: "Endpoint", moid: str, network: "networks.Network", parent: Ref) -> None:
        super().__init__(endpoint, moid)
        self.network = network
        self._parent = parent

    @provides("name", "summary.name")
    def _get_name(self) -> str:
        return escape_name(self.network.name)

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._parent

    @provides("host")
    def _get_host(self) -> list[Ref]:
        hosts = self.endpoint.hosts
        return [self.endpoint.ids.of(host) for host in hosts if self.network in host.networks]

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        key = self.network.key
        return [
            self.endpoint.ids.of(machine)
            for machine in self.endpoint.machines.values()
            if any(nic.network == key for nic in machine.config.nics)
        ]

    @provides("summary")
    def _get_summary(self) -> Data:
        return Data("NetworkSummary", network=self.ref, name=self._get_name(), accessible=True, ipPoolName="")
