"""virDomainCheckpoint: a checkpoint of a domain."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfDomain

__all__ = ["virDomainCheckpoint"]


@offers
class virDomainCheckpoint(OfDomain):
    """A checkpoint of a domain. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
