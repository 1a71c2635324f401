"""What a host can give a machine."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["EnvironmentBrowser"]


class EnvironmentBrowser(ManagedObject):
    """The environment browser of a compute resource."""

    __slots__ = ()

    wsdl = "EnvironmentBrowser"

    def QueryConfigOptionDescriptor(self, call: "Call") -> list[Data]:
        """List the hardware versions that a host can run."""
        del call
        newest = self.endpoint.profile.hw_version
        known = [number for number in (3, 4, 7, 8, 9, 10, 11, 13, 14, 15, 17, 18, 19, 20, 21) if number <= newest]
        return [
            Data(
                "VirtualMachineConfigOptionDescriptor",
                key=f"vmx-{number:02d}",
                description=f"Virtual machine hardware {number}",
                createSupported=number > 3,
                defaultConfigOption=number == newest,
                runSupported=True,
                upgradeSupported=number < newest,
            )
            for number in known
        ]

    def QueryConfigTarget(self, call: "Call", host: Ref | None = None) -> Data:
        """Tell what there is to attach: networks and datastores."""
        del host
        networks = [
            Data("VirtualMachineNetworkInfo", name=item.name, network=Data(
                "NetworkSummary", network=call.endpoint.ids.of(item), name=item.name, accessible=True, ipPoolName=""))
            for item in call.endpoint.networks
        ]  # fmt: skip
        shown = call.endpoint.hosts[0]
        return Data(
            "ConfigTarget",
            numCpus=shown.threads,
            numCpuCores=shown.cores,
            numNumaNodes=shown.numa_nodes,
            network=networks,
            datastore=[],
            maxMemMBOptimalPerf=shown.memory >> 20,
        )
