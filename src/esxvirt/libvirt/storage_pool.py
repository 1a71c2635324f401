"""virStoragePool: a datastore."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virStoragePool"]


@offers
class virStoragePool(OfConnection):
    """A datastore. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
