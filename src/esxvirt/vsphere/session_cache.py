"""Sessions kept between processes: a file each, for its owner alone, with the session's cookie and no password.

That others could read or have written a file is an error of its own. Whatever else is wrong with the cache (no home
directory, a full or read-only disk, something else in a file's place) is `UnusableCacheError`: one does without it.
"""

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from esxvirt.errors import AuthenticationError, EsxvirtError
from esxvirt.records import record
from esxvirt.vsphere._late import fcntl, hashlib, json

__all__ = ["Entry", "UnusableCacheError", "directory", "entries", "entry_for"]

_OTHERS: Final = 0o077
_LARGEST: Final = 64 * 1024
_PATIENCE: Final = 15.0
"""Seconds that another process is waited for which has an entry locked: it may be logging in."""
_POLL: Final = 0.05


class UnusableCacheError(EsxvirtError):
    """No session can be taken from the cache, or kept there."""


@record(frozen=True)
class Entry:
    """A place for one session. Its name tells nothing: it is a digest of whose session it is, and where."""

    path: Path

    @contextmanager
    def locked(self, patience: float | None = None) -> Iterator[None]:
        """Keep other processes from the entry; one that is killed holds no lock. `patience` is in seconds.

        Raises:
            AuthenticationError: The directory, or the lock, may be read by others or is somebody else's.
            UnusableCacheError: There is no such lock on this system, or it cannot be had.
        """
        try:
            lock_now = fcntl.LOCK_EX | fcntl.LOCK_NB
        except ImportError:  # on Windows
            raise UnusableCacheError("this system has no locks for files") from None
        lock = self.path.with_suffix(".lock")
        _make_directory(self.path.parent)
        handle = _open(lock, os.O_RDWR | os.O_CREAT)
        try:
            end = time.monotonic() + (_PATIENCE if patience is None else patience)
            while True:
                try:
                    fcntl.flock(handle, lock_now)
                    break
                except BlockingIOError:
                    if time.monotonic() >= end:
                        raise UnusableCacheError(f"another process keeps '{lock}' locked") from None
                    time.sleep(_POLL)
                except OSError as error:
                    raise _unusable(lock, error) from error
            yield
        finally:
            os.close(handle)

    def read(self) -> dict[str, Any] | None:
        """Return what `write` wrote; None if there is nothing, or nothing of use.

        Raises:
            AuthenticationError: The file is somebody else's, or may be read by others.
            UnusableCacheError: It cannot be read, or is no file.
        """
        try:
            handle = _open(self.path, os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            data = os.read(handle, _LARGEST)
        except OSError as error:
            raise _unusable(self.path, error) from error
        finally:
            os.close(handle)
        try:
            found = json.loads(data)
        except (ValueError, RecursionError):
            return None
        cookie = found.get("cookie") if isinstance(found, dict) else None
        # It becomes a header field.
        return found if isinstance(cookie, str) and cookie.isascii() and cookie.isprintable() else None

    def write(self, values: dict[str, Any]) -> None:
        """Keep values, in place of what was there, at once or not at all.

        Raises:
            UnusableCacheError: The disk does not take them.
        """
        fresh = self.path.with_suffix(f".{os.getpid()}")
        try:
            with contextlib.suppress(FileNotFoundError):
                fresh.unlink()  # of a process with our number that was killed
            handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _no_follow(), 0o600)
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    json.dump(values, file)
                fresh.replace(self.path)
            except BaseException:
                with contextlib.suppress(OSError):
                    fresh.unlink()
                raise
        except OSError as error:
            raise _unusable(self.path, error) from error

    def remove(self) -> None:
        """Forget it.

        Raises:
            UnusableCacheError: It cannot be removed.
        """
        try:
            self.path.unlink(missing_ok=True)
        except OSError as error:
            raise _unusable(self.path, error) from error


def directory() -> Path:
    """Return where the files are: below XDG_CACHE_HOME, or ~/.cache.

    Raises:
        UnusableCacheError: There is no such place.
    """
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    try:
        place = Path(cache).expanduser()
    except RuntimeError:
        place = Path()
    if not place.is_absolute():
        raise UnusableCacheError("there is no home directory, and XDG_CACHE_HOME names none that begins with '/'")
    return place / "esxvirt" / "sessions"


def entry_for(*whose: object) -> Entry:
    """Return the entry of a session.

    Of all that tells it from others, such as server, user and how the server is trusted.

    Raises:
        UnusableCacheError: There is no place for entries.
    """
    digest = hashlib.sha256("\0".join(map(repr, whose)).encode("utf-8", "surrogateescape")).hexdigest()
    return Entry(directory() / f"{digest}.json")


def entries() -> list[Entry]:
    """Return all entries there are.

    Raises:
        AuthenticationError: The directory may be read by others.
        UnusableCacheError: It cannot be read.
    """
    place = directory()
    try:
        found = place.lstat()
        names = sorted(place.glob("*.json"))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise _unusable(place, error) from error
    _check(found, place)
    return [Entry(path) for path in names]


def _make_directory(place: Path) -> None:
    try:
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            place.mkdir(mode=0o700)
        found = place.lstat()
    except OSError as error:
        raise _unusable(place, error) from error
    _check(found, place)


def _open(path: Path, flags: int) -> int:
    """Open a file of our own, which nobody else may read, and no link; waits for nothing."""
    try:
        handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | _no_follow(), 0o600)
    except FileNotFoundError:
        if flags & os.O_CREAT:
            raise UnusableCacheError(f"'{path.parent}' is gone") from None
        raise
    except OSError as error:
        if path.is_symlink():
            raise AuthenticationError(
                f"'{path}' is a link, and no session is taken from where it leads; remove it, or unset "
                "ESXVIRT_SESSION_CACHE"
            ) from error
        raise _unusable(path, error) from error
    try:
        found = os.fstat(handle)
        _check_kind(found, path)
        _check(found, path)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _no_follow() -> int:
    return getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)


def _unusable(path: Path, error: OSError) -> UnusableCacheError:
    return UnusableCacheError(f"cannot use '{path}': {os.strerror(error.errno or 0)}")


def _check_kind(found: os.stat_result, path: Path) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise UnusableCacheError(f"'{path}' is no file: remove it")


def _check(found: os.stat_result, path: Path) -> None:
    owner = getattr(os, "getuid", lambda: found.st_uid)()
    if found.st_uid != owner:
        raise AuthenticationError(
            f"'{path}' belongs to another user, and no session is taken from it; remove it, or unset "
            "ESXVIRT_SESSION_CACHE"
        )
    if stat.S_ISLNK(found.st_mode) or stat.S_IMODE(found.st_mode) & _OTHERS:
        raise AuthenticationError(
            f"others may read or write '{path}', and no session is taken from it; end the sessions there on their "
            "servers and remove it"
        )
