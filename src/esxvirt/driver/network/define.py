"""Making virtual switches and their port groups from XML, and removing them (virNetworkDefineXML, virNetworkUndefine).

Whatever fails leaves the host as it was: a switch that was made is removed again, port groups that were removed are put
back.
"""

from contextlib import suppress
from functools import partial
from typing import Any, Final

from esxvirt.driver._late import network_xml, vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.validating import can_validate
from esxvirt.driver.host.host_parts import change_part
from esxvirt.driver.network.networks import (
    CARDS,
    GROUPS,
    SWITCHES,
    NetworkHandle,
    find_switch,
    groups_of,
    lookup_by_name,
    read_host,
)
from esxvirt.driver.tasks.lost_answers import Write, look_again
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    NetworkExistsError,
    NetworkNotFoundError,
    OperationInvalidError,
    ServerFault,
    UnsupportedError,
    XmlError,
)
from esxvirt.logs import Log
from esxvirt.records import field, record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import DONE, tell
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.network import ALL_VLANS, Bandwidth, Network, PortGroup, Vlan

__all__ = ["define", "undefine"]

_log = Log(__name__)

_PORTS: Final = 128
_EXISTS: Final = "HostVirtualSwitch already exists, editing existing ones is not supported yet"
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
    network = network_xml.parse_network(xml, validate=validate and can_validate("network"))
    host = connection.scope.only_host().ref
    row = read_host(connection, host, SWITCHES, GROUPS, CARDS)
    _check(network, row)
    system = row.ref
    _make(connection, host, system, network, row)
    try:
        return look_again(lambda: lookup_by_name(connection, network.name))
    except EsxvirtError as error:
        error.args = (f"Network '{network.name}' was defined, but cannot be looked up: {error}",)
        raise


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
    system = row.ref
    removed: list[Any] = []
    try:
        for group in groups:
            removed.append(group)  # before the answer: a lost one may have done its work
            _remove_group(connection, network.host, system, group.spec.name)
        _check_empty(connection, network)
        _remove_switch(connection, network.host, system, network.switch)
    except BaseException as error:
        _put_back(connection, network, system, removed, error)
        raise


def _check_empty(connection: Connection, network: NetworkHandle) -> None:
    """Refuse to remove a switch to which another client has added port groups: they would go with it."""
    row = read_host(connection, network.host, SWITCHES, GROUPS)
    switch = find_switch(row, network.switch)
    added = [] if switch is None else [group.spec.name for group in groups_of(row, switch)]
    if added:
        raise OperationInvalidError(
            f"another client has added port groups to '{network.name}' meanwhile ({', '.join(added)}): look at it, and "
            "try again"
        )


def _check(network: Network, row: Row) -> None:
    """Refuse what the driver's libvirt refuses, in its order, before anything is changed."""
    if find_switch(row, network.name) is not None:
        raise EsxvirtError(_EXISTS + _what_it_lacks(network, row))
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


def _what_it_lacks(network: Network, row: Row) -> str:
    """Return what a switch that is there has not of those port groups that it should.

    What is left of a killed definition.
    """
    switch = find_switch(row, network.name)
    names = {group.spec.name for group in groups_of(row, switch)}
    missing = [f"'{group.name}'" for group in network.port_groups if group.name not in names]
    if not missing or names - {group.name for group in network.port_groups}:
        return ""
    shown = ", ".join(f"'{name}'" for name in (network.name, *sorted(names)))
    return (
        f"; {shown} may be left of a definition that was cut short, for {', '.join(missing)} is missing: remove it "
        "with net-undefine, and define it again"
    )


def _check_vlan(group: PortGroup) -> None:
    if group.vlan is not None and group.vlan.trunk and group.vlan.tags != (ALL_VLANS,):
        raise ConfigUnsupportedError(
            f"port group '{group.name}': a trunk of a virtual switch carries all VLANs or one; write "
            f"<vlan trunk='yes'><tag id='{ALL_VLANS}'/></vlan>, or one tag without trunk='yes'"
        )


def _make(connection: Connection, host: Ref, system: Ref, network: Network, row: Row) -> None:
    keys = {card.device: card.key for card in row.get(CARDS) or ()}
    spec = vim.host.VirtualSwitch.Specification(
        numPorts=_PORTS, mtu=network.mtu, policy=_policy(network.bandwidth) if network.bandwidth else None
    )
    if network.interfaces:
        spec.bridge = vim.host.VirtualSwitch.BondBridge(nicDevice=[keys[device] for device in network.interfaces])
    made = _Made(network.name)
    try:
        try:
            made.switch = _add_switch(connection, host, system, network.name, spec)
        except KeyboardInterrupt:
            made.switch = False  # for all that is known
            raise
        for group in network.port_groups:
            made.unsure.append(group.name)
            try:
                sure = _add_group(connection, host, system, _group_spec(network.name, group))
            except ServerFault:
                made.unsure.pop()
                raise
            if sure:
                made.groups.append(made.unsure.pop())
    except BaseException as error:
        _unmake(connection, host, system, made, error)
        raise


@record
class _Made:
    """What was made of a network.

    Attributes:
        name: The switch's.
        switch: Whether the switch is certainly ours; None if it was not made as far as is known.
        groups: Port groups that are certainly ours.
        unsure: Port groups of which that is not known.
    """

    name: str
    switch: bool | None = None
    groups: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def _group_spec(switch: str, group: PortGroup) -> Any:
    return vim.host.PortGroup.Specification(
        name=group.name, vlanId=_tag(group.vlan), vswitchName=switch, policy=_policy(group.bandwidth)
    )


def _tag(vlan: Vlan | None) -> int:
    return 0 if vlan is None else vlan.tags[0]


def _policy(bandwidth: Bandwidth | None) -> Any:
    """Return the policy with this limit: bits a second, and bytes in a burst, from libvirt's KiB.

    An empty one for none.
    """
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


def _add_switch(connection: Connection, host: Ref, system: Ref, name: str, spec: Any) -> bool:
    """Add a switch, and say whether it is certainly ours."""
    write = Write("", f"look for the switch '{name}'", partial(_present, connection, host, name))
    change_part(connection, write, host, system, "AddVirtualSwitch", name, spec)
    return not write.guessed


def _add_group(connection: Connection, host: Ref, system: Ref, spec: Any) -> bool:
    """Add a port group, and say whether it is certainly ours."""
    done = partial(_present, connection, host, spec.vswitchName, spec.name)
    write = Write("", f"look for the port group '{spec.name}'", done)
    change_part(connection, write, host, system, "AddPortGroup", spec)
    return not write.guessed


def _remove_group(connection: Connection, host: Ref, system: Ref, name: str) -> None:
    write = Write("", f"look for the port group '{name}'", lambda: not _present(connection, host, None, name))
    change_part(connection, write, host, system, "RemovePortGroup", name)


def _remove_switch(connection: Connection, host: Ref, system: Ref, name: str) -> None:
    write = Write("", f"look for the switch '{name}'", lambda: not _present(connection, host, name))
    change_part(connection, write, host, system, "RemoveVirtualSwitch", name)


def _present(connection: Connection, host: Ref, switch: str | None, group: str | None = None) -> bool:
    """Return whether the host has this switch, or this port group on it (`switch` None.

    On any): what a lost answer tells.
    """
    row = read_host(connection, host, SWITCHES, GROUPS)
    if group is None:
        return switch is not None and find_switch(row, switch) is not None
    specs = [found.spec for found in row.get(GROUPS) or ()]
    return any(spec.name == group and switch in {None, spec.vswitchName} for spec in specs)


def _unmake(connection: Connection, host: Ref, system: Ref, made: _Made, error: BaseException) -> None:
    """Remove what certainly was made by us, because of an error, which is told of all else that is left."""
    left = list(made.unsure)
    for name in reversed(made.groups):
        try:
            _remove_group(connection, host, system, name)
        except EsxvirtError:
            left.append(name)
    if made.switch:
        try:
            row = read_host(connection, host, SWITCHES, GROUPS)
            switch = find_switch(row, made.name)
            if switch is not None and not groups_of(row, switch):  # they would go with it
                _remove_switch(connection, host, system, made.name)
            elif switch is not None:
                left.append(made.name)
        except EsxvirtError:
            left.append(made.name)
    elif made.switch is False:
        left.append(made.name)
    _tell(error, "may be left behind: remove it if it is yours", left)


def _put_back(
    connection: Connection, network: NetworkHandle, system: Ref, removed: list[Any], error: BaseException
) -> None:
    """Add port groups again that were removed before something failed; the error is told of those that cannot be."""
    missing = [group.spec.name for group in removed]
    with suppress(EsxvirtError):
        row = read_host(connection, network.host, SWITCHES, GROUPS)
        if find_switch(row, network.switch) is None:  # it is gone after all
            if isinstance(error, KeyboardInterrupt):
                tell(error, f"{DONE}: '{network.name}' is removed", done=True)
            return
        present = {group.spec.name for group in row.get(GROUPS) or ()}
        for group in removed:
            name = group.spec.name
            with suppress(EsxvirtError):
                if name not in present:
                    _add_group(connection, network.host, system, _same_spec(connection, group.spec))
                missing.remove(name)
    _tell(error, "may be missing now: look for it", missing)


def _tell(error: BaseException, what: str, names: list[str]) -> None:
    """Add what is left, or missing, to an error's message; after Ctrl-C, say whether all is as it was."""
    shown = ", ".join(f"'{name}'" for name in names)
    if isinstance(error, KeyboardInterrupt):
        tell(error, f"interrupted; {shown} {what}" if names else "interrupted: all is as it was")
    elif names and isinstance(error, EsxvirtError):
        error.args = (f"{error}; {shown} {what}",)


def _same_spec(connection: Connection, spec: Any) -> Any:
    """Return pyVmomi's object of a port group's specification that was read, with all that a policy has."""
    return vim.host.PortGroup.Specification(
        name=spec.name,
        vlanId=spec.vlanId,
        vswitchName=spec.vswitchName,
        policy=connection.session.typed(spec.policy) or vim.host.NetworkPolicy(),
    )
