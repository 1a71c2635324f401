"""What virConnect has to find storage pools and volumes."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded with the first connection

from typing import TYPE_CHECKING, Any, cast

from esxvirt.libvirt._methods import check_flags, to_text
from esxvirt.libvirt._storage_pool import virStoragePool
from esxvirt.libvirt._storage_vol import virStorageVol
from esxvirt.libvirt._uuids import from_bytes, from_text
from esxvirt.libvirt.constants import connect as flags_

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.storage.pools import PoolHandle
    from esxvirt.libvirt._connect import virConnect

__all__ = ["Storage"]

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


class Storage:
    """The methods, for virConnect alone."""

    if TYPE_CHECKING:

        @property
        def _driver(self) -> Connection: ...

    @property
    def _itself(self) -> "virConnect":
        return cast("virConnect", self)

    def listAllStoragePools(self, flags: int = 0) -> list[virStoragePool]:
        """Return the pools that fit the filters VIR_CONNECT_LIST_STORAGE_POOLS_*: all are active and persistent."""
        return [virStoragePool(self._itself, pool) for pool in self._pools(flags)]

    def getAllStoragePoolInfo(self, flags: int = 0) -> list[tuple[virStoragePool, list[int]]]:
        """Return the pools as `listAllStoragePools`, each with what its `info` returns. esxvirt's own: one question."""
        from esxvirt.driver.storage import pools

        found = self._pools(flags)
        pools.warn(found)
        return [(virStoragePool(self._itself, pool), _numbers(pools.info(pool))) for pool in found]

    def _pools(self, flags: int) -> "list[PoolHandle]":
        from esxvirt.driver.storage.pools import read_pools

        check_flags(flags, _ALL_FLAGS, "esxConnectListAllStoragePools")
        # Of a pair of filters, one that everything fits takes in what the other leaves out.
        for ours, other in zip(_OURS, _NOT_OURS, strict=True):
            if flags & other and not flags & ours:
                return []
        pools = read_pools(self._driver)
        types = flags & _ANY_TYPE
        return [pool for pool in pools if not types or types & _TYPES[pool.type]]

    def listStoragePools(self) -> list[str]:
        """Return the names of the pools: all are active."""
        return [pool.name for pool in self._pools(0)]

    def numOfStoragePools(self) -> int:
        """Return how many pools there are."""
        return len(self._pools(0))

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
        from esxvirt.driver.storage import pools

        text = to_text(name, "virStoragePoolLookupByName", "name")
        return virStoragePool(self._itself, pools.lookup_by_name(self._driver, text))

    def storagePoolLookupByUUID(self, uuid: bytes) -> virStoragePool:
        """Return the pool of this UUID, given as its 16 bytes."""
        from esxvirt.driver.storage import pools

        digits = from_bytes(uuid, "virStoragePoolLookupByUUID")
        return virStoragePool(self._itself, pools.lookup_by_uuid(self._driver, digits))

    def storagePoolLookupByUUIDString(self, uuidstr: str) -> virStoragePool:
        """Return the pool of this UUID: 32 hexadecimal digits, with dashes anywhere or nowhere between them."""
        from esxvirt.driver.storage import pools

        function = "virStoragePoolLookupByUUIDString"
        digits = from_text(uuidstr, function, f"uuidstr in {function} must be a valid UUID")
        return virStoragePool(self._itself, pools.lookup_by_uuid(self._driver, digits))

    def storagePoolLookupByTargetPath(self, path: str) -> virStoragePool:
        """Return the pool that the host has mounted there."""
        from esxvirt.driver.storage import pools

        text = to_text(path, "virStoragePoolLookupByTargetPath", "path")
        return virStoragePool(self._itself, pools.lookup_by_path(self._driver, text))

    def storageVolLookupByKey(self, key: str) -> virStorageVol:
        """Return the volume with this key: a disk's or a LUN's UUID, other files' path."""
        from esxvirt.driver.storage import volumes

        text = to_text(key, "virStorageVolLookupByKey", "key")
        return virStorageVol(self._itself, volumes.lookup_by_key(self._driver, text))

    def storageVolLookupByPath(self, path: str) -> virStorageVol:
        """Return the volume with this path: ``[datastore] folder/file``, or a LUN's device."""
        from esxvirt.driver.storage import volumes

        text = to_text(path, "virStorageVolLookupByPath", "path")
        return virStorageVol(self._itself, volumes.lookup_by_path(self._driver, text))


def _numbers(info: Any) -> list[int]:
    return [info.state, info.capacity, info.allocation, info.available]
