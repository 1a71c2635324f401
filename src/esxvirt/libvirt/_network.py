"""virNetwork: a virtual switch."""

from typing import TYPE_CHECKING

from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._late import network_definition, network_xml, networks
from esxvirt.libvirt._methods import offers, to_int
from esxvirt.libvirt._objects import OfConnection

if TYPE_CHECKING:
    from esxvirt.driver.network.networks import NetworkHandle

__all__ = ["virNetwork"]


@offers
class virNetwork(OfConnection):
    """A virtual switch. Methods without a body here raise VIR_ERR_NO_SUPPORT."""

    _o: "NetworkHandle"

    def name(self) -> str:
        """Return the network's name."""
        return self._o.name

    def UUID(self) -> bytes:
        """Return the network's UUID, 16 bytes."""
        return bytes.fromhex(self._o.uuid.replace("-", ""))

    def UUIDString(self) -> str:
        """Return the network's UUID in its usual form."""
        return self._o.uuid

    def isActive(self) -> int:
        """Return 1: a virtual switch is always active."""
        _ = self._driver
        return 1

    def isPersistent(self) -> int:
        """Return 1: a virtual switch is always persistent."""
        _ = self._driver
        return 1

    def autostart(self) -> int:
        """Return 1: a virtual switch is there when its host is."""
        _ = self._driver
        return 1

    def bridgeName(self) -> str:
        """Return the name of the virtual switch, without its host's on a connection to several."""
        _ = self._driver
        return self._o.switch

    def setAutostart(self, autostart: int) -> int:
        """Accept that the network starts with its host, which cannot be otherwise; 0."""
        _ = self._driver
        if not to_int(autostart):
            raise EsxvirtError("Cannot deactivate network autostart")
        return 0

    def undefine(self) -> int:
        """Remove the virtual switch and its port groups, unless the host or a running machine uses them; 0."""
        network_definition.undefine(self._driver, self._o)
        return 0

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the network's description; as in libvirt's driver, `flags` are not looked at."""
        to_int(flags)
        return network_xml.format_network(networks.describe(self._driver, self._o))
