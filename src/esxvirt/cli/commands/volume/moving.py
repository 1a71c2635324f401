"""``vol-upload`` and ``vol-download``."""

from __future__ import annotations

import errno
import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from esxvirt.cli.arguments import UNSIGNED_LONG_LONG
from esxvirt.cli.commands.volume.common import POOL, VOLUME, volume_of
from esxvirt.cli.declare import Command, data, flag, number
from esxvirt.cli.failures import Failed
from esxvirt.cli.progress import transfer_bar

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_PIECE = 1 << 20
_VERBOSE = flag("verbose", "print the SHA-256 of what was transferred")


def download(virsh: Virsh, arguments: Arguments) -> None:
    """Bring a volume's content to a file."""
    offset, length = _range(arguments)
    volume = volume_of(virsh, arguments)
    name = arguments.required("file")
    flags = virsh.libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM if arguments.flag("sparse") else 0
    digest = _digest(arguments)
    descriptor, created = _create(name)
    done = False
    try:
        _receive(virsh, volume, (offset, length, flags), descriptor, name, digest)
        done = True
    finally:
        # What was made here and is not whole is nobody's; what was there before is not ours to remove.
        if not done:
            with suppress(OSError):
                os.close(descriptor)
            if created:
                with suppress(OSError):
                    os.unlink(name)  # noqa: PTH108  pathlib would be loaded for this alone
    try:
        os.close(descriptor)
    except OSError as error:
        raise Failed(f"cannot close file {name}", os.strerror(error.errno or 0)) from error
    if digest is not None:
        virsh.aside(f"SHA-256: {digest.hexdigest()}\n")


def _create(name: str) -> tuple[int, bool]:
    """Open a file for writing, and say whether it is new."""
    try:
        return os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666), True
    except FileExistsError:
        pass
    except OSError as error:
        raise Failed(f"cannot create {name}") from error
    try:
        return os.open(name, os.O_WRONLY | os.O_TRUNC, 0o666), False
    except OSError as error:
        raise Failed(f"cannot create {name}") from error


def _receive(virsh: Virsh, volume: Any, what: tuple[int, int, int], descriptor: int, name: str, digest: Any) -> None:
    with virsh.failing("cannot create a new stream"):
        stream = virsh.connection.newStream(0)
    shown = volume.name()
    with virsh.failing(f"cannot download from volume {shown}"):
        volume.download(stream, *what)
    total = stream.remaining() if hasattr(stream, "remaining") else None
    try:
        with virsh.failing(f"cannot receive data from volume {shown}"), transfer_bar(virsh, shown, total) as tell:
            while got := stream.recv(_PIECE):
                _write(descriptor, got, name)
                if digest is not None:
                    digest.update(got)
                tell(len(got))
    except BaseException:
        _abort(virsh, stream)
        raise
    with virsh.failing(f"cannot close volume {shown}"):
        stream.finish()


def _write(descriptor: int, content: bytes, name: str) -> None:
    left = memoryview(content)
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise BrokenPipeError(error.errno, os.strerror(error.errno)) from error
            raise Failed(f"cannot write {name}: {os.strerror(error.errno or 0)}") from error


def upload(virsh: Virsh, arguments: Arguments) -> None:
    """Make a file's content that of a volume."""
    offset, length = _range(arguments)
    volume = volume_of(virsh, arguments)
    name = arguments.required("file")
    try:
        descriptor = os.open(name, os.O_RDONLY)
    except OSError as error:
        raise Failed(f"cannot read {name}") from error
    flags = virsh.libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if arguments.flag("sparse") else 0
    digest = _digest(arguments)
    try:
        _send(virsh, volume, (offset, length, flags), descriptor, name, digest)
    finally:
        os.close(descriptor)
    if digest is not None:
        virsh.aside(f"SHA-256: {digest.hexdigest()}\n")


def _send(virsh: Virsh, volume: Any, what: tuple[int, int, int], descriptor: int, name: str, digest: Any) -> None:
    facts = os.fstat(descriptor)
    size = facts.st_size if stat.S_ISREG(facts.st_mode) else None
    length = what[1]
    total = min(size, length) if length and size is not None else size if size is not None else length or None
    with virsh.failing("cannot create a new stream"):
        stream = virsh.connection.newStream(0)
    shown = volume.name()
    with virsh.failing(f"cannot upload to volume {shown}"):
        volume.upload(stream, *what)
    left = length or None
    try:
        with virsh.failing(f"cannot send data to volume {shown}"), transfer_bar(virsh, shown, total) as tell:
            read = _reader(descriptor, name)
            while got := read(_PIECE if left is None else min(_PIECE, left)):
                stream.send(got)
                if digest is not None:
                    digest.update(got)
                tell(len(got))
                left = None if left is None else left - len(got)
                if left == 0:
                    break
    except BaseException:
        _abort(virsh, stream)
        raise
    with virsh.failing(f"cannot close volume {shown}"):
        stream.finish()


def _reader(descriptor: int, name: str) -> Callable[[int], bytes]:
    def read(count: int) -> bytes:
        try:
            return os.read(descriptor, count)
        except OSError as error:
            raise Failed(f"cannot read {name}: {os.strerror(error.errno or 0)}") from error

    return read


def _digest(arguments: Arguments) -> Any:
    """What takes the SHA-256 of what goes by, if somebody wants to see it: it costs a quarter of the time."""
    if not arguments.flag("verbose"):
        return None
    from hashlib import sha256  # noqa: PLC0415  a megabyte that other commands do without

    return sha256()


def _abort(virsh: Virsh, stream: Any) -> None:
    with suppress(virsh.libvirt.libvirtError):
        stream.abort()


def _range(arguments: Arguments) -> tuple[int, int]:
    """Where to begin, and how much; 0 is all."""
    # As in C, a negative number counts down from the largest there is.
    limits = (-UNSIGNED_LONG_LONG[1], UNSIGNED_LONG_LONG[1])
    offset, length = (arguments.number(name, limits) or 0 for name in ("offset", "length"))
    return offset & UNSIGNED_LONG_LONG[1], length & UNSIGNED_LONG_LONG[1]


COMMANDS = (
    Command(
        "vol-download",
        "download volume contents to a file",
        download,
        "Download volume contents to a file",
        (
            VOLUME,
            data("file", "file"),
            POOL,
            number("offset", "volume offset to download from"),
            number("length", "amount of data to download"),
            flag("sparse", "preserve sparseness of volume"),
            _VERBOSE,
        ),
    ),
    Command(
        "vol-upload",
        "upload file contents to a volume",
        upload,
        "Upload file contents to a volume",
        (
            VOLUME,
            data("file", "file"),
            POOL,
            number("offset", "volume offset to upload to"),
            number("length", "amount of data to upload"),
            flag("sparse", "preserve sparseness of volume"),
            _VERBOSE,
        ),
    ),
)
