"""virInterface: a physical network card."""

from typing import TYPE_CHECKING

from esxvirt.constants.networks import VIR_INTERFACE_XML_INACTIVE
from esxvirt.libvirt._late import interface_xml, interfaces
from esxvirt.libvirt._methods import check_flags, offers
from esxvirt.libvirt._objects import OfConnection

if TYPE_CHECKING:
    from esxvirt.driver.host.interfaces import InterfaceHandle

__all__ = ["virInterface"]


@offers
class virInterface(OfConnection):
    """A physical network card. Methods without a body here raise VIR_ERR_NO_SUPPORT."""

    _o: "InterfaceHandle"

    def name(self) -> str:
        """Return the card's device."""
        return self._o.name

    def MACString(self) -> str:
        """Return the card's MAC address."""
        return self._o.mac

    def isActive(self) -> int:
        """Return 1: a physical network card is always active."""
        _ = self._driver
        return 1

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the card's description; with VIR_INTERFACE_XML_INACTIVE it is the same."""
        check_flags(flags, VIR_INTERFACE_XML_INACTIVE, "esxInterfaceGetXMLDesc")
        return interface_xml.format_interface(interfaces.describe(self._driver, self._o))
