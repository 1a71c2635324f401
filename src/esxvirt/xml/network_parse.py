"""Reading `<network>`: what a virtual switch has, and libvirt's errors for what is wrong."""

import re
from typing import TYPE_CHECKING

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, NoNameError, XmlError, XmlSyntaxError
from esxvirt.uuids import normalize
from esxvirt.xml._late import ipaddress
from esxvirt.xml.domain.elements import child_text, lookup, required, unsigned
from esxvirt.xml.network import ALL_VLANS, Bandwidth, Network, PortGroup, Vlan
from esxvirt.xml.reader import parse_document
from esxvirt.xml.schema import validate as check_schema

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = ["parse_network"]

_MODES = ("none", "nat", "route", "open", "bridge", "private", "vepa", "passthrough", "hostdev")
_WITH_ADDRESS = ("nat", "route", "open")
_PORT_TYPES = ("802.1Qbg", "802.1Qbh", "openvswitch", "midonet", "none")
_MAC = re.compile(r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}")
_NUMBER = re.compile(r"\s*\+?\d+", re.ASCII)
# What stands in the description of other drivers' networks and says nothing of a switch, without harm.
_SILENT = {"name", "uuid", "forward", "bridge", "mtu", "bandwidth", "portgroup", "metadata", "title", "description"}


def parse_network(text: str | bytes, *, validate: bool = False) -> Network:
    """Parse the description of a network (virNetworkDefParse).

    Args:
        text: The document.
        validate: Whether it must fit libvirt's schema, too (VIR_NETWORK_DEFINE_VALIDATE).

    Raises:
        XmlError: It is none, or has values that cannot be.
        XmlSchemaError: It does not fit the schema.
        NoNameError: It has no name.
        ConfigUnsupportedError: It has values that libvirt does not know.
        EsxvirtError: Its UUID is none.
    """
    root = parse_document(text, root="network", name="network_definition")
    if validate:
        check_schema(root, "network")
    network = Network(_name(root))
    given = child_text(root, "uuid")
    if given:  # an empty one is to be made up, as libvirt does
        network.uuid = normalize(given)
        if network.uuid is None:
            raise EsxvirtError("malformed uuid element")
    lookup(root, "trustGuestRxFilters", ("yes", "no"))
    if root.get("ipv6") not in {None, "", "yes", "no"}:
        raise XmlError(f"Invalid ipv6 setting '{root.get('ipv6')}' in network '{network.name}'")
    network.bandwidth = _bandwidth(root)
    _vlan(root)
    for step in (_check_bridge, _check_mac, _read_mtu, _check_addresses):
        step(root, network)
    port = root.find("port")
    if port is not None:
        lookup(port, "isolated", ("yes", "no"))
    network.port_groups = [_port_group(element) for element in root.findall("portgroup")]
    _read_forward(root, network)
    network.ignored = list(dict.fromkeys(str(child.tag) for child in root if child.tag not in _SILENT))
    return network


def _name(root: "_Element") -> str:
    name = root.findtext("name") or ""
    if not name:
        raise NoNameError("missing name information")
    for character in "/":
        if character in name:
            raise XmlSyntaxError(f"invalid char in name: {character}")
    return name


def _check_bridge(root: "_Element", network: Network) -> None:
    bridge = root.find("bridge")
    if bridge is None:
        return
    delay = bridge.get("delay")
    if delay is not None and not _NUMBER.fullmatch(delay):
        raise XmlError(f"Invalid delay value in network '{network.name}'")
    manager = bridge.get("macTableManager")
    if manager not in {None, "kernel", "libvirt"}:
        raise XmlError(f"Invalid macTableManager setting '{manager}' in network '{network.name}'")


def _check_mac(root: "_Element", network: Network) -> None:
    mac = root.find("mac")
    address = None if mac is None else mac.get("address")
    if address is not None and not _MAC.fullmatch(address):
        raise XmlError(f"Invalid bridge mac address '{address}' in network '{network.name}'")


def _read_mtu(root: "_Element", network: Network) -> None:
    mtu = root.find("mtu")
    size = None if mtu is None else mtu.get("size")
    if size is not None:
        if not _NUMBER.fullmatch(size) or int(size) >= 2**32:
            raise XmlError(f"Invalid mtu size '{size}' in network '{network.name}'")
        network.mtu = int(size)


def _check_addresses(root: "_Element", network: Network) -> None:
    for element in root.findall("ip"):
        address = element.get("address")
        if address is None:
            raise XmlError(f"Missing required address attribute in network '{network.name}'")
        try:
            ipaddress.ip_address(address)
        except ValueError:
            raise XmlError(f"Invalid address '{address}' in network '{network.name}'") from None


def _port_group(element: "_Element") -> PortGroup:
    name = element.get("name")
    if not name:
        raise XmlError("Missing required name attribute in portgroup")
    lookup(element, "trustGuestRxFilters", ("yes", "no"))
    port = element.find("virtualport")
    kind = None if port is None else port.get("type")
    if kind is not None and kind not in _PORT_TYPES:
        raise ConfigUnsupportedError(f"unknown virtualport type {kind}")
    return PortGroup(name, bandwidth=_bandwidth(element), vlan=_vlan(element))


def _vlan(parent: "_Element") -> Vlan | None:
    element = parent.find("vlan")
    if element is None:
        return None
    tags = []
    for tag in element.findall("tag"):
        required(tag, "id")
        number = unsigned(tag, "id", 0) or 0
        if number > ALL_VLANS:
            raise XmlError(f"vlan tag id {number} too large (maximum {ALL_VLANS})")
        tags.append(number)
    if not tags:
        raise XmlError("missing tag id - each <vlan> must have at least one <tag id='n'/> subelement")
    trunk = element.get("trunk")
    if trunk not in {None, "", "yes", "no"}:
        raise XmlError(f"invalid \"trunk='{trunk}'\" in <vlan> - must be yes or no")
    if trunk == "no" and len(tags) > 1:
        message = "invalid \"trunk='no'\" in <vlan> - trunk='yes' is required for more than one vlan tag"
        raise XmlError(message)
    return Vlan(tuple(tags), trunk == "yes" or len(tags) > 1)


def _bandwidth(parent: "_Element") -> Bandwidth | None:
    """Return the limit of both directions, which must be the same: VMware has one for both."""
    element = parent.find("bandwidth")
    if element is None:
        return None
    inbound, outbound = (_rate(element.find(tag)) for tag in ("inbound", "outbound"))
    if inbound != outbound:
        raise ConfigUnsupportedError("Different inbound and outbound bandwidth is unsupported")
    return inbound


def _rate(element: "_Element | None") -> Bandwidth | None:
    if element is None:
        return None
    values: dict[str, int | None] = {}
    for name in ("average", "peak", "burst", "floor"):
        text = element.get(name)
        if text is not None and (not _NUMBER.fullmatch(text) or int(text) >= 2**64):
            raise ConfigUnsupportedError(f"could not convert bandwidth {name} value '{text}'")
        values[name] = None if text is None else int(text)
    if values["average"] is None and values["floor"] is None:
        raise XmlSyntaxError("Missing mandatory average or floor attributes")
    if values.pop("floor") is not None:
        raise ConfigUnsupportedError("floor attribute is not supported for this config")
    return Bandwidth(**values)


def _read_forward(root: "_Element", network: Network) -> None:
    element = root.find("forward")
    if element is None:
        return
    mode = element.get("mode") or "nat"
    if mode not in _MODES:
        raise ConfigUnsupportedError(f"unknown forwarding type '{mode}'")
    if element.find("nat") is not None and mode != "nat":
        where = f"in network {network.name}"
        raise XmlError(f"The <nat> element can only be used when <forward> 'mode' is 'nat' {where}")
    network.forward = None if mode == "none" else mode
    network.interfaces = _devices(element, network.name)
    network.foreign_devices = element.find("address") is not None
    if mode in _WITH_ADDRESS and root.find("ip") is None:
        raise XmlError(f"{mode} forwarding requested, but no IP address provided for network '{network.name}'")
    bridge = root.find("bridge")
    if mode == "bridge" and bridge is not None and {"stp", "delay", "zone"} & set(map(str, bridge.keys())):
        options = "bridge delay/stp/zone options only allowed in route, nat, and isolated mode"
        raise XmlError(f"{options}, not in {mode} (network '{network.name}')")


def _devices(element: "_Element", name: str) -> list[str]:
    first = element.get("dev") or None
    devices: list[str] = []
    for interface in element.findall("interface"):
        device = interface.get("dev")
        if device is None:
            raise XmlError(f"Missing required dev attribute in <forward> <interface> element of network {name}")
        if not devices and first is not None and device != first:
            raise XmlError(f"<forward dev='{first}'> must match first <interface dev='{device}'/> in network {name}")
        if device in devices:
            raise XmlError(f"interface '{device}' can only be listed once in network {name}")
        devices.append(device)
    return devices or ([first] if first is not None else [])
