"""Sockets with a deadline, and TLS over them, with Python's own TLS at the other end."""

import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest
import trustme

from esxvirt.errors import DeadlineError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.sockets import READ_AHEAD, GuardedSocket, TlsSocket

CONTENT = os.urandom(3 * 1024 * 1024 + 17)
AUTHORITY = trustme.CA()


@contextmanager
def peer(serve: Callable[[ssl.SSLSocket], None], seconds: float = 30) -> Iterator[tuple[GuardedSocket, TlsSocket]]:
    """One end of a pair of sockets, shaken hands; the other is served in a thread."""
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    AUTHORITY.issue_cert("peer.example.com").configure_cert(server)
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(client)
    theirs.settimeout(30)

    def work() -> None:
        with theirs, server.wrap_socket(theirs, server_side=True) as secured:
            serve(secured)

    thread = threading.Thread(target=work)
    thread.start()
    below = GuardedSocket(ours, Deadline(seconds))
    try:
        secured = TlsSocket(below, client, "peer.example.com")
        secured.shake_hands()
        yield below, secured
    finally:
        below.close()
        thread.join()


def everything(secured: TlsSocket, size: int) -> tuple[bytes, list[int]]:
    """What comes up to the end, by buffers of a size; and how much each got."""
    content, counts = b"", []
    buffer = bytearray(size)
    while count := secured.recv_into(buffer):
        content += buffer[:count]
        counts.append(count)
    return content, counts


def test_a_large_buffer_is_filled_whole_and_a_small_one_with_what_is_there() -> None:
    for size in (1 << 20, READ_AHEAD, 1000):
        with peer(lambda secured: secured.sendall(CONTENT)) as (_, ours):
            content, counts = everything(ours, size)
        assert content == CONTENT
        if size > READ_AHEAD:
            assert counts == [1 << 20, 1 << 20, 1 << 20, 17]
        else:
            assert max(counts) <= min(size, 16 * 1024)


@pytest.mark.parametrize("farewell", [True, False])
def test_the_end_is_one_with_a_farewell_or_without(farewell: bool) -> None:
    def serve(secured: ssl.SSLSocket) -> None:
        secured.sendall(b"abc")
        if farewell:
            with suppress(OSError):
                secured.unwrap()

    with peer(serve) as (_, ours):
        assert everything(ours, 1 << 20)[0] == b"abc"
        assert ours.recv_into(bytearray(1)) == 0


def test_what_is_sent_arrives() -> None:
    received = bytearray()

    def serve(secured: ssl.SSLSocket) -> None:
        while len(received) < len(CONTENT):
            received.extend(secured.recv(1 << 20))
        secured.sendall(b"thanks")

    with peer(serve) as (_, ours):
        ours.sendall(memoryview(CONTENT)[:1000])
        ours.sendall(CONTENT[1000:])
        assert everything(ours, 100)[0] == b"thanks"
    assert received == CONTENT


def test_impatience_waits_for_nothing() -> None:
    go = threading.Event()

    def serve(secured: ssl.SSLSocket) -> None:
        go.wait(30)
        secured.sendall(b"x")

    with peer(serve) as (below, ours):
        below.impatient = True
        with pytest.raises(BlockingIOError):
            ours.recv_into(bytearray(1))
        below.impatient = False
        go.set()
        assert ours.recv_into(bytearray(1)) == 1


def test_nothing_is_waited_for_longer_than_the_deadline() -> None:
    go = threading.Event()

    def serve(_: ssl.SSLSocket) -> None:
        go.wait(30)

    with peer(serve) as (below, ours):
        below.deadline = Deadline(0.01)
        with pytest.raises((TimeoutError, DeadlineError)):
            ours.recv_into(bytearray(1))
        with pytest.raises(DeadlineError):
            ours.recv_into(bytearray(1))
        go.set()


def test_an_untrusted_server_is_told_so() -> None:
    told: list[str] = []
    ours, theirs = socket.socketpair()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.maximum_version = ssl.TLSVersion.TLSv1_2  # where the server waits for the client before it is content
    AUTHORITY.issue_cert("peer.example.com").configure_cert(server)

    def work() -> None:
        try:
            with theirs:
                server.wrap_socket(theirs, server_side=True).close()
        except ssl.SSLError as error:
            told.append(error.reason)

    thread = threading.Thread(target=work)
    thread.start()
    below = GuardedSocket(ours, Deadline(30))
    with pytest.raises(ssl.SSLCertVerificationError):
        TlsSocket(below, ssl.create_default_context(), "peer.example.com").shake_hands()
    below.close()
    thread.join()
    assert told == ["TLSV1_ALERT_UNKNOWN_CA"]


def test_whoever_holds_it_keeps_it_open() -> None:
    ours, theirs = socket.socketpair()
    below = GuardedSocket(ours, Deadline(30))
    below.hold()
    below.close()
    with theirs:
        theirs.sendall(b"x")
        assert below.recv_into(bytearray(1)) == 1
    below.close()
    assert below.fileno() == -1
