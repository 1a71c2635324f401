"""virNWFilter: a network filter."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfConnection

__all__ = ["virNWFilter"]


@offers
class virNWFilter(OfConnection):
    """A network filter. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
