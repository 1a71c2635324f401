"""Resource pools."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.site import Host

__all__ = ["ResourcePool", "allocation"]

_SHARES = {"low": 2000, "normal": 4000, "high": 8000}


def allocation(reservation: int, limit: int, shares: str, levels: dict[str, int] = _SHARES) -> Data:
    """Make a ``ResourceAllocationInfo``; `shares` is a level or a number."""
    level = shares if shares in levels else "custom"
    return Data(
        "ResourceAllocationInfo",
        reservation=long(reservation),
        expandableReservation=True,
        limit=long(limit),
        shares=Data("SharesInfo", shares=levels[shares] if shares in levels else int(shares), level=level),
    )


class ResourcePool(ManagedEntity):
    """The root pool of one host."""

    __slots__ = ("_owner", "host")

    wsdl = "ResourcePool"

    def __init__(self, endpoint: "Endpoint", moid: str, host: "Host", owner: Ref) -> None:
        super().__init__(endpoint, moid)
        self.host = host
        self._owner = owner

    @provides("name")
    def _get_name(self) -> str:
        return "Resources"

    @provides("parent", "owner")
    def _get_parent(self) -> Ref:
        return self._owner

    @provides("resourcePool")
    def _get_resource_pool(self) -> list[Ref]:
        return []

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        return [self.endpoint.identify(machine) for machine in self.host.machines.values()]

    def _usage(self, most: int, used: int) -> Data:
        return Data(
            "ResourcePoolResourceUsage",
            reservationUsed=long(0),
            reservationUsedForVm=long(0),
            unreservedForPool=long(most),
            unreservedForVm=long(most),
            overallUsage=long(used),
            maxUsage=long(most),
        )

    @provides("runtime")
    def _get_runtime(self) -> Data:
        host = self.host
        memory = host.memory - (2 << 30)
        return Data(
            "ResourcePoolRuntimeInfo",
            memory=self._usage(memory, host.memory_used),
            cpu=self._usage(host.mhz * host.cores - 400, 300),
            overallStatus="green",
        )

    @provides("config")
    def _get_config(self) -> Data:
        host = self.host
        return Data(
            "ResourceConfigSpec",
            entity=self.ref,
            lastModified=None,
            cpuAllocation=allocation(host.mhz * host.cores - 400, host.mhz * host.cores - 400, "normal"),
            memoryAllocation=allocation((host.memory >> 20) - 2048, (host.memory >> 20) - 2048, "normal"),
        )

    @provides("summary")
    def _get_summary(self) -> Data:
        config = self._get_config()
        return Data("ResourcePoolSummary", name="Resources", config=config, runtime=self._get_runtime())
