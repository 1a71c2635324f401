"""Distributed switches: a vCenter's, one for all hosts of a datacenter."""

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from esxvirt.sim.state.network.networks import Network

if TYPE_CHECKING:
    from esxvirt.sim.state.host.containers import Datacenter
    from esxvirt.sim.state.site.site import Host, Site

__all__ = ["DistributedGroup", "DistributedSwitch", "add_switch"]


@dataclass(slots=True, eq=False)
class DistributedGroup(Network):
    """A port group of a distributed switch; `uplink` for the one that the hosts' cards are in."""

    switch: "DistributedSwitch"
    vlan: int = 0
    uplink: bool = False

    @property
    def key(self) -> str:
        """What a machine's card names it by."""
        return f"dvportgroup-{self.number}"


@dataclass(slots=True, eq=False)
class DistributedSwitch:
    """A distributed switch; `uuid` in pairs of digits, as VMX files have it."""

    number: int
    name: str
    uuid: str
    datacenter: "Datacenter"
    groups: list[DistributedGroup] = field(default_factory=list)

    def hosts(self, site: "Site") -> "list[Host]":
        """Return the hosts that it is on."""
        return site.hosts_of(self.datacenter)


def add_switch(site: "Site", datacenter: "Datacenter", name: str) -> DistributedSwitch:
    """Make a switch with a port group for its uplinks and one for machines, on all hosts of a datacenter."""
    number = len(site.distributed) + 1
    digits = f"5020{uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.example.com').hex[4:]}"
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    made = DistributedSwitch(number, name, f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}", datacenter)
    for uplink, label in ((True, f"{name}-DVUplinks"), (False, f"DPortGroup{number}")):
        key = max((item.number for item in site.networks), default=6) + 1
        group = DistributedGroup(label, key, made, 0 if uplink else 100 + number, uplink)
        made.groups.append(group)
        site.networks.append(group)
        for host in made.hosts(site):
            host.networks.append(group)
    site.distributed.append(made)
    return made
