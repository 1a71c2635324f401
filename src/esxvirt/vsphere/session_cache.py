"""Sessions kept between processes: a file each, for its owner alone, with the session's cookie and no password."""

import contextlib
import hashlib
import json
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from esxvirt.errors import AuthenticationError

__all__ = ["Entry", "directory", "entries", "entry_for"]

_OTHERS: Final = 0o077
_LARGEST: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A place for one session. Its name tells nothing: it is a digest of whose session it is, and where."""

    path: Path

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from the entry; one that is killed holds no lock.

        Raises:
            AuthenticationError: The directory may be read by others, or there is no such lock on this system.
        """
        try:
            import fcntl  # noqa: PLC0415  not on Windows
        except ImportError:
            raise AuthenticationError("sessions cannot be kept on this system: unset ESXVIRT_SESSION_CACHE") from None
        _make_directory(self.path.parent)
        handle = _open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> dict[str, Any] | None:
        """What `write` wrote; None if there is nothing, or nothing of use.

        Raises:
            AuthenticationError: The file is somebody else's, or may be read by others.
        """
        try:
            handle = _open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with os.fdopen(handle, "rb") as file:
            data = file.read(_LARGEST)
        try:
            found = json.loads(data)
        except ValueError:
            return None
        return found if isinstance(found, dict) and isinstance(found.get("cookie"), str) else None

    def write(self, values: dict[str, Any]) -> None:
        """Keep values, in place of what was there, at once or not at all."""
        fresh = self.path.with_suffix(f".{os.getpid()}")
        with contextlib.suppress(FileNotFoundError):
            fresh.unlink()  # of a process with our number that was killed
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _no_follow(), 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(values, file)
        fresh.replace(self.path)

    def remove(self) -> None:
        """Forget it."""
        self.path.unlink(missing_ok=True)


def directory() -> Path:
    """Where the files are: below XDG_CACHE_HOME, or ~/.cache."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser() / "esxvirt" / "sessions"


def entry_for(*whose: object) -> Entry:
    """The entry of a session: of all that tells it from others, such as server, user and how the server is trusted."""
    digest = hashlib.sha256("\0".join(map(repr, whose)).encode("utf-8", "surrogateescape")).hexdigest()
    return Entry(directory() / f"{digest}.json")


def entries() -> list[Entry]:
    """All entries there are.

    Raises:
        AuthenticationError: The directory may be read by others.
    """
    place = directory()
    if not place.exists():
        return []
    _check(place.lstat(), place)
    return [Entry(path) for path in sorted(place.glob("*.json"))]


def _make_directory(place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        place.mkdir(mode=0o700)
    _check(place.lstat(), place)


def _open(path: Path, flags: int) -> int:
    """Open a file of our own, which nobody else may read, and no link."""
    try:
        handle = os.open(path, flags | _no_follow(), 0o600)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise AuthenticationError(
            f"cannot use the kept session '{path}': {error.strerror}; remove it, or unset ESXVIRT_SESSION_CACHE"
        ) from error
    try:
        _check(os.fstat(handle), path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _no_follow() -> int:
    return getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def _check(found: os.stat_result, path: Path) -> None:
    owner = getattr(os, "getuid", lambda: found.st_uid)()
    if found.st_uid != owner:
        raise AuthenticationError(
            f"'{path}' belongs to another user, and no session is taken from it; remove it, or unset "
            "ESXVIRT_SESSION_CACHE"
        )
    if stat.S_IMODE(found.st_mode) & _OTHERS or stat.S_ISLNK(found.st_mode):
        raise AuthenticationError(
            f"others may read or write '{path}', and no session is taken from it; end the sessions there on their "
            "servers and remove it"
        )
