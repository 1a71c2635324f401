"""Interfaces: the physical network cards of the connection's hosts."""

from typing import Any, Final

from esxvirt.driver._late import ipaddress
from esxvirt.driver.connection.connection import Connection
from esxvirt.errors import AmbiguousError, EsxvirtError, InterfaceNotFoundError
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve
from esxvirt.xml.interface import HostInterface

__all__ = ["InterfaceHandle", "describe", "list_interfaces", "lookup_by_mac", "lookup_by_name"]

_CARDS: Final = "config.network.pnic"


@record(frozen=True)
class InterfaceHandle:
    """A network card as it was when it was looked up.

    Attributes:
        name: Its device, such as ``vmnic0``; on a connection to several hosts ``HOST/vmnic0``.
        mac: Its MAC address as the server writes it.
        device: What the host calls it.
        host: The host that has it.
        card: The `PhysicalNic`.
    """

    name: str
    mac: str
    device: str
    host: Ref
    card: Any


def list_interfaces(connection: Connection) -> list[InterfaceHandle]:
    """Return all network cards of the connection's hosts, in the server's order. One SOAP call a page.

    Raises:
        EsxvirtError: The account may not see the host.
    """
    scope = connection.scope
    rows = retrieve(connection.session, Query({"HostSystem": (_CARDS,)}, scope.hosts))
    if scope.hosts and not rows:
        raise EsxvirtError("Could not retrieve the HostSystem object; may the account see the host?")
    found = []
    for row in rows:
        prefix = "" if scope.is_one_host else f"{scope.label(row.ref)}/"
        found += [
            InterfaceHandle(f"{prefix}{card.device}", card.mac or "", card.device, row.ref, card)
            for card in row.get(_CARDS) or ()
        ]
    return found


def lookup_by_name(connection: Connection, name: str) -> InterfaceHandle:
    """Return the card of that name. One SOAP call a page.

    libvirt's own virInterfaceLookupByName takes the name for a MAC address, and finds none.

    Raises:
        InterfaceNotFoundError: There is none.
        AmbiguousError: Several hosts have one, and the name does not say which.
    """
    cards = list_interfaces(connection)
    exact = [card for card in cards if card.name == name]
    loose = exact or [card for card in cards if card.device == name or card.name.endswith(f"/{name}")]
    if len(loose) > 1 and not exact:
        choices = ", ".join(f"'{card.name}'" for card in loose[:5])
        raise AmbiguousError(f"{len(loose)} hosts have a physical NIC '{name}': name one of {choices}")
    if not loose:
        raise InterfaceNotFoundError(f"Could not find physical NIC with name '{name}'")
    return loose[0]


def lookup_by_mac(connection: Connection, mac: str) -> InterfaceHandle:
    """Return the card with that MAC address, in upper or lower case (virInterfaceLookupByMACString).

    One SOAP call a page.

    Raises:
        InterfaceNotFoundError: There is none.
    """
    for card in list_interfaces(connection):
        if card.mac.lower() == mac.lower():
            return card
    raise InterfaceNotFoundError(f"Could not find physical NIC with MAC address '{mac}'")


def describe(connection: Connection, interface: InterfaceHandle) -> HostInterface:
    """Return the description of a card as it is now (virInterfaceGetXMLDesc). One SOAP call.

    Raises:
        InterfaceNotFoundError: It is gone.
    """
    for card in list_interfaces(connection):
        if (card.host, card.device) == (interface.host, interface.device):
            break
    else:
        raise InterfaceNotFoundError(f"Could not find physical NIC with name '{interface.name}'")
    address = None if card.card.spec is None else card.card.spec.ip
    if address is None:
        return HostInterface(card.name, card.mac)
    known = bool(address.ipAddress and address.subnetMask)
    return HostInterface(
        card.name,
        card.mac,
        address.ipAddress if known else None,
        _prefix(address.subnetMask) if known else None,
        dhcp=bool(address.dhcp),
    )


def _prefix(mask: str) -> int | None:
    """Return how many bits of an IPv4 address are the network's; None for a mask that is none."""
    try:
        return ipaddress.IPv4Network(f"0.0.0.0/{mask}").prefixlen
    except ValueError:
        return None
