"""Resource pools."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.machine.admission import reserved
from esxvirt.sim.objects.machine.allocation import allocation
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host

__all__ = ["ResourcePool"]


class ResourcePool(ManagedEntity):
    """The root pool of a host, or of a cluster's hosts."""

    __slots__ = ("_owner", "hosts")

    wsdl = "ResourcePool"

    def __init__(self, endpoint: "Endpoint", moid: str, hosts: "list[Host]", owner: Ref) -> None:
        super().__init__(endpoint, moid)
        self.hosts = hosts
        self._owner = owner

    @property
    def host(self) -> "Host":
        """The host, or a cluster's first."""
        return self.hosts[0]

    @provides("name")
    def _get_name(self) -> str:
        return "Resources"

    @provides("parent", "owner")
    def _get_parent(self) -> Ref:
        return self._owner

    @provides("resourcePool")
    def _get_resource_pool(self) -> list[Ref]:
        if self.endpoint.host is not None:
            return []
        datacenter = self.host.datacenter
        own = [app for app in self.endpoint.site.apps if app.above is None and app.datacenter is datacenter]
        return [self.endpoint.ids.app(app) for app in own if self.endpoint.pool_of(app) == self.ref]

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        return [
            self.endpoint.ids.of(machine)
            for host in self.hosts
            for machine in self.endpoint.site.machines_on(host).values()
            if machine.app is None or self.endpoint.host is not None
        ]

    def _usage(self, most: int, used: int, reserved_: int) -> Data:
        left = max(0, most - reserved_)
        return Data(
            "ResourcePoolResourceUsage",
            reservationUsed=long(reserved_),
            reservationUsedForVm=long(reserved_),
            unreservedForPool=long(left),
            unreservedForVm=long(left),
            overallUsage=long(used),
            maxUsage=long(most),
        )

    @property
    def _mhz(self) -> int:
        return sum(host.mhz * host.cores - 400 for host in self.hosts)

    @provides("runtime")
    def _get_runtime(self) -> Data:
        memory = sum(host.memory - (2 << 30) for host in self.hosts)
        site = self.endpoint.site
        taken = [reserved(site, host) for host in self.hosts]
        used = sum(site.memory_used(host) for host in self.hosts)
        return Data(
            "ResourcePoolRuntimeInfo",
            memory=self._usage(memory, used, sum(item[1] for item in taken)),
            cpu=self._usage(self._mhz, 300 * len(self.hosts), sum(item[0] for item in taken)),
            overallStatus="green",
        )

    @provides("config")
    def _get_config(self) -> Data:
        memory = sum((host.memory >> 20) - 2048 for host in self.hosts)
        return Data(
            "ResourceConfigSpec",
            entity=self.ref,
            lastModified=None,
            cpuAllocation=allocation(self._mhz, self._mhz, "normal"),
            memoryAllocation=allocation(memory, memory, "normal"),
        )

    @provides("summary")
    def _get_summary(self) -> Data:
        config = self._get_config()
        return Data("ResourcePoolSummary", name="Resources", config=config, runtime=self._get_runtime())
