"""SOAP over our connections: deadlines, retries of reads, one renewal of an expired session."""

import http.client
import random
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from esxvirt.errors import BadAnswerError, EsxvirtError, TooLargeAnswerError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.faults import SoapFault, decode_fault
from esxvirt.vsphere.http import HttpConnection, transport_error
from esxvirt.vsphere.tls import make_context
from esxvirt.vsphere.versions import soap_action

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["READS", "Transport"]

READS: Final = frozenset(
    {
        "CheckForUpdates",
        "ContinueRetrievePropertiesEx",
        "CurrentTime",
        "FindAllByUuid",
        "FindByDatastorePath",
        "FindByDnsName",
        "FindByInventoryPath",
        "FindByIp",
        "FindByUuid",
        "HasPrivilegeOnEntities",
        "QueryAvailablePerfMetric",
        "QueryPerf",
        "QueryPerfCounter",
        "QueryVirtualDiskUuid",
        "RetrieveProperties",
        "RetrievePropertiesEx",
        "RetrieveServiceContent",
        "ValidateMigration",
    }
)
"""Methods that change nothing, so that sending them again after a lost answer is safe."""

_OF_SESSIONS: Final = frozenset({"Login", "Logout"})
_OF_ONE_SESSION: Final = frozenset({"CheckForUpdates", "DestroyPropertyFilter", "WaitForUpdates", "WaitForUpdatesEx"})
"""What is about filters, which go with the session that they were made in."""
_ATTEMPTS: Final = 3
_RENEWAL_SECONDS: Final = 10.0
_LARGEST_ANSWER: Final = 1 << 30
_LARGEST_BEFORE_LOGIN: Final = 256 << 10
"""Bytes of an answer, before and after it is unpacked, of a server that has not yet been told a password."""
_COOKIE: Final = "vmware_soap_session"
_PATH: Final = "/sdk"
_POOL_SIZE: Final = 8
_LONGEST_REST: Final = 900.0
"""Seconds that a connection in the pool may have been idle: later, firewalls will have forgotten it."""


class Transport:
    """Sends requests to one server.

    Reads (`READS`) are tried 3 times within the one deadline when the connection breaks; anything else is sent once.
    When the server says NotAuthenticated the session is renewed, once for all threads, and the call, which was then
    refused before it did anything, is sent again.

    Attributes:
        endpoint: Where the server is.
        version: The API version that is spoken (pyVmomi's name of it).
        cookie: The secret that the server knows the session by, as a `Cookie` header has it; "" without a session.
        logged_in: Whether the server has a session of ours.
        kept: Whether the session is to stay when we go.
        renew: What renews an expired session; None: nothing does.
        generation: How often the session was renewed.
        last_answer: When the server was last heard of (`time.monotonic`).
        typed: pyVmomi's stub over this, once something needs it (`esxvirt.vsphere.typed`).
    """

    def __init__(self, endpoint: Endpoint, version: str) -> None:
        self.endpoint = endpoint
        self.version = version
        self.cookie = ""
        self.logged_in = False
        self.kept = False
        self.renew: Callable[[], None] | None = None
        self.generation = 0
        self.last_answer = time.monotonic()
        self.typed: Any = None
        self._context = make_context(endpoint.tls) if endpoint.tls else None
        self._renewal = threading.Lock()
        self._own = threading.local()
        self._retired = False
        self._lock = threading.Lock()
        self.pool: list[tuple[HttpConnection, float]] = []  # the connection used last comes first, each with when

    @contextmanager
    def limited(self, limit: Deadline) -> Iterator[None]:
        """Let no call of this thread that has no deadline of its own outlast `limit`, or be sent after it."""
        self._own.limit = limit
        try:
            yield
        finally:
            self._own.limit = None

    def _allowed(self) -> Deadline:
        limit: Deadline | None = getattr(self._own, "limit", None)
        left = None if limit is None else limit.remaining()
        return Deadline(self.endpoint.deadline if left is None else min(left, self.endpoint.deadline))

    def send(self, method: str, request: bytes, seconds: float | None = None) -> bytes:
        """Send a SOAP request and return the body of a good answer.

        Args:
            method: Its name on the wire.
            request: The whole envelope.
            seconds: The deadline, for all attempts together; None is the endpoint's, or the end of `limited`.

        Raises:
            SoapFault: The server refused.
            TransportError: No answer, half an answer, or something that is no SOAP.
        """
        deadline = self._allowed() if seconds is None else Deadline(seconds)
        generation = self.generation
        try:
            return self._send_patiently(method, request, deadline)
        except SoapFault as fault:
            if not fault.is_a("NotAuthenticated"):
                raise
            if method in _OF_SESSIONS or not self.renew_once(generation) or method in _OF_ONE_SESSION:
                raise
        return self._send_patiently(method, request, deadline)

    def _send_patiently(self, method: str, request: bytes, deadline: Deadline) -> bytes:
        attempts = _ATTEMPTS if method in READS else 1
        for attempt in range(1, attempts + 1):
            try:
                return self._exchange(method, request, deadline)
            except TooLargeAnswerError:
                raise  # it would be as large again
            except TransportError:
                if attempt == attempts or deadline.expired():
                    raise
                # Full jitter: many clients of a restarting vCenter must not come back in step.
                pause = random.uniform(0, 0.2 * 2**attempt)  # noqa: S311  no secret
                time.sleep(min(pause, deadline.remaining() or pause))
        raise AssertionError("the last attempt returns or raises")

    def renew_once(self, generation: int) -> bool:
        """Renew an expired session, unless another thread has done so since `generation` was read.

        False if there is nothing to renew: not logged in, or it is the renewal itself that was refused.

        Raises:
            ServerFault: The server refused the renewal.
            TransportError: It broke off.
        """
        if self.renew is None or getattr(self._own, "renewing", False):
            return False
        with self._renewal:
            if self.generation == generation and self.renew is not None:
                self._own.renewing = True
                try:
                    self.renew()
                finally:
                    self._own.renewing = False
                self.generation += 1
        return True

    def end_renewals(self) -> None:
        """Renew no more; a renewal under way in another thread is waited for, or its session would stay behind."""
        self.renew = None
        if not getattr(self._own, "renewing", False) and self._renewal.acquire(timeout=_RENEWAL_SECONDS):
            self._renewal.release()

    def _exchange(self, method: str, request: bytes, deadline: Deadline) -> bytes:
        status, reason, body = self._post(request, deadline)
        if status == http.client.OK:
            return body
        if status == http.client.INTERNAL_SERVER_ERROR and b"Envelope" in body[:1024]:
            raise decode_fault(body, method)
        raise BadAnswerError(
            f"{self.endpoint.shown} answered '{method}' with HTTP {status} {_shown(reason)} instead of SOAP; "
            "is it an ESX, GSX or vCenter, and is its service up?"
        )

    def _post(self, request: bytes, deadline: Deadline) -> tuple[int, str, bytes]:
        headers = {
            "Content-Type": "text/xml; charset=UTF-8",
            "SOAPAction": soap_action(self.version),
            "Accept-Encoding": "gzip, deflate",
        }
        largest = _LARGEST_ANSWER if self.logged_in or self.cookie else _LARGEST_BEFORE_LOGIN
        status, reason, fields, body = self.exchange("POST", _PATH, headers, request, deadline, largest)
        return status, reason, _decompress(body, fields.get("Content-Encoding"), largest)

    def exchange(
        self,
        verb: str,
        path: str,
        headers: dict[str, str],
        content: bytes | None,
        deadline: Deadline,
        largest: int = _LARGEST_ANSWER,
    ) -> tuple[int, str, http.client.HTTPMessage, bytes]:
        """Return one HTTP exchange within the session, its answer of at most `largest` bytes read whole.

        Returns:
            Status, reason, header fields and body.

        Raises:
            TransportError: No answer, half an answer, a larger one, or something that is no HTTP.
        """
        connection, response = self.start_exchange(verb, path, headers, content, deadline)
        with self.breaking(connection):
            body = _read_whole(response, largest)
        self.end_exchange(connection, response)
        return response.status, response.reason, response.headers, body

    def start_exchange(
        self, verb: str, path: str, headers: dict[str, str], content: bytes | None, deadline: Deadline
    ) -> tuple[HttpConnection, http.client.HTTPResponse]:
        """Send a request within the session; the body of the answer is still to be read.

        Raises:
            TransportError: No answer, or something that is no HTTP.
        """
        connection = self.take_connection(deadline)
        with self.breaking(connection):
            connection.request(verb, path, content, self.session_headers(headers))
            response = connection.getresponse()
            self.last_answer = time.monotonic()
            return connection, response

    def session_headers(self, headers: dict[str, str]) -> dict[str, str]:
        """Header fields with those that every request within the session has."""
        cookie = {"Cookie": self.cookie} if self.cookie else {}
        return {**headers, "User-Agent": "esxvirt", **cookie}

    @contextmanager
    def breaking(self, connection: HttpConnection) -> Iterator[None]:
        """Close a connection on which a step fails: half an answer may still come on it.

        Raises:
            TransportError: In place of what sockets and `http.client` raise; the pool's other connections are dropped.
        """
        try:
            yield
        except (OSError, http.client.HTTPException, EsxvirtError) as error:
            connection.abandon()
            self.drop_connections()
            raise transport_error(error, self.endpoint) from error
        except BaseException:
            connection.abandon()  # Ctrl-C; the others are still good
            raise

    def end_exchange(self, connection: HttpConnection, response: http.client.HTTPResponse) -> None:
        """Keep the connection of an answer that was read whole."""
        self._remember_session(response)
        if response.will_close:
            connection.close()
        else:
            self._return(connection)
            if self._retired:  # the session was closed while another thread waited for this answer
                self.drop_connections()

    def retire(self) -> None:
        """Close all connections, and those in somebody's use once their answers are read."""
        self._retired = True
        self.drop_connections()

    def take_connection(self, deadline: Deadline) -> HttpConnection:
        """Return a connection of the pool that the server has not closed meanwhile, or a new one.

        Raises:
            TransportError: The server cannot be reached.
        """
        while True:
            pooled = self._pooled()
            if pooled is None:
                connection = HttpConnection(self.endpoint, self._context, deadline)
                try:
                    connection.connect()
                except TransportError as error:
                    error.unsent = True
                    raise
                return connection
            if not pooled.is_stale():
                pooled.set_deadline(deadline)
                return pooled
            pooled.close()

    def drop_connections(self) -> None:
        """Close the connections that are in nobody's use."""
        with self._lock:
            dropped, self.pool = self.pool, []
        for connection, _ in dropped:
            connection.close()

    def _pooled(self) -> HttpConnection | None:
        """Take the connection that was used last from the pool; those that have rested too long are closed."""
        oldest = time.monotonic() - _LONGEST_REST
        with self._lock:
            found = self.pool
            self.pool = [item for item in found if item[1] > oldest]
            rested = found[len(self.pool) :]
            taken = self.pool.pop(0)[0] if self.pool else None
        for connection, _ in rested:
            connection.close()
        return taken

    def _return(self, connection: HttpConnection) -> None:
        with self._lock:
            room = len(self.pool) < _POOL_SIZE
            if room:
                self.pool.insert(0, (connection, time.monotonic()))
        if not room:
            connection.close()

    def _remember_session(self, response: http.client.HTTPResponse) -> None:
        for cookie in response.headers.get_all("Set-Cookie") or ():
            pair = cookie.partition(";")[0].strip()
            if pair.startswith(_COOKIE + "="):
                self.cookie = pair


def _shown(reason: str) -> str:
    """Return a reason phrase as it may be shown: what a terminal would obey is escaped."""
    return "".join(letter if letter.isprintable() else f"\\x{ord(letter):02x}" for letter in reason)


def _read_whole(response: http.client.HTTPResponse, largest: int) -> bytes:
    body = response.read(largest)
    if len(body) == largest and response.read(1):
        raise TooLargeAnswerError(f"the server's answer is larger than {largest} bytes")
    if response.length:  # the connection ended before the announced length
        raise http.client.IncompleteRead(b"", response.length)
    return body


def _decompress(body: bytes, encoding: str | None, largest: int) -> bytes:
    if not encoding or encoding == "identity":
        return body
    if encoding not in {"gzip", "deflate"}:
        raise BadAnswerError(f"the server compressed its answer as '{encoding}', which nobody asked for")
    decoder = zlib.decompressobj(16 + zlib.MAX_WBITS if encoding == "gzip" else zlib.MAX_WBITS)
    try:
        plain = decoder.decompress(body, largest)
    except zlib.error as error:
        raise BadAnswerError(f"the server's compressed answer cannot be read: {error}") from error
    if decoder.unconsumed_tail:
        raise TooLargeAnswerError(f"the server's answer is larger than {largest} bytes")
    return plain
