"""Port groups of distributed switches."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.network.network import Network
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.network.distributed import DistributedGroup

__all__ = ["DistributedVirtualPortgroup"]

_OVERRIDES = ("blockOverrideAllowed", "shapingOverrideAllowed", "vendorConfigOverrideAllowed", "livePortMovingAllowed",
              "portConfigResetAtDisconnect", "vlanOverrideAllowed", "uplinkTeamingOverrideAllowed",
              "securityPolicyOverrideAllowed")  # fmt: skip


class DistributedVirtualPortgroup(Network):
    """A port group of a distributed switch."""

    __slots__ = ("_switch", "group")

    wsdl = "DistributedVirtualPortgroup"

    def __init__(self, endpoint: "Endpoint", moid: str, group: "DistributedGroup", parent: Ref, switch: Ref) -> None:
        super().__init__(endpoint, moid, group, parent)
        self.group = group
        self._switch = switch

    @provides("key", "config.key")
    def _get_key(self) -> str:
        return self.group.key

    @provides("tag")
    def _get_tag(self) -> list[Data]:
        return [Data("Tag", key="SYSTEM/DVS.UPLINKPG")] if self.group.uplink else []

    @provides("portKeys")
    def _get_port_keys(self) -> list[str]:
        return []

    @provides("config")
    def _get_config(self) -> Data:
        vlan = Data("VmwareDistributedVirtualSwitchVlanIdSpec", vlanId=self.group.vlan, inherited=False)
        return Data(
            "DVPortgroupConfigInfo",
            key=self.group.key,
            name=self.group.name,
            numPorts=128,
            distributedVirtualSwitch=self._switch,
            defaultPortConfig=Data("VMwareDVSPortSetting", vlan=vlan),
            policy=Data("VMwareDVSPortgroupPolicy", **dict.fromkeys(_OVERRIDES, False)),
            type="earlyBinding",
            configVersion="1",
            uplink=self.group.uplink,
        )
