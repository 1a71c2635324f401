"""Answers in HTTP/1.1, read as they come: the head at once, the body in pieces or whole.

`http.client` does the same, and takes longer to import, with `email` and `ssl`, than most commands to run.
"""

import io
from typing import Any, Final

from esxvirt.vsphere.statuses import NO_CONTENT, NOT_MODIFIED, OK

__all__ = ["Answer", "Fields", "HttpError", "IncompleteError", "NoAnswerError"]

_LONGEST_LINE: Final = 65536
_MOST_FIELDS: Final = 100


class HttpError(Exception):
    """What came is no HTTP; the message says what is wrong with it."""


class IncompleteError(HttpError):
    """An answer ended in the middle."""


class NoAnswerError(HttpError):
    """The connection ended before an answer began."""


class Fields:
    """The header fields of an answer."""

    def __init__(self) -> None:
        self._fields: list[tuple[str, str]] = []

    def add(self, name: str, value: str) -> None:
        """Add a field."""
        self._fields.append((name.lower(), value))

    def get(self, name: str, default: str = "") -> str:
        """Return the first value of a field, whatever the case of its name."""
        return next((value for known, value in self._fields if known == name.lower()), default)

    def get_all(self, name: str) -> list[str]:
        """Return all values of a field."""
        return [value for known, value in self._fields if known == name.lower()]


class Answer:
    """The answer to a request of the method `verb`, whose head is read at once.

    Attributes:
        status: Such as 200.
        reason: The status in the server's words.
        headers: The header fields.
        length: Bytes of the body that are still to come; None if the server did not tell.
        will_close: Whether the connection is of no more use after it.
    """

    def __init__(self, reader: io.BufferedReader, verb: str) -> None:
        self._reader = reader
        self.status, self.reason, version = self._begin()
        self.headers = self._read_fields()
        self._chunked = "chunked" in self.headers.get("Transfer-Encoding").lower()
        self._chunk: int | None = None  # bytes to come of the chunk under way; None before the first
        self.length = None if self._chunked else _length(self.headers.get("Content-Length"))
        if verb == "HEAD" or self.status in {NO_CONTENT, NOT_MODIFIED}:
            self.length, self._chunked = 0, False
        wishes = self.headers.get("Connection").lower()
        kept = "close" not in wishes and (version != "HTTP/1.0" or "keep-alive" in wishes)
        self.will_close = not kept or (self.length is None and not self._chunked)
        if self.length == 0:
            self._reader.close()

    def _line(self) -> bytes:
        line = self._reader.readline(_LONGEST_LINE + 1)
        if len(line) > _LONGEST_LINE:
            raise HttpError("LineTooLong")
        return line

    def _begin(self) -> tuple[int, str, str]:
        while True:
            line = self._line()
            if not line:
                raise NoAnswerError("it ended")
            version, _, rest = line.decode("latin-1").strip().partition(" ")
            number, _, reason = rest.strip().partition(" ")
            if not version.startswith("HTTP/1.") or len(number) != 3 or not number.isdecimal():
                raise HttpError("BadStatusLine")
            if int(number) >= OK:
                return int(number), reason.strip(), version
            self._read_fields()  # of "100 Continue" and such

    def _read_fields(self) -> Fields:
        fields = Fields()
        for _ in range(_MOST_FIELDS + 1):
            line = self._line()
            if line in {b"\r\n", b"\n", b""}:
                return fields
            name, colon, value = line.decode("latin-1").partition(":")
            if colon:
                fields.add(name.strip(), value.strip())
        raise HttpError("got more than 100 headers")

    def read(self, size: int | None = None) -> bytes:
        """Return at most so many bytes, fewer only at the end; all that is to come without a size.

        Raises:
            IncompleteError: It ends early, and nobody who counts the bytes could tell.
        """
        if self._reader.closed or size == 0:
            return b""
        if self._chunked:
            return self._read_chunks(size)
        wanted = self.length if size is None or (self.length is not None and size > self.length) else size
        content = self._reader.read(-1 if wanted is None else wanted)
        self._count(len(content), -1 if wanted is None else wanted)
        if size is None and self.length:
            raise IncompleteError("it ends early")
        return content

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer as far as there is something; 0 at the end.

        Raises:
            IncompleteError: It ends early, and nobody who counts the bytes could tell.
        """
        view = memoryview(buffer)
        if self._reader.closed or not view:
            return 0
        if self._chunked:
            return self._fill_from_chunks(view)
        if self.length is not None:
            view = view[: self.length]
        count = self._reader.readinto(view)
        self._count(count, len(view))
        return count

    def _count(self, count: int, wanted: int) -> None:
        """Keep the account of what came; at the end, let the connection go."""
        if self.length is not None:
            self.length -= count
        if self.length == 0 or count < wanted or wanted < 0:
            self._reader.close()

    def _read_chunks(self, size: int | None) -> bytes:
        parts: list[bytes] = []
        while (size is None or size > 0) and (left := self._chunk_left()):
            part = self._reader.read(left if size is None else min(left, size))
            if not part:
                raise IncompleteError("it ends early")
            self._chunk = left - len(part)
            if size is not None:
                size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def _fill_from_chunks(self, view: "memoryview[int]") -> int:
        done = 0
        while done < len(view) and (left := self._chunk_left()):
            count = self._reader.readinto(view[done : done + left])
            if not count:
                raise IncompleteError("it ends early")
            self._chunk = left - count
            done += count
        return done

    def _chunk_left(self) -> int:
        """How many bytes the chunk under way, or the next one, still has; 0 at the end of all."""
        if self._reader.closed:
            return 0
        if self._chunk:
            return self._chunk
        if self._chunk == 0:
            self._line()  # ends the chunk before
        digits = self._line().partition(b";")[0].strip()
        try:
            self._chunk = int(digits, 16)
        except ValueError:
            raise IncompleteError("it ends early") from None
        if self._chunk < 0:
            raise IncompleteError("a chunk has a length below zero")
        if self._chunk == 0:
            self._read_fields()
            self._reader.close()
        return self._chunk


def _length(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else None
