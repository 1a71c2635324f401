"""``vol-download``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.volume.common import POOL, VOLUME, volume_of
from esxvirt.cli.commands.volume.moving import PIECE, VERBOSE, abandon, digest_of, leaving_word, range_of
from esxvirt.cli.declare import Command, data, flag, number
from esxvirt.cli.failures import Failed
from esxvirt.cli.part_files import PartFile
from esxvirt.cli.progress import transfer_bar
from esxvirt.cli.targets import CannotCreateError, DirectTarget, open_target

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Stream, Volume
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_OVERLAP = 64 * 1024
"""Bytes of a left-over part that are fetched again, to see that it goes on where it ends."""


def download(virsh: Virsh, arguments: Arguments) -> None:
    """Bring a volume's content to a file."""
    offset, length = range_of(arguments)
    volume = volume_of(virsh, arguments)
    flags = virsh.libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM if arguments.flag("sparse") else 0
    digest = digest_of(arguments)
    name = arguments.required("file")
    try:
        target = open_target(name)
    except CannotCreateError as error:
        raise Failed(f"cannot create {name}{error.why}") from error

    def leave(error: BaseException) -> str | None:
        # What has changed on its way is of no more use.
        code = getattr(getattr(error, "cause", None), "get_error_code", int)()
        return target.leave(useful=code != virsh.libvirt.VIR_ERR_OPERATION_FAILED)

    with leaving_word(leave):
        download_ = _Download(virsh, volume, (offset, length, flags), digest)
        if isinstance(target, PartFile):
            download_.beside(target)
        else:
            download_.direct(target)
        target.finish()
    if digest is not None:
        virsh.aside(f"SHA-256: {digest.hexdigest()}\n")


class _Download:
    """One download: a range of a volume."""

    def __init__(self, virsh: Virsh, volume: Volume, what: tuple[int, int, int], digest: Any) -> None:
        self._virsh = virsh
        self._volume = volume
        self._name = volume.name()
        self._offset, self._length, self._flags = what
        self._digest = digest

    def direct(self, target: DirectTarget) -> None:
        """Write it to a target itself."""
        self._receive(self._stream(), target, 0)

    def beside(self, part: PartFile) -> None:
        """Write it to a file beside its target, behind what was left over there if that is of the same content."""
        request = self._request()
        if part.size:
            stream, why = self._rest(part, request)
            if stream is not None:
                if self._digest is not None:
                    part.feed(self._digest.update)
                part.resume()
                self._receive(stream, part, part.size)
                return
            self._virsh.output.warning(f"'{part.path}' cannot be continued: {why}; starting anew")
        stream = self._stream()
        facts = self._facts(stream)
        part.begin(request, facts if _is_known(facts) else None)
        self._receive(stream, part, 0)

    def _facts(self, stream: Stream) -> dict[str, int | str | None] | None:
        """Return what tells the content from others; libvirt-python's streams do not tell."""
        return None if self._virsh.esx is None else self._virsh.esx.file_facts(stream)

    def _request(self) -> dict[str, Any]:
        """Return what tells this download from others."""
        uri = self._virsh.connection.getURI().partition("?")[0]
        kind, separator, rest = uri.partition("://")
        host, slash, path = rest.partition("/")
        server = kind + separator + host.rpartition("@")[2] + slash + path
        return {"server": server, "volume": self._volume.path(), "offset": self._offset, "length": self._length}

    def _rest(self, part: PartFile, request: dict[str, Any]) -> tuple[Stream | None, str]:
        """Return a stream of what is missing of a part, behind its last byte; or None, and why there is none."""
        facts, why = part.left_over(request)
        if facts is None:
            return None, why
        count = min(part.size, _OVERLAP)
        begin = part.size - count
        if self._length and part.size > self._length:
            return None, "it is longer than what is wanted"
        changed = "the volume has changed since"
        libvirt = self._virsh.libvirt
        try:
            stream = self._stream(begin)
        except Failed as failure:
            if getattr(failure.cause, "get_error_code", int)() == libvirt.VIR_ERR_INVALID_ARG:  # it ends before
                return None, changed
            raise
        with leaving_word(lambda _: abandon(self._virsh, stream)):
            if self._facts(stream) != facts:
                abandon(self._virsh, stream)
                return None, changed
            got = b""
            with self._virsh.failing(f"cannot receive data from volume {self._name}"):
                while len(got) < count and (piece := stream.recv(count - len(got))):
                    got += piece
            if got != part.read(begin, count):
                abandon(self._virsh, stream)
                return None, "it is not the beginning of the volume"
        return stream, ""

    def _stream(self, done: int = 0) -> Stream:
        """Open a stream of what is wanted, without its first bytes."""
        with self._virsh.failing("cannot create a new stream"):
            stream = self._virsh.connection.newStream(0)
        with self._virsh.failing(f"cannot download from volume {self._name}"):
            length = self._length - done if self._length else 0
            self._volume.download(stream, self._offset + done, length, self._flags)
        return stream

    def _receive(self, stream: Stream, target: PartFile | DirectTarget, done: int) -> None:
        left = None if self._virsh.esx is None else self._virsh.esx.remaining(stream)
        total = None if left is None else done + left
        begun = False
        with (
            leaving_word(lambda _: abandon(self._virsh, stream)),
            self._virsh.failing(f"cannot receive data from volume {self._name}"),
            transfer_bar(self._virsh, self._name, total) as tell,
        ):
            tell(done)
            while got := stream.recv(PIECE):
                if not begun and isinstance(target, DirectTarget):
                    target.begin()
                begun = True
                target.write(got)
                if self._digest is not None:
                    self._digest.update(got)
                tell(len(got))
            if not begun and isinstance(target, DirectTarget):
                target.begin()
        with self._virsh.failing(f"cannot close volume {self._name}"):
            stream.finish()


def _is_known(facts: dict[str, Any] | None) -> bool:
    return facts is not None and facts["size"] is not None and facts["modified"] is not None


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
            VERBOSE,
        ),
    ),
)
