"""The network of a host."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.host import network_parts
from esxvirt.sim.objects.host.host_manager import HostManager
from esxvirt.sim.state.network.networks import PortGroup, Shaping, Switch
from esxvirt.sim.state.site.networks import add_port_group, remove_port_group, running_on
from esxvirt.sim.wire.values import Data, Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["HostNetworkSystem"]

_LONGEST_NAME = 31
_MOST_PORTS = 4088
_DEFAULT_PORTS = 128
_HIGHEST_VLAN = 4095


def _invalid(name: str) -> Fault:
    return Fault("InvalidArgument", f"A specified parameter was not correct: {name}", invalidProperty=name)


def _shaping_of(policy: Data | None) -> Shaping | None:
    shaping = policy.shapingPolicy if policy is not None else None
    if shaping is None or not shaping.enabled:
        return None
    return Shaping(shaping.averageBandwidth or 0, shaping.peakBandwidth or 0, shaping.burstSize or 0)


class HostNetworkSystem(HostManager):
    """The network system of a host."""

    __slots__ = ()

    wsdl = "HostNetworkSystem"

    @provides("networkInfo")
    def _get_network_info(self) -> Data:
        return network_parts.network(self.endpoint.site, self.host)

    @provides("dnsConfig")
    def _get_dns_config(self) -> Data:
        return network_parts.dns(self.host)

    @provides("ipRouteConfig")
    def _get_ip_route_config(self) -> Data:
        return network_parts.route()

    # Switches.

    def AddVirtualSwitch(self, call: "Call", vswitchName: str, spec: Data | None = None) -> None:
        """Add a virtual switch."""
        if not vswitchName or len(vswitchName) > _LONGEST_NAME:
            raise _invalid("vswitchName")
        if self._find_switch(vswitchName) is not None:
            raise Fault("AlreadyExists", "The specified key, name, or identifier already exists.", name=vswitchName)
        self.host.switches.append(self._described(Switch(vswitchName, _DEFAULT_PORTS), spec))
        call.endpoint.site.touch()

    def UpdateVirtualSwitch(self, call: "Call", vswitchName: str, spec: Data) -> None:
        """Change a virtual switch."""
        switch = self._switch(vswitchName)
        changed = self._described(Switch(switch.name, switch.ports), spec)
        self.host.switches[self.host.switches.index(switch)] = changed
        call.endpoint.site.touch()

    def RemoveVirtualSwitch(self, call: "Call", vswitchName: str) -> None:
        """Remove a virtual switch with its port groups; it must not be in use."""
        switch = self._switch(vswitchName)
        groups = [group for group in self.host.port_groups if group.switch == vswitchName]
        for group in groups:
            self._refuse_used(group, vswitchName)
        for group in groups:
            remove_port_group(call.endpoint.site, self.host, group)
        self.host.switches.remove(switch)
        call.endpoint.site.touch()

    def _described(self, switch: Switch, spec: Data | None) -> Switch:
        """Make a switch what `spec` says."""
        if spec is None:
            return switch
        if spec.numPorts is not None:
            if not 0 <= spec.numPorts <= _MOST_PORTS:
                raise _invalid("spec.numPorts")
            switch.ports = spec.numPorts or _DEFAULT_PORTS
        if spec.mtu is not None:
            if not 1280 <= spec.mtu <= 9000:
                raise _invalid("spec.mtu")
            switch.mtu = spec.mtu
        switch.shaping = _shaping_of(spec.policy)
        switch.uplinks = self._uplinks(switch.name, spec.bridge)
        return switch

    def _uplinks(self, name: str, bridge: Data | None) -> list[str]:
        if bridge is None:
            return []
        wanted: Any = bridge.fields.get("nicDevice") or []
        if bridge.is_a("HostVirtualSwitchSimpleBridge"):
            wanted = [wanted] if wanted else []
        # libvirt names cards by their keys, others by their device names.
        devices = [device.removeprefix(network_parts.NIC_KEY) for device in wanted or ()]
        known = {nic.device for nic in self.host.nics}
        for device in devices:
            if device not in known:
                text = f"Unable to set uplinks of the virtual switch {name}: no physical network adapter {device}"
                raise Fault("PlatformConfigFault", text, text=text)
            if any(device in other.uplinks for other in self.host.switches if other.name != name):
                raise Fault("ResourceInUse", f"The resource '{device}' is in use.", type="PhysicalNic", name=device)
        return list(dict.fromkeys(devices))

    def _find_switch(self, name: str) -> Switch | None:
        return next((switch for switch in self.host.switches if switch.name == name), None)

    def _switch(self, name: str) -> Switch:
        found = self._find_switch(name)
        if found is None:
            raise Fault("NotFound", f"The object or item referred to could not be found: virtual switch {name}.")
        return found

    # Port groups.

    def AddPortGroup(self, call: "Call", portgrp: Data) -> None:
        """Add a port group to a virtual switch."""
        self._check(portgrp)
        if self._find_group(portgrp.name) is not None:
            raise Fault("AlreadyExists", "The specified key, name, or identifier already exists.", name=portgrp.name)
        site = call.endpoint.site
        shaping = _shaping_of(portgrp.policy)
        add_port_group(site, self.host, portgrp.name, portgrp.vswitchName, portgrp.vlanId, shaping)
        site.touch()

    def UpdatePortGroup(self, call: "Call", pgName: str, portgrp: Data) -> None:
        """Change a port group, its name included."""
        group = self._group(pgName)
        self._check(portgrp)
        other = self._find_group(portgrp.name)
        if other is not None and other is not group:
            raise Fault("AlreadyExists", "The specified key, name, or identifier already exists.", name=portgrp.name)
        site = call.endpoint.site
        if portgrp.name != pgName:
            self._refuse_used(group, pgName)
        index = self.host.port_groups.index(group)
        remove_port_group(site, self.host, group)
        shaping = _shaping_of(portgrp.policy)
        made = add_port_group(site, self.host, portgrp.name, portgrp.vswitchName, portgrp.vlanId, shaping, group.system)
        if made.name == pgName and made.network is not group.network:
            # Its network stays what it was.
            site.networks[site.networks.index(made.network)] = group.network
            self.host.networks[self.host.networks.index(made.network)] = group.network
            made.network = group.network
        self.host.port_groups.remove(made)
        self.host.port_groups.insert(index, made)
        site.touch()

    def RemovePortGroup(self, call: "Call", pgName: str) -> None:
        """Remove a port group; it must not be in use."""
        group = self._group(pgName)
        self._refuse_used(group, pgName)
        remove_port_group(call.endpoint.site, self.host, group)
        call.endpoint.site.touch()

    def RefreshNetworkSystem(self, call: "Call") -> None:
        """Look again at the host's network: nothing changes behind this server's back."""
        call.endpoint.site.touch()

    def _check(self, spec: Data) -> None:
        """Refuse a port group that cannot be."""
        if not spec.name:
            raise _invalid("portgrp.name")
        if not 0 <= spec.vlanId <= _HIGHEST_VLAN:
            raise _invalid("portgrp.vlanId")
        self._switch(spec.vswitchName)

    def _find_group(self, name: str) -> PortGroup | None:
        return next((group for group in self.host.port_groups if group.name == name), None)

    def _group(self, name: str) -> PortGroup:
        found = self._find_group(name)
        if found is None:
            raise Fault("NotFound", f"The object or item referred to could not be found: port group {name}.")
        return found

    def _refuse_used(self, group: PortGroup, resource: str) -> None:
        """Refuse to take away what the host itself or a running machine is on."""
        if group.system or next(running_on(self.endpoint.site, self.host, group.name), None) is not None:
            text = f"The resource '{resource}' is in use."
            raise Fault("ResourceInUse", text, type="PortGroup", name=group.name)
