"""Distributed switches, which only a vCenter has."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.state.machine.machine import EPOCH
from esxvirt.sim.wire.values import Data, Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.network.distributed import DistributedSwitch

__all__ = ["VmwareDistributedVirtualSwitch"]

_PORTS = 128


class VmwareDistributedVirtualSwitch(ManagedEntity):
    """A distributed switch; its hosts and port groups stay as they are."""

    __slots__ = ("_parent", "switch")

    wsdl = "VmwareDistributedVirtualSwitch"

    def __init__(self, endpoint: "Endpoint", moid: str, switch: "DistributedSwitch", parent: Ref) -> None:
        super().__init__(endpoint, moid)
        self.switch = switch
        self._parent = parent

    @provides("name")
    def _get_name(self) -> str:
        return escape_name(self.switch.name)

    @provides("parent")
    def _get_parent(self) -> Ref:
        return self._parent

    @provides("uuid", "config.uuid", "summary.uuid")
    def _get_uuid(self) -> str:
        return self.switch.uuid

    @provides("portgroup")
    def _get_portgroup(self) -> list[Ref]:
        return [self.endpoint.ids.of(group) for group in self.switch.groups]

    @provides("capability")
    def _get_capability(self) -> Data:
        return Data("DVSCapability", dvsOperationSupported=True, dvPortGroupOperationSupported=True)

    def _hosts(self) -> list[Ref]:
        return [self.endpoint.ids.of(host) for host in self.endpoint.site.hosts_of(self.switch.datacenter)]

    def _product(self) -> Data:
        major = self.endpoint.profile.release[0]
        version = {4: "4.0.0", 5: "5.0.0", 6: "6.6.0"}.get(major, "7.0.0")
        words = {"name": "DVS", "vendor": "VMware", "version": version}
        return Data("DistributedVirtualSwitchProductSpec", **words)

    @provides("summary")
    def _get_summary(self) -> Data:
        return Data(
            "DVSSummary",
            name=self._get_name(),
            uuid=self.switch.uuid,
            numPorts=_PORTS * len(self.switch.groups),
            productInfo=self._product(),
            hostMember=self._hosts(),
            portgroupName=[group.name for group in self.switch.groups],
        )

    @provides("config")
    def _get_config(self) -> Data:
        members = [
            Data(
                "DistributedVirtualSwitchHostMember",
                config=Data(
                    "DistributedVirtualSwitchHostMemberConfigInfo",
                    host=host,
                    maxProxySwitchPorts=256,
                    backing=Data("DistributedVirtualSwitchHostMemberPnicBacking", pnicSpec=[]),
                ),
                status="up",
            )
            for host in self._hosts()
        ]
        return Data(
            "VMwareDVSConfigInfo",
            uuid=self.switch.uuid,
            name=self._get_name(),
            numStandalonePorts=0,
            numPorts=_PORTS * len(self.switch.groups),
            maxPorts=8192,
            uplinkPortPolicy=Data("DVSNameArrayUplinkPortPolicy", uplinkPortName=["dvUplink1", "dvUplink2"]),
            uplinkPortgroup=[self.endpoint.ids.of(group) for group in self.switch.groups if group.uplink],
            defaultPortConfig=Data("VMwareDVSPortSetting"),
            host=members,
            productInfo=self._product(),
            configVersion="1",
            contact=Data("DVSContactInfo"),
            createTime=EPOCH,
            networkResourceManagementEnabled=False,
            maxMtu=1500,
        )
