"""Clusters."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.inventory.compute_resource import ComputeResource
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.containers import Cluster
    from esxvirt.sim.state.host.host import Host

__all__ = ["ClusterComputeResource"]


class ClusterComputeResource(ComputeResource):
    """A cluster of hosts, without automatic placement: a machine runs where it is told to."""

    __slots__ = ("cluster",)

    wsdl = "ClusterComputeResource"

    def __init__(
        self, endpoint: "Endpoint", moid: str, cluster: "Cluster", hosts: "list[Host]", parent: Ref, pool: Ref
    ) -> None:
        super().__init__(endpoint, moid, hosts, parent, pool)
        self.cluster = cluster

    @provides("name")
    def _get_name(self) -> str:
        return self.cluster.name

    @provides("configuration")
    def _get_configuration(self) -> Data:
        return Data("ClusterConfigInfo", dasConfig=_availability(), drsConfig=_placement())

    @provides("configurationEx")
    def _get_configuration_ex(self) -> Data:
        common = {"vmSwapPlacement": "vmDirectory", "dasConfig": _availability(), "drsConfig": _placement()}
        return Data("ClusterConfigInfoEx", **common)

    @provides("recommendation", "drsRecommendation", "migrationHistory", "actionHistory", "drsFault")
    def _get_history(self) -> list[Data]:
        return []

    @provides("summary", "summaryEx")
    def _get_summary(self) -> Data:
        return Data("ClusterComputeResourceSummary", **self.totals(), currentFailoverLevel=0, numVmotions=0)


def _availability() -> Data:
    return Data("ClusterDasConfigInfo", enabled=False, failoverLevel=1, admissionControlEnabled=True)


def _placement() -> Data:
    return Data("ClusterDrsConfigInfo", enabled=False, defaultVmBehavior="manual", vmotionRate=3)
