"""What virConnect has to find storage pools and volumes."""

from typing import TYPE_CHECKING

from esxvirt.constants import connect as flags_
from esxvirt.constants.storage import VIR_STORAGE_POOL_DEFINE_VALIDATE
from esxvirt.errors import UnsupportedError
from esxvirt.libvirt._late import pool_changes, pool_parse, pool_xml, pools, vmfs, volumes
from esxvirt.libvirt._methods import check_flags, to_text
from esxvirt.libvirt._objects import AnyConnection
from esxvirt.libvirt._storage_pool import creation_flags, virStoragePool
from esxvirt.libvirt._storage_vol import virStorageVol
from esxvirt.libvirt._uuids import from_bytes, from_text

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.storage.pools import PoolHandle

__all__ = ["Storage", "find_pools"]

_ALL_FLAGS = (1 << 20) - 1  # VIR_CONNECT_LIST_STORAGE_POOLS_*, as of the types that libvirt 9.0.0 knows
_INACTIVE = (
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE,
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART,
)
_ACTIVE = (
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE,
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART,
)
_TYPES = {
    "dir": flags_.VIR_CONNECT_LIST_STORAGE_POOLS_DIR,
    "fs": flags_.VIR_CONNECT_LIST_STORAGE_POOLS_FS,
    "netfs": flags_.VIR_CONNECT_LIST_STORAGE_POOLS_NETFS,
    "iscsi": flags_.VIR_CONNECT_LIST_STORAGE_POOLS_ISCSI,
}
_ANY_TYPE = _ALL_FLAGS & ~((1 << 6) - 1)


class Storage(AnyConnection):
    """The methods, for virConnect alone."""

    def listAllStoragePools(self, flags: int = 0) -> list[virStoragePool]:
        """Return the pools that fit the filters VIR_CONNECT_LIST_STORAGE_POOLS_*: all are persistent."""
        return [virStoragePool(self, pool) for pool in find_pools(self._driver, flags)]

    def _pool(self, handle: "PoolHandle") -> virStoragePool:
        return virStoragePool(self, handle)

    def listStoragePools(self) -> list[str]:
        """Return the names of the pools that are active."""
        return [pool.name for pool in find_pools(self._driver, flags_.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)]

    def numOfStoragePools(self) -> int:
        """Return how many pools are active."""
        return len(self.listStoragePools())

    def listDefinedStoragePools(self) -> list[str]:
        """Return the names of the others: volumes that are unmounted, and what this connection alone knows."""
        return [pool.name for pool in find_pools(self._driver, flags_.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE)]

    def numOfDefinedStoragePools(self) -> int:
        """Return how many pools are not active."""
        return len(self.listDefinedStoragePools())

    def storagePoolDefineXML(self, xml: str, flags: int = 0) -> virStoragePool:
        """Define a pool: an export (``netfs``) is mounted by that, a volume (``fs``) is made by building the pool.

        VIR_STORAGE_POOL_DEFINE_VALIDATE checks the XML by libvirt's schema.
        """
        check_flags(flags, VIR_STORAGE_POOL_DEFINE_VALIDATE, "esxStoragePoolDefineXML")
        text = to_text(xml, "virStoragePoolDefineXML", "xml")
        return virStoragePool(self, pool_changes.define(self._driver, text, validate=bool(flags)))

    def storagePoolCreateXML(self, xmlDesc: str, flags: int = 0) -> virStoragePool:
        """Make an active pool: an export is mounted, and stays so when the host is started again.

        A volume is made with VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE alone: what was on the disk is lost by it.
        """
        overwrite = creation_flags(flags, "esxStoragePoolCreateXML")
        text = to_text(xmlDesc, "virStoragePoolCreateXML", "xmlDesc")
        return virStoragePool(self, pool_changes.create(self._driver, text, overwrite=overwrite))

    def findStoragePoolSources(self, type: str, srcSpec: str | None, flags: int = 0) -> str:
        """Return, as XML, the disks that could take a volume, for the type ``fs``; other types are not looked for.

        A ``<device>`` in `srcSpec` asks for this disk alone; no flags are taken.
        """
        kind = to_text(type, "virConnectFindStoragePoolSources", "type")
        check_flags(flags, 0, "esxConnectFindStoragePoolSources")
        if kind != pool_xml.FS:
            raise UnsupportedError(f"pool type '{kind}' does not support source discovery")
        device = pool_parse.parse_source(srcSpec).device
        return pool_xml.format_sources(vmfs.find_sources(self._driver, device), "vmfs")

    def storagePoolLookupByName(self, name: str) -> virStoragePool:
        """Return the pool of this name: a datastore, or an iSCSI target."""
        text = to_text(name, "virStoragePoolLookupByName", "name")
        return virStoragePool(self, pools.lookup_by_name(self._driver, text))

    def storagePoolLookupByUUID(self, uuid: bytes) -> virStoragePool:
        """Return the pool of this UUID, given as its 16 bytes."""
        digits = from_bytes(uuid, "virStoragePoolLookupByUUID")
        return virStoragePool(self, pools.lookup_by_uuid(self._driver, digits))

    def storagePoolLookupByUUIDString(self, uuidstr: str) -> virStoragePool:
        """Return the pool of this UUID: 32 hexadecimal digits, with dashes anywhere or nowhere between them."""
        function = "virStoragePoolLookupByUUIDString"
        digits = from_text(uuidstr, function, f"uuidstr in {function} must be a valid UUID")
        return virStoragePool(self, pools.lookup_by_uuid(self._driver, digits))

    def storagePoolLookupByTargetPath(self, path: str) -> virStoragePool:
        """Return the pool that the host has mounted there."""
        text = to_text(path, "virStoragePoolLookupByTargetPath", "path")
        return virStoragePool(self, pools.lookup_by_path(self._driver, text))

    def storageVolLookupByKey(self, key: str) -> virStorageVol:
        """Return the volume with this key: a disk's or a LUN's UUID, other files' path."""
        text = to_text(key, "virStorageVolLookupByKey", "key")
        return virStorageVol(self, volumes.lookup_by_key(self._driver, text))

    def storageVolLookupByPath(self, path: str) -> virStorageVol:
        """Return the volume with this path: ``[datastore] folder/file``, or a LUN's device."""
        text = to_text(path, "virStorageVolLookupByPath", "path")
        return virStorageVol(self, volumes.lookup_by_path(self._driver, text))


def find_pools(driver: "Connection", flags: int) -> "list[PoolHandle]":
    """Return the pools that fit the filters VIR_CONNECT_LIST_STORAGE_POOLS_*."""
    check_flags(flags, _ALL_FLAGS, "esxConnectListAllStoragePools")
    transient, persistent = (
        flags_.VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT,
        flags_.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
    )
    if flags & transient and not flags & persistent:
        return []
    types = flags & _ANY_TYPE
    return [
        pool
        for pool in pools.read_pools(driver)
        if (not types or types & _TYPES[pool.type]) and _is_chosen(flags, active=pool.active)
    ]


def _is_chosen(flags: int, *, active: bool) -> bool:
    """Return whether a pool fits the filters of its state: where a pair has one of the two, that is what is wanted."""
    fits, other = (_ACTIVE, _INACTIVE) if active else (_INACTIVE, _ACTIVE)
    return all(flags & ours or not flags & others for ours, others in zip(fits, other, strict=True))
