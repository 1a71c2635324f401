"""Networks: the virtual switches of hosts and, on a vCenter, distributed switches; finding and describing them."""

from collections.abc import Iterable
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import VPX
from esxvirt.errors import AmbiguousError, EsxvirtError, NetworkNotFoundError
from esxvirt.names import find_name, unescape
from esxvirt.records import record
from esxvirt.uuids import normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.versions import has_distributed_switches
from esxvirt.xml.network import ALL_VLANS, Bandwidth, Network, PortGroup, Vlan

__all__ = ["NetworkHandle", "describe", "list_networks", "lookup_by_name", "lookup_by_uuid", "switch_uuid"]

SWITCHES: Final = "networkInfo.vswitch"
GROUPS: Final = "networkInfo.portgroup"
CARDS: Final = "networkInfo.pnic"
_PROXIES: Final = "networkInfo.proxySwitch"

# The network system's own word counts: a host's `config.network`, which libvirt's driver reads, may be older.
_SYSTEM: Final = "HostNetworkSystem"
_TO_SYSTEM: Final = Step("system", "HostSystem", "configManager.networkSystem")
# A distributed switch is known by its port groups, which are among the networks of each host that it is on.
_DISTRIBUTED: Final = (
    Step("network", "HostSystem", "network", ("switch",)),
    Step("switch", "DistributedVirtualPortgroup", "config.distributedVirtualSwitch"),
)
_SWITCH: Final = "DistributedVirtualSwitch"
_GROUP: Final = "DistributedVirtualPortgroup"

_UNSEEN: Final = "The server does not tell the host's network system; may the account see it?"
_BITS_A_KILOBYTE: Final = 8 * 1000
_STANDARD_MTU: Final = 1500


@record(frozen=True)
class NetworkHandle:
    """A network as it was when it was looked up.

    Attributes:
        name: The switch's; on a connection to several hosts ``HOST/SWITCH`` for one that is not distributed.
        uuid: Made of the switch's key, as libvirt makes it; a distributed switch has its own.
        switch: What the host calls the switch.
        host: The host that has it.
        distributed: The distributed switch, None for a host's own.
    """

    name: str
    uuid: str
    switch: str
    host: Ref
    distributed: Ref | None = None


def list_networks(connection: Connection) -> list[NetworkHandle]:
    """Return all networks of the connection's hosts, in the server's order. One SOAP call a page."""
    scope = connection.scope
    if not scope.hosts:
        return []
    rows = _read(connection, {_SYSTEM: (SWITCHES,), _SWITCH: ("name", "uuid")})
    hosts = {row.get(_TO_SYSTEM.path): row.ref for row in rows if row.ref.type == "HostSystem"}
    found = []
    for row in rows:
        if row.ref.type == _SYSTEM and row.ref in hosts:
            host = hosts[row.ref]
            prefix = None if scope.is_one_host else scope.label(host)
            found += [_handle(host, switch, prefix) for switch in row.get(SWITCHES) or ()]
    host = scope.hosts[0]
    for row in rows:
        if row.ref.type.endswith(_SWITCH):
            name = unescape(row.get("name") or row.ref.value)
            found.append(NetworkHandle(name, _own_uuid(row), name, host, row.ref))
    return found


def switch_uuid(key: str, host: str | None = None) -> str:
    """Return the UUID of a host's virtual switch: the MD5 digest of its key, as libvirt's driver has it.

    The switches of several hosts have the same keys: with `host` (its identifier) they are told apart.
    """
    return of_text(key if host is None else f"{host}/{key}")


def _handle(host: Ref, switch: Any, prefix: str | None) -> NetworkHandle:
    key = switch.key or f"key-vim.host.VirtualSwitch-{switch.name}"
    uuid = switch_uuid(key, None if prefix is None else host.value)
    name = switch.name if prefix is None else f"{prefix}/{switch.name}"
    return NetworkHandle(name, uuid, switch.name, host)


def _own_uuid(row: Row) -> str:
    """Return the UUID of a distributed switch, which VMware writes in pairs of digits with blanks."""
    return normalize(row.get("uuid") or "") or switch_uuid(row.ref.value)


def _read(connection: Connection, properties: dict[str, tuple[str, ...]]) -> list[Row]:
    """Properties of the hosts' network systems and, where there can be such, of the distributed switches on them.

    One SOAP call a page. The hosts are among the rows, with where their network systems are.

    Raises:
        EsxvirtError: The account may not see the host.
    """
    steps: tuple[Step, ...] = (_TO_SYSTEM,)
    wanted = {"HostSystem": (_TO_SYSTEM.path,), **properties}
    if connection.product == VPX and has_distributed_switches(connection.session.version):
        steps += _DISTRIBUTED
    else:
        wanted = {kind: paths for kind, paths in wanted.items() if kind.startswith("Host")}
    rows = retrieve(connection.session, Query(wanted, connection.scope.hosts, steps))
    if not any(row.ref.type == _SYSTEM for row in rows):
        raise EsxvirtError(_UNSEEN)
    return rows


def lookup_by_name(connection: Connection, name: str) -> NetworkHandle:
    """Return the network of that name (virNetworkLookupByName). One SOAP call a page.

    Raises:
        NetworkNotFoundError: There is none.
        AmbiguousError: Several hosts have one, and the name does not say which.
    """
    networks = list_networks(connection)
    exact = [network for network in networks if network.name == name]
    loose = exact or [network for network in networks if network.switch == name or network.name.endswith(f"/{name}")]
    if not loose:
        meant = find_name([network.name for network in networks], name)  # in VMware's writing of it
        exact = loose = [network for network in networks if network.name == meant]
    if len(loose) > 1 and not exact:
        choices = ", ".join(f"'{network.name}'" for network in loose[:5])
        raise AmbiguousError(f"{len(loose)} hosts have a switch '{name}': name one of {choices}")
    return _only(loose, f"Could not find HostVirtualSwitch with name '{name}'")


def lookup_by_uuid(connection: Connection, uuid: str) -> NetworkHandle:
    """Return the network of that UUID (virNetworkLookupByUUID). One SOAP call a page.

    Raises:
        NetworkNotFoundError: There is none.
    """
    wanted = normalize(uuid)
    found = [network for network in list_networks(connection) if network.uuid == wanted]
    return _only(found, f"Could not find HostVirtualSwitch with UUID '{wanted}'")


def _only(found: Iterable[NetworkHandle], missing_message: str) -> NetworkHandle:
    for network in found:
        return network
    raise NetworkNotFoundError(missing_message)


def describe(connection: Connection, network: NetworkHandle) -> Network:
    """Return the description of a network as it is now (virNetworkGetXMLDesc). One SOAP call.

    libvirt leaves out the VLANs of port groups, and the size of frames where it is not the usual.

    Raises:
        NetworkNotFoundError: It is gone.
    """
    if network.distributed is not None:
        return _describe_distributed(connection, network, network.distributed)
    row = read_host(connection, network.host, SWITCHES, GROUPS, CARDS)
    switch = find_switch(row, network.switch)
    if switch is None:
        raise NetworkNotFoundError(f"Could not find HostVirtualSwitch with name '{network.switch}'")
    bridge = None if switch.spec is None else switch.spec.bridge
    devices = _devices(row, switch.pnic or (bridge.nicDevice if bridge is not None else None))
    return Network(
        name=network.name,
        uuid=network.uuid,
        forward="bridge" if devices else None,
        interfaces=devices,
        mtu=switch.mtu if switch.mtu not in {None, 0, _STANDARD_MTU} else None,
        bandwidth=_bandwidth(switch.spec.policy if switch.spec is not None else None),
        port_groups=[_port_group(group) for group in groups_of(row, switch)],
    )


def read_host(connection: Connection, host: Ref, *properties: str) -> Row:
    """Return the network system of a host, with these properties. One SOAP call.

    Raises:
        EsxvirtError: The account may not see it.
    """
    rows = retrieve(connection.session, Query({_SYSTEM: properties}, [host], (_TO_SYSTEM,), include_start=False))
    if not rows:
        raise EsxvirtError(_UNSEEN)
    return rows[0]


def find_switch(row: Row, name: str) -> Any:
    """Return the virtual switch of that name among a host's, or None."""
    return next((switch for switch in row.get(SWITCHES) or () if switch.name == name), None)


def groups_of(row: Row, switch: Any) -> list[Any]:
    """Return the port groups of a virtual switch, in the switch's order; where it names none, in the host's."""
    every = row.get(GROUPS) or ()
    if not switch.portgroup:
        return [group for group in every if group.spec.vswitchName == switch.name]
    groups = {group.key: group for group in every}
    return [groups[key] for key in switch.portgroup if key in groups]


def _devices(row: Row, keys: Iterable[str] | str | None) -> list[str]:
    """Return the devices of cards that are named by their keys or, by some servers, by their devices."""
    cards = row.get(CARDS) or ()
    names = {card.device: card.device for card in cards} | {card.key: card.device for card in cards}
    named = [keys] if isinstance(keys, str) else keys or ()
    return [names[key] for key in named if key in names]


def _port_group(group: Any) -> PortGroup:
    tag = group.spec.vlanId
    vlan = Vlan((tag,), trunk=tag == ALL_VLANS) if tag else None
    return PortGroup(group.spec.name, vlan, _bandwidth(group.spec.policy))


def _bandwidth(policy: Any) -> Bandwidth | None:
    """Return a limit in libvirt's units: bits a second, and bytes in a burst, on the server."""
    shaping = None if policy is None else policy.shapingPolicy
    if shaping is None or not shaping.enabled:
        return None
    return Bandwidth(
        (shaping.averageBandwidth or 0) // _BITS_A_KILOBYTE,
        (shaping.peakBandwidth or 0) // _BITS_A_KILOBYTE,
        (shaping.burstSize or 0) // 1024,
    )


def _describe_distributed(connection: Connection, network: NetworkHandle, switch: Ref) -> Network:
    wanted = {
        _SYSTEM: (_PROXIES, CARDS),
        _SWITCH: ("name", "uuid", "config.uplinkPortgroup"),
        _GROUP: ("name", "config"),
    }
    rows = _read(connection, wanted)
    own = next((row for row in rows if row.ref == switch), None)
    if own is None:
        raise NetworkNotFoundError(f"Could not find HostVirtualSwitch with name '{network.switch}'")
    uplinks = own.get("config.uplinkPortgroup") or ()
    groups = [
        PortGroup(unescape(row.get("name") or row.ref.value), _distributed_vlan(row.get("config")))
        for row in rows
        if row.ref.type == _GROUP and row.ref not in uplinks
        if row.get("config") is not None and row.get("config").distributedVirtualSwitch == switch
    ]
    devices = [
        device
        for row in rows
        for proxy in row.get(_PROXIES) or ()
        if proxy.dvsUuid == own.get("uuid")
        for device in _devices(row, proxy.pnic)
    ]
    devices = list(dict.fromkeys(devices))
    name = unescape(own.get("name") or network.name)
    return Network(name, network.uuid, "bridge" if devices else None, devices, port_groups=groups)


def _distributed_vlan(config: Any) -> Vlan | None:
    """Return the VLAN of a distributed port group: one, none, the ranges of a trunk, or a private one."""
    setting = config.defaultPortConfig
    vlan = None if setting is None else setting.vlan
    if vlan is None:
        return None
    if vlan.pvlanId is not None:
        return Vlan((vlan.pvlanId,))
    if not isinstance(vlan.vlanId, list):
        return Vlan((vlan.vlanId,)) if vlan.vlanId else None
    tags = tuple(tag for range_ in vlan.vlanId for tag in range(range_.start, range_.end + 1) if tag)
    return Vlan(tags if len(tags) < ALL_VLANS - 1 else (ALL_VLANS,), trunk=True) if tags else None
