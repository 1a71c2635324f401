"""virStoragePool: a datastore, or an iSCSI target."""

from typing import TYPE_CHECKING

from esxvirt.constants.errors import VIR_FROM_STORAGE
from esxvirt.constants.storage import VIR_STORAGE_VOL_CREATE_VALIDATE
from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._arguments import check_connection
from esxvirt.libvirt._late import pool_xml, pools, volume_files, volumes
from esxvirt.libvirt._methods import check_flags, offers, to_int, to_text
from esxvirt.libvirt._objects import OfConnection
from esxvirt.libvirt._storage_vol import virStorageVol

if TYPE_CHECKING:
    from esxvirt.driver.storage.pools import PoolHandle
    from esxvirt.driver.storage.volumes import VolumeHandle

__all__ = ["virStoragePool"]


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
        """Return 1: all pools are."""
        _ = self._driver
        return 1

    def isPersistent(self) -> int:
        """Return 1: all pools are."""
        _ = self._driver
        return 1

    def autostart(self) -> int:
        """Return 1: all pools start with the host."""
        _ = self._driver
        return 1

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

    # volumes

    def _volumes(self) -> "list[VolumeHandle]":

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
