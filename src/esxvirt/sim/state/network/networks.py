"""The virtual switches of a host and the port groups on them.

What machines see is a network: the port groups of one name on the hosts of a datacenter are one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.site.site import Host, Site

__all__ = ["Network", "PhysicalNic", "PortGroup", "Shaping", "Switch", "add_port_group", "remove_port_group"]


@dataclass(slots=True, eq=False)
class Network:
    """What machines attach to."""

    name: str
    number: int

    @property
    def key(self) -> str:
        """What a machine's card names it by."""
        return self.name


@dataclass(frozen=True, slots=True)
class Shaping:
    """How traffic is limited: bits a second on average and at most, bytes in a burst."""

    average: int
    peak: int
    burst: int


@dataclass(slots=True, eq=False)
class PortGroup:
    """A port group of a host on its virtual switch `switch`.

    `system` is what the host itself has on it: "host" for the kernel's network card, "systemManagement" for the service
    console's, "" for nothing.
    """

    network: Network
    switch: str
    vlan: int = 0
    shaping: Shaping | None = None
    system: str = ""

    @property
    def name(self) -> str:
        """Its name, which is its network's."""
        return self.network.name


@dataclass(slots=True)
class Switch:
    """A virtual switch."""

    name: str
    ports: int
    uplinks: list[str] = field(default_factory=list)
    mtu: int = 1500
    shaping: Shaping | None = None


@dataclass(slots=True)
class PhysicalNic:
    """A network card of the host; speed in Mbit/s, 0 for no link."""

    device: str
    driver: str
    mac: str
    speed: int = 1000


def add_port_group(
    site: Site, host: Host, name: str, switch: str, vlan: int = 0, shaping: Shaping | None = None, system: str = ""
) -> PortGroup:
    """Add a port group to a host's switch. Its network is that of its name in the datacenter, or a new one."""
    neighbours = [other for other in site.hosts if other.datacenter is host.datacenter]
    network = next((group.network for other in neighbours for group in other.port_groups if group.name == name), None)
    if network is None:
        number = max((item.number for item in site.networks), default=6) + 1
        network = Network(name, number)
        site.networks.append(network)
    group = PortGroup(network, switch, vlan, shaping, system)
    host.port_groups.append(group)
    if network not in host.networks:
        host.networks.append(network)
    return group


def remove_port_group(site: Site, host: Host, group: PortGroup) -> None:
    """Remove a port group from a host, and its network if no host has it any more."""
    host.port_groups.remove(group)
    host.networks.remove(group.network)
    if not any(group.network in other.networks for other in site.hosts):
        site.networks.remove(group.network)


def running_on(host: Host, name: str) -> Iterator[tuple[Machine, str]]:
    """Yield each network card of a running machine that is on a host's port group, with its address."""
    for machine in host.machines.values():
        if machine.running:
            yield from ((machine, nic.mac) for nic in machine.config.nics if nic.network == name)
