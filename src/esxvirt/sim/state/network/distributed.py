"""Distributed switches: a vCenter's, one for all hosts of a datacenter."""

from esxvirt.records import field, record
from esxvirt.sim.state.containers import Datacenter
from esxvirt.sim.state.network.networks import Network

__all__ = ["DistributedGroup", "DistributedSwitch"]


@record(eq=False)
class DistributedGroup(Network):
    """A port group of a distributed switch; `uplink` for the one that the hosts' cards are in."""

    switch: "DistributedSwitch"
    vlan: int = 0
    uplink: bool = False

    @property
    def key(self) -> str:
        """What a machine's card names it by."""
        return f"dvportgroup-{self.number}"


@record(eq=False)
class DistributedSwitch:
    """A distributed switch; `uuid` in pairs of digits, as VMX files have it."""

    number: int
    name: str
    uuid: str
    datacenter: Datacenter
    groups: list[DistributedGroup] = field(default_factory=list)
