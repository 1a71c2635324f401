"""Making virtual switches and their port groups from XML, and removing them (virNetworkDefineXML, virNetworkUndefine).

Whatever fails leaves the host as it was: a switch that was made is removed again, port groups that were removed are put
back.
"""

import logging
from contextlib import suppress
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.host_parts import call_part
from esxvirt.driver.networks import (
    CARDS,
    GROUPS,
    SWITCHES,
    NetworkHandle,
    find_switch,
    groups_of,
    lookup_by_name,
    read_host,
)
from esxvirt.driver.validating import can_validate
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    NetworkExistsError,
    NetworkNotFoundError,
    OperationInvalidError,
    TransportError,
    UnsupportedError,
    XmlError,
)
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.network import ALL_VLANS, Bandwidth, Network, PortGroup, Vlan

__all__ = ["define", "undefine"]

_log = logging.getLogger(__name__)

_PORTS: Final = 128
_MACHINE: Final = "virtualMachine"


def define(connection: Connection, xml: str, *, validate: bool = False) -> NetworkHandle:
    """Make a virtual switch with its port groups. 3 SOAP calls, and one for each port group.

    libvirt's driver gives no VLAN to a port group, and no MTU to a switch.

    Args:
        connection: The connection.
        xml: The network's.
        validate: Whether the XML must fit libvirt's schema, too; where there is none to check with, a warning says so.

    Raises:
        XmlError: The XML is none, or has values that cannot be.
        InvalidArgumentError: The connection is to several hosts.
        ConfigUnsupportedError: It asks for what a virtual switch has not.
        NetworkExistsError: A port group of that name exists already.
        EsxvirtError: The switch exists already, or a network card that it names does not.
        ServerFault: The server refused; nothing is left behind.
        TransportError: The server broke off, and what was made is removed again as far as it can be.
    """
    from esxvirt.xml.network_parse import parse_network  # noqa: PLC0415  it needs lxml

    network = parse_network(xml, validate=validate and can_validate("network"))
    host = connection.scope.only_host().ref
    row = read_host(connection, host, SWITCHES, GROUPS, CARDS)
    _check(network, row)
    system = _system(connection, row)
    _make(connection, host, system, network, row)
    return lookup_by_name(connection, network.name)


def undefine(connection: Connection, network: NetworkHandle) -> None:
    """Remove a virtual switch and its port groups. 2 SOAP calls, and one for each port group.

    Raises:
        OperationInvalidError: The host itself uses it.
        NetworkNotFoundError: It is gone.
        ArgumentUnsupportedError: It is a distributed switch.
        ServerFault: The server refused, such as where a running machine uses it; nothing is changed then.
        TransportError: The server broke off.
    """
    if network.distributed is not None:
        raise ArgumentUnsupportedError(
            f"'{network.name}' is a distributed switch, of more than this host; remove it with the vCenter's own tools"
        )
    row = read_host(connection, network.host, SWITCHES, GROUPS)
    switch = find_switch(row, network.switch)
    if switch is None:
        raise NetworkNotFoundError(f"Could not find HostVirtualSwitch with name '{network.switch}'")
    groups = groups_of(row, switch)
    for group in groups:
        for port in group.port or ():
            if port.type != _MACHINE:
                raise OperationInvalidError(f"Cannot undefine HostVirtualSwitch that has a '{port.type}' port")
    system = _system(connection, row)
    removed: list[Any] = []
    try:
        for group in groups:
            removed.append(group)  # before the answer: a lost one may have done its work
            _remove_group(connection, network.host, system, group.spec.name)
        _remove_switch(connection, network.host, system, network.switch)
    except BaseException:
        _put_back(connection, network, system, removed)
        raise


def _system(connection: Connection, row: Row) -> Any:
    return connection.session.reference(row.ref.type, row.ref.value)


def _check(network: Network, row: Row) -> None:
    """Refuse what the driver's libvirt refuses, in its order, before anything is changed."""
    if find_switch(row, network.name) is not None:
        raise EsxvirtError("HostVirtualSwitch already exists, editing existing ones is not supported yet")
    if network.uuid is not None:
        raise ConfigUnsupportedError("Cannot use predefined UUID")
    if network.forward not in {None, "bridge"}:
        raise ConfigUnsupportedError(f"Unsupported forward mode '{network.forward}'")
    present = {group.spec.name for group in row.get(GROUPS) or ()}
    for group in network.port_groups:
        if group.name in present:
            raise NetworkExistsError(f"HostPortGroup with name '{group.name}' exists already")
        _check_vlan(group)
    names = [group.name for group in network.port_groups]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise XmlError(f"portgroup '{twice}' can only be listed once in network {network.name}")
    if network.foreign_devices:
        raise UnsupportedError(f"unsupported device type in network {network.name} interface pool")
    cards = {card.device for card in row.get(CARDS) or ()}
    for device in network.interfaces:
        if device not in cards:
            raise EsxvirtError(f"Could not find PhysicalNic with name '{device}'")
    if network.ignored:
        elements = ", ".join(f"<{tag}>" for tag in network.ignored)
        _log.warning("a virtual switch has no %s; '%s' was made without", elements, network.name)


def _check_vlan(group: PortGroup) -> None:
    if group.vlan is not None and group.vlan.trunk and group.vlan.tags != (ALL_VLANS,):
        raise ConfigUnsupportedError(
            f"port group '{group.name}': a trunk of a virtual switch carries all VLANs or one; write "
            f"<vlan trunk='yes'><tag id='{ALL_VLANS}'/></vlan>, or one tag without trunk='yes'"
        )


def _make(connection: Connection, host: Ref, system: Any, network: Network, row: Row) -> None:
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    keys = {card.device: card.key for card in row.get(CARDS) or ()}
    spec = vim.host.VirtualSwitch.Specification(
        numPorts=_PORTS, mtu=network.mtu, policy=_policy(network.bandwidth) if network.bandwidth else None
    )
    if network.interfaces:
        spec.bridge = vim.host.VirtualSwitch.BondBridge(nicDevice=[keys[device] for device in network.interfaces])
    made: list[str] = []
    try:
        _add_switch(connection, host, system, network.name, spec)
    except EsxvirtError:
        raise  # it is not there, or it is somebody else's
    except BaseException:
        _unmake(connection, host, system, network, made, row)
        raise
    try:
        for group in network.port_groups:
            made.append(group.name)
            _add_group(connection, host, system, _group_spec(network.name, group))
    except BaseException:
        _unmake(connection, host, system, network, made, row)
        raise


def _group_spec(switch: str, group: PortGroup) -> Any:
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    return vim.host.PortGroup.Specification(
        name=group.name, vlanId=_tag(group.vlan), vswitchName=switch, policy=_policy(group.bandwidth)
    )


def _tag(vlan: Vlan | None) -> int:
    return 0 if vlan is None else vlan.tags[0]


def _policy(bandwidth: Bandwidth | None) -> Any:
    """The policy with this limit: bits a second, and bytes in a burst, from libvirt's KiB; an empty one for none."""
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    if bandwidth is None:
        return vim.host.NetworkPolicy()
    shaping = {
        "averageBandwidth": _times(bandwidth.average, 8 * 1000),
        "peakBandwidth": _times(bandwidth.peak, 8 * 1000),
        "burstSize": _times(bandwidth.burst, 1024),
    }
    return vim.host.NetworkPolicy(shapingPolicy=vim.host.NetworkPolicy.TrafficShapingPolicy(enabled=True, **shaping))


def _times(value: int | None, factor: int) -> int | None:
    return None if value is None else value * factor


def _add_switch(connection: Connection, host: Ref, system: Any, name: str, spec: Any) -> None:
    try:
        call_part(connection, host, system, "AddVirtualSwitch", name, spec)
    except TransportError:
        if not _present(connection, host, name):
            raise


def _add_group(connection: Connection, host: Ref, system: Any, spec: Any) -> None:
    try:
        call_part(connection, host, system, "AddPortGroup", spec)
    except TransportError:
        if not _present(connection, host, spec.vswitchName, spec.name):
            raise


def _remove_group(connection: Connection, host: Ref, system: Any, name: str) -> None:
    try:
        call_part(connection, host, system, "RemovePortGroup", name)
    except TransportError:
        if _present(connection, host, None, name):
            raise


def _remove_switch(connection: Connection, host: Ref, system: Any, name: str) -> None:
    try:
        call_part(connection, host, system, "RemoveVirtualSwitch", name)
    except TransportError:
        if _present(connection, host, name):
            raise


def _present(connection: Connection, host: Ref, switch: str | None, group: str | None = None) -> bool:
    """Whether the host has this switch, or this port group on it (`switch` None: on any): what a lost answer tells."""
    row = read_host(connection, host, SWITCHES, GROUPS)
    if group is None:
        return switch is not None and find_switch(row, switch) is not None
    specs = [found.spec for found in row.get(GROUPS) or ()]
    return any(spec.name == group and switch in {None, spec.vswitchName} for spec in specs)


def _unmake(connection: Connection, host: Ref, system: Any, network: Network, made: list[str], before: Row) -> None:
    """Remove what was made, as far as it can be; what was there before is not touched."""
    with suppress(EsxvirtError):
        row = read_host(connection, host, SWITCHES, GROUPS)
        old = {group.spec.name for group in before.get(GROUPS) or ()}
        present = {group.spec.name for group in row.get(GROUPS) or () if group.spec.vswitchName == network.name}
        for name in made:
            if name in present - old:
                with suppress(EsxvirtError):
                    connection.session.call(system, "RemovePortGroup", name)
        if find_switch(row, network.name) is not None:
            connection.session.call(system, "RemoveVirtualSwitch", network.name)


def _put_back(connection: Connection, network: NetworkHandle, system: Any, removed: list[Any]) -> None:
    """Add port groups again that were removed before something failed, as far as that can be."""
    with suppress(EsxvirtError):
        row = read_host(connection, network.host, SWITCHES, GROUPS)
        if find_switch(row, network.switch) is None:
            return  # the switch is gone after all
        present = {group.spec.name for group in row.get(GROUPS) or ()}
        for group in removed:
            if group.spec.name not in present:
                with suppress(EsxvirtError):
                    connection.session.call(system, "AddPortGroup", _same_spec(group.spec))


def _same_spec(spec: Any) -> Any:
    """PyVmomi's object of a port group's specification that was read, with all that a policy has."""
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    return vim.host.PortGroup.Specification(
        name=spec.name,
        vlanId=spec.vlanId,
        vswitchName=spec.vswitchName,
        policy=_same(spec.policy) or vim.host.NetworkPolicy(),
    )


def _same(value: Any) -> Any:
    """PyVmomi's object for a data object that was read; anything else as it is."""
    from pyVmomi.VmomiSupport import GetWsdlType  # noqa: PLC0415  as above

    from esxvirt.vsphere.decode import Data  # noqa: PLC0415  as above

    if isinstance(value, list):
        return [_same(item) for item in value]
    if not isinstance(value, Data):
        return value
    return GetWsdlType("urn:vim25", value.kind)(**{name: _same(item) for name, item in value.fields().items()})
