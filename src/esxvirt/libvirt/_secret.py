"""virSecret: a secret."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfConnection

__all__ = ["virSecret"]


@offers
class virSecret(OfConnection):
    """A secret. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
