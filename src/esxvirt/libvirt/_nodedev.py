"""virNodeDevice: a device of the host."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfConnection

__all__ = ["virNodeDevice"]


@offers
class virNodeDevice(OfConnection):
    """A device of the host. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
