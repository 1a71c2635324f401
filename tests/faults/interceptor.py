"""A server between client and simulator that lets requests of an operation go wrong, or holds one.

It speaks HTTP/1.1 to both and counts what passes. The requests that are to fail are named by their numbers, so that a
list of all of them, and with it every place where something can go wrong, comes from one run without a fault.
"""

import contextlib
import http.client
import http.server
import re
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any, Self

from esxvirt.sim import Simulator
from esxvirt.sim.wire.values import Fault, Ref
from esxvirt.vsphere.transport import READS
from tests.faults.gate import TaskGate

__all__ = ["FAULTS", "Hold", "Interceptor", "Request"]

FAULTS = {
    "lost": "the work is done, and the connection reset before the answer",
    "slow": "a task is begun, the connection reset before the answer, and the task goes on for a while",
    "late": "the connection is reset, and the work done when the next request has had its answer",
    "mute": "the work is done, and there is never an answer",
    "reset": "the connection is reset, and nothing done",
    "hang": "nothing is done, and there is never an answer",
    "503": "a page of HTML",
    "expired": "the session has ended meanwhile",
    "denied": "the account has no such privilege",
    "fault": "the server has an accident, and says so",
    "full": "the datastore is full",
    "torn": "half of an upload is stored, and the connection reset",
    "gone": "the server is away, from here on",
}
ACCIDENT = "A general system error occurred: on purpose"
UPLOADS = {"full", "torn"}
# Where nothing is done, whether an answer is lost or its request makes no difference.
OF_WRITES = {"lost", "slow", "late"}
_QUIET = READS | {"CreateFilter", "WaitForUpdates", "WaitForUpdatesEx", "DestroyPropertyFilter", "Login", "Logout"}
_METHOD = re.compile(rb"<(?:soapenv:|soap:)?Body>\s*<(?:\w+:)?(\w+)")
_PAGE = b"<html><body><h1>503 Service Unavailable</h1></body></html>"
_KEPT = {"content-type", "set-cookie", "content-range", "accept-ranges", "last-modified", "etag", "location"}
# How many requests after that of a slow task do not see its end; one that waits for updates does.
_SLOW = 2
_PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Request:
    """What passed: a method of SOAP, or a verb and a path."""

    name: str

    @property
    def reads(self) -> bool:
        """Whether it changes nothing."""
        return self.name in _QUIET or self.name in {"GET", "HEAD"} or self.name.startswith("Search")

    def can(self, fault: str) -> bool:
        """Whether this may go wrong in that way."""
        if fault in UPLOADS:
            return self.name == "PUT"
        return fault != "slow" or (self.name.endswith("_Task") and not self.reads)

    def differs(self, fault: str) -> bool:
        """Whether this may go wrong in that way, and another way is not the same."""
        return self.can(fault) and not (self.reads and fault in OF_WRITES)


class Hold:
    """Holds the request of a number, from 0: before it is passed on or, with `answer`, before its answer is."""

    def __init__(self, number: int, *, answer: bool) -> None:
        self.number = number
        self.answer = answer
        self.reached = threading.Event()
        self.released = threading.Event()
        self.passed = threading.Event()

    def wait(self) -> None:
        """Hold."""
        self.reached.set()
        self.released.wait(_PATIENCE)


class Interceptor:
    """Listens on a port of its own before `simulator`; `arm` it for the operation that is to be tried.

    With a `gate`, tasks that were started end when the next request comes.
    """

    def __init__(self, simulator: Simulator, gate: TaskGate | None = None) -> None:
        self.simulator = simulator
        self.gate = gate
        self.passed: list[Request] = []
        self._armed = False
        self._plan: Mapping[int, str] = {}
        self._hold: Hold | None = None
        self._late: list[Callable[[], Any]] = []
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

    def arm(self, plan: Mapping[int, str] | None = None, hold: Hold | None = None) -> None:
        """Count requests from now on; those of the numbers in the `plan`, from 0, get its faults."""
        with self._lock:
            self.passed, self._armed, self._plan, self._hold = [], True, plan or {}, hold

    def disarm(self) -> None:
        """Let everything pass again, and let go of who hangs."""
        with self._lock:
            self._armed = False
        self._released.set()
        if self._hold is not None:
            self._hold.released.set()

    def end_all(self) -> None:
        """Do what is still to be done: late requests, and tasks."""
        self._do_late()
        if self.gate is not None:
            self.gate.open(wide=True)

    def note(self, name: str) -> tuple[str, Hold | None]:
        """Count a request; the fault that it gets, if any, and who holds it."""
        with self._lock:
            if not self._armed:
                return "", None
            number = len(self.passed)
            self.passed.append(Request(name))
            away = any(fault == "gone" and begin <= number for begin, fault in self._plan.items())
            hold = self._hold if self._hold is not None and self._hold.number == number else None
            return "gone" if away else self._plan.get(number, ""), hold

    def pass_on(self, fault: str, name: str, work: Callable[[], Any]) -> Any:
        """Have the simulator do `work`, and what came late before it; None if it comes late itself."""
        if fault == "late":
            self._late.append(work)
            return None
        if self.gate is not None and name != "CancelTask":
            self.gate.open(wide=name.startswith("WaitForUpdates"))
        answer = work()
        if self.gate is not None and fault == "lost":
            self.gate.open(wide=True)
        elif self.gate is not None and fault == "slow":
            self.gate.shut(_SLOW)
        self._do_late()
        return answer

    def _do_late(self) -> None:
        while self._late:
            self._late.pop(0)()

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
    disable_nagle_algorithm = True
    owner: Interceptor

    def _serve(self) -> None:
        body = self._read_body()
        found = _METHOD.search(body) if self.command == "POST" else None
        name = found[1].decode() if found else self.command
        fault, hold = self.owner.note(name)
        if hold is not None and not hold.answer:
            hold.wait()
        if fault in {"reset", "gone"}:
            self._reset()
        elif fault == "hang":
            self.owner.wait()
            self._reset()
        elif fault == "503":
            self._answer(503, "Service Unavailable", [("Content-Type", "text/html")], _PAGE)
        elif fault == "full":
            self._answer(507, "Insufficient Storage", [], b"")
        elif fault in {"denied", "fault"} and not found:
            self._answer(*((403, "Forbidden") if fault == "denied" else (500, "Internal Server Error")), [], b"")
        else:
            self._spoil_or_pass(fault, name, body, hold)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815  the base class's names

    def _read_body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _spoil_or_pass(self, fault: str, name: str, body: bytes, hold: Hold | None) -> None:
        simulator = self.owner.simulator
        if fault == "expired":
            simulator.expire_sessions()
        elif fault in {"denied", "fault"}:
            refusal = Fault("NoPermission", "Permission to perform this operation was denied.",
                            object=Ref("Folder", "ha-folder-vm"), privilegeId="Some.Privilege")  # fmt: skip
            accident = Fault("SystemError", ACCIDENT, reason="on purpose")
            simulator.faults.add(fault=refusal if fault == "denied" else accident, method=name, count=1)
        work = partial(self._forward, body[: len(body) // 2] if fault == "torn" else body)
        answer = self.owner.pass_on(fault, name, work)
        if hold is not None:
            if hold.answer:
                hold.wait()
            hold.passed.set()
        if fault == "mute":
            self.owner.wait()
        if fault in {"mute", "lost", "torn", "late", "slow"}:
            self._reset()
        else:
            self._answer(*answer)

    def _forward(self, body: bytes) -> tuple[int, str, list[tuple[str, str]], bytes]:
        """Ask the simulator."""
        simulator = self.owner.simulator
        upstream = http.client.HTTPConnection(simulator.host, simulator.port, timeout=60)
        try:
            left_out = {"content-length", "connection", "accept-encoding", "transfer-encoding"}
            headers = {key: value for key, value in self.headers.items() if key.lower() not in left_out}
            upstream.request(self.command, self.path, body or None, headers)
            response = upstream.getresponse()
            content = response.read()
        except OSError:  # the simulator stops
            return 502, "Bad Gateway", [], b""
        finally:
            upstream.close()
        kept = [(key, value) for key, value in response.getheaders() if key.lower() in _KEPT]
        if self.command == "HEAD":
            kept.append(("Content-Length", response.headers.get("Content-Length", "0")))
        return response.status, response.reason, kept, content

    def _answer(self, status: int, reason: str, headers: list[tuple[str, str]], content: bytes) -> None:
        try:
            self.send_response_only(status, reason)
            for key, value in headers:
                self.send_header(key, value)
            if status != 204 and self.command != "HEAD":
                self.send_header("Content-Length", str(len(content)))
            self._headers_buffer.append(b"\r\n" + content)  # type: ignore[attr-defined]  # one packet, not two
            self.flush_headers()
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
