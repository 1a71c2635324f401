"""Datastores and the files on them."""

import io
import tempfile
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple, Protocol

from esxvirt.datastore_path import DatastorePath
from esxvirt.records import field, record

__all__ = ["Datastore", "File", "Home", "Place", "content_of", "split_path"]

_IN_MEMORY = 1 << 20


def split_path(path: str) -> tuple[str, str]:
    """Split "[datastore] directory/file" into its parts; ValueError if it is none."""
    found = DatastorePath.parse(path)
    if found is None:
        raise ValueError(f"{path!r} is no datastore path: [DATASTORE] DIRECTORY/FILE")
    return found.datastore, found.path.strip()


@record
class File:
    """A file: its size in bytes and a way to open it for reading, from the start, seekable.

    `allocated` are the bytes that it takes of its datastore, if these are not all of its size. A file never changes:
    writing puts another in its place, so that copies share what they hold.
    """

    size: int
    open: Callable[[], io.RawIOBase | io.BufferedIOBase]
    modified: datetime = field(default_factory=lambda: datetime.now(UTC))
    allocated: int | None = None

    @property
    def used(self) -> int:
        """Bytes that it takes of its datastore."""
        return self.size if self.allocated is None else self.allocated

    @classmethod
    def of(cls, content: bytes, modified: datetime | None = None) -> "File":
        """Make a file of `content`."""
        return cls(len(content), lambda: io.BytesIO(content), modified or datetime.now(UTC))

    @classmethod
    def sparse(cls, size: int, allocated: int | None = None) -> "File":
        """Make a file of `size` zeros that takes no memory here, and `allocated` bytes of its datastore."""
        return cls(size, lambda: _Zeros(size), allocated=allocated)

    def grown(self, size: int, allocated: int) -> "File":
        """Return a file of `size` bytes with its content and zeros behind it."""
        return File(size, lambda: io.BufferedReader(_Padded(self, size)), allocated=allocated)

    def read(self) -> bytes:
        """Return all of it."""
        with self.open() as stream:
            return stream.read() or b""


# Stands for "nothing is known of it" where None means "deleted".
_THERE = File.of(b"")


class _Stream(io.RawIOBase):
    """A stream of `size` bytes, seekable; subclasses read."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self._size = size
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._size}[whence]
        self._position = max(0, base + offset)
        return self._position


class _Zeros(_Stream):
    """A stream of zeros."""

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer will do
        count = max(0, min(len(buffer), self._size - self._position))
        buffer[:count] = bytes(count)
        self._position += count
        return count


class _Padded(_Stream):
    """A file's content and zeros behind it."""

    def __init__(self, file: File, size: int) -> None:
        super().__init__(size)
        self.file = file

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer will do
        count = max(0, min(len(buffer), self._size - self._position))
        with self.file.open() as stream:
            stream.seek(self._position)
            held = stream.read(count) or b""
        buffer[:count] = held + bytes(count - len(held))
        self._position += count
        return count


class _Spool:
    """Bytes in memory while they are few, in a temporary file when they are not; closed with its last user."""

    def __init__(self) -> None:
        self.file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # __del__ closes it
        self.lock = threading.Lock()

    def __del__(self) -> None:
        self.file.close()


class Upload:
    """A file on its way up."""

    def __init__(self) -> None:
        self._spool = _Spool()

    @property
    def size(self) -> int:
        """Bytes that have come."""
        return self._spool.file.tell()

    def write(self, chunk: bytes) -> None:
        """Append `chunk`."""
        self._spool.file.write(chunk)

    def finish(self) -> File:
        """Return the file. Its readers share one handle, so each keeps its own position."""
        spool = self._spool
        size = spool.file.tell()
        return File(size, lambda: io.BufferedReader(_Shared(spool, size)))


def content_of(file: File) -> bytes | None:
    """Return what `file` holds before the zeros that only stand for room; None where it holds nothing else."""
    with file.open() as stream:
        if isinstance(stream, _Zeros):
            return None
        inner = getattr(stream, "raw", None)
        return content_of(inner.file) if isinstance(inner, _Padded) else stream.read() or b""


class _Shared(_Stream):
    """A reader of a spool with a position of its own."""

    def __init__(self, spool: _Spool, size: int) -> None:
        super().__init__(size)
        self._spool = spool

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # any buffer will do
        with self._spool.lock:
            self._spool.file.seek(self._position)
            chunk = self._spool.file.read(min(len(buffer), max(0, self._size - self._position)))
        buffer[: len(chunk)] = chunk
        self._position += len(chunk)
        return len(chunk)


class Home(Protocol):
    """What has a directory of a datastore, and makes the files there when somebody asks for them."""

    def own_names(self) -> list[str]:
        """Return the names of its files in the directory."""
        ...

    def own_file(self, name: str) -> File | None:
        """Return one of these files, or None."""
        ...


class Datastore:
    """A datastore: `kind` is "VMFS", "NFS" or "OTHER" (GSX's local directories); capacity in bytes.

    A machine's own files are made when somebody asks for them, from the machine's configuration; what is written or
    deleted is kept here. Paths are relative to the datastore, with slashes, and never leave it.
    """

    def __init__(self, name: str, number: int, kind: str, mount: str, capacity: int, remote: str = "") -> None:
        self.name = name
        self.number = number
        self.kind = kind
        self.mount = mount
        self.capacity = capacity
        self.remote = remote
        # How an export is mounted: by NFS 3 or, as the API calls it, "NFS41".
        self.protocol = "NFS"
        # The disk that it is on, as the host calls it, and whether that is the host's own.
        self.disk = f"mpx.vmhba1:C0:T0:L{number}"
        self.local = kind != "NFS"
        self.accessible = True
        self.homes: dict[str, Home] = {}
        self._files: dict[str, File | None] = {}

    def share(self, other: "Datastore") -> None:
        """Have the same files as another: they are two mounts of one export."""
        self._files, self.homes = other._files, other.homes  # noqa: SLF001  another of its own class

    def named(self, path: str) -> str:
        """Return a path in it as VMware writes it, with the datastore's name."""
        return str(DatastorePath(self.name, path))

    @property
    def used(self) -> int:
        """Bytes in use: files take their size, the directories of machines that nobody has touched 64 MiB."""
        return sum(file.used for file in self._files.values() if file) + len(self.homes) * (64 << 20)

    @property
    def free(self) -> int:
        """Bytes left."""
        return max(0, self.capacity - self.used)

    @staticmethod
    def normalise(path: str) -> str:
        """Return `path` with single slashes; ValueError if it leaves the datastore or has control characters."""
        parts = [part for part in path.split("/") if part not in {"", "."}]
        if ".." in parts or any(ord(letter) < 32 or letter == "\\" for letter in path):
            raise ValueError(f"the path {path!r} leaves the datastore")
        return "/".join(parts)

    def find(self, path: str) -> File | None:
        """Return the file at `path`, or None."""
        path = self.normalise(path)
        if path in self._files:
            return self._files[path]
        home, _, name = path.partition("/")
        owner = self._home_of(home)
        return owner.own_file(name) if owner and name else None

    def _home_of(self, directory: str) -> Home | None:
        """Return the one whose files `directory` shows, unless the directory was deleted."""
        return None if self._files.get(f"{directory}/", _THERE) is None else self.homes.get(directory)

    def put(self, path: str, file: File) -> None:
        """Write `file` at `path`; NotADirectoryError if its directory does not exist."""
        path = self.normalise(path)
        directory = path.rpartition("/")[0]
        if not path or self.is_directory(path):
            raise IsADirectoryError(path)
        if directory and not self.is_directory(directory):
            raise NotADirectoryError(directory)
        self._files[path] = file

    def delete(self, path: str) -> None:
        """Delete the file at `path`; FileNotFoundError if there is none."""
        path = self.normalise(path)
        if self.find(path) is None:
            raise FileNotFoundError(path)
        self._files[path] = None

    def make_directory(self, path: str) -> None:
        """Make a directory, and those above it that are missing."""
        parts = self.normalise(path).split("/")
        for depth in range(1, len(parts) + 1):
            directory = "/".join(parts[:depth])
            if directory and not self.is_directory(directory):
                # A directory is a path with a slash at its end. One that was deleted comes back empty.
                for name in self.homes[directory].own_names() if directory in self.homes else ():
                    self._files.setdefault(f"{directory}/{name}", None)
                self._files[f"{directory}/"] = File.of(b"")

    def delete_directory(self, path: str) -> None:
        """Delete the directory at `path` with all that it holds; NotADirectoryError if it is none, or the root."""
        path = self.normalise(path)
        if not path or not self.is_directory(path):
            raise NotADirectoryError(path)
        for name in [name for name in self._files if name.startswith(f"{path}/")]:
            self._files[name] = None
        if path in self.homes:
            self._files[f"{path}/"] = None

    def walk(self, path: str) -> "Iterator[tuple[str, File | None]]":
        """Yield every path below the directory `path`, parents first, with its file; None for a directory."""
        for name, below in list(self.names(path)):
            inner = f"{self.normalise(path)}/{name}".lstrip("/")
            yield inner, None if below else self.find(inner)
            if below:
                yield from self.walk(inner)

    def is_directory(self, path: str) -> bool:
        """Return whether `path` is a directory."""
        path = self.normalise(path)
        return not path or self._home_of(path) is not None or self._files.get(f"{path}/") is not None

    def names(self, directory: str = "") -> Iterator[tuple[str, bool]]:
        """Yield the names in `directory` with whether each is a directory, sorted."""
        directory = self.normalise(directory)
        prefix = f"{directory}/" if directory else ""
        found: dict[str, bool] = {}
        owner = self._home_of(directory)
        if not directory:
            found |= dict.fromkeys((home for home in self.homes if self._home_of(home) is not None), True)
        elif owner is not None:
            found |= {name: False for name in owner.own_names() if self.find(prefix + name) is not None}
        for path, file in self._files.items():
            if file is not None and path.startswith(prefix) and path != prefix:
                name, slash, _ = path[len(prefix) :].partition("/")
                found[name] = bool(slash)
        yield from sorted(found.items())


class Place(NamedTuple):
    """A file or directory on a datastore."""

    store: Datastore
    path: str

    def __str__(self) -> str:
        return self.store.named(self.path)

    def beside(self, path: str) -> "Place":
        """Return another place on the same datastore."""
        return Place(self.store, path)
