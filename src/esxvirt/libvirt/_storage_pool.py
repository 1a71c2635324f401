"""virStoragePool: a datastore, or an iSCSI target."""

from typing import TYPE_CHECKING

from esxvirt.constants.errors import VIR_FROM_STORAGE
from esxvirt.constants.storage import (
    VIR_STORAGE_POOL_BUILD_NO_OVERWRITE,
    VIR_STORAGE_POOL_BUILD_OVERWRITE,
    VIR_STORAGE_POOL_CREATE_WITH_BUILD,
    VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE,
    VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE,
    VIR_STORAGE_VOL_CREATE_VALIDATE,
)
from esxvirt.errors import EsxvirtError, InvalidArgumentError, OperationInvalidError
from esxvirt.libvirt._arguments import check_connection
from esxvirt.libvirt._late import pool_changes, pool_xml, pools, volume_files, volumes
from esxvirt.libvirt._methods import check_flags, offers, to_int, to_text
from esxvirt.libvirt._objects import OfConnection
from esxvirt.libvirt._storage_vol import virStorageVol

if TYPE_CHECKING:
    from esxvirt.driver.storage.pools import PoolHandle
    from esxvirt.driver.storage.volumes import VolumeHandle

__all__ = ["creation_flags", "virStoragePool"]

_CREATE = (
    VIR_STORAGE_POOL_CREATE_WITH_BUILD
    | VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE
    | VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE
)


def creation_flags(flags: int, function: str) -> bool:
    """Return whether what is on a disk may be overwritten, of VIR_STORAGE_POOL_CREATE_*; others are refused."""
    check_flags(flags, _CREATE, function)
    _exclude(flags, "VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE", "VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE")
    return bool(flags & VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE)


def _exclude(flags: int, one: str, other: str) -> None:
    if flags & _FLAGS[one] and flags & _FLAGS[other]:
        raise InvalidArgumentError(f"Flags '{one}' and '{other}' are mutually exclusive")


_FLAGS = {
    "VIR_STORAGE_POOL_BUILD_OVERWRITE": VIR_STORAGE_POOL_BUILD_OVERWRITE,
    "VIR_STORAGE_POOL_BUILD_NO_OVERWRITE": VIR_STORAGE_POOL_BUILD_NO_OVERWRITE,
    "VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE": VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE,
    "VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE": VIR_STORAGE_POOL_CREATE_WITH_BUILD_NO_OVERWRITE,
}


@offers
class virStoragePool(OfConnection):
    """A datastore, or an iSCSI target. Methods without a body here raise VIR_ERR_NO_SUPPORT."""

    if TYPE_CHECKING:
        _o: PoolHandle

    def name(self) -> str:
        """Return the name; no question to the server."""
        return self._o.name

    def UUIDString(self) -> str:
        """Return the UUID in its usual form; no question to the server."""
        return self._o.uuid

    def UUID(self) -> bytes:
        """Return the UUID as 16 bytes; no question to the server."""
        return bytes.fromhex(self._o.uuid.replace("-", ""))

    def isActive(self) -> int:
        """Return 1; 0 for a volume that is unmounted, and for what is known to this connection alone."""
        _ = self._driver
        return int(self._o.active)

    def isPersistent(self) -> int:
        """Return 1: all pools are."""
        _ = self._driver
        return 1

    def autostart(self) -> int:
        """Return 1: all pools that are active start with the host."""
        _ = self._driver
        return int(self._o.active)

    def setAutostart(self, autostart: int) -> int:
        """Take 1, which is so already; 0."""
        _ = self._driver
        if not to_int(autostart):
            raise EsxvirtError("Cannot deactivate storage pool autostart")
        return 0

    def info(self) -> list[int]:
        """Return state (VIR_STORAGE_POOL_*), capacity, allocation and what is free, in bytes, as they are now."""
        pool = pools.read_again(self._driver, self._o)
        pools.warn([pool])
        info = pools.info(pool)
        return [info.state, info.capacity, info.allocation, info.available]

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the XML; no flags are taken."""
        check_flags(flags, 0, "esxStoragePoolGetXMLDesc")
        pool = pools.read_again(self._driver, self._o)
        pools.warn([pool])
        return pool_xml.format_pool(pools.describe(pool))

    def refresh(self, flags: int = 0) -> int:
        """Have the host look again what is there; 0."""
        check_flags(flags, 0, "esxStoragePoolRefresh")
        pools.refresh(self._driver, self._o)
        return 0

    # making and removing

    def create(self, flags: int = 0) -> int:
        """Start the pool; 0.

        An export is mounted, where defining it has not done that already; a volume that is unmounted is, too. One that
        is not made yet is made with VIR_STORAGE_POOL_CREATE_WITH_BUILD_OVERWRITE alone.
        """
        overwrite = creation_flags(flags, "esxStoragePoolCreate")
        self._o = pool_changes.start(self._driver, self._o, overwrite=overwrite)
        return 0

    def build(self, flags: int = 0) -> int:
        """Make the volume, with VIR_STORAGE_POOL_BUILD_OVERWRITE alone; nothing is to do for an export; 0."""
        allowed = VIR_STORAGE_POOL_BUILD_OVERWRITE | VIR_STORAGE_POOL_BUILD_NO_OVERWRITE
        check_flags(flags, allowed, "esxStoragePoolBuild")
        _exclude(flags, "VIR_STORAGE_POOL_BUILD_OVERWRITE", "VIR_STORAGE_POOL_BUILD_NO_OVERWRITE")
        overwrite = bool(flags & VIR_STORAGE_POOL_BUILD_OVERWRITE)
        self._o = pool_changes.build(self._driver, self._o, overwrite=overwrite)
        return 0

    def destroy(self) -> int:
        """Unmount the export or the volume, with all that is on it as it is; 0."""
        self._o = pool_changes.destroy(self._driver, self._o)
        return 0

    def undefine(self) -> int:
        """Forget a pool that is known to this connection alone, such as an export that it has unmounted; 0."""
        pool_changes.undefine(self._driver, self._o)
        return 0

    def delete(self, flags: int = 0) -> int:
        """Delete the volume with all that is on it, unless machines are; no flags are taken; 0."""
        check_flags(flags, 0, "esxStoragePoolDelete")
        pool_changes.delete(self._driver, self._o)
        return 0

    # volumes

    def _volumes(self) -> "list[VolumeHandle]":
        if not self._o.active:
            raise OperationInvalidError(f"storage pool '{self._o.name}' is not active")
        return volumes.list_volumes(self._driver, self._o)

    def listAllVolumes(self, flags: int = 0) -> list[virStorageVol]:
        """Return all volumes, of whatever depth of folders."""
        check_flags(flags, 0, "esxStoragePoolListAllVolumes")
        return [virStorageVol(self._conn, volume) for volume in self._volumes()]

    def listVolumes(self) -> list[str]:
        """Return the names of all volumes."""
        return [volume.name for volume in self._volumes()]

    def numOfVolumes(self) -> int:
        """Return how many volumes there are."""
        return len(self._volumes())

    def storageVolLookupByName(self, name: str) -> virStorageVol:
        """Return the volume of this name: ``folder/file``, or a LUN's device."""
        text = to_text(name, "virStorageVolLookupByName", "name")
        return virStorageVol(self._conn, volumes.lookup_by_name(self._driver, self._o, text))

    def createXML(self, xmlDesc: str, flags: int = 0) -> virStorageVol:
        """Make a disk image, with the folder that it is to be in.

        VIR_STORAGE_VOL_CREATE_VALIDATE checks the XML by libvirt's schema, whose names of volumes have no folders here.
        """
        check_flags(flags, VIR_STORAGE_VOL_CREATE_VALIDATE, "esxStorageVolCreateXML")
        text = to_text(xmlDesc, "virStorageVolCreateXML", "xmlDesc")
        return virStorageVol(self._conn, volume_files.create(self._driver, self._o, text, validate=bool(flags)))

    def createXMLFrom(self, xmlDesc: str, clonevol: virStorageVol, flags: int = 0) -> virStorageVol:
        """Make a disk image of another, with the folder that it is to be in; flags as `createXML`."""
        check_flags(flags, VIR_STORAGE_VOL_CREATE_VALIDATE, "esxStorageVolCreateXMLFrom")
        text = to_text(xmlDesc, "virStorageVolCreateXMLFrom", "xmlDesc")
        function = "virStorageVolCreateXMLFrom"
        message = f"clonevol in {function} must match connection of pool '{self._o.name}'"
        check_connection(self._conn, clonevol, message, function, "clonevol", VIR_FROM_STORAGE)
        source = clonevol._o  # noqa: SLF001  the classes of this package are each other's friends
        return virStorageVol(self._conn, volume_files.copy(self._driver, self._o, text, source, validate=bool(flags)))
