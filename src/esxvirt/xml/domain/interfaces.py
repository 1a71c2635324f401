"""`<interface>`: network cards."""

import re
from typing import TYPE_CHECKING

from esxvirt.errors import XmlError
from esxvirt.records import field, record
from esxvirt.uuids import normalize
from esxvirt.xml._late import secrets
from esxvirt.xml.domain.elements import boolean, boot_order, integer, lookup, required, where
from esxvirt.xml.text import Lines, escape

if TYPE_CHECKING:
    from lxml.etree import _Element

__all__ = [
    "NO_MAC",
    "Interface",
    "OpaqueNetwork",
    "SwitchPort",
    "format_interface",
    "generate_mac",
    "normalize_mac",
    "parse_interface",
]

TYPES = (
    "user", "ethernet", "vhostuser", "server", "client", "mcast", "network", "bridge", "internal", "direct",
    "hostdev", "udp", "vdpa", "null", "vds",
)  # fmt: skip

NO_MAC = "00:00:00:00:00:00"
_MAC = re.compile(r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}")


@record
class SwitchPort:
    """A port of a distributed virtual switch: `switch_id` is the switch's UUID; 0 and None are what is not said."""

    switch_id: str
    port_id: int = 0
    portgroup_id: str | None = None
    connection_id: int = 0


@record(frozen=True)
class OpaqueNetwork:
    """A network that another product manages, by that product's words: XML has its name only."""

    identifier: str
    kind: str


@record
class Interface:
    """A network card.

    Attributes:
        source: the bridge or network it is on, by `type`.
        port_group: the port group of that network.
        opaque: what is behind a bridge where a server knows that it is such a network.
        mac: in lower case with colons; None where one is to be generated.
        mac_made_up: whether it was generated, since the XML names none.
        mac_to_come: whether the XML says zeros: of a card that has no address until its machine is started.
        mac_type: ``static`` or ``generated``.
        mac_check: whether the server checks that the MAC address is in VMware's ranges; None for its default.
        target: the host's device, such as ``vmnet7``.
        link: ``up`` or ``down``: whether the cable is plugged in at power-on.
        number: VMware's, which the XML does not say; None for a new card.
    """

    type: str = "bridge"
    mac: str | None = None
    mac_made_up: bool = False
    mac_to_come: bool = False
    mac_type: str | None = None
    mac_check: bool | None = None
    source: str | None = None
    port_group: str | None = None
    opaque: OpaqueNetwork | None = None
    port: SwitchPort | None = None
    target: str | None = None
    model: str | None = None
    link: str | None = None
    boot_order: int | None = None
    line: int = 0
    number: int | None = field(default=None, compare=False)


def normalize_mac(text: str) -> str | None:
    """Give a MAC address in lower case with two digits a byte; None if it is none.

    Source: virMacAddrParse, which takes single digits and nothing but colons.
    """
    if _MAC.fullmatch(text) is None:
        return None
    return ":".join(part.rjust(2, "0") for part in text.lower().split(":"))


def generate_mac() -> str:
    """Make up a MAC address in the range that ESX itself generates from, 00:0c:29."""
    return ":".join(("00", "0c", "29", *(f"{byte:02x}" for byte in secrets.token_bytes(3))))


def format_interface(interface: Interface, lines: Lines) -> None:
    """Write an `<interface>`."""
    lines.start(f"<interface type='{interface.type}'>")
    mac = f" address='{interface.mac}'" if interface.mac is not None else ""
    if interface.mac_type is not None:
        mac += f" type='{interface.mac_type}'"
    if interface.mac_check is not None:
        mac += f" check='{'yes' if interface.mac_check else 'no'}'"
    if mac:
        lines.add(f"<mac{mac}/>")
    if interface.port is not None:
        port = interface.port
        group = "" if port.portgroup_id is None else f" portgroupid='{escape(port.portgroup_id)}'"
        lines.add(
            f"<source switchid='{port.switch_id}' portid='{port.port_id}'{group} connectionid='{port.connection_id}'/>"
        )
    elif interface.source is not None and interface.type in {"bridge", "network"}:
        lines.add(f"<source {interface.type}='{escape(interface.source)}'/>")
    if interface.target is not None:
        lines.add(f"<target dev='{escape(interface.target)}'/>")
    if interface.model is not None:
        lines.add(f"<model type='{escape(interface.model)}'/>")
    if interface.link is not None:
        lines.add(f"<link state='{interface.link}'/>")
    if interface.boot_order is not None:
        lines.add(f"<boot order='{interface.boot_order}'/>")
    lines.end("</interface>")


def parse_interface(element: "_Element") -> Interface:
    """Read an `<interface>`.

    Raises:
        XmlError: for wrong values and a missing source.
    """
    type_ = lookup(element, "type", TYPES, "user") or "user"
    interface = Interface(type=type_, line=where(element))
    mac = element.find("mac")
    if mac is not None:
        _parse_mac(mac, interface)
    source = element.find("source")
    if source is None and type_ in {"bridge", "network", "vds"}:
        raise XmlError(f"interface type='{type_}' requires a 'source' element")
    if source is not None and type_ in {"bridge", "network"}:
        interface.source = required(source, type_)
        interface.port_group = source.get("portgroup") if type_ == "network" else None
    elif source is not None and type_ == "vds":
        interface.port = _parse_port(source)
    target = element.find("target")
    interface.target = None if target is None else target.get("dev")
    model = element.find("model")
    interface.model = None if model is None else model.get("type")
    link = element.find("link")
    interface.link = None if link is None else lookup(link, "state", ("up", "down"))
    interface.boot_order = boot_order(element)
    return interface


def _parse_port(source: "_Element") -> SwitchPort:
    text = required(source, "switchid")
    switch = normalize(text)
    if switch is None:
        raise XmlError(f"Invalid value for attribute 'switchid' in element 'source': '{text}'. Expected UUID")
    return SwitchPort(
        switch_id=switch,
        port_id=integer(source, "portid", kind="long long integer") or 0,
        portgroup_id=source.get("portgroupid"),
        connection_id=integer(source, "connectionid", kind="long long integer") or 0,
    )


def _parse_mac(mac: "_Element", interface: Interface) -> None:
    address = mac.get("address")
    if address is not None:
        interface.mac = normalize_mac(address)
        if interface.mac is None:
            raise XmlError(f"unable to parse mac address '{address}'")
        if int(interface.mac[:2], 16) & 1:
            raise XmlError(f"expected unicast mac address, found multicast '{address}'")
        if interface.mac == NO_MAC:
            # No address is on record, and so one is to be made up.
            interface.mac, interface.mac_to_come = None, True
    interface.mac_type = lookup(mac, "type", ("generated", "static"))
    interface.mac_check = boolean(mac, "check")
