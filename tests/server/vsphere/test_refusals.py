"""What a server's refusal of a file is told as: the same words for small files and for large ones."""

import http.client
import http.server
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from esxvirt.errors import EsxvirtError, MissingPrivilegeError, TransportError
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.file_streams import open_reader, open_writer, stat_file
from esxvirt.vsphere.files import FileNotThereError, FileRefusedError, delete_file, read_file, write_file
from esxvirt.vsphere.transport import Transport
from esxvirt.vsphere.versions import FALLBACK

FILE = DatastoreFile("[local-storage] web/web.vmx", "ha-datacenter")
STATUSES = (400, 401, 403, 404, 405, 409, 413, 423, 500, 503, 507)


class Refusing(http.server.BaseHTTPRequestHandler):
    """Refuses everything with the status of the moment, after it has read what was sent."""

    protocol_version = "HTTP/1.1"
    status = 500

    def _refuse(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            while size := int(self.rfile.readline(), 16):
                self.rfile.read(size + 2)
            self.rfile.readline()
        else:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response_only(type(self).status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_HEAD = do_PUT = do_DELETE = _refuse  # noqa: N815  the base class's names

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing."""


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        server.daemon_threads = True
        server.block_on_close = False
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        endpoint = Endpoint("127.0.0.1", server.server_address[1], None)
        transport = Transport(endpoint, FALLBACK)
        yield SimpleNamespace(transport=transport, endpoint=endpoint)
        transport.drop_connections()
        server.shutdown()
        thread.join()


def upload(session: Any, length: int | None) -> None:
    writer = open_writer(session, FILE, length)
    writer.write(b"123")
    writer.finish()


WAYS: dict[str, tuple[Callable[[Any], object], ...]] = {
    "GET": (lambda session: read_file(session, FILE), lambda session: open_reader(session, FILE)),
    "PUT": (
        lambda session: write_file(session, FILE, b"123"),
        lambda session: upload(session, 3),
        lambda session: upload(session, None),
    ),
    "DELETE": (lambda session: delete_file(session, FILE),),
    "HEAD": (lambda session: stat_file(session, FILE),),
}


def error_of(way: Callable[[Any], object], session: Any) -> EsxvirtError:
    with pytest.raises(EsxvirtError) as caught:
        way(session)
    return caught.value


@pytest.mark.parametrize("verb", ["GET", "PUT"])
@pytest.mark.parametrize("status", STATUSES)
def test_small_files_and_large_ones_are_refused_in_the_same_words(
    session: Any, monkeypatch: pytest.MonkeyPatch, verb: str, status: int
) -> None:
    monkeypatch.setattr(Refusing, "status", status)
    errors = [error_of(way, session) for way in WAYS[verb]]
    assert len({(type(error), str(error)) for error in errors}) == 1
    [text] = {str(error) for error in errors}
    assert "[local-storage] web/web.vmx" in text
    assert session.endpoint.name in text
    assert status == 404 or f"HTTP {status} {http.client.responses[status]}" in text


@pytest.mark.parametrize(
    ("verb", "status", "kind", "words"),
    [
        ("PUT", 500, FileRefusedError, "; the datastore may be full, or the file is in use or locked"),
        ("PUT", 507, FileRefusedError, "; the datastore is full"),
        ("PUT", 405, FileRefusedError, "; a folder has that name, or a folder on the way to it is missing"),
        ("PUT", 409, FileRefusedError, "; a folder has that name, or a folder on the way to it is missing"),
        ("PUT", 423, FileRefusedError, "the file is locked: a machine that runs, or another host, uses it"),
        ("PUT", 400, FileRefusedError, "HTTP 400 Bad Request"),
        ("PUT", 404, FileNotThereError, "there is no directory for the file "),
        (
            "PUT",
            403,
            MissingPrivilegeError,
            "'Datastore.FileManagement' on the datastore 'local-storage', or the server",
        ),
        ("PUT", 401, MissingPrivilegeError, "the server does not take the session for this file, or the account lacks"),
        ("GET", 500, FileRefusedError, "may be in use or locked, as a disk of a machine that runs is"),
        ("GET", 503, FileRefusedError, "busy or restarts: try again later"),
        ("GET", 423, FileRefusedError, "the file is locked: a machine that runs, or another host, uses it"),
        ("GET", 403, MissingPrivilegeError, "lacks the privilege 'Datastore.Browse' on the datastore 'local-storage'"),
        ("HEAD", 500, FileRefusedError, "refuses to tell of '[local-storage] web/web.vmx': HTTP 500"),
        ("HEAD", 403, MissingPrivilegeError, "lacks the privilege 'Datastore.Browse' on the datastore 'local-storage'"),
        ("DELETE", 500, FileRefusedError, "the file may be in use or locked"),
        ("DELETE", 409, FileRefusedError, "it may be a folder, or in use"),
        ("DELETE", 403, MissingPrivilegeError, "'Datastore.FileManagement' on the datastore 'local-storage', or the"),
    ],
)
def test_a_refusal_says_what_it_may_mean(
    session: Any, monkeypatch: pytest.MonkeyPatch, verb: str, status: int, kind: type[EsxvirtError], words: str
) -> None:
    monkeypatch.setattr(Refusing, "status", status)
    for way in WAYS[verb]:
        error = error_of(way, session)
        assert type(error) is kind
        assert words in str(error)
        assert "licence" not in str(error) or verb in {"PUT", "DELETE"}


def test_a_file_that_is_not_there_is_no_error_where_it_is_to_go(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Refusing, "status", 404)
    delete_file(session, FILE)
    assert stat_file(session, FILE) is None


def test_a_refusal_is_no_lost_answer_and_still_one_of_the_server() -> None:
    assert issubclass(FileRefusedError, TransportError)
