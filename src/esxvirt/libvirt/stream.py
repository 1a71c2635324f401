"""virStream: a stream of bytes."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virStream"]


@offers
class virStream(OfConnection):
    """A stream of bytes. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
