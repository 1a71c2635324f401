"""Uploads of a volume's content, and what there is afterwards where one did not end well.

A server keeps what it has got of a file that breaks off, or what was there before, or all of it where only its answer
was lost: nobody knows without a look. What is said of the file is what the look has shown.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Final

from esxvirt.errors import (
    DeadlineError,
    EsxvirtError,
    InvalidArgumentError,
    MissingPrivilegeError,
    OperationFailedError,
)
from esxvirt.logs import Log
from esxvirt.records import record
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.file_streams import PIECE, FileFacts, FileWriter, open_reader, open_writer, stat_file
from esxvirt.vsphere.files import FileNotThereError, FileRefusedError
from esxvirt.vsphere.interrupts import DONE, tell
from esxvirt.vsphere.session import Session

__all__ = ["Upload"]

_log = Log(__name__)

_FRESH_SECONDS: Final = 60.0
"""How long a session, and what was seen of a file, is taken to be as it was: a pipe may let its reader wait."""
_LOOK_SECONDS: Final = 15.0
"""How long the server may be silent when it is asked what there is."""
_PAUSES: Final = (0.2, 0.4, 0.8)
"""Seconds between looks: a server may still be writing what has come."""
_PROBE: Final = 64 * 1024
"""Bytes of the beginning and the end that are compared where sizes and times tell nothing."""


_ANSWERS: Final = (FileRefusedError, FileNotThereError, MissingPrivilegeError)
"""Errors after which the server does no more with an upload."""


class _State(Enum):
    """What a file is after an upload that did not end well."""

    UNTOUCHED = auto()
    WHOLE = auto()
    PART = auto()
    GONE = auto()
    UNKNOWN = auto()


@record(frozen=True)
class _Found:
    """What a look has shown; `size` is the file's, `why` the reason for which nothing is known."""

    state: _State
    size: int | None = None
    why: str = "it may have been the same before"

    def said_of(self, file: DatastoreFile, *, silent: bool) -> str:
        """In words; `silent` where the server may still be at work, for all that is known."""
        if self.state is _State.UNTOUCHED:
            so_far = ", so far: look at it before you try again" if silent else ""
            return f"'{file}' is still as it was before{so_far}"
        if self.state is _State.WHOLE:
            return f"'{file}' was uploaded whole all the same"
        if self.state is _State.PART:
            size = "" if self.size is None else f", {self.size} bytes"
            return f"'{file}' holds a part of what was to be uploaded{size}: upload it again"
        if self.state is _State.GONE:
            return f"there is no '{file}' any more: upload it again"
        return (
            f"whether '{file}' is as it was before, or holds what was uploaded or a part of it, is not known "
            f"({self.why}): upload it again"
        )


class Upload:
    """The content of a volume on its way up. Nothing of the volume is touched before the first byte is written.

    Attributes:
        wanted: How many bytes make it whole: the disk's, or as many as were asked for; None for as many as come.

    `check` is called when all is there: it raises an error where that is no volume any more.
    """

    def __init__(
        self,
        session: Session,
        file: DatastoreFile,
        before: FileFacts | None,
        size: int | None,
        most: int | None,
        check: Callable[[], None] | None = None,
    ) -> None:
        self.wanted = size if size is not None else most
        self._session = session
        self._file = file
        self._before = before
        self._looked = time.monotonic()
        self._size = size
        self._most = most
        self._check = check
        self._writer: FileWriter | None = None
        self._begun = self._finishing = self._ended = False
        self._handed = 0  # bytes, those on their way included
        self._head = self._tail = b""
        self._old: bytes | None = None  # what the file began with, where nothing else will show that it was changed

    def write(self, data: Any) -> None:
        """Send a piece.

        Raises:
            InvalidArgumentError: It is more than there may be. Nothing of it was sent.
            TransportError: The server refused, or broke off; the message says what there is of the file.
        """
        most = self._most if self._most is not None else self._size
        if most is not None and self._handed + len(data) > most:
            raise InvalidArgumentError(f"more than the {most} bytes that were announced for '{self._file}'")
        self._send(data)

    def finish(self) -> None:
        """Send the zeros that are missing of a disk, and have the file kept.

        It is done where the answer to it was lost and the file is there as it was sent.

        Raises:
            EsxvirtError: It was not kept; the message says what there is of the file.
        """
        zeros = memoryview(bytes(PIECE))
        try:
            while self._size is not None and self._handed < self._size and not self._ended:
                self._send(zeros[: self._size - self._handed])
            if self._ended:
                return
            writer = self._writer or self._begin()
            self._finishing = True
            writer.finish()
            self._ended = True
        except KeyboardInterrupt as interrupt:
            self._tell(interrupt)
            raise
        except EsxvirtError as error:
            if self._ended or not self._begun:  # it was told already, or there is nothing to tell
                self._end()
                raise
            self._settle(error)
        except BaseException:
            self._end()
            raise
        try:
            if self._check is not None:
                self._check()
        except KeyboardInterrupt as interrupt:
            tell(interrupt, f"{DONE}: '{self._file}' was uploaded whole", done=True)
            raise

    def abort(self) -> None:
        """Break off; where something of the file was touched, a warning says what is left. Never raises."""
        found = None if not self._begun or self._ended else self._look_after()
        if found is not None and found.state is not _State.UNTOUCHED:
            _log.warning("%s", found.said_of(self._file, silent=True))

    def abandon(self) -> str | None:
        """Break off, and say what there is of the file; None if that was said before, with an error, or it is whole."""
        if self._ended:
            return None
        if not self._begun:
            self._end()
            return f"'{self._file}' was not touched"
        return self._look_after().said_of(self._file, silent=True)

    def _tell(self, interrupt: KeyboardInterrupt) -> None:
        """Say what there is of the file after Ctrl-C."""
        if self._begun and not self._ended:
            found = self._look_after()
            whole = found.state is _State.WHOLE
            said = f"'{self._file}' was uploaded whole" if whole else found.said_of(self._file, silent=True)
            tell(interrupt, f"{DONE}: {said}" if whole else f"interrupted; {said}", done=whole)
        elif not self._ended:
            self._end()
            tell(interrupt, f"interrupted: '{self._file}' was not touched")

    def _send(self, data: Any) -> None:
        if self._ended or not len(data):
            return
        writer = self._writer or self._begin()
        self._remember(data)
        try:
            writer.write(data)
        except EsxvirtError as error:
            self._settle(error)

    def _remember(self, data: Any) -> None:
        """Keep the beginning and the end of what goes out, to know it again."""
        count = len(data)
        self._handed += count
        if len(self._head) < _PROBE:
            self._head += bytes(data[: _PROBE - len(self._head)])
        self._tail = (self._tail + bytes(data[max(0, count - _PROBE) :]))[-_PROBE:]

    def _begin(self) -> FileWriter:
        if time.monotonic() - self._looked > _FRESH_SECONDS:
            # The session may have expired, and cannot be renewed once content is on its way.
            now = stat_file(self._session, self._file)
            if self._size is not None and now is not None and now.size != self._size:
                self._end()
                raise OperationFailedError(f"the size of '{self._file}' has changed meanwhile; it was not touched")
            self._before = now
        if self._before is not None and not self._before.would_show:
            with suppress(EsxvirtError):
                self._old = self._read(0, _PROBE)
        self._begun = True
        length = self._size if self._size is not None else self._most
        try:
            self._writer = open_writer(self._session, self._file, length)
        except EsxvirtError as error:
            self._settle(error)
            raise
        return self._writer

    def _end(self) -> None:
        self._ended = True
        if self._writer is not None:
            self._writer.abort()

    def _settle(self, error: EsxvirtError) -> None:
        """Find out what there is after an error, and raise it with that, unless all is there."""
        found = self._look_after(once=isinstance(error, _ANSWERS))
        if found.state is _State.WHOLE:
            _log.info("%s; '%s' is whole all the same", error, self._file)
            return
        error.args = (f"{error}; {found.said_of(self._file, silent=isinstance(error, DeadlineError))}",)
        raise error

    def _look_after(self, *, once: bool = False) -> _Found:
        """End it, and look until two looks in a row show the same; `once` where the server is known to be done."""
        self._end()
        found = self._look()
        for pause in () if once else _PAUSES:
            if found.state in {_State.WHOLE, _State.UNKNOWN}:
                break
            time.sleep(pause)
            before, found = found, self._look()
            if found == before:
                break
        return found

    def _look(self) -> _Found:
        try:
            now = stat_file(self._session, self._file, _LOOK_SECONDS)
            if now is None:
                return _Found(_State.UNTOUCHED if self._before is None else _State.GONE)
            if self._before is None or now != self._before:
                return self._look_at_changed(now)
            # A server writes a file from its beginning on.
            if self._before.would_show or not self._head or self._read(0, len(self._head)) != self._head:
                return _Found(_State.UNTOUCHED, now.size)
            if self._old is not None and self._old[: len(self._head)] != self._head:
                return self._look_at_changed(now)
        except EsxvirtError as error:
            return _Found(_State.UNKNOWN, why=str(error))
        return _Found(_State.UNKNOWN, now.size)

    def _look_at_changed(self, now: FileFacts) -> _Found:
        announced = self._size if self._size is not None else self._most
        sent = self._finishing or (announced is not None and self._handed == announced)
        if sent and now.size == self._handed:
            tail = self._read(self._handed - len(self._tail), len(self._tail)) if self._tail else b""
            if tail == self._tail:
                return _Found(_State.WHOLE, now.size)
        return _Found(_State.PART, now.size)

    def _read(self, offset: int, count: int) -> bytes:
        """Read a part of what the file has now, less of it where that ends."""
        try:
            reader = open_reader(self._session, self._file, offset, count, _LOOK_SECONDS)
        except InvalidArgumentError:  # it is shorter
            return b""
        try:
            return reader.read(count)
        finally:
            reader.close()
