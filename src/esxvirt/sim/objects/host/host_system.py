"""Hosts."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host import parts
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host

__all__ = ["HostSystem"]


class HostSystem(ManagedEntity):
    """A host as one endpoint shows it. `managers` are its own managers' references by property of ``configManager``."""

    __slots__ = ("_managers", "_parent", "host")

    wsdl = "HostSystem"

    def __init__(self, endpoint: "Endpoint", moid: str, host: "Host", parent: Ref, managers: dict[str, Ref]) -> None:
        super().__init__(endpoint, moid)
        self.host = host
        self._parent = parent
        self._managers = managers

    @provides("name")
    def _get_name(self) -> str:
        return self.host.full_name

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._parent

    @provides("vm")
    def _get_vm(self) -> list[Ref]:
        return [self.endpoint.ids.of(machine) for machine in self.endpoint.site.machines_on(self.host).values()]

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.ids.of(datastore) for datastore in self.host.known_datastores]

    @provides("network")
    def _get_network(self) -> list[Ref]:
        return [self.endpoint.ids.of(network) for network in self.host.networks]

    @provides("datastoreBrowser")
    def _get_datastore_browser(self) -> Ref:
        return Ref("HostDatastoreBrowser", f"hostDatastoreBrowser-{self.host.number}")

    @provides("systemResources")
    def _get_system_resources(self) -> None:
        return None

    @provides("configManager")
    def _get_config_manager(self) -> Data:
        return Data("HostConfigManager", **self._managers)

    @provides("runtime.connectionState", "summary.runtime.connectionState")
    def _get_connection_state(self) -> str:
        return self.host.connection if self.endpoint.host is None else "connected"

    @provides("runtime")
    def _get_runtime(self) -> Data:
        state = self._get_connection_state()
        return Data(
            "HostRuntimeInfo",
            connectionState=state,
            powerState="poweredOn" if state == "connected" else "unknown",
            standbyMode="none",
            inMaintenanceMode=False,
            bootTime=self.host.boot_time,
        )

    @provides("hardware")
    def _get_hardware(self) -> Data:
        return parts.hardware(self.host)

    @provides("capability")
    def _get_capability(self) -> Data:
        return parts.capability(self.host)

    @provides("config")
    def _get_config(self) -> Data:
        return parts.config(self.endpoint.site, self.host, self.ref)

    def _quick_stats(self) -> Data:
        host, site = self.host, self.endpoint.site
        running = sum(machine.config.cpus for machine in site.machines_on(host).values() if machine.running)
        uptime = int((datetime.now(UTC) - host.boot_time).total_seconds())
        used = {"overallCpuUsage": 90 + min(30 * running, host.mhz * host.cores // 2), "uptime": uptime}
        return Data("HostListSummaryQuickStats", **used, overallMemoryUsage=site.memory_used(host) >> 20)

    @provides("summary")
    def _get_summary(self) -> Data:
        host = self.host
        settings: dict[str, Any] = {"name": host.full_name, "port": 443, "vmotionEnabled": True}
        return Data(
            "HostListSummary",
            host=self.ref,
            hardware=parts.hardware_summary(host),
            runtime=self._get_runtime(),
            config=Data(
                "HostConfigSummary",
                **settings,
                faultToleranceEnabled=False,
                sslThumbprint=self.endpoint.thumbprint,
                product=parts.product(host),
            ),
            quickStats=self._quick_stats(),
            overallStatus="green",
            rebootRequired=False,
            managementServerIp=host.management_server,
            maxEVCModeKey="intel-haswell",
        )

    @provides("summary.managementServerIp")
    def _get_management_server(self) -> str | None:
        return self.host.management_server

    @provides("hardware.memorySize")
    def _get_memory_size(self) -> int:
        return long(self.host.memory)

    @provides("licensableResource")
    def _get_licensable_resource(self) -> Data:
        packages = Data("KeyAnyValue", key="numCpuPackages", value=self.host.sockets)
        return Data("HostLicensableResourceInfo", resource=[packages])
