"""Virtual machines."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.machine import layout, parts
from esxvirt.sim.objects.machine.allocation import allocation
from esxvirt.sim.objects.machine.console import ConsoleMethods
from esxvirt.sim.objects.machine.export import ExportMethods
from esxvirt.sim.objects.machine.lifecycle import LifecycleMethods
from esxvirt.sim.objects.machine.moves import MoveMethods
from esxvirt.sim.objects.machine.power import PowerMethods
from esxvirt.sim.objects.machine.snapshots import SnapshotMethods
from esxvirt.sim.objects.machine.templates import TemplateMethods
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.containers import App
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["VirtualMachine"]


# What can be done about a machine of which the server has no configuration.
_WITHOUT_CONFIG = frozenset({"Destroy_Task", "Reload", "UnregisterVM", "reloadVirtualMachineFromPath_Task"})


class VirtualMachine(
    ExportMethods, SnapshotMethods, TemplateMethods, MoveMethods, PowerMethods, LifecycleMethods, ConsoleMethods
):
    """A machine as one endpoint shows it. What lists ask for most is answered path by path."""

    __slots__ = ("machine",)

    wsdl = "VirtualMachine"

    def __init__(self, endpoint: "Endpoint", moid: str, machine: "Machine") -> None:
        super().__init__(endpoint, moid)
        self.machine = machine

    def check_readable(self, privilege: str | None) -> None:
        """Refuse what an unreadable machine keeps to itself: all but what everybody may view."""
        if self.machine.unreadable and privilege != "System.View":
            text = "Permission to perform this operation was denied."
            raise Fault("NoPermission", text, object=self.ref, privilegeId="System.Read")

    @provides("name", "config.name", "summary.config.name")
    def _get_name(self) -> str:
        return escape_name(self.machine.name)

    def check_callable(self, method: str) -> None:
        """Refuse what the server cannot do for want of the host, or of the machine's files."""
        state = self._get_connection_state()
        if state == "connected" or method == "Fetch":
            return
        if state == "disconnected":
            text = "Unable to communicate with the remote host, since it is disconnected."
            raise Fault("HostNotConnected", text)
        if method not in _WITHOUT_CONFIG:
            raise Fault("InvalidState", "The operation is not allowed in the current state.")

    @property
    def app(self) -> "App | None":
        """The vApp that it is in, which only a vCenter shows."""
        return self.machine.app if self.endpoint.host is None else None

    @provides("parent")
    def _get_parent(self) -> Ref | None:
        return self.endpoint.folder_of(self.machine) if self.app is None else None

    @provides("parentVApp")
    def _get_parent_app(self) -> Ref | None:
        return self.endpoint.ids.app(self.app) if self.app is not None else None

    @provides("resourcePool")
    def _get_resource_pool(self) -> Ref | None:
        if self.machine.template:
            return None
        return self.endpoint.ids.app(self.app) if self.app is not None else self.endpoint.ids.pool(self.machine.host)

    @provides("environmentBrowser")
    def _get_environment_browser(self) -> Ref:
        return Ref("EnvironmentBrowser", f"envbrowser-{self.machine.host.number}")

    @provides("datastore")
    def _get_datastore(self) -> list[Ref]:
        return [self.endpoint.ids.of(self.machine.datastore)]

    @provides("network")
    def _get_network(self) -> list[Ref]:
        names = {nic.network for nic in self.machine.config.nics}
        return [self.endpoint.ids.of(item) for item in self.machine.host.networks if item.key in names]

    @provides("config.uuid", "summary.config.uuid")
    def _get_uuid(self) -> str:
        return self.machine.config.uuid

    @provides("config.instanceUuid", "summary.config.instanceUuid")
    def _get_instance_uuid(self) -> str | None:
        return self.machine.config.instance_uuid or None

    @provides("config.guestId", "summary.config.guestId")
    def _get_guest_id(self) -> str:
        return self.machine.config.guest_id

    @provides("config.version")
    def _get_version(self) -> str:
        return f"vmx-{self.machine.config.hw_version:02d}"

    @provides("config.template", "summary.config.template")
    def _get_template(self) -> bool:
        return self.machine.template

    @provides("config.changeVersion")
    def _get_change_version(self) -> str:
        return self.machine.change_version

    @provides("config.annotation", "summary.config.annotation")
    def _get_annotation(self) -> str:
        return self.machine.config.annotation

    @provides("config.files.vmPathName", "summary.config.vmPathName")
    def _get_vm_path_name(self) -> str:
        return self.machine.vmx_path

    @provides("config.hardware.memoryMB", "summary.config.memorySizeMB")
    def _get_memory_mb(self) -> int:
        return self.machine.config.memory_mb

    @provides("config.hardware.numCPU", "summary.config.numCpu")
    def _get_num_cpu(self) -> int:
        return self.machine.config.cpus

    @provides("runtime.powerState", "summary.runtime.powerState")
    def _get_power_state(self) -> str:
        return self.machine.power

    @provides("runtime.connectionState", "summary.runtime.connectionState")
    def _get_connection_state(self) -> str:
        return parts.connection_state(self.endpoint, self.machine)

    @provides("runtime.host", "summary.runtime.host")
    def _get_runtime_host(self) -> Ref:
        return self.endpoint.ids.of(self.machine.host)

    @provides("runtime.bootTime", "summary.runtime.bootTime")
    def _get_boot_time(self) -> datetime | None:
        return self.machine.boot_time

    @provides("guest.ipAddress", "summary.guest.ipAddress")
    def _get_ip_address(self) -> str | None:
        return self.machine.address if self.machine.tools_running else None

    @provides("guest.hostName", "summary.guest.hostName")
    def _get_host_name(self) -> str | None:
        return self.machine.guest_name if self.machine.tools_running else None

    @provides("guest.toolsStatus", "summary.guest.toolsStatus")
    def _get_tools_status(self) -> str:
        return parts.tools_status(self.machine)

    @provides("guestHeartbeatStatus", "summary.quickStats.guestHeartbeatStatus")
    def _get_guest_heartbeat(self) -> str:
        return "green" if self.machine.tools_running else "gray"

    @provides("summary.quickStats.overallCpuUsage")
    def _get_cpu_usage(self) -> int | None:
        return parts.cpu_usage(self.machine)

    @provides("summary.quickStats.guestMemoryUsage")
    def _get_guest_memory_usage(self) -> int | None:
        return parts.guest_memory(self.machine)

    @provides("summary.quickStats.uptimeSeconds")
    def _get_uptime(self) -> int | None:
        boot = self.machine.boot_time
        return int((datetime.now(UTC) - boot).total_seconds()) if boot else None

    @provides("runtime")
    def _get_runtime(self) -> Data:
        return parts.runtime(self.endpoint, self.machine)

    @provides("config")
    def _get_config(self) -> Data:
        return parts.config(self.endpoint, self.machine)

    @provides("config.hardware")
    def _get_hardware(self) -> Data:
        return parts.hardware(self.endpoint, self.machine)

    @provides("config.hardware.device")
    def _get_devices(self) -> list[Data]:
        return parts.devices(self.endpoint, self.machine)

    @provides("summary")
    def _get_summary(self) -> Data:
        return parts.summary(self.endpoint, self.machine, self.ref)

    @provides("guest")
    def _get_guest(self) -> Data:
        return parts.guest(self.machine)

    @provides("capability")
    def _get_capability(self) -> Data:
        return parts.capability()

    @provides("resourceConfig")
    def _get_resource_config(self) -> Data:
        config = self.machine.config
        cpu = allocation(config.cpu_min, config.cpu_max, config.cpu_shares)
        memory = allocation(config.mem_min, config.mem_max, config.mem_shares)
        return Data("ResourceConfigSpec", entity=self.ref, cpuAllocation=cpu, memoryAllocation=memory)

    @provides("layout")
    def _get_layout(self) -> Data:
        return layout.layout(self.endpoint, self.machine)

    @provides("layoutEx")
    def _get_layout_ex(self) -> Data:
        return layout.layout_ex(self.endpoint, self.machine)
