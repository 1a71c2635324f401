"""What streams are filled from and emptied into: contents that come and go piece by piece, never whole in memory."""

import re
import time
from typing import Any, Final, Protocol

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage.pools import place_of
from esxvirt.driver.storage.uploads import Upload
from esxvirt.driver.storage.volumes import BLOCK, VolumeHandle, place_in, read_again
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    OperationFailedError,
    TransportError,
    UnsupportedError,
)
from esxvirt.logs import Log
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.file_streams import FileFacts, FileReader, open_reader, stat_file
from esxvirt.vsphere.files import FileNotThereError

__all__ = ["Sink", "Source", "download", "upload"]

_log = Log(__name__)

_ATTEMPTS: Final = 5
"""How often a download is taken up again without a byte having come."""
_PAUSE: Final = 0.2
"""Seconds before the second attempt, twice as many before the next, and so on."""
_DESCRIPTOR: Final = 64 * 1024
"""Bytes that a descriptor has at most; a disk with its descriptor inside is larger."""
_EXTENT: Final = re.compile(
    rb'^(?:RW|RDONLY)[ \t]+(\d+)[ \t]+(\w+)(?:[ \t]+"([^"\r\n]+)"(?:[ \t]+(\d+))?)?', re.MULTILINE
)
_FLAT: Final = frozenset({b"FLAT", b"VMFS"})


class Source(Protocol):
    """Where the bytes of a download come from: `esxvirt.vsphere.file_streams.FileReader`, or a binary file."""

    def read(self, size: int, /) -> bytes:
        """At most so many bytes; none at the end.

        Raises:
            TransportError: The server broke off.
        """

    def close(self) -> None:
        """End it, whether it was read to its end or not."""


class Sink(Protocol):
    """Where the bytes of an upload go: such as `esxvirt.driver.storage.uploads.Upload`."""

    def write(self, data: Any, /) -> None:
        """Take bytes, or a buffer of bytes, all of them.

        Raises:
            TransportError: The server refused, or broke off.
        """

    def finish(self) -> None:
        """All bytes are there: have the server keep them.

        Raises:
            EsxvirtError: It does not.
        """

    def abort(self) -> None:
        """No more will come: leave nothing behind. Never raises."""


def download(connection: Connection, volume: VolumeHandle, offset: int, length: int) -> Source:
    """Return the content of a volume (virStorageVolDownload), `length` bytes of it (0 for all) from `offset` on.

    Of a disk image it is the disk: what its flat extent has. 1 GET for the descriptor, 1 for the content, no SOAP call.
    A connection that breaks is taken up again where it broke, if the file is still the same.

    Raises:
        UnsupportedError: It is a LUN.
        ConfigUnsupportedError: The disk is sparse, a snapshot, or in several parts.
        InvalidArgumentError: It ends before `offset`.
        TransportError: The server refused, or broke off for good.
    """
    if offset < 0 or length < 0:
        raise InvalidArgumentError("offset and length of a download are not negative")
    return ResumingReader(connection, _content(connection, volume), offset, length or None)


def upload(connection: Connection, volume: VolumeHandle, offset: int, length: int) -> Sink:
    """Takes what is to be the content of a volume (virStorageVolUpload): `length` bytes, 0 for as many as come.

    Of a disk image it is the disk; what does not come of it is zeros. As `download`, and 1 HEAD. Nothing of the volume
    is touched before the first byte is written, or it is finished without one.

    Raises:
        ArgumentUnsupportedError: An `offset`.
        UnsupportedError: It is a LUN.
        ConfigUnsupportedError: The disk is sparse, a snapshot, or in several parts.
        InvalidArgumentError: `length` is more than the disk has.
        TransportError: The server refused, or broke off.
    """
    if offset:
        raise ArgumentUnsupportedError("VMware takes files from their beginning: an offset is not supported")
    if length < 0:
        raise InvalidArgumentError("the length of an upload is not negative")
    file, extents = _find_content(connection, volume)
    before = stat_file(connection.session, file)
    if volume.format != "vmdk":
        return Upload(connection.session, file, before, None, length or None)
    size = read_again(connection, volume).capacity if before is None or before.size is None else before.size
    if length > size:
        raise InvalidArgumentError(f"'{volume.name}' has {size} bytes; {length} are too many")

    def check() -> None:
        """Look whether another client has deleted the disk, or given it another size: its content is a file alone."""
        try:
            _, now = _find_content(connection, volume)
        except FileNotThereError:
            raise OperationFailedError(
                f"another client has deleted '{volume.path}' meanwhile, and '{file}' is left behind: remove it"
            ) from None
        except EsxvirtError as error:
            _log.warning(
                "'%s' was uploaded; whether another client has deleted or grown it meanwhile is not known: %s",
                volume.path,
                error,
            )
            return
        if now != extents:
            raise OperationFailedError(
                f"another client has changed the size of '{volume.path}' meanwhile; it may be damaged: upload it again"
            )

    return Upload(connection.session, file, before, size, length or None, check)


def _content(connection: Connection, volume: VolumeHandle) -> DatastoreFile:
    """Return the file that has a volume's content. One GET for a disk image."""
    return _find_content(connection, volume)[0]


def _find_content(connection: Connection, volume: VolumeHandle) -> tuple[DatastoreFile, list[Any]]:
    """Return the file that has a volume's content, and what its descriptor says of that. One GET for a disk image."""
    if volume.type == BLOCK:
        raise UnsupportedError("iSCSI storage pool does not support streams of volumes")
    place = place_of(connection, volume.pool).datacenter_path
    file = DatastoreFile(place_in(volume.pool, volume.name), place)
    if volume.format != "vmdk":
        return file, []
    reader = open_reader(connection.session, file, 0, _DESCRIPTOR)
    try:
        text = reader.read(_DESCRIPTOR)
    finally:
        reader.close()
    if text.startswith((b"KDMV", b"COWD")):
        return file, []  # a hosted disk with its descriptor inside
    extents = _EXTENT.findall(text)
    if len(extents) != 1 or extents[0][1] not in _FLAT or extents[0][3] not in {b"", b"0"} or not extents[0][2]:
        raise ConfigUnsupportedError(
            f"'{volume.name}' is no disk in one flat file: clone it, or consolidate its snapshots, and take the clone"
        )
    name = extents[0][2].decode("utf-8", "surrogateescape")
    if "/" in name or "\\" in name:
        raise ConfigUnsupportedError(f"the extent '{name}' of '{volume.name}' is in another folder")
    folder, slash, _ = volume.name.rpartition("/")
    return DatastoreFile(place_in(volume.pool, folder + slash + name), place), extents


class ResumingReader:
    """A file's content, whatever happens to the connection on the way: it is asked for the rest and goes on.

    Attributes:
        facts: What the server says of the whole file.
        left: Bytes still to come, None if nobody knows.
        resumed: How often it had to.
    """

    def __init__(self, connection: Connection, file: DatastoreFile, offset: int, length: int | None) -> None:
        self._session = connection.session
        self._file = file
        self._position = offset
        self._reader: FileReader | None = open_reader(self._session, file, offset, length)
        self.facts: FileFacts = self._reader.facts
        self.left = self._reader.left
        self.resumed = 0

    def read(self, size: int) -> bytes:
        """At most so many bytes, none at the end.

        Raises:
            TransportError: The server broke off for good.
            OperationFailedError: The file changed meanwhile.
        """
        attempt = 1
        while True:
            try:
                if self._reader is None:
                    self._reopen()
                assert self._reader is not None  # noqa: S101  `_reopen` has made one
                content = self._reader.read(size)
            except TransportError as error:
                self.close()
                # Without a size nobody knows whether what came was all.
                if self.left is None or attempt == _ATTEMPTS:
                    raise
                _log.info("%s; going on at byte %d", error, self._position)
                time.sleep(_PAUSE * 2 ** (attempt - 1) if attempt > 1 else 0)
                attempt += 1
            else:
                self._position += len(content)
                if self.left is not None:
                    self.left -= len(content)
                return content

    def _reopen(self) -> None:
        reader = open_reader(self._session, self._file, self._position, self.left)
        if reader.facts != self.facts:
            reader.close()
            raise OperationFailedError(
                f"'{self._file}' was changed while it was read, at byte {self._position}: start again"
            )
        self._reader = reader
        self.resumed += 1

    def close(self) -> None:
        """End it, read whole or not."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.close()
