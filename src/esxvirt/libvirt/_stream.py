"""virStream: a stream of bytes, out of a file on the server or into one."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from esxvirt.constants.errors import VIR_FROM_STREAMS
from esxvirt.constants.node import VIR_STREAM_NONBLOCK, VIR_STREAM_RECV_STOP_AT_HOLE
from esxvirt.errors import ArgumentUnsupportedError, OperationInvalidError, UnsupportedError
from esxvirt.libvirt._errors import report_argument
from esxvirt.libvirt._methods import check_flags, offers, to_int
from esxvirt.libvirt._objects import AnyConnection, OfConnection

if TYPE_CHECKING:
    from esxvirt.driver.storage.transfer import Sink, Source

__all__ = ["virStream"]

_PIECE = 64 * 1024  # libvirt-python's virStorageVol.streamBufSize


@offers
class virStream(OfConnection):
    """A stream of bytes, made by `virConnect.newStream` and opened by the functions that fill or empty one.

    Its memory is that of the pieces it is asked for. Sparse streams and events, which libvirt's driver has not either,
    raise VIR_ERR_NO_SUPPORT.
    """

    def __init__(self, conn: AnyConnection, _obj: Any = None) -> None:
        super().__init__(conn, _obj)
        self._flags = int(_obj or 0)
        self._source: Source | None = None
        self._sink: Sink | None = None
        self._used = False

    def __del__(self) -> None:
        self._drop()

    def _dispatchStreamEventCallback(self, events: int, cbData: dict[str, Any]) -> int:
        """Call what a program registered for events of the stream; 0."""
        cbData["cb"](self, events, cbData["opaque"])
        return 0

    # for the functions that open it

    def _read_from(self, source: "Source") -> None:
        """Have `recv` give what a source has; the stream closes it."""
        self._claim()
        self._source = source

    def _write_to(self, sink: "Sink") -> None:
        """Have `send` fill a sink; the stream finishes or aborts it."""
        self._claim()
        self._sink = sink

    def _check_free(self) -> None:
        """Refuse a stream that cannot be opened, before anything is asked of the server.

        Raises:
            OperationInvalidError: It is open.
            ArgumentUnsupportedError: It is not to block, and ours do.
        """
        if self._source is not None or self._sink is not None:
            raise OperationInvalidError("Stream is already open")
        if self._flags & VIR_STREAM_NONBLOCK:
            raise ArgumentUnsupportedError("Non-blocking streams are not supported yet")

    def _claim(self) -> None:
        self._check_free()
        self._used = True

    def _drop(self) -> None:
        source, self._source = getattr(self, "_source", None), None
        sink, self._sink = getattr(self, "_sink", None), None
        if source is not None:
            source.close()
        if sink is not None:
            sink.abort()

    def _opened(self, wanted: "Source | Sink | None", function: str, kind: str) -> None:
        if wanted is not None:
            return
        if not self._used:
            raise UnsupportedError(function)
        open_ = self._source is not None or self._sink is not None
        raise OperationInvalidError(f"Not {kind} stream" if open_ else "Stream is not open")

    # libvirt-python's

    def recv(self, nbytes: int) -> bytes:
        """Return at most so many bytes; none at the end."""
        return self._recv(nbytes, "virStreamRecv")

    def recvFlags(self, nbytes: int, flags: int = 0) -> bytes:
        """Return at most so many bytes; none at the end. No flags are taken: there are no holes."""
        check_flags(flags, 0, "esxStreamRecvFlags")
        return self._recv(nbytes, "virStreamRecvFlags")

    def _recv(self, nbytes: int, function: str) -> bytes:
        _ = self._driver
        self._opened(self._source, function, "a download")
        assert self._source is not None  # noqa: S101  checked right above
        if to_int(nbytes) < 0:
            message = f"nbytes in {function} must be zero or greater"
            raise report_argument(message, function, "nbytes", VIR_FROM_STREAMS)
        return self._source.read(nbytes)

    def send(self, data: "bytes | bytearray | memoryview") -> int:
        """Send all these bytes, and return how many they are."""
        _ = self._driver
        self._opened(self._sink, "virStreamSend", "an upload")
        assert self._sink is not None  # noqa: S101  checked right above
        try:
            content = data if isinstance(data, bytes) else bytes(memoryview(data))
        except TypeError:
            raise TypeError(f"a bytes-like object is required, not '{type(data).__name__}'") from None
        self._sink.write(content)
        return len(content)

    def recvAll(self, handler: Callable[["virStream", bytes, Any], int | None], opaque: Any) -> None:
        """Hand all bytes, piece by piece, to ``handler(stream, bytes, opaque)``; what it raises aborts the stream."""
        while got := self.recv(_PIECE):
            with _Aborting(self):
                result = handler(self, got, opaque)
                if isinstance(result, int) and result < 0:
                    raise RuntimeError(f"recvAll handler returned {result}")

    def sendAll(self, handler: Callable[["virStream", int, Any], bytes], opaque: Any) -> None:
        """Send what ``handler(stream, nbytes, opaque)`` gives until it gives nothing; what it raises aborts."""
        while True:
            with _Aborting(self):
                got = handler(self, _PIECE, opaque)
            if not got:
                return
            self.send(got)

    def sparseRecvAll(
        self,
        handler: Callable[["virStream", bytes, Any], int | None],
        holeHandler: Callable[["virStream", int, Any], int | None],
        opaque: Any,
    ) -> None:
        """Refuse, as libvirt's driver: it knows no holes, and `recvFlags` no flag for them."""
        _ = handler, holeHandler, opaque
        self.recvFlags(_PIECE, VIR_STREAM_RECV_STOP_AT_HOLE)

    def finish(self) -> int:
        """End the stream after its last byte, and learn whether the server took all; 0."""
        self._end("virStreamFinish")
        source, self._source = self._source, None
        sink, self._sink = self._sink, None
        if source is not None:
            source.close()
        if sink is not None:
            sink.finish()
        return 0

    def abort(self) -> int:
        """End the stream early, if it was opened at all; 0. Of an upload nothing new is left, as far as we can."""
        _ = self._driver
        self._drop()
        return 0

    def _end(self, function: str) -> None:
        _ = self._driver
        if not self._used:
            raise UnsupportedError(function)


class _Aborting:
    """Aborts a stream when its body fails."""

    def __init__(self, stream: virStream) -> None:
        self._stream = stream

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._stream._drop()  # noqa: SLF001  the same class's other half
