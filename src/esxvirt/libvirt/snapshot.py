"""virDomainSnapshot: a snapshot of a domain."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfDomain

__all__ = ["virDomainSnapshot"]


@offers
class virDomainSnapshot(OfDomain):
    """A snapshot of a domain. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
