"""virSecret: a secret."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virSecret"]


@offers
class virSecret(OfConnection):
    """A secret. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
