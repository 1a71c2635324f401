"""Port groups and distributed switches that come to a site, and go."""

import uuid
from collections.abc import Iterator

from esxvirt.sim.state.containers import Datacenter, escape_name
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.network.distributed import DistributedGroup, DistributedSwitch
from esxvirt.sim.state.network.networks import Network, OpaqueNetwork, PortGroup, Shaping
from esxvirt.sim.state.site.site import Site

__all__ = [
    "add_distributed_group",
    "add_opaque_network",
    "add_port_group",
    "add_switch",
    "remove_port_group",
    "running_on",
]


def add_port_group(
    site: Site, host: Host, name: str, switch: str, vlan: int = 0, shaping: Shaping | None = None, system: str = ""
) -> PortGroup:
    """Add a port group to a host's switch. Its network is that of its name in the datacenter, or a new one."""
    neighbours = [other for other in site.hosts if other.datacenter is host.datacenter]
    network = next((group.network for other in neighbours for group in other.port_groups if group.name == name), None)
    if network is None:
        network = Network(name, _next_number(site))
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


def running_on(site: Site, host: Host, name: str) -> Iterator[tuple[Machine, str]]:
    """Yield each network card of a running machine that is on a host's port group, with its address."""
    for machine in site.machines_on(host).values():
        if machine.running:
            yield from ((machine, nic.mac) for nic in machine.config.nics if nic.network == name)


def add_switch(site: Site, datacenter: Datacenter, name: str) -> DistributedSwitch:
    """Make a switch with a port group for its uplinks and one for machines, on all hosts of a datacenter."""
    number = len(site.distributed) + 1
    digits = f"5020{uuid.uuid5(uuid.NAMESPACE_DNS, f'{name}.example.com').hex[4:]}"
    pairs = [digits[at : at + 2] for at in range(0, 32, 2)]
    made = DistributedSwitch(number, name, f"{' '.join(pairs[:8])}-{' '.join(pairs[8:])}", datacenter)
    for uplink, label in ((True, f"{name}-DVUplinks"), (False, f"DPortGroup{number}")):
        add_distributed_group(site, made, label, 0 if uplink else 100 + number, uplink=uplink)
    site.distributed.append(made)
    return made


def add_distributed_group(
    site: Site, switch: DistributedSwitch, name: str, vlan: int = 0, *, uplink: bool = False
) -> DistributedGroup:
    """Make a port group of a distributed switch, on all hosts of its datacenter."""
    group = DistributedGroup(escape_name(name), _next_number(site), switch, vlan, uplink)
    switch.groups.append(group)
    _add(site, group, switch.datacenter)
    return group


def add_opaque_network(site: Site, datacenter: Datacenter, name: str) -> OpaqueNetwork:
    """Make a network of NSX, on all hosts of a datacenter."""
    identifier = str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.nsx.example.com"))
    made = OpaqueNetwork(name, _next_number(site), identifier)
    _add(site, made, datacenter)
    return made


def _next_number(site: Site) -> int:
    return max((item.number for item in site.networks), default=6) + 1


def _add(site: Site, network: Network, datacenter: Datacenter) -> None:
    site.networks.append(network)
    for host in site.hosts_of(datacenter):
        host.networks.append(network)
