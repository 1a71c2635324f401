"""virNWFilterBinding: a binding of a network filter."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfConnection

__all__ = ["virNWFilterBinding"]


@offers
class virNWFilterBinding(OfConnection):
    """A binding of a network filter. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
