"""Answers in HTTP, whole and not, as they come from a connection."""

import io
from typing import Any

import pytest

from esxvirt.vsphere.answers import Answer, HttpError, IncompleteError, NoAnswerError


def answer(text: bytes, verb: str = "GET") -> Answer:
    source: Any = io.BytesIO(text)  # it reads as a raw stream does
    return Answer(io.BufferedReader(source), verb)


CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nTrailer: a\r\n\r\n"
)


def test_the_head() -> None:
    found = answer(
        b"HTTP/1.1 404 Not there\r\nContent-Length: 3\r\nSet-Cookie: a\r\nset-cookie:  b \r\nnonsense\r\n\r\nabc"
    )
    assert (found.status, found.reason, found.length, found.will_close) == (404, "Not there", 3, False)
    assert found.headers.get_all("SET-COOKIE") == ["a", "b"]
    assert found.headers.get("ETag") == ""
    assert found.read() == b"abc"
    assert (found.length, found.read(), found.read(5)) == (0, b"", b"")


@pytest.mark.parametrize(
    ("head", "closes"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1", True),
        (b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\nConnection: Keep-Alive", False),
        (b"HTTP/1.1 200 OK", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: x", True),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200\r\nContent-Length: 1", False),
    ],
)
def test_whether_the_connection_stays(head: bytes, closes: bool) -> None:
    found = answer(head + b"\r\n\r\na")
    assert found.will_close is closes
    assert found.read(1) == b"a"


@pytest.mark.parametrize("verb", ["HEAD", "GET"])
def test_answers_without_a_body(verb: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" if verb == "HEAD" else b"HTTP/1.1 204 No Content\r\n\r\n"
    assert answer(head, verb).read() == b""


@pytest.mark.parametrize("size", [1, 2, 4, 5, 11, 100])
def test_chunks(size: int) -> None:
    found = answer(CHUNKED)
    assert found.length is None
    assert not found.will_close
    parts = list(iter(lambda: found.read(size), b""))
    assert b"".join(parts) == b"hello world"
    assert all(len(part) == size for part in parts[:-1])
    into, buffer = answer(CHUNKED), bytearray(size)
    taken = b""
    while count := into.readinto(buffer):
        taken += buffer[:count]
    assert taken == b"hello world"
    assert answer(CHUNKED).read() == b"hello world"


@pytest.mark.parametrize("end", range(50, len(CHUNKED) - 17))
def test_chunks_that_end_early(end: int) -> None:
    with pytest.raises(IncompleteError):
        answer(CHUNKED[:end]).read()


def test_a_body_that_ends_early() -> None:
    text = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"
    with pytest.raises(IncompleteError):
        answer(text).read()
    found = answer(text)
    assert found.read(100) == b"abc"
    assert found.length == 6
    assert answer(text).readinto(bytearray(100)) == 3


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (b"", NoAnswerError),
        (b"SSH-2.0-x\r\n", HttpError),
        (b"HTTP/1.1 abc\r\n\r\n", HttpError),
        (b"HTTP/1.1 200 " + b"x" * 70_000 + b"\r\n\r\n", HttpError),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", HttpError),
    ],
)
def test_what_is_no_http(text: bytes, error: type[HttpError]) -> None:
    with pytest.raises(error):
        answer(text)
