"""What virConnect has to find storage pools and volumes."""

from typing import TYPE_CHECKING

from esxvirt.constants import connect as flags_
from esxvirt.libvirt._late import pools, volumes
from esxvirt.libvirt._methods import check_flags, to_text
from esxvirt.libvirt._objects import AnyConnection
from esxvirt.libvirt._storage_pool import virStoragePool
from esxvirt.libvirt._storage_vol import virStorageVol
from esxvirt.libvirt._uuids import from_bytes, from_text

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.storage.pools import PoolHandle

__all__ = ["Storage", "find_pools"]

_ALL_FLAGS = (1 << 20) - 1  # VIR_CONNECT_LIST_STORAGE_POOLS_*, as of the types that libvirt 9.0.0 knows
_NOT_OURS = (
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_INACTIVE,
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_TRANSIENT,
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_NO_AUTOSTART,
)
_OURS = (
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE,
    flags_.VIR_CONNECT_LIST_STORAGE_POOLS_PERSISTENT,
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
        """Return the pools that fit the filters VIR_CONNECT_LIST_STORAGE_POOLS_*: all are active and persistent."""
        return [virStoragePool(self, pool) for pool in find_pools(self._driver, flags)]

    def _pool(self, handle: "PoolHandle") -> virStoragePool:
        return virStoragePool(self, handle)

    def listStoragePools(self) -> list[str]:
        """Return the names of the pools: all are active."""
        return [pool.name for pool in find_pools(self._driver, 0)]

    def numOfStoragePools(self) -> int:
        """Return how many pools there are."""
        return len(find_pools(self._driver, 0))

    def listDefinedStoragePools(self) -> list[str]:
        """Return no names: no pool is inactive."""
        _ = self._driver
        return []

    def numOfDefinedStoragePools(self) -> int:
        """Return 0: no pool is inactive."""
        _ = self._driver
        return 0

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
    # Of a pair of filters, one that everything fits takes in what the other leaves out.
    for ours, other in zip(_OURS, _NOT_OURS, strict=True):
        if flags & other and not flags & ours:
            return []
    types = flags & _ANY_TYPE
    return [pool for pool in pools.read_pools(driver) if not types or types & _TYPES[pool.type]]
