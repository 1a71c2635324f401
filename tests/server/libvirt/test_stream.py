"""virStream: which functions there are before, while and after it is open; what aborts it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt import libvirt, libvirt_esx
from esxvirt.errors import TransportError
from esxvirt.sim import Simulator
from tests.client import open_connection


class Taker:
    """A sink that remembers."""

    def __init__(self) -> None:
        self.taken = bytearray()
        self.end = ""

    def write(self, data: Any) -> None:
        self.taken += data

    def finish(self) -> None:
        self.end = "finished"

    def abort(self) -> None:
        self.end = "aborted"


@pytest.fixture
def stream(connection: libvirt.virConnect) -> libvirt.virStream:
    return connection.newStream()


def error_of(function: Any, *arguments: Any) -> "libvirt.libvirtError":
    with pytest.raises(libvirt.libvirtError) as caught:
        function(*arguments)
    return caught.value


def test_a_stream_that_nothing_opened(stream: Any) -> None:
    calls = [(stream.recv, 1), (stream.send, b""), (stream.finish,), (stream.recvHole,)]
    names = ["Recv", "Send", "Finish", "RecvHole"]
    for (function, *arguments), name in zip(calls, names, strict=True):
        error = error_of(function, *arguments)
        assert error.get_error_code() == libvirt.VIR_ERR_NO_SUPPORT
        assert str(error).endswith(f": virStream{name}")
    assert stream.abort() == 0  # as in libvirt: there is nothing to abort


def test_a_download(stream: Any) -> None:
    source = io.BytesIO(b"x" * 100_000)
    stream._read_from(source)
    assert str(error_of(stream.send, b"y")) == "Requested operation is not valid: Not an upload stream"
    assert stream.recv(10) == b"x" * 10
    got: list[bytes] = []
    stream.recvAll(lambda _, piece, opaque: opaque.append(piece), got)
    assert [len(piece) for piece in got] == [65536, 100_000 - 10 - 65536]
    assert stream.recv(10) == b""
    assert stream.finish() == 0
    assert source.closed
    assert str(error_of(stream.recv, 1)) == "Requested operation is not valid: Stream is not open"


def test_an_upload(stream: Any) -> None:
    sink = Taker()
    stream._write_to(sink)
    assert str(error_of(stream.recv, 1)) == "Requested operation is not valid: Not a download stream"
    assert stream.send(b"abc") == 3
    file = io.BytesIO(b"y" * 100_000)
    stream.sendAll(lambda _, count, opaque: opaque.read(count), file)
    assert stream.finish() == 0
    assert (bytes(sink.taken), sink.end) == (b"abc" + b"y" * 100_000, "finished")


def test_what_a_stream_tells_of_itself(stream: Any) -> None:
    assert (
        libvirt_esx.file_facts(stream),
        libvirt_esx.wanted(stream),
        libvirt_esx.remaining(stream),
        libvirt_esx.abandon(stream),
    ) == (None, None, None, None)
    sink = Taker()
    stream._write_to(sink)
    assert libvirt_esx.wanted(stream) is None
    assert libvirt_esx.abandon(stream) is None
    assert sink.end == "aborted"
    with pytest.raises(libvirt.libvirtError):
        stream.send(b"x")


@pytest.fixture
def served() -> Iterator[libvirt.virConnect]:
    """A connection to a simulator."""
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = open_connection(simulator.uri, simulator.username, simulator.password)
        yield connection
        connection.close()


def test_facts_of_a_download_and_words_of_an_upload(served: libvirt.virConnect) -> None:
    connection = served
    volume = connection.storageVolLookupByPath("[local-storage] iso/install.iso")
    down = connection.newStream()
    volume.download(down, 5, 10)
    facts = libvirt_esx.file_facts(down)
    assert facts is not None
    assert facts["size"] == volume.info()[1]
    assert facts["modified"]
    assert facts["etag"] is None
    assert libvirt_esx.remaining(down) == 10
    assert libvirt_esx.abandon(down) is None
    up = connection.newStream()
    volume.upload(up, 0, 7)
    assert libvirt_esx.wanted(up) == 7
    assert libvirt_esx.abandon(up) == "'[local-storage] iso/install.iso' was not touched"
    up = connection.newStream()
    volume.upload(up, 0, 7)
    up.send(b"123")
    assert "holds a part of what was to be uploaded" in (libvirt_esx.abandon(up) or "")


@pytest.mark.parametrize("result", [-1, KeyError("broken")])
def test_a_handler_that_fails_aborts_the_download(stream: Any, result: Any) -> None:
    source = io.BytesIO(b"x")
    stream._read_from(source)

    def handler(_stream: Any, _piece: bytes, _opaque: Any) -> int:
        if isinstance(result, Exception):
            raise result
        return int(result)

    with pytest.raises((RuntimeError, KeyError)):
        stream.recvAll(handler, None)
    assert source.closed


def test_a_handler_that_fails_aborts_the_upload(stream: Any) -> None:
    sink = Taker()
    stream._write_to(sink)

    def handler(_stream: Any, _count: int, _opaque: Any) -> bytes:
        raise KeyError("broken")

    with pytest.raises(KeyError):
        stream.sendAll(handler, None)
    assert sink.end == "aborted"


def test_a_stream_that_nobody_ends_is_aborted(connection: libvirt.virConnect) -> None:
    sink = Taker()
    stream: Any = connection.newStream()
    stream._write_to(sink)
    del stream
    assert sink.end == "aborted"


def test_holes_and_streams_that_do_not_block_are_refused(connection: libvirt.virConnect) -> None:
    stream: Any = connection.newStream()
    stream._read_from(io.BytesIO(b"x"))
    error = error_of(stream.sparseRecvAll, None, None, None)
    assert str(error) == "unsupported flags (0x1) in function esxStreamRecvFlags"
    assert error_of(stream.sendHole, 5).get_error_code() == libvirt.VIR_ERR_NO_SUPPORT
    idle: Any = connection.newStream(libvirt.VIR_STREAM_NONBLOCK)
    with pytest.raises(Exception, match="Non-blocking streams are not supported yet"):
        idle._read_from(io.BytesIO(b"x"))


def test_what_breaks_on_the_way_is_libvirts_error(stream: Any) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise TransportError(f"gone, {size}")

    stream._read_from(Broken())
    assert str(error_of(stream.recv, 5)) == "internal error: gone, 5"
