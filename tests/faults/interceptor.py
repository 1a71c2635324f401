"""A server between client and simulator that lets one request of an operation go wrong.

It speaks HTTP/1.1 to both and counts what passes. The request that is to fail is named by its number, so that a list of
all of them, and with it every place where something can go wrong, comes from one run without a fault.
"""

import contextlib
import http.client
import http.server
import re
import socket
import struct
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from esxvirt.sim import Simulator
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["FAULTS", "Interceptor", "Request"]

FAULTS = {
    "lost": "the work is done, and the connection reset before the answer",
    "mute": "the work is done, and there is never an answer",
    "reset": "the connection is reset, and nothing done",
    "hang": "nothing is done, and there is never an answer",
    "503": "a page of HTML",
    "expired": "the session has ended meanwhile",
    "denied": "the account has no such privilege",
    "full": "the datastore is full",
    "torn": "half of an upload is stored, and the connection reset",
    "gone": "the server is away, from here on",
}
UPLOADS = {"full", "torn"}
_METHOD = re.compile(rb"<(?:soapenv:|soap:)?Body>\s*<(?:\w+:)?(\w+)")
_PAGE = b"<html><body><h1>503 Service Unavailable</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Request:
    """What passed: a method of SOAP, or a verb and a path."""

    name: str

    def can(self, fault: str) -> bool:
        """Whether this may go wrong in that way."""
        return fault not in UPLOADS or self.name == "PUT"


class Interceptor:
    """Listens on a port of its own before `simulator`; `arm` it for the operation that is to be tried."""

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        self.passed: list[Request] = []
        self._armed = False
        self._number: int | None = None
        self._fault = ""
        self._released = threading.Event()
        self._lock = threading.Lock()
        interceptor = self

        class Handler(_Handler):
            owner = interceptor

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def uri(self) -> str:
        """The simulator's URI, by way of this."""
        port = self._server.server_address[1]
        return re.sub(r"(127\.[\d.]+)(?::\d+)?/", rf"127.0.0.1:{port}/", self.simulator.uri, count=1)

    def arm(self, number: int | None = None, fault: str = "") -> None:
        """Count requests from now on; the one of that number, from 0, gets the fault."""
        with self._lock:
            self.passed, self._armed, self._number, self._fault = [], True, number, fault

    def disarm(self) -> None:
        """Let everything pass again, and let go of who hangs."""
        with self._lock:
            self._armed = False
        self._released.set()

    def note(self, name: str) -> str:
        """Count a request; the fault that it gets, if any."""
        with self._lock:
            if not self._armed:
                return ""
            self.passed.append(Request(name))
            number = len(self.passed) - 1
            hit = number == self._number or (self._fault == "gone" and (self._number or 0) <= number)
            return self._fault if hit and self._number is not None else ""

    def wait(self) -> None:
        """Say nothing until the client has had its chance."""
        self._released.wait(30)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner: Interceptor

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = _METHOD.search(body) if self.command == "POST" else None
        name = found[1].decode() if found else self.command
        fault = self.owner.note(name)
        if fault in {"reset", "gone"}:
            self._reset()
        elif fault == "hang":
            self.owner.wait()
            self._reset()
        elif fault == "503":
            self._answer(503, "Service Unavailable", [("Content-Type", "text/html")], _PAGE)
        elif fault == "full":
            self._answer(507, "Insufficient Storage", [], b"")
        elif fault == "denied" and not found:
            self._answer(403, "Forbidden", [], b"")
        else:
            self._spoil_or_pass(fault, name, body)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  the base class's names

    def _spoil_or_pass(self, fault: str, name: str, body: bytes) -> None:
        simulator = self.owner.simulator
        if fault == "expired":
            simulator.expire_sessions()
        elif fault == "denied":
            refusal = Fault("NoPermission", "Permission to perform this operation was denied.",
                            object=Ref("Folder", "ha-folder-vm"), privilegeId="Some.Privilege")  # fmt: skip
            simulator.faults.add(fault=refusal, method=name, count=1)
        answer = self._forward(body[: len(body) // 2] if fault == "torn" else body)
        if fault == "mute":
            self.owner.wait()
        if fault in {"mute", "lost", "torn"}:
            self._reset()
        else:
            self._answer(*answer)

    def _forward(self, body: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
        """Ask the simulator."""
        simulator = self.owner.simulator
        upstream = http.client.HTTPConnection(simulator.host, simulator.port, timeout=60)
        try:
            left_out = {"content-length", "connection", "accept-encoding"}
            headers = {key: value for key, value in self.headers.items() if key.lower() not in left_out}
            upstream.request(self.command, self.path, body or None, headers)
            response = upstream.getresponse()
            content = response.read()
        except OSError:  # the simulator stops
            return 502, "Bad Gateway", [], b""
        finally:
            upstream.close()
        kept = [(key, value) for key, value in response.getheaders() if key.lower() in {"content-type", "set-cookie"}]
        return response.status, response.reason, kept, content

    def _answer(self, status: int, reason: str, headers: list[tuple[str, str]], content: bytes) -> None:
        try:
            self.send_response_only(status, reason)
            for key, value in headers:
                self.send_header(key, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:  # the client has gone
            self.close_connection = True

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def finish(self) -> None:
        """End a connection; one that was reset has nothing to flush."""
        with contextlib.suppress(OSError, ValueError):
            super().finish()

    def handle(self) -> None:
        """Serve a connection; one that was reset is none any more."""
        with contextlib.suppress(OSError, ValueError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Say nothing."""
