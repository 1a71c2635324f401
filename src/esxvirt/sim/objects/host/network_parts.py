"""The data objects that describe a host's network: switches, port groups, cards."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.host import pci_parts
from esxvirt.sim.state.site.networks import running_on
from esxvirt.sim.wire.values import Data, long

if TYPE_CHECKING:
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.network.networks import PhysicalNic, PortGroup, Shaping, Switch
    from esxvirt.sim.state.site.site import Site

__all__ = ["NIC_KEY", "dns", "network", "route"]

# How the key of a physical network card begins.
NIC_KEY = "key-vim.host.PhysicalNic-"
# The ports of a switch that it keeps for itself.
_RESERVED_PORTS = 8


def dns(host: "Host") -> Data:
    """Make how the host resolves names, and its own."""
    return Data(
        "HostDnsConfig",
        dhcp=False,
        hostName=host.name,
        domainName=host.domain,
        address=["10.0.0.2"],
        searchDomain=[host.domain],
    )


def route() -> Data:
    """Make where the host sends what is for others."""
    return Data("HostIpRouteConfig", defaultGateway="10.0.0.1")


def network(site: "Site", host: "Host") -> Data:
    """Make the host's network."""
    kernel, console = _own_cards(host)
    return Data(
        "HostNetworkInfo",
        vswitch=[_switch(site, host, switch) for switch in host.switches],
        portgroup=[_port_group(site, host, group) for group in host.port_groups],
        pnic=[_physical_nic(nic, index) for index, nic in enumerate(host.nics)],
        vnic=kernel,
        consoleVnic=console,
        dnsConfig=dns(host),
        ipRouteConfig=route(),
    )


def _switch(site: "Site", host: "Host", switch: "Switch") -> Data:
    groups = [group for group in host.port_groups if group.switch == switch.name]
    used = sum(len(_ports(site, host, group)) for group in groups)
    bridge = Data("HostVirtualSwitchBondBridge", nicDevice=list(switch.uplinks)) if switch.uplinks else None
    return Data(
        "HostVirtualSwitch",
        name=switch.name,
        key=f"key-vim.host.VirtualSwitch-{switch.name}",
        numPorts=switch.ports,
        numPortsAvailable=max(0, switch.ports - _RESERVED_PORTS - used),
        mtu=switch.mtu,
        portgroup=[_group_key(group) for group in groups],
        pnic=[_nic_key(device) for device in switch.uplinks],
        spec=Data(
            "HostVirtualSwitchSpec",
            numPorts=switch.ports,
            bridge=bridge,
            policy=_policy(switch.shaping, switch.uplinks),
            mtu=switch.mtu,
        ),
    )


def _port_group(site: "Site", host: "Host", group: "PortGroup") -> Data:
    switch = next((item for item in host.switches if item.name == group.switch), None)
    shaping = group.shaping or (switch.shaping if switch else None)
    return Data(
        "HostPortGroup",
        key=_group_key(group),
        port=_ports(site, host, group),
        vswitch=f"key-vim.host.VirtualSwitch-{group.switch}",
        computedPolicy=_policy(shaping, switch.uplinks if switch else []),
        spec=Data(
            "HostPortGroupSpec",
            name=group.name,
            vlanId=group.vlan,
            vswitchName=group.switch,
            policy=Data("HostNetworkPolicy", shapingPolicy=_shaping(group.shaping) if group.shaping else None),
        ),
    )


def _ports(site: "Site", host: "Host", group: "PortGroup") -> list[Data]:
    """Make the ports of a port group: the host's own, and those of machines that run."""
    key = _group_key(group)
    used = [("virtualMachine", mac) for _, mac in running_on(site, host, group.name)]
    if group.system:
        used.insert(0, (group.system, _mac(host)))
    return [
        Data("HostPortGroupPort", key=f"{key}-port-{index}", mac=[mac], type=kind)
        for index, (kind, mac) in enumerate(used)
    ]


def _group_key(group: "PortGroup") -> str:
    return f"key-vim.host.PortGroup-{group.name}"


def _nic_key(device: str) -> str:
    return NIC_KEY + device


def _shaping(shaping: "Shaping | None") -> Data:
    if shaping is None:
        return Data("HostNetworkTrafficShapingPolicy", enabled=False)
    return Data(
        "HostNetworkTrafficShapingPolicy",
        enabled=True,
        averageBandwidth=long(shaping.average),
        peakBandwidth=long(shaping.peak),
        burstSize=long(shaping.burst),
    )


def _policy(shaping: "Shaping | None", uplinks: list[str]) -> Data:
    """Make a whole policy, as hosts compute it."""
    teaming = Data(
        "HostNicTeamingPolicy",
        policy="loadbalance_srcid",
        reversePolicy=True,
        notifySwitches=True,
        rollingOrder=False,
        nicOrder=Data("HostNicOrderPolicy", activeNic=list(uplinks), standbyNic=[]),
    )
    return Data(
        "HostNetworkPolicy",
        security=Data("HostNetworkSecurityPolicy", allowPromiscuous=False, macChanges=True, forgedTransmits=True),
        nicTeaming=teaming,
        offloadPolicy=Data("HostNetOffloadCapabilities", csumOffload=True, tcpSegmentation=True, zeroCopyXmit=True),
        shapingPolicy=_shaping(shaping),
    )


def _physical_nic(nic: "PhysicalNic", index: int) -> Data:
    link = Data("PhysicalNicLinkInfo", speedMb=nic.speed, duplex=True) if nic.speed else None
    return Data(
        "PhysicalNic",
        key=_nic_key(nic.device),
        device=nic.device,
        pci=pci_parts.nic_address(index),
        driver=nic.driver,
        linkSpeed=link,
        validLinkSpecification=[Data("PhysicalNicLinkInfo", speedMb=1000, duplex=True)],
        spec=Data("PhysicalNicSpec", ip=Data("HostIpConfig", dhcp=False, ipAddress="", subnetMask="")),
        wakeOnLanSupported=True,
        mac=nic.mac,
    )


def _mac(host: "Host") -> str:
    """Return the address of the host's own virtual card: that of its first card, moved to VMware's range."""
    tail = host.nics[0].mac[9:] if host.nics else f"00:00:{host.number:02x}"
    return f"00:50:56:{tail}"


def _own_cards(host: "Host") -> tuple[list[Data], list[Data]]:
    """Make the host's own virtual cards: those of the kernel, and those of a service console."""
    found: dict[str, list[Data]] = {"host": [], "systemManagement": []}
    for group in host.port_groups:
        if group.system in found:
            cards = found[group.system]
            device = f"{'vmk' if group.system == 'host' else 'vswif'}{len(cards)}"
            address = Data("HostIpConfig", dhcp=False, ipAddress=f"10.0.1.{host.number}", subnetMask="255.255.0.0")
            spec = Data("HostVirtualNicSpec", ip=address, mac=_mac(host), portgroup=group.name)
            key = f"key-vim.host.VirtualNic-{device}"
            cards.append(Data("HostVirtualNic", device=device, key=key, portgroup=group.name, spec=spec, port=None))
    return found["host"], found["systemManagement"]
