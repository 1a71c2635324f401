"""libvirt's XML of storage pools and volumes."""

from esxvirt.xml.storage.pool import Pool, format_pool
from esxvirt.xml.storage.volume import Volume, format_volume, parse_volume

__all__ = ["Pool", "Volume", "format_pool", "format_volume", "parse_volume"]
