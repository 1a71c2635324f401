"""Files that are written beside their target and take its place when they are whole.

A part that is left over, by a kill as by an error, is kept with a record of what it is of, and can be continued.
"""

from __future__ import annotations

import errno
import json
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from esxvirt.cli._late import fcntl, hashlib
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["CannotBesideError", "CannotCreateError", "CannotWriteError", "PartFile", "is_replaceable"]

_SUFFIX = ".esxvirt-part"
_LONGEST = 255  # bytes of a file's name, on all common file systems
_LARGEST_RECORD = 64 * 1024
_PIECE = 1 << 20
_BOOT = "/proc/sys/kernel/random/boot_id"
_NOT_BESIDE = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_IN_THE_WAY = frozenset({errno.ELOOP, errno.ENXIO, errno.EISDIR, errno.EMLINK})
_FLAGS = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class CannotCreateError(Exception):
    """A file cannot be made.

    Attributes:
        why: the end of a message: ``: `` and a reason, or nothing where none is needed.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    @classmethod
    def of(cls, error: OSError) -> CannotCreateError:
        """Return the error for one of the system's.

        Virsh never tells why, and where a folder is missing nobody need.
        """
        return cls("" if error.errno == errno.ENOENT else f": {_reason(error)}")


class CannotWriteError(Failed):
    """The disk does not take what is written.

    Attributes:
        reason: why not.
    """

    def __init__(self, name: str, error: OSError) -> None:
        self.reason = _reason(error)
        super().__init__(f"cannot write {name}: {self.reason}")


class CannotBesideError(CannotCreateError):
    """There may be no file in the target's directory."""


def is_replaceable(name: str, facts: os.stat_result) -> bool:
    """Return whether another file may take the place of a file.

    Neither its other names nor what it is would get lost.
    """
    if not stat.S_ISREG(facts.st_mode) or facts.st_nlink != 1:
        return False
    directory = os.stat(_directory(name))  # noqa: PTH116  no pathlib
    if directory.st_dev != facts.st_dev:  # something is mounted on it
        return False
    user = _user()
    return not directory.st_mode & stat.S_ISVTX or user in {None, 0, directory.st_uid, facts.st_uid}


class PartFile:
    """The part of a file that is to become `name`. Open it with `open`; end it with `finish` or `leave`.

    Nobody else writes to it meanwhile: it is locked.

    Attributes:
        path: where it is.
        size: the bytes that it has.
    """

    def __init__(self, name: str, path: str, descriptor: int, unlock: Callable[[], None]) -> None:
        self.path = path
        self._name = name
        self._descriptor = descriptor
        self._unlock = unlock
        self.size = os.fstat(descriptor).st_size
        self._record: dict[str, Any] | None = self._recorded() if self.size else None
        self._begun = False

    @classmethod
    def open(cls, name: str) -> PartFile:
        """Open the part of a file, one that is left over if there is one, and lock it.

        Raises:
            CannotBesideError: there may be no file in that directory.
            CannotCreateError: it cannot be made for another reason, or somebody else is at it.
        """
        path = _beside(name)
        while True:
            descriptor = _open_part(path)
            try:
                unlock = _lock(path, descriptor)
                # Whoever had the lock before may have put it in its target's place meanwhile.
                if _is_at(path, descriptor):
                    return cls(name, path, descriptor, unlock)
                unlock()
            except BaseException:
                os.close(descriptor)
                raise
            os.close(descriptor)

    # -- what is left over ------------------------------------------------------------------------------------------

    def left_over(self, request: dict[str, Any]) -> tuple[dict[str, Any] | None, str]:
        """Return what a left-over part was made of: its source's facts, if it can be continued.

        Else None, and why not.
        """
        record = self._record
        if record is None:
            return None, "nothing tells what it is of"
        if record["request"] != request:
            return None, "it is of another download"
        if record["boot"] not in {None, _boot()}:
            return None, "the computer was restarted meanwhile, and it may not be as it was written"
        return record["facts"], ""

    def _recorded(self) -> dict[str, Any] | None:
        try:
            descriptor = os.open(self._record_path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _FLAGS)
        except OSError:
            return None
        try:
            if not _is_ours(os.fstat(descriptor)):
                return None
            found = json.loads(os.read(descriptor, _LARGEST_RECORD))
        except (OSError, ValueError, RecursionError):
            return None
        finally:
            os.close(descriptor)
        if not isinstance(found, dict) or not {"request", "facts", "boot"} <= found.keys():
            return None
        return found if isinstance(found["facts"], dict) and isinstance(found["boot"], str | None) else None

    @property
    def _record_path(self) -> str:
        return self.path + ".json"

    def _write_record(self) -> None:
        """Keep the record, in place of another; a part without one is not continued, which is no error here."""
        with suppress(OSError):
            os.unlink(self._record_path)  # noqa: PTH108  no pathlib
        if self._record is None:
            return
        try:
            descriptor = os.open(self._record_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600)
            try:
                os.write(descriptor, json.dumps(self._record).encode())
            finally:
                os.close(descriptor)
        except OSError:
            self._record = None

    def read(self, offset: int, count: int) -> bytes:
        """Return what it has at an offset.

        Raises:
            Failed: the disk does not give it.
        """
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, count)
        except OSError as error:
            raise Failed(f"cannot read {self.path}: {_reason(error)}") from error

    def feed(self, take: Callable[[bytes], object]) -> None:
        """Hand all that it has to `take`, piece by piece."""
        offset = 0
        while got := self.read(offset, _PIECE):
            take(got)
            offset += len(got)

    # -- writing ----------------------------------------------------------------------------------------------------

    def begin(self, request: dict[str, Any] | None = None, facts: dict[str, Any] | None = None) -> None:
        """Begin anew; with the source's `facts`, what will be left over can be continued.

        Raises:
            CannotWriteError: the disk does not take it.
        """
        self._begun = True
        try:
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
        except OSError as error:
            raise CannotWriteError(self._name, error) from error
        self.size = 0
        self._record = None if facts is None else {"request": request, "facts": facts, "boot": _boot()}
        self._write_record()

    def resume(self) -> None:
        """Write behind what is there."""
        self._begun = True
        os.lseek(self._descriptor, 0, os.SEEK_END)
        if self._record is not None:
            self._record["boot"] = _boot()
            self._write_record()

    def write(self, content: bytes) -> None:
        """Write all of it.

        Raises:
            CannotWriteError: the disk is full, or does not take it for another reason.
        """
        left = memoryview(content)
        while left:
            try:
                count = os.write(self._descriptor, left)
            except OSError as error:
                raise CannotWriteError(self._name, error) from error
            self.size += count
            left = left[count:]

    def finish(self) -> None:
        """Put it in the target's place, with the mode of what it replaces, and if possible the owner.

        Raises:
            Failed: the disk did not keep it, or the target cannot be replaced.
        """
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            raise CannotWriteError(self._name, error) from error
        self._take_over_mode()
        if os.name == "nt":  # where what is open has a fixed name
            os.close(self._descriptor)
            self._descriptor = -1
        try:
            os.replace(self.path, self._name)  # noqa: PTH105  no pathlib
        except OSError as error:
            raise Failed(f"cannot put {self.path} in the place of {self._name}: {_reason(error)}") from error
        with suppress(OSError):
            os.unlink(self._record_path)  # noqa: PTH108  no pathlib
        self._close()
        with suppress(OSError):  # not every system lets directories be opened
            directory = os.open(_directory(self._name), os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)

    def _take_over_mode(self) -> None:
        try:
            facts: os.stat_result | None = os.lstat(self._name)
        except OSError:
            facts = None
        if facts is not None and stat.S_ISREG(facts.st_mode):
            mode = stat.S_IMODE(facts.st_mode) & 0o777
            if hasattr(os, "fchown"):
                with suppress(OSError):
                    os.fchown(self._descriptor, facts.st_uid, facts.st_gid)
        else:
            mask = os.umask(0)
            os.umask(mask)
            mode = 0o666 & ~mask
        with suppress(OSError):
            os.chmod(self.path, mode)  # noqa: PTH101  no pathlib

    def leave(self, *, useful: bool = True) -> str | None:
        """End it before it is whole; what is left of it that can be continued, if it is `useful`, in words."""
        if self._descriptor < 0 and not os.path.lexists(self.path):
            return None  # it is in its place
        keep = useful and self.size > 0 and self._record is not None
        if not self._begun and self.size:
            self._close()  # as it was found
            return self._said() if keep else None
        if not keep:
            self._remove()
            return None
        # What the disk has for certain may be continued after a restart of the computer, too.
        with suppress(OSError):
            os.fsync(self._descriptor)
            assert self._record is not None  # noqa: S101  else it would not be kept
            self._record["boot"] = None
            self._write_record()
        self._close()
        return self._said()

    def _said(self) -> str:
        return f"'{self.path}' has the first {self.size} bytes: the same command continues from there"

    def _remove(self) -> None:
        for path in (self._record_path, self.path):
            with suppress(OSError):
                os.unlink(path)  # noqa: PTH108  no pathlib
        self._close()

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            with suppress(OSError):
                os.close(descriptor)
        unlock, self._unlock = self._unlock, _nothing
        unlock()


def _beside(name: str) -> str:
    directory, base = os.path.split(name)
    part = f".{base}{_SUFFIX}"
    if len(os.fsencode(part)) > _LONGEST - len(".json"):
        part = f".{hashlib.sha256(os.fsencode(base)).hexdigest()[:32]}{_SUFFIX}"
    return os.path.join(directory, part)  # noqa: PTH118  no pathlib


def _directory(name: str) -> str:
    return os.path.dirname(name) or "."  # noqa: PTH120  no pathlib


def _user() -> int | None:
    return os.geteuid() if hasattr(os, "geteuid") else None


def _is_ours(facts: os.stat_result) -> bool:
    return stat.S_ISREG(facts.st_mode) and facts.st_nlink == 1 and _user() in {None, facts.st_uid}


def _open_part(path: str) -> int:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NONBLOCK", 0) | _FLAGS, 0o600)
    except OSError as error:
        if error.errno in _NOT_BESIDE:
            raise CannotBesideError.of(error) from error
        if error.errno in _IN_THE_WAY:
            raise CannotCreateError(f": '{path}' is in the way") from error
        raise CannotCreateError.of(error) from error
    if not _is_ours(os.fstat(descriptor)):
        os.close(descriptor)
        raise CannotCreateError(f": '{path}' is in the way")
    with suppress(OSError):
        os.chmod(path, 0o600)  # noqa: PTH101  no pathlib
    return descriptor


def _lock(path: str, descriptor: int) -> Callable[[], None]:
    """Lock a part for as long as it is open; returns what ends the lock, where that is something else."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotCreateError(f": another download to it is under way, and writes to '{path}'") from None
    except (ImportError, OSError):  # there are no locks on this system, or on this file system
        lock = path + ".lock"
        try:
            os.close(os.open(lock, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600))
        except FileExistsError:
            text = f": another download to it is under way, or was killed; if there is none, remove '{lock}'"
            raise CannotCreateError(text) from None
        except OSError as error:
            raise CannotCreateError.of(error) from error
        return lambda: _unlink(lock)
    return _nothing


def _is_at(path: str, descriptor: int) -> bool:
    try:
        there, here = os.lstat(path), os.fstat(descriptor)
    except OSError:
        return False
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _unlink(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108  no pathlib


def _nothing() -> None:
    pass


def _boot() -> str | None:
    """Return what tells one start of this computer from another, None where nothing does."""
    try:
        with open(_BOOT, encoding="ascii") as file:  # noqa: PTH123  no pathlib
            return file.read(64).strip()
    except (OSError, ValueError):
        return None


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0)
