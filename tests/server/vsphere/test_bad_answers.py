"""What is no answer of an ESX server, or one that nobody can hold: an error of ours, soon, and little memory."""

import contextlib
import gzip
import http.server
import resource
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt.errors import BadAnswerError, EsxvirtError, TooLargeAnswerError
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.session import Session

ABOUT = "<about><fullName>x</fullName><apiVersion>7.0.3.0</apiVersion><productLineId>esx</productLineId></about>"
MANAGERS = (
    '<rootFolder type="Folder">r</rootFolder><propertyCollector type="PropertyCollector">p</propertyCollector>'
    '<sessionManager type="SessionManager">s</sessionManager>'
)


def soap(inner: str) -> bytes:
    return (
        '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
        f"{inner}</e:Body></e:Envelope>"
    ).encode()


def content(inner: str) -> bytes:
    return soap(
        f'<RetrieveServiceContentResponse xmlns="urn:vim25"><returnval>{inner}</returnval>'
        "</RetrieveServiceContentResponse>"
    )


class Odd(http.server.BaseHTTPRequestHandler):
    """Gives the answer of the moment, whatever is asked."""

    protocol_version = "HTTP/1.1"
    status: tuple[int, str] = (200, "OK")
    fields: dict[str, str] = {}  # noqa: RUF012  each test sets it anew
    body = b""
    asked = 0

    def do_POST(self) -> None:
        """Answer."""
        type(self).asked += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(*self.status)
        for name, value in self.fields.items():
            self.send_header(name, value)
        if "Transfer-Encoding" not in self.fields:
            self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may have seen enough
            self.wfile.write(self.body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def odd(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    for name, value in (("status", (200, "OK")), ("fields", {}), ("body", b""), ("asked", 0)):
        monkeypatch.setattr(Odd, name, value)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Odd)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Endpoint("127.0.0.1", server.server_port, None, deadline=30)
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"<html></html>", "it has no body"),
        (b"", "is not whole SOAP"),
        (b"\0" * 1000, "is not whole SOAP"),
        (b"\xff\xfe", "is not whole SOAP"),
        (soap(""), "it has no body"),
        (soap("<a/><b/>"), "it has no body"),
        (content("hello"), "it says nothing"),
        (content(MANAGERS), "it says nothing"),
        (content(f"{MANAGERS}<about>x</about>".replace("<rootFolder", "<x").replace("</rootFolder", "</x")), "rootF"),
        (content(ABOUT), "has no 'rootFolder'"),
        (content(ABOUT + MANAGERS.replace('"SessionManager">s<', '"SessionManager"><a>b</a><')), "sessionManager"),
        (content("<a>" * 20_000 + "</a>" * 20_000), "it says nothing"),
    ],
)
def test_a_first_answer_that_is_none(odd: Endpoint, monkeypatch: pytest.MonkeyPatch, body: bytes, said: str) -> None:
    monkeypatch.setattr(Odd, "body", body)
    with pytest.raises(BadAnswerError, match=said):
        Session.connect(odd)


def test_a_chunk_of_a_negative_size(odd: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Odd, "fields", {"Transfer-Encoding": "chunked"})
    monkeypatch.setattr(Odd, "body", b"-5\r\nhello\r\n0\r\n\r\n")
    with pytest.raises(BadAnswerError, match="did not answer in HTTP"):
        Session.connect(odd)


def test_nothing_in_a_reason_reaches_a_terminal_raw(odd: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Odd, "status", (418, "\x1b[31mred\x07\x9b"))
    with pytest.raises(BadAnswerError) as caught:
        Session.connect(odd)
    assert r"HTTP 418 \x1b[31mred\x07\x9b instead of SOAP" in str(caught.value)


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("inner", ["<objects/>" * 30_000_000, "x" * 20_000_000], ids=["elements", "text"])
def test_what_is_too_large_is_refused_early_and_once(
    odd: Endpoint, monkeypatch: pytest.MonkeyPatch, inner: str, packed: bool
) -> None:
    if not packed:
        inner = inner[:20_000_000]
    body = content(inner)
    monkeypatch.setattr(Odd, "body", gzip.compress(body, 1) if packed else body)
    monkeypatch.setattr(Odd, "fields", {"Content-Encoding": "gzip"} if packed else {})
    del inner, body
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLargeAnswerError, match="larger than 262144 bytes"):
        Session.connect(odd)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000  # KiB
    assert Odd.asked == 1


def test_an_error_is_ours_whatever_comes(odd: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = content(ABOUT + MANAGERS)
    refused = 0
    for cut in range(0, len(whole), 7):
        monkeypatch.setattr(Odd, "body", whole[:cut] + b"<" + whole[cut + 3 :])
        try:
            Session.connect(odd)
        except EsxvirtError:
            refused += 1
    assert refused > len(whole) // 14
