"""Files in datastores that are too large for memory: read and written piece by piece, over the server's `/folder`.

What holds for `esxvirt.vsphere.files` holds here: one session with its TLS and proxy rules, renewed once if it expired.
A deadline is for each step of the content, not for the whole: what is slow but goes on is not cut.
"""

import http.client
from email.utils import parsedate_to_datetime
from typing import Any, Final

from esxvirt.errors import BadAnswerError, DeadlineError, EsxvirtError, InvalidArgumentError, TransportError
from esxvirt.records import field, record
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.deadline import Deadline, IdleDeadline, SteadyDeadline
from esxvirt.vsphere.http import HttpConnection
from esxvirt.vsphere.refusals import refusal
from esxvirt.vsphere.session import Session, translated

__all__ = ["FileFacts", "FileReader", "FileWriter", "open_reader", "open_writer", "stat_file"]

PIECE: Final = 1 << 20
"""Bytes that are handled at once."""

_EARLY_SECONDS: Final = 1.0
"""How long an answer is waited for that came before the end of what was sent, if it did."""
_WRITTEN: Final = frozenset({http.client.OK, http.client.CREATED, http.client.NO_CONTENT})


@record(frozen=True)
class FileFacts:
    """What tells one content of a file from another: its size (None if not told), and the server's marks of it.

    `date` is when the server said so, by its own clock.
    """

    size: int | None
    etag: str | None
    modified: str | None
    date: str | None = field(default=None, compare=False)

    @property
    def would_show(self) -> bool:
        """Whether the facts would be others by now had the file been written again, with the same size.

        A time of modification has whole seconds: where a file was written in the second in which the server told of it,
        another content of that second has the same time.
        """
        if self.etag is not None:
            return True
        try:
            return parsedate_to_datetime(self.date or "") > parsedate_to_datetime(self.modified or "")
        except (TypeError, ValueError):  # there is none of them, or one without a time zone
            return False


class FileReader:
    """The content of a file, from an offset on. Get one from `open_reader`; close it.

    Attributes:
        facts: What the server says of the whole file.
        left: Bytes still to come; None if the server did not tell.
    """

    def __init__(
        self,
        session: Session,
        connection: HttpConnection,
        response: http.client.HTTPResponse,
        file: DatastoreFile,
        facts: FileFacts,
    ) -> None:
        self._transport = session.transport
        self._connection = connection
        self._response: http.client.HTTPResponse | None = response
        self._file = file
        self.facts = facts
        self.left: int | None = response.length

    def fileno(self) -> int:
        """Return the socket's number."""
        return int(self._connection.sock.fileno())

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is content; 0 at the end.

        Raises:
            TransportError: The server broke off.
        """
        response = self._response
        if response is None or not len(buffer):
            return 0
        with self._transport.breaking(self._connection):
            return self._account(response, response.readinto(buffer))

    def read(self, size: int) -> bytes:
        """At most so many bytes, fewer only at the end; none at the end.

        Raises:
            TransportError: The server broke off.
        """
        response = self._response
        if response is None or not size:
            return b""
        with self._transport.breaking(self._connection):
            # Not by way of `readinto`: a buffer would have to be filled with zeros first, and copied afterwards.
            content = response.read(size)
            self._account(response, len(content))
        return content

    def _account(self, response: http.client.HTTPResponse, count: int) -> int:
        """Keep the account of what came, and the connection after the last byte."""
        if not count and self.left:
            raise BadAnswerError(f"{self._transport.endpoint.shown} broke off in the middle of '{self._file}'")
        if self.left is not None:
            self.left -= count
        if not self.left and (self.left is not None or not count):
            self._response = None
            self._transport.end_exchange(self._connection, response)
        return count

    def skip(self, count: int) -> None:
        """Pass over bytes."""
        buffer = memoryview(bytearray(min(count, PIECE)))
        while count and (got := self.readinto(buffer[: min(count, PIECE)])):
            count -= got

    def close(self) -> None:
        """End it, read whole or not."""
        if self._response is not None:
            self._response = None
            self._connection.abandon()


def stat_file(session: Session, file: DatastoreFile, seconds: float | None = None) -> FileFacts | None:
    """Return what the server says of a file, None if there is none. One HEAD, no SOAP call.

    Raises:
        MissingPrivilegeError: The account may not.
        TransportError: The server refused to tell, or broke off.
    """
    connection, response = _start(session, "HEAD", file, {}, seconds)
    with session.transport.breaking(connection):
        response.read()
    session.transport.end_exchange(connection, response)
    if response.status == http.client.NOT_FOUND:
        return None
    if response.status != http.client.OK:
        raise _refusal(session, response, file, "HEAD")
    size = response.headers.get("Content-Length", "")
    return _facts(response, int(size) if size.isdecimal() else None)


def open_reader(
    session: Session, file: DatastoreFile, offset: int = 0, length: int | None = None, seconds: float | None = None
) -> FileReader:
    """Begin to read a file, or `length` bytes of it from `offset` on. One GET, no SOAP call.

    Raises:
        FileNotThereError: There is none of that name.
        InvalidArgumentError: It ends before `offset`.
        MissingPrivilegeError: The account may not.
        TransportError: The server refused it, or broke off.
    """
    headers = {"Accept-Encoding": "identity"}
    if offset or length is not None:
        headers["Range"] = f"bytes={offset}-" + (str(offset + length - 1) if length else "")
    connection, response = _start(session, "GET", file, headers, seconds)
    try:
        if response.status == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise InvalidArgumentError(f"the file '{file}' ends before byte {offset}")
        if response.status not in {http.client.OK, http.client.PARTIAL_CONTENT}:
            raise _refusal(session, response, file, "GET")
    except EsxvirtError:
        connection.abandon()
        raise
    reader = FileReader(session, connection, response, file, _facts(response, _whole_size(response)))
    if response.status == http.client.OK:  # a server, or a proxy, that knows no ranges
        reader.skip(offset)
    if length is not None and (reader.left is None or reader.left > length):
        return _Part(reader, length)
    return reader


class _Part(FileReader):
    """The beginning of what a server sends that sends more than it was asked for."""

    def __init__(self, whole: FileReader, length: int) -> None:
        self._whole = whole
        self.facts = whole.facts
        self.left: int | None = length

    def fileno(self) -> int:
        return self._whole.fileno()

    def readinto(self, buffer: Any) -> int:
        count = self._whole.readinto(memoryview(buffer)[: self.left])
        self.left = (self.left or 0) - count
        return count

    def read(self, size: int) -> bytes:
        content = self._whole.read(min(size, self.left or 0))
        self.left = (self.left or 0) - len(content)
        return content

    def close(self) -> None:
        self._whole.close()


class FileWriter:
    """Takes the content of a file. Get one from `open_writer`; end it with `finish` or `abort`."""

    def __init__(self, session: Session, connection: HttpConnection, file: DatastoreFile, length: int | None) -> None:
        self._session = session
        self._connection = connection
        self._file = file
        self._length = length
        self.written = 0

    def fileno(self) -> int:
        """Return the socket's number."""
        return int(self._connection.sock.fileno())

    def write(self, data: Any) -> None:
        """Send a piece: bytes or a buffer of bytes.

        Raises:
            InvalidArgumentError: It is more than was announced.
            TransportError: The server refused the file, or broke off.
        """
        count = len(data)
        if not count:
            return
        if self._length is not None and self.written + count > self._length:
            raise InvalidArgumentError(f"more than the {self._length} bytes that were announced for '{self._file}'")
        pieces = (data,) if self._length is not None else (b"%x\r\n" % count, data, b"\r\n")
        try:
            for piece in pieces:
                self._connection.sock.sendall(piece)
        except (ConnectionError, TimeoutError) as error:
            shown = self._session.endpoint.shown
            silent = f"{shown} took no more of '{self._file}' for too long"
            broken = f"{shown} broke off in the middle of '{self._file}'"
            otherwise = DeadlineError(silent) if isinstance(error, TimeoutError) else TransportError(broken)
            raise self._told_early() or otherwise from error
        except (OSError, EsxvirtError) as error:
            with self._session.transport.breaking(self._connection):
                raise error from None
        self.written += count

    def finish(self) -> None:
        """End the file, and learn whether the server took it.

        Raises:
            InvalidArgumentError: It is less than was announced.
            FileNotThereError: There is no such directory, or no such datastore.
            MissingPrivilegeError: The account may not.
            FileRefusedError: The server refused the file.
            TransportError: It broke off: it may have taken it all the same.
        """
        if self._length is not None and self.written < self._length:
            self.abort()
            raise InvalidArgumentError(
                f"{self.written} bytes came for '{self._file}' and not the {self._length} that were announced"
            )
        transport = self._session.transport
        with transport.breaking(self._connection):
            if self._length is None:
                self._connection.sock.sendall(b"0\r\n\r\n")
            response = self._connection.getresponse()
            response.read(PIECE)
        transport.end_exchange(self._connection, response)
        if response.status not in _WRITTEN:
            raise _refusal(self._session, response, self._file, "PUT")

    def abort(self) -> None:
        """Break off: what the server makes of the part that it has is its own affair."""
        self._connection.abandon()

    def _told_early(self) -> EsxvirtError | None:
        """Return what the server said before it took no more of us; None if nothing can be read."""
        self._connection.set_deadline(Deadline(_EARLY_SECONDS))
        try:
            response = self._connection.getresponse()
        except (OSError, http.client.HTTPException, EsxvirtError):
            return None
        finally:
            self._connection.abandon()
        if response.status in _WRITTEN:
            return None
        return _refusal(self._session, response, self._file, "PUT")


def open_writer(session: Session, file: DatastoreFile, length: int | None, seconds: float | None = None) -> FileWriter:
    """Begin to write a file, in place of what there is. One PUT, no SOAP call; never tried twice.

    A session that has expired cannot be renewed once content is on its way: call `stat_file` before.

    Args:
        session: Where the file is to be.
        file: Its name.
        length: How many bytes will come, None if nobody knows; VMware's servers take both.
        seconds: How long a piece may take; None is the endpoint's deadline.

    Raises:
        TransportError: The server cannot be reached.
    """
    transport = session.transport
    connection = transport.take_connection(IdleDeadline(session.endpoint.deadline if seconds is None else seconds))
    with transport.breaking(connection):
        connection.putrequest("PUT", file.url)
        size = ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
        headers = transport.session_headers({"Content-Type": "application/octet-stream"})
        for name, value in (*headers.items(), size):
            connection.putheader(name, value)
        connection.endheaders()
    return FileWriter(session, connection, file, length)


def _start(
    session: Session, verb: str, file: DatastoreFile, headers: dict[str, str], seconds: float | None
) -> tuple[HttpConnection, http.client.HTTPResponse]:
    """Send a request that changes nothing; tried 3 times if the connection breaks, once more if the session expired."""
    transport = session.transport
    allowed = session.endpoint.deadline if seconds is None else seconds
    deadline = SteadyDeadline(allowed)
    generation = transport.generation
    renewed = False
    attempt = 1
    while True:
        try:
            connection, response = transport.start_exchange(verb, file.url, headers, None, deadline)
        except DeadlineError:
            raise
        except TransportError:
            attempt += 1
            if attempt > 3:
                raise
            continue
        if response.status != http.client.UNAUTHORIZED or renewed:
            connection.set_deadline(IdleDeadline(allowed))
            return connection, response
        try:
            with translated("Login"):
                renewed = transport.renew_once(generation)
        except BaseException:
            connection.abandon()
            raise
        if not renewed:
            return connection, response
        connection.abandon()


def _facts(response: http.client.HTTPResponse, size: int | None) -> FileFacts:
    headers = response.headers
    return FileFacts(size, headers.get("ETag"), headers.get("Last-Modified"), headers.get("Date"))


def _whole_size(response: http.client.HTTPResponse) -> int | None:
    """Return the size of the file that an answer, perhaps of a range, is about."""
    if response.status != http.client.PARTIAL_CONTENT:
        return response.length
    size = response.headers.get("Content-Range", "").rpartition("/")[2]
    return int(size) if size.isdecimal() else None


def _refusal(session: Session, response: http.client.HTTPResponse, file: DatastoreFile, verb: str) -> EsxvirtError:
    return refusal(session.endpoint.name, verb, response.status, response.reason, file)
