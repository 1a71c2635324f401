"""Pools and volumes: what one question to the server tells of all of them."""

from typing import TYPE_CHECKING

from esxvirt.libvirt import virStoragePool, virStorageVol
from esxvirt.libvirt._connect_storage import find_pools
from esxvirt.libvirt._methods import check_flags, reports
from esxvirt.libvirt_esx._inside import driver_of, handle_of
from esxvirt.libvirt_esx._late import pools, volume_xml, volumes

if TYPE_CHECKING:
    from esxvirt.libvirt import virConnect

__all__ = ["info_at_lookup", "pool_infos", "volume_infos", "xml_at_lookup"]


@reports("virStoragePoolGetInfo")
def pool_infos(conn: "virConnect", /, flags: int = 0) -> "list[tuple[virStoragePool, list[int]]]":
    """Return `virConnect.listAllStoragePools`, each with what its `info` returns: one question."""
    found = find_pools(driver_of(conn), flags)
    pools.warn(found)
    infos = [(pool, pools.info(pool)) for pool in found]
    return [
        (virStoragePool(conn, pool), [info.state, info.capacity, info.allocation, info.available])
        for pool, info in infos
    ]


@reports("virStorageVolGetInfo")
def volume_infos(pool: "virStoragePool", /, flags: int = 0) -> "list[tuple[virStorageVol, list[int]]]":
    """Return `virStoragePool.listAllVolumes`, each with what its `info` returns: one search."""
    check_flags(flags, 0, "esxStoragePoolListAllVolumes")
    found = volumes.list_volumes(driver_of(pool), handle_of(pool))
    conn = pool.connect()
    return [(virStorageVol(conn, one), [one.type, one.capacity, one.allocation]) for one in found]


@reports("virStorageVolGetInfo")
def info_at_lookup(vol: "virStorageVol", /) -> list[int]:
    """Return what `virStorageVol.info` would have returned when the volume was looked up; no question to the server."""
    known = handle_of(vol)
    return [known.type, known.capacity, known.allocation]


@reports("virStorageVolGetXMLDesc")
def xml_at_lookup(vol: "virStorageVol", /) -> str:
    """Return what `virStorageVol.XMLDesc` would have returned when the volume was looked up."""
    return volume_xml.format_volume(volumes.describe(driver_of(vol), handle_of(vol)))
