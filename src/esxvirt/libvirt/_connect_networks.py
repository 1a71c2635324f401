"""What virConnect has of networks and of the host's network cards."""

from typing import TYPE_CHECKING

from esxvirt.constants import connect as flags_
from esxvirt.constants.networks import VIR_NETWORK_DEFINE_VALIDATE
from esxvirt.libvirt._interface import virInterface
from esxvirt.libvirt._late import interfaces, network_definition, networks
from esxvirt.libvirt._methods import check_flags, to_text
from esxvirt.libvirt._network import virNetwork
from esxvirt.libvirt._objects import AnyConnection
from esxvirt.libvirt._uuids import from_bytes, from_text

if TYPE_CHECKING:
    from esxvirt.driver.host.interfaces import InterfaceHandle
    from esxvirt.driver.network.networks import NetworkHandle

__all__ = ["Networks"]

_ALL_NETWORK_FLAGS = (1 << 6) - 1  # VIR_CONNECT_LIST_NETWORKS_*
_ALL_INTERFACE_FLAGS = (1 << 2) - 1  # VIR_CONNECT_LIST_INTERFACES_*
# Pairs of filters of which every network has the first: one that asks for the second alone finds none.
_ALWAYS = (
    (flags_.VIR_CONNECT_LIST_NETWORKS_ACTIVE, flags_.VIR_CONNECT_LIST_NETWORKS_INACTIVE),
    (flags_.VIR_CONNECT_LIST_NETWORKS_PERSISTENT, flags_.VIR_CONNECT_LIST_NETWORKS_TRANSIENT),
    (flags_.VIR_CONNECT_LIST_NETWORKS_AUTOSTART, flags_.VIR_CONNECT_LIST_NETWORKS_NO_AUTOSTART),
)


class Networks(AnyConnection):
    """The methods, for virConnect alone."""

    def _network(self, handle: "NetworkHandle") -> virNetwork:
        return virNetwork(self, handle)

    def _interface(self, handle: "InterfaceHandle") -> virInterface:
        return virInterface(self, handle)

    # networks

    def listAllNetworks(self, flags: int = 0) -> list[virNetwork]:
        """Return the networks that fit the filters VIR_CONNECT_LIST_NETWORKS_*: all are active and persistent."""
        check_flags(flags, _ALL_NETWORK_FLAGS, "esxConnectListAllNetworks")
        if any(flags & never and not flags & always for always, never in _ALWAYS):
            _ = self._driver
            return []
        return [self._network(handle) for handle in networks.list_networks(self._driver)]

    def listNetworks(self) -> list[str]:
        """Return the names of the networks."""
        return [handle.name for handle in networks.list_networks(self._driver)]

    def numOfNetworks(self) -> int:
        """Return how many networks there are."""
        return len(self.listNetworks())

    def listDefinedNetworks(self) -> list[str]:
        """Return the names of inactive networks: there are none."""
        _ = self._driver
        return []

    def numOfDefinedNetworks(self) -> int:
        """Return how many networks are inactive: 0."""
        _ = self._driver
        return 0

    def networkLookupByName(self, name: str) -> virNetwork:
        """Return the network of this name."""
        text = to_text(name, "virNetworkLookupByName", "name")
        return self._network(networks.lookup_by_name(self._driver, text))

    def networkLookupByUUID(self, uuid: bytes) -> virNetwork:
        """Return the network of this UUID, given as its 16 bytes."""
        return self._network(networks.lookup_by_uuid(self._driver, from_bytes(uuid, "virNetworkLookupByUUID")))

    def networkLookupByUUIDString(self, uuidstr: str) -> virNetwork:
        """Return the network of this UUID: 32 hexadecimal digits, with dashes anywhere or nowhere between them."""
        function = "virNetworkLookupByUUIDString"
        digits = from_text(uuidstr, function, f"uuidstr in {function} must be a valid UUID")
        return self._network(networks.lookup_by_uuid(self._driver, digits))

    def networkDefineXML(self, xml: str) -> virNetwork:
        """Make a virtual switch with its port groups; what fails leaves nothing behind."""
        text = to_text(xml, "virNetworkDefineXML", "xml")
        return self._network(network_definition.define(self._driver, text))

    def networkDefineXMLFlags(self, xml: str, flags: int = 0) -> virNetwork:
        """Make a virtual switch as `networkDefineXML`; VIR_NETWORK_DEFINE_VALIDATE checks the XML by the schema."""
        text = to_text(xml, "virNetworkDefineXMLFlags", "xml")
        check_flags(flags, VIR_NETWORK_DEFINE_VALIDATE, "esxNetworkDefineXMLFlags")
        return self._network(
            network_definition.define(self._driver, text, validate=bool(flags & VIR_NETWORK_DEFINE_VALIDATE))
        )

    # interfaces

    def listAllInterfaces(self, flags: int = 0) -> list[virInterface]:
        """Return the network cards that fit the filters VIR_CONNECT_LIST_INTERFACES_*: all are active."""
        check_flags(flags, _ALL_INTERFACE_FLAGS, "esxConnectListAllInterfaces")
        if flags == flags_.VIR_CONNECT_LIST_INTERFACES_INACTIVE:
            _ = self._driver
            return []
        return [self._interface(handle) for handle in interfaces.list_interfaces(self._driver)]

    def listInterfaces(self) -> list[str]:
        """Return the devices of the host's network cards."""
        return [handle.name for handle in interfaces.list_interfaces(self._driver)]

    def numOfInterfaces(self) -> int:
        """Return how many network cards there are."""
        return len(self.listInterfaces())

    def listDefinedInterfaces(self) -> list[str]:
        """Return the names of inactive network cards: there are none."""
        _ = self._driver
        return []

    def numOfDefinedInterfaces(self) -> int:
        """Return how many network cards are inactive: 0."""
        _ = self._driver
        return 0

    def interfaceLookupByName(self, name: str) -> virInterface:
        """Return the network card of this name."""
        text = to_text(name, "virInterfaceLookupByName", "name")
        return self._interface(interfaces.lookup_by_name(self._driver, text))

    def interfaceLookupByMACString(self, macstr: str) -> virInterface:
        """Return the network card with this MAC address."""
        text = to_text(macstr, "virInterfaceLookupByMACString", "macstr")
        return self._interface(interfaces.lookup_by_mac(self._driver, text))
