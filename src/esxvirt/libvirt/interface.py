"""virInterface: a physical network card."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virInterface"]


@offers
class virInterface(OfConnection):
    """A physical network card. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
