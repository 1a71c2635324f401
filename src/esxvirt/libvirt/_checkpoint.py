"""virDomainCheckpoint: a checkpoint of a domain."""

from esxvirt.libvirt._methods import offers
from esxvirt.libvirt._objects import OfDomain

__all__ = ["virDomainCheckpoint"]


@offers
class virDomainCheckpoint(OfDomain):
    """A checkpoint of a domain. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
