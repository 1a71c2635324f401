"""Machines of which a server has no configuration: inaccessible, invalid and orphaned ones."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.machine import parts
from esxvirt.sim.objects.machine.virtual_machine import VirtualMachine
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["LostMachine", "is_lost"]

# What the server still knows, although it is part of what it cannot read.
_KNOWN = frozenset({"summary.config.name", "summary.config.vmPathName", "summary.config.template"})
_UNREAD = tuple(
    path
    for path in VirtualMachine.getters
    if path.startswith(("config", "summary.config.", "guest.", "summary.guest.", "layout")) and path not in _KNOWN
)


def is_lost(machine: "Machine") -> bool:
    """Return whether a machine is such a one."""
    return machine.connection != "connected"


class LostMachine(VirtualMachine):
    """A machine without configuration. A host knows it by the path of its VMX file, a vCenter by the name it had."""

    __slots__ = ()

    @provides("name", "summary.config.name")
    def _get_name(self) -> str:
        machine = self.machine
        if self.endpoint.host is None:
            return escape_name(machine.name)
        return escape_name(f"{machine.datastore.mount}/{machine.vmx_file}")

    @provides(*_UNREAD, "config", "guest", "layout", "layoutEx", "resourceConfig")
    def _get_unread(self) -> None:
        """Leave unset what is in files that nobody reads."""

    @provides("configStatus", "overallStatus")
    def _get_status(self) -> str:
        return "gray"

    @provides("network")
    def _get_no_network(self) -> list[Ref]:
        return []

    @provides("summary.quickStats.overallCpuUsage", "summary.quickStats.guestMemoryUsage",
              "summary.quickStats.uptimeSeconds")  # fmt: skip
    def _get_no_figure(self) -> None:
        """Leave unset what nobody counts."""

    @provides("guestHeartbeatStatus", "summary.quickStats.guestHeartbeatStatus")
    def _get_heartbeat(self) -> str:
        return "gray"

    @provides("runtime")
    def _get_lost_runtime(self) -> Data:
        known = ("host", "connectionState", "powerState", "faultToleranceState", "toolsInstallerMounted",
                 "numMksConnections", "recordReplayState")  # fmt: skip
        whole: dict[str, Any] = parts.runtime(self.endpoint, self.machine).fields
        return Data("VirtualMachineRuntimeInfo", **{name: whole[name] for name in known})

    @provides("summary")
    def _get_lost_summary(self) -> Data:
        machine = self.machine
        config = Data(
            "VirtualMachineConfigSummary",
            name=self._get_name(),
            template=machine.template,
            vmPathName=machine.vmx_path,
        )
        return Data(
            "VirtualMachineSummary",
            vm=self.ref,
            runtime=self._get_lost_runtime(),
            config=config,
            quickStats=Data("VirtualMachineQuickStats", guestHeartbeatStatus="gray"),
            overallStatus="gray",
        )
