"""``vol-upload``."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.volume.common import POOL, VOLUME, volume_of
from esxvirt.cli.commands.volume.moving import PIECE, VERBOSE, abandon, digest_of, leaving_word, range_of
from esxvirt.cli.declare import Command, data, flag, number
from esxvirt.cli.failures import Failed
from esxvirt.cli.progress import transfer_bar

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Volume
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


class _Source:
    """What is uploaded: a file, a pipe, a device.

    Attributes:
        size: its bytes, None if only its end tells.
        ended: whether it was read to its end.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.ended = False
        try:
            self._descriptor = os.open(name, os.O_RDONLY | getattr(os, "O_BINARY", 0))
        except OSError as error:
            # virsh gives no reason, and for a file that is not there none is needed.
            reason = "" if error.errno == errno.ENOENT else f": {os.strerror(error.errno or 0)}"
            raise Failed(f"cannot read {name}{reason}") from error
        try:
            self.size = self._measured()
        except BaseException:
            self.close()
            raise

    def _measured(self) -> int | None:
        facts = os.fstat(self._descriptor)
        if stat.S_ISDIR(facts.st_mode):
            raise Failed(f"cannot read {self.name}: {os.strerror(errno.EISDIR)}")
        if stat.S_ISREG(facts.st_mode):
            return facts.st_size or None  # files of the kernel have no size, and content all the same
        if stat.S_ISBLK(facts.st_mode):
            size = os.lseek(self._descriptor, 0, os.SEEK_END)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            return size
        return None

    def read(self, count: int) -> bytes:
        """At most so many bytes, none at the end."""
        try:
            got = os.read(self._descriptor, count)
        except OSError as error:
            raise Failed(f"cannot read {self.name}: {os.strerror(error.errno or 0)}") from error
        self.ended = not got and count > 0
        return got

    def fill(self, count: int) -> bytes:
        """So many bytes, fewer only at the end."""
        pieces = []
        while count and (got := self.read(count)):
            pieces.append(got)
            count -= len(got)
        return b"".join(pieces)

    def close(self) -> None:
        """Close it."""
        os.close(self._descriptor)


def upload(virsh: Virsh, arguments: Arguments) -> None:
    """Make a file's content that of a volume."""
    offset, length = range_of(arguments)
    volume = volume_of(virsh, arguments)
    short = arguments.flag("allow-short")
    flags = virsh.libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if arguments.flag("sparse") else 0
    digest = digest_of(arguments)
    source = _Source(arguments.required("file"))
    try:
        _send(virsh, volume, (offset, length, flags), source, digest, short=short)
    finally:
        source.close()
    if digest is not None:
        virsh.aside(f"SHA-256: {digest.hexdigest()}\n")


def _send(
    virsh: Virsh, volume: Volume, what: tuple[int, int, int], source: _Source, digest: Any, *, short: bool
) -> None:
    offset, length, flags = what
    with virsh.failing("cannot create a new stream"):
        stream = virsh.connection.newStream(0)
    shown = volume.name()
    announced = length
    if short and length:  # what may end early is announced as what there is of it, if that is known
        announced = min(length, source.size or 0)
    with virsh.failing(f"cannot upload to volume {shown}"):
        volume.upload(stream, offset, announced, flags)
    wanted = None if virsh.esx is None else virsh.esx.wanted(stream)  # libvirt-python's streams do not tell

    def leave(_error: BaseException) -> str | None:
        return abandon(virsh, stream)

    with leaving_word(leave):
        piece = source.fill(min(PIECE, length or PIECE))
        # Nothing of the volume was touched so far: a source that is no good is refused now.
        available = len(piece) if source.ended else source.size
        if length and available is None and len(piece) == length:
            available = length
        available = min(available, length) if length and available is not None else available
        _check(shown, source, available, wanted, short=short)
        total = available if available is not None else wanted
        with virsh.failing(f"cannot send data to volume {shown}"), transfer_bar(virsh, shown, total) as tell:
            sent = 0
            while piece:
                sent += len(piece)
                # Whether there is more than fits is known before the volume is full, and whole.
                following = source.read(min(PIECE, length - sent) if length else PIECE) if sent != length else b""
                if wanted is not None and sent + len(following) > wanted:
                    raise Failed(
                        f"cannot send data to volume {shown}", f"{source.name} has more than the {wanted} bytes of it"
                    )
                stream.send(piece)
                if digest is not None:
                    digest.update(piece)
                tell(len(piece))
                piece = following
        if total is not None and sent < total and not short:
            raise Failed(
                f"cannot send data to volume {shown}", f"{source.name} ended after {sent} of {total} bytes, too early"
            )
    with virsh.failing(f"cannot close volume {shown}"):
        stream.finish()


def _check(volume: str, source: _Source, available: int | None, wanted: int | None, *, short: bool) -> None:
    """Refuse a source that is too long or too short, as far as is known.

    Args:
        volume: its name.
        source: what is uploaded.
        available: the bytes of it that are to go, None if nobody knows.
        wanted: the bytes that make the volume whole, None if any number does.
        short: whether it may be too short.

    Raises:
        Failed: the source is no good.
    """
    if available is None:
        return
    message = f"cannot upload to volume {volume}"
    if wanted is not None and available > wanted:
        raise Failed(
            message, f"{source.name} has {available} bytes, and {volume} takes {wanted}: --length uploads a part of it"
        )
    if short:
        return
    if not available:
        raise Failed(message, f"{source.name} is empty: --allow-short uploads it all the same")
    if wanted is not None and available < wanted:
        raise Failed(
            message,
            f"{source.name} has {available} bytes, and {volume} takes {wanted}: --allow-short uploads it all the same, "
            "and what is missing of a disk is zeros then",
        )


COMMANDS = (
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
            VERBOSE,
            flag("allow-short", "upload a file, too, that is empty, or shorter than the disk or --length"),
        ),
    ),
)
