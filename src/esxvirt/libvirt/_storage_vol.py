"""virStorageVol: a disk, ISO or floppy image in a datastore, or a LUN."""

from typing import TYPE_CHECKING, Any, ClassVar

from esxvirt.constants import storage as flags_
from esxvirt.constants.errors import VIR_FROM_STORAGE
from esxvirt.errors import InvalidArgumentError, UnsupportedError
from esxvirt.libvirt._arguments import check_connection
from esxvirt.libvirt._late import transfer, volume_files, volume_xml, volumes
from esxvirt.libvirt._methods import check_flags, offers, to_int
from esxvirt.libvirt._objects import AnyConnection, OfConnection

if TYPE_CHECKING:
    from esxvirt.driver.storage.volumes import VolumeHandle
    from esxvirt.libvirt._stream import virStream

__all__ = ["virStorageVol"]

_RESIZE_FLAGS = (
    flags_.VIR_STORAGE_VOL_RESIZE_ALLOCATE | flags_.VIR_STORAGE_VOL_RESIZE_DELTA | flags_.VIR_STORAGE_VOL_RESIZE_SHRINK
)


@offers
class virStorageVol(OfConnection):
    """A disk, ISO or floppy image in a datastore, or a LUN. Methods without a body here raise VIR_ERR_NO_SUPPORT."""

    streamBufSize: ClassVar[int] = 64 * 1024

    if TYPE_CHECKING:
        _o: VolumeHandle

    def __init__(self, conn: AnyConnection, _obj: Any = None) -> None:
        super().__init__(conn, _obj)

    def name(self) -> str:
        """Return the name, ``folder/file``; no question to the server."""
        return self._o.name

    def path(self) -> str:
        """Return the path, ``[datastore] folder/file``; no question to the server."""
        return self._o.path

    def key(self) -> str:
        """Return what the volume is known by, whatever its name."""
        return volumes.key_of(self._driver, self._o)

    def _look(self) -> "VolumeHandle":
        self._o = volumes.current(self._driver, self._o)
        return self._o

    def info(self) -> list[int]:
        """Return type (VIR_STORAGE_VOL_*), capacity and allocation in bytes, as they are now."""
        now = self._look()
        return [now.type, now.capacity, now.allocation]

    def infoFlags(self, flags: int = 0) -> list[int]:
        """Return what `info` returns; with VIR_STORAGE_VOL_GET_PHYSICAL, too: what is allocated is what is there."""
        check_flags(flags, flags_.VIR_STORAGE_VOL_GET_PHYSICAL, "esxStorageVolGetInfoFlags")
        return self.info()

    def XMLDesc(self, flags: int = 0) -> str:
        """Return the XML; no flags are taken."""
        check_flags(flags, 0, "esxStorageVolGetXMLDesc")
        return volume_xml.format_volume(volumes.describe(self._driver, self._look()))

    def storagePoolLookupByVolume(self) -> OfConnection:
        """Return the pool."""
        return self._conn._pool(volumes.lookup_pool(self._driver, self._o))  # noqa: SLF001  friends, as below

    def delete(self, flags: int = 0) -> int:
        """Delete the volume's files; 0."""
        check_flags(flags, 0, "esxStorageVolDelete")
        volume_files.delete(self._driver, self._o)
        return 0

    def wipe(self, flags: int = 0) -> int:
        """Fill a disk image with zeros; 0."""
        check_flags(flags, 0, "esxStorageVolWipe")
        volume_files.wipe(self._driver, self._o)
        return 0

    def wipePattern(self, algorithm: int, flags: int = 0) -> int:
        """Fill a disk image with zeros, VIR_STORAGE_VOL_WIPE_ALG_ZERO: VMware has no other way; 0."""
        if to_int(algorithm) != flags_.VIR_STORAGE_VOL_WIPE_ALG_ZERO:
            raise UnsupportedError("virStorageVolWipePattern")
        return self.wipe(flags)

    def resize(self, capacity: int, flags: int = 0) -> int:
        """Grow a disk image to so many bytes, or with VIR_STORAGE_VOL_RESIZE_DELTA by so many; 0.

        VIR_STORAGE_VOL_RESIZE_ALLOCATE writes the zeros at once. VIR_STORAGE_VOL_RESIZE_SHRINK is taken, but no image
        shrinks.
        """
        check_flags(flags, _RESIZE_FLAGS, "esxStorageVolResize")
        shrink, delta = flags & flags_.VIR_STORAGE_VOL_RESIZE_SHRINK, flags & flags_.VIR_STORAGE_VOL_RESIZE_DELTA
        if to_int(capacity) < 0:
            raise OverflowError("can't convert negative value to unsigned int")
        now = volumes.read_again(self._driver, self._o)
        wanted = capacity
        if delta:
            wanted = now.capacity - capacity if shrink else now.capacity + capacity
        if wanted < 0:
            raise InvalidArgumentError(f"'{now.name}' has only {now.capacity} bytes")
        allocate = bool(flags & flags_.VIR_STORAGE_VOL_RESIZE_ALLOCATE)
        volume_files.resize(self._driver, now, wanted, allocate=allocate)
        return 0

    def _check_stream(self, stream: "virStream", function: str) -> None:
        message = f"stream in {function} must match connection of volume '{self._o.name}'"
        check_connection(self._conn, stream, message, function, "stream", VIR_FROM_STORAGE)

    def download(self, stream: "virStream", offset: int, length: int, flags: int = 0) -> int:
        """Open a stream of the content, of `length` bytes (0 for all) from `offset` on; 0.

        Of a disk image it is the content of the disk. What breaks off on the way goes on where it broke.
        """
        check_flags(flags, 0, "esxStorageVolDownload")
        self._check_stream(stream, "virStorageVolDownload")
        stream._check_free()  # noqa: SLF001  the classes of this package are each other's friends
        stream._read_from(transfer.download(self._driver, self._o, to_int(offset), to_int(length)))  # noqa: SLF001
        return 0

    def upload(self, stream: "virStream", offset: int, length: int, flags: int = 0) -> int:
        """Open a stream that replaces the content, with `length` bytes (0 for as many as come); 0.

        What is not sent of a disk is zeros. VMware takes files from their beginning: `offset` is 0.
        """
        check_flags(flags, 0, "esxStorageVolUpload")
        self._check_stream(stream, "virStorageVolUpload")
        stream._check_free()  # noqa: SLF001  the classes of this package are each other's friends
        stream._write_to(transfer.upload(self._driver, self._o, to_int(offset), to_int(length)))  # noqa: SLF001
        return 0
