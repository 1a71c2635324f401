"""virNetwork: a virtual switch."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virNetwork"]


@offers
class virNetwork(OfConnection):
    """A virtual switch. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
