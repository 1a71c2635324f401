"""virNodeDevice: a device of the host."""

from typing import TYPE_CHECKING

from esxvirt.constants.node import VIR_NODE_DEVICE_XML_INACTIVE
from esxvirt.libvirt._late import node_device_xml, node_devices
from esxvirt.libvirt._methods import check_flags, offers
from esxvirt.libvirt._objects import OfConnection

if TYPE_CHECKING:
    from esxvirt.driver.host.node_devices import NodeDeviceHandle

__all__ = ["virNodeDevice"]


@offers
class virNodeDevice(OfConnection):
    """A device of the host: itself, or a PCI device. Methods without a body here raise VIR_ERR_NO_SUPPORT."""

    _o: "NodeDeviceHandle"

    def name(self) -> str:
        """Return the device's name."""
        return self._o.name

    def parent(self) -> str | None:
        """Return the name of the device that it is behind; None for the host itself."""
        _ = self._driver
        return self._o.parent

    def listCaps(self) -> list[str]:
        """Return what it is: ``system`` or ``pci``."""
        _ = self._driver
        return [self._o.kind]

    def numOfCaps(self) -> int:
        """Return how many capabilities it has: 1."""
        return len(self.listCaps())

    def isActive(self) -> int:
        """Return 1: a device that the host tells of is there."""
        _ = self._driver
        return 1

    def isPersistent(self) -> int:
        """Return 1: it is there after the host's next start, too."""
        _ = self._driver
        return 1

    def autostart(self) -> int:
        """Return 1: it is there when its host is."""
        _ = self._driver
        return 1

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the device's description; with VIR_NODE_DEVICE_XML_INACTIVE it is the same.

        A PCI device that guests can have has an `<iommuGroup>`: the devices that a guest can only have together. One
        that is given to guests already has the `<driver>` ``passthru``.
        """
        check_flags(flags, VIR_NODE_DEVICE_XML_INACTIVE, "esxNodeDeviceGetXMLDesc")
        return node_device_xml.format_node_device(node_devices.describe(self._driver, self._o))
