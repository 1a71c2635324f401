"""Compute resources: what a host that is in no cluster hangs on."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host

__all__ = ["ComputeResource"]


class ComputeResource(ManagedEntity):
    """The compute resource of one host; a cluster's has several."""

    __slots__ = ("_parent", "_pool", "hosts")

    wsdl = "ComputeResource"

    def __init__(self, endpoint: "Endpoint", moid: str, hosts: "list[Host]", parent: Ref, pool: Ref) -> None:
        super().__init__(endpoint, moid)
        self.hosts = hosts
        self._parent = parent
        self._pool = pool

    @property
    def host(self) -> "Host":
        """The host, or a cluster's first."""
        return self.hosts[0]

    @provides("name")
    def _get_name(self) -> str:
        return self.host.full_name

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._parent

    @provides("resourcePool")
    def _get_resource_pool(self) -> Ref:
        return self._pool

    @provides("host")
    def _get_host(self) -> list[Ref]:
        return [self.endpoint.ids.of(host) for host in self.hosts]

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        stores = {store: None for host in self.hosts for store in host.known_datastores}
        return [self.endpoint.ids.of(store) for store in stores]

    @provides("network")
    def _get_network(self) -> list[Ref]:
        networks = {network: None for host in self.hosts for network in host.networks}
        return [self.endpoint.ids.of(network) for network in networks]

    @provides("environmentBrowser")
    def _get_environment_browser(self) -> Ref:
        return Ref("EnvironmentBrowser", f"envbrowser-{self.host.number}")

    @provides("configurationEx")
    def _get_configuration_ex(self) -> Data:
        return Data("ComputeResourceConfigInfo", vmSwapPlacement="vmDirectory")

    def totals(self) -> dict[str, Any]:
        """Return what the hosts have together, as the fields of a ``ComputeResourceSummary``."""
        hosts = self.hosts
        clock = sum(host.mhz * host.cores for host in hosts)
        memory = sum(host.memory for host in hosts)
        return {
            "totalCpu": clock,
            "totalMemory": long(memory),
            "numCpuCores": sum(host.cores for host in hosts),
            "numCpuThreads": sum(host.threads for host in hosts),
            "effectiveCpu": clock - 400 * len(hosts),
            "effectiveMemory": long((memory >> 20) - 2048 * len(hosts)),
            "numHosts": len(hosts),
            "numEffectiveHosts": len(hosts),
            "overallStatus": "green",
        }

    @provides("summary")
    def _get_summary(self) -> Data:
        return Data("ComputeResourceSummary", **self.totals())
