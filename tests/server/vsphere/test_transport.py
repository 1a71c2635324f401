"""HTTP to servers that misbehave: each is a real listener on loopback that does what its script says."""

import gzip
import socket
import struct
import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from esxvirt.errors import BadAnswerError, DeadlineError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.transport import Transport
from esxvirt.vsphere.versions import FALLBACK

Script = Callable[[socket.socket], None]

ENVELOPE = b'<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body><ok/></soapenv:Body></soapenv:Envelope>'


def answer(body: bytes, status: str = "200 OK", fields: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n{fields}\r\n".encode() + body


def take_request(peer: socket.socket) -> bytes:
    """Read one whole request, so that closing does not reset the connection by accident."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < lengths[0]:
        body += peer.recv(65536)
    return head + b"\r\n\r\n" + body


def says(data: bytes) -> Script:
    def script(peer: socket.socket) -> None:
        take_request(peer)
        peer.sendall(data)

    return script


def resets(peer: socket.socket) -> None:
    take_request(peer)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@contextmanager
def server(*scripts: Script) -> Iterator[tuple[Endpoint, list[int]]]:
    """A listener that runs one script a connection, the last one for all that follow; it counts connections."""
    listener = socket.create_server(("127.0.0.1", 0))
    served = [0]
    stop = threading.Event()
    peers: list[socket.socket] = []
    workers: list[threading.Thread] = []

    def serve() -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            if stop.is_set():
                peer.close()
                return
            peers.append(peer)
            script = scripts[min(served[0], len(scripts) - 1)]
            served[0] += 1
            workers.append(threading.Thread(target=run, args=(script, peer)))
            workers[-1].start()

    def run(script: Script, peer: socket.socket) -> None:
        with peer, suppress(OSError):  # the client gave up first, as it should
            script(peer)

    acceptor = threading.Thread(target=serve)
    acceptor.start()
    try:
        yield Endpoint("127.0.0.1", listener.getsockname()[1], None), served
    finally:
        stop.set()
        # Wakes the acceptor, and every script that waits for its client.
        with socket.create_connection(listener.getsockname()):
            pass
        acceptor.join()
        for peer in peers:
            with suppress(OSError):
                peer.shutdown(socket.SHUT_RDWR)
        for worker in workers:
            worker.join()
        listener.close()


def send(endpoint: Endpoint, method: str = "CurrentTime", seconds: float = 30) -> bytes:
    transport = Transport(endpoint, FALLBACK)
    try:
        return transport.send(method, b"<request/>", seconds)
    finally:
        transport.drop_connections()


def test_a_good_answer() -> None:
    with server(says(answer(ENVELOPE))) as (endpoint, _):
        assert send(endpoint) == ENVELOPE


@pytest.mark.parametrize(
    ("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)], ids=["gzip", "deflate"]
)
def test_compressed_answers(encoding: str, pack: Any) -> None:
    with server(says(answer(pack(ENVELOPE), fields=f"Content-Encoding: {encoding}\r\n"))) as (endpoint, _):
        assert send(endpoint) == ENVELOPE


@pytest.mark.parametrize("encoding", ["gzip", "br"])
def test_answers_whose_compression_is_wrong(encoding: str) -> None:
    with (
        server(says(answer(b"not packed", fields=f"Content-Encoding: {encoding}\r\n"))) as (endpoint, _),
        pytest.raises(BadAnswerError, match="compressed"),
    ):
        send(endpoint)


def test_a_connection_is_used_again() -> None:
    def twice(peer: socket.socket) -> None:
        for _ in range(2):
            take_request(peer)
            peer.sendall(answer(ENVELOPE))

    with server(twice) as (endpoint, served):
        transport = Transport(endpoint, FALLBACK)
        transport.send("CurrentTime", b"<a/>")
        transport.send("CurrentTime", b"<b/>")
        transport.drop_connections()
        assert served == [1]


def test_a_connection_that_the_server_closed_meanwhile_is_not() -> None:
    closed = threading.Event()

    def once(peer: socket.socket) -> None:
        take_request(peer)
        peer.sendall(answer(ENVELOPE))
        peer.shutdown(socket.SHUT_RDWR)
        closed.set()

    with server(once) as (endpoint, served):
        transport = Transport(endpoint, FALLBACK)
        transport.send("PowerOnVM_Task", b"<a/>")
        assert closed.wait(10)
        # Not a read: had it been sent on the dead connection, it would have failed rather than be sent again.
        transport.send("PowerOnVM_Task", b"<b/>")
        transport.drop_connections()
        assert served == [2]


@pytest.mark.parametrize(
    "script", [resets, says(answer(ENVELOPE)[:-5]), says(b"")], ids=["reset", "truncated", "closed"]
)
def test_reads_are_tried_again(script: Script) -> None:
    with server(script, script, says(answer(ENVELOPE))) as (endpoint, served):
        assert send(endpoint, "RetrieveProperties") == ENVELOPE
        assert served == [3]


@pytest.mark.parametrize(
    "script", [resets, says(answer(ENVELOPE)[:-5]), says(b"")], ids=["reset", "truncated", "closed"]
)
def test_reads_are_not_tried_for_ever(script: Script) -> None:
    with server(script) as (endpoint, served):
        with pytest.raises(TransportError):
            send(endpoint, "RetrieveProperties")
        assert served == [3]


@pytest.mark.parametrize(
    "script", [resets, says(answer(ENVELOPE)[:-5]), says(b"")], ids=["reset", "truncated", "closed"]
)
@pytest.mark.parametrize("method", ["PowerOnVM_Task", "Login", "Logout", "RegisterVM_Task"])
def test_writes_are_sent_once(script: Script, method: str) -> None:
    with server(script) as (endpoint, served):
        with pytest.raises(TransportError):
            send(endpoint, method)
        assert served == [1]


def test_an_answer_that_drips_in_is_cut_off_at_the_deadline() -> None:
    def drip(peer: socket.socket) -> None:
        take_request(peer)
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
        stopped = threading.Event()
        while not stopped.wait(0.05):
            peer.sendall(b"x")

    with server(drip) as (endpoint, _), pytest.raises(DeadlineError):
        send(endpoint, "PowerOnVM_Task", seconds=0.5)


def test_a_server_that_hangs_is_left_at_the_deadline() -> None:
    def hang(peer: socket.socket) -> None:
        while peer.recv(65536):
            pass

    with server(hang) as (endpoint, served):
        with pytest.raises(DeadlineError, match="did not answer in time"):
            send(endpoint, "RetrieveProperties", seconds=0.3)
        assert served[0] <= 3


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", "did not answer in HTTP"),
        (answer(b"<html>down</html>", "503 Service Unavailable"), "HTTP 503 Service Unavailable"),
        (answer(b"<html>moved</html>", "301 Moved Permanently", "Location: /ui\r\n"), "HTTP 301"),
        (answer(b"not SOAP", "500 Internal Server Error"), "HTTP 500"),
        (answer(ENVELOPE, "500 Internal Server Error"), "no fault"),
        (answer(b"<Envelope><broken", "500 Internal Server Error"), "no SOAP fault"),
    ],
)
def test_what_is_no_soap_is_said_so(data: bytes, message: str) -> None:
    with server(says(data)) as (endpoint, _), pytest.raises(BadAnswerError, match=message):
        send(endpoint, "PowerOnVM_Task")


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(TransportError, match=f"cannot connect to '127.0.0.1:{port}': Connection refused"):
        send(Endpoint("127.0.0.1", port, None), "PowerOnVM_Task")


def test_a_name_that_does_not_resolve() -> None:
    with pytest.raises(TransportError, match=r"cannot resolve the name of 'no-such-host\.invalid:443'"):
        send(Endpoint("no-such-host.invalid", 443, None), "PowerOnVM_Task")


def test_the_session_cookie_is_kept() -> None:
    seen: list[bytes] = []

    def script(peer: socket.socket) -> None:
        for _ in range(2):
            seen.append(take_request(peer))
            peer.sendall(answer(ENVELOPE, fields='Set-Cookie: vmware_soap_session="52-ab"; Path=/; HttpOnly;\r\n'))

    with server(script) as (endpoint, _):
        transport = Transport(endpoint, FALLBACK)
        transport.send("CurrentTime", b"<a/>")
        transport.send("CurrentTime", b"<b/>")
        transport.drop_connections()
    assert b"Cookie" not in seen[0]
    assert b'Cookie: vmware_soap_session="52-ab"' in seen[1]


def test_an_answer_may_not_be_of_any_size() -> None:
    with server(says(answer(b"x" * 2000))) as (endpoint, _):
        transport = Transport(endpoint, FALLBACK)
        with pytest.raises(BadAnswerError, match="larger than 1000 bytes"):
            transport.exchange("GET", "/x", {}, None, Deadline(10), 1000)


def test_deadlines() -> None:
    assert Deadline(None).remaining() is None
    assert not Deadline(None).expired()
    left = Deadline(100).remaining()
    assert left is not None
    assert 0 < left <= 100
    assert Deadline(0).expired()
    with pytest.raises(DeadlineError, match="within 0 seconds"):
        Deadline(0).remaining()
