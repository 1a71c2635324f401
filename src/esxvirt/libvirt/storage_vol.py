"""virStorageVol: a file in a datastore."""

from esxvirt.libvirt.methods import offers
from esxvirt.libvirt.objects import OfConnection

__all__ = ["virStorageVol"]


@offers
class virStorageVol(OfConnection):
    """A file in a datastore. Methods without a body here raise VIR_ERR_NO_SUPPORT."""
