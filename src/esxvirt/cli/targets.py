"""What downloads are written to."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress

from esxvirt.cli.failures import Failed
from esxvirt.cli.part_files import (
    CannotBesideError,
    CannotCreateError,
    CannotWriteError,
    PartFile,
    is_replaceable,
)

__all__ = ["CannotCreateError", "CannotWriteError", "DirectTarget", "open_target"]


class DirectTarget:
    """A target that is written itself: a device, a pipe, a link, a file in a directory where no other can be made.

    What a file has is not touched before the first byte has come.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        try:
            self._descriptor = os.open(name, os.O_WRONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise CannotCreateError.of(error) from error

    def begin(self) -> None:
        """Take out what it had."""
        if stat.S_ISREG(os.fstat(self._descriptor).st_mode):
            try:
                os.ftruncate(self._descriptor, 0)
            except OSError as error:
                raise self._failed(error) from error

    def write(self, content: bytes) -> None:
        """Write all of it."""
        left = memoryview(content)
        while left:
            try:
                left = left[os.write(self._descriptor, left) :]
            except OSError as error:
                raise self._failed(error) from error

    def _failed(self, error: OSError) -> Exception:
        if error.errno == errno.EPIPE:
            return BrokenPipeError(error.errno, os.strerror(error.errno))
        return CannotWriteError(self._name, error)

    def finish(self) -> None:
        """Close it."""
        descriptor, self._descriptor = self._descriptor, -1
        try:
            os.close(descriptor)
        except OSError as error:
            raise Failed(f"cannot close file {self._name}", os.strerror(error.errno or 0)) from error

    def leave(self, *, useful: bool = True) -> str | None:
        """Close it before it is whole."""
        del useful
        if self._descriptor >= 0:
            with suppress(OSError):
                os.close(self._descriptor)
        return None


def open_target(name: str) -> PartFile | DirectTarget:
    """Open what a download to a name is written to: a part beside it if it is absent or a plain file, else itself.

    Raises:
        CannotCreateError: neither is possible.
    """
    try:
        facts = os.lstat(name)
    except FileNotFoundError:
        return PartFile.open(name)
    except OSError as error:
        raise CannotCreateError.of(error) from error
    direct = DirectTarget(name)  # which also makes sure that it may be written
    if not is_replaceable(name, facts):
        return direct
    try:
        part = PartFile.open(name)
    except CannotBesideError:
        return direct
    except BaseException:
        direct.leave()
        raise
    direct.leave()
    return part
