"""Compute resources: what a host that is in no cluster hangs on."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.site import Host

__all__ = ["ComputeResource"]


class ComputeResource(ManagedEntity):
    """The compute resource of one host."""

    __slots__ = ("_parent", "_pool", "host")

    wsdl = "ComputeResource"

    def __init__(self, endpoint: "Endpoint", moid: str, host: "Host", parent: Ref, pool: Ref) -> None:
        super().__init__(endpoint, moid)
        self.host = host
        self._parent = parent
        self._pool = pool

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
        return [self.endpoint.identify(self.host)]

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.identify(datastore) for datastore in self.host.datastores]

    @provides("network")
    def _get_network(self) -> list[Ref]:
        return [self.endpoint.identify(network) for network in self.host.networks]

    @provides("environmentBrowser")
    def _get_environment_browser(self) -> Ref:
        return Ref("EnvironmentBrowser", f"envbrowser-{self.host.number}")

    @provides("configurationEx")
    def _get_configuration_ex(self) -> Data:
        return Data("ComputeResourceConfigInfo", vmSwapPlacement="vmDirectory")

    @provides("summary")
    def _get_summary(self) -> Data:
        host = self.host
        return Data(
            "ComputeResourceSummary",
            totalCpu=host.mhz * host.cores,
            totalMemory=long(host.memory),
            numCpuCores=host.cores,
            numCpuThreads=host.threads,
            effectiveCpu=host.mhz * host.cores - 400,
            effectiveMemory=long((host.memory >> 20) - 2048),
            numHosts=1,
            numEffectiveHosts=1,
            overallStatus="green",
        )
