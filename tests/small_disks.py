"""Disks that are soon full: a small file system where one can be mounted, else a limit to the size of files."""

import contextlib
import errno
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.tools import find, require

__all__ = ["SmallDisk", "small_disk_in"]

_LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); "
    "os.execv(sys.argv[2], sys.argv[2:])"
)


class SmallDisk:
    """A directory that takes little.

    Attributes:
        place: the directory.
        reason: what the system says where there is no more room.
    """

    def __init__(self, place: Path, size: int, *, mounted: bool) -> None:
        self.place = place
        self._size = size
        self._mounted = mounted
        self._filled = False
        self.reason = os.strerror(errno.ENOSPC if mounted else errno.EFBIG)

    def command(self, words: Sequence[str]) -> list[str]:
        """What runs a command so that it has no more room than that."""
        if self._mounted:
            return list(words)
        return [sys.executable, "-c", _LIMITED, "0" if self._filled else str(self._size), *words]

    def fill(self) -> None:
        """Leave no room at all."""
        self._filled = True
        if self._mounted:
            with contextlib.suppress(OSError), (self.place / "filling").open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))

    def grow(self) -> None:
        """Have more room from now on."""
        if self._mounted:
            subprocess.run([require("mount"), "-o", "remount,size=64m", str(self.place)], check=True)


@contextlib.contextmanager
def small_disk_in(directory: Path, size: int) -> Iterator[SmallDisk]:
    """Make one of so many bytes."""
    place = directory / "small"
    place.mkdir()
    mount = find("mount")
    mounted = False
    if mount is not None and os.geteuid() == 0:
        command = [mount, "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        yield SmallDisk(place, size, mounted=mounted)
    finally:
        if mounted:
            subprocess.run([require("umount"), str(place)], check=True)
