"""virNetworkPort: a port of a network."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfNetwork

__all__ = ["virNetworkPort"]


@offers
class virNetworkPort(OfNetwork):
    """A port of a network. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
