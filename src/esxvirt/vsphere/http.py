"""HTTP connections with a deadline, TLS by policy and proxies."""

import io
from typing import TYPE_CHECKING, Any

from esxvirt.errors import BadAnswerError, CertificateError, DeadlineError, TransportError
from esxvirt.vsphere._late import ssl
from esxvirt.vsphere.answers import Answer, HttpError, IncompleteError, NoAnswerError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint, dial
from esxvirt.vsphere.sockets import READ_AHEAD, GuardedSocket, TlsSocket
from esxvirt.vsphere.tls import TlsPolicy, check_pinned, make_context, thumbprint

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HttpConnection", "transport_error"]


class _Reader(io.RawIOBase):
    """The receiving side of a connection."""

    def __init__(self, below: GuardedSocket, receive: "Callable[[Any], int]") -> None:
        self._below = below
        self._receive = receive
        below.hold()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        return self._receive(buffer)

    def close(self) -> None:
        if not self.closed:
            self._below.close()
            super().close()


class _Channel:
    """A connection's socket, with TLS or without."""

    def __init__(self, below: GuardedSocket, secured: TlsSocket | None) -> None:
        self._below = below
        self._secured = secured
        self._top = secured or below
        self._open = True
        self.sendall = self._top.sendall
        self.fileno = below.fileno

    def reader(self) -> io.BufferedReader:
        """Return what reads one answer; closing it leaves the connection open."""
        return io.BufferedReader(_Reader(self._below, self._top.recv_into), READ_AHEAD)

    def close(self) -> None:
        if self._open:
            self._open = False
            self._below.close()

    def set_deadline(self, deadline: Deadline) -> None:
        self._below.deadline = deadline

    def certificate(self) -> bytes | None:
        return self._secured.certificate() if self._secured is not None else None

    def is_stale(self) -> bool:
        """Whether the server has closed a kept-alive connection (or sent what nobody asked for)."""
        self._below.impatient = True
        try:
            # TLS has no MSG_PEEK; a byte that comes now makes the connection useless either way.
            self._top.recv_into(bytearray(1))
        except BlockingIOError:
            return False
        except OSError:
            return True
        finally:
            self._below.impatient = False
        return True


class HttpConnection:
    """A connection to an `Endpoint`; `deadline` is set anew for every request."""

    def __init__(self, endpoint: Endpoint, context: "ssl.SSLContext | None", deadline: Deadline) -> None:
        self.endpoint = endpoint
        self.sock: Any = None
        self._verb = ""
        self._context = context
        self.deadline = deadline
        self._below: GuardedSocket | None = None
        # Through an HTTP proxy, plain HTTP requests name the whole URL.
        proxied = endpoint.proxy is not None and endpoint.proxy.type == "http" and endpoint.tls is None
        self._prefix = endpoint.url if proxied else ""

    def set_deadline(self, deadline: Deadline) -> None:
        """Use another deadline from now on."""
        self.deadline = deadline
        if self.sock is not None:
            self.sock.set_deadline(deadline)

    def connect(self) -> None:
        """Dial, and shake hands.

        Raises:
            CertificateError: The server's certificate is not trusted.
            TransportError: The server or the proxy cannot be reached.
        """
        self._below = below = GuardedSocket(dial(self.endpoint, self.deadline), self.deadline)
        secured = None
        try:
            if self.endpoint.tls is not None and self._context is not None:
                secured = TlsSocket(below, self._context, self.endpoint.host)
                _shake_hands(secured, self.endpoint, self.endpoint.tls)
        except BaseException:
            below.close()
            raise
        self.sock = _Channel(below, secured)

    def close(self) -> None:
        """Close it; an answer that is being read can be read to its end."""
        if self.sock is not None:
            self.sock.close()
            self.sock = None

    def abandon(self) -> None:
        """Close it at once: nothing of an answer that is still to be read is of any use."""
        self.close()
        if self._below is not None:
            self._below.abandon()

    def certificate(self) -> bytes | None:
        """The server's certificate, in DER; None without TLS."""
        return self.sock.certificate() if self.sock is not None else None

    def begin(self, verb: str, url: str, headers: dict[str, str], content: bytes | None = None) -> None:
        """Send a request: all of it, or its head where `headers` say what of a body will come.

        Raises:
            ValueError: It has characters that would make another request of it.
        """
        self._verb = verb
        fields = {"Host": self._host(), "Accept-Encoding": "identity", **headers}
        if content is not None:
            fields["Content-Length"] = str(len(content))
        lines = [f"{verb} {self._prefix}{url} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        if any("\r" in line or "\n" in line for line in lines) or " " in url:
            raise ValueError("a request has a line feed, or a blank in its URL")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if content is not None and len(content) <= READ_AHEAD:
            self.sock.sendall(head + content)
            return
        self.sock.sendall(head)
        if content:
            self.sock.sendall(content)

    def _host(self) -> str:
        host, port = self.endpoint.host, self.endpoint.port
        shown = f"[{host.partition('%')[0]}]" if ":" in host else host
        return shown if port == 80 else f"{shown}:{port}"

    def getresponse(self) -> Answer:
        """Read the head of the answer.

        Raises:
            OSError: The connection broke, or nothing came in time.
            HttpError: It is no HTTP.
        """
        reader = self.sock.reader()
        try:
            return Answer(reader, self._verb)
        except BaseException:
            reader.close()
            raise

    def is_stale(self) -> bool:
        """Whether a connection from the pool is of no more use."""
        return self.sock is None or self.sock.is_stale()


def _shake_hands(secured: TlsSocket, endpoint: Endpoint, policy: TlsPolicy) -> None:
    try:
        secured.shake_hands()
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(endpoint, error) from error
    except TimeoutError as error:
        raise DeadlineError(f"{endpoint.shown} did not answer the TLS handshake; is it an HTTPS port?") from error
    except ssl.SSLError as error:
        raise TransportError(_tls_failure(endpoint, error)) from error
    except OSError as error:
        raise TransportError(f"{endpoint.shown} broke off the TLS handshake: {error.strerror or error}") from error
    check_pinned(policy, secured.certificate(), endpoint.name)


def _tls_failure(endpoint: Endpoint, error: "ssl.SSLError") -> str:
    reason = error.reason or str(error)
    if reason in {"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE"}:
        advice = "does it speak HTTPS on this port? (transport=http is for plain HTTP)"
    elif "PROTOCOL" in reason or "CIPHER" in reason or "KEY_TOO_SMALL" in reason:
        advice = "the server is too old for verified TLS; thumbprint= also allows the old versions"
    else:
        advice = "check the port and the transport"
    return f"no TLS with {endpoint.shown}: {reason.replace('_', ' ').lower()}; {advice}"


def _untrusted(endpoint: Endpoint, error: "ssl.SSLCertVerificationError") -> CertificateError:
    seen = _peek_thumbprint(endpoint)
    pin = f"thumbprint={seen}" if seen else "thumbprint=THUMBPRINT"
    told = f"; its SHA-256 thumbprint is {seen}" if seen else ""
    return CertificateError(
        f"the certificate of {endpoint.shown} cannot be verified: {error.verify_message}{told}; "
        f"add {pin} to the URI if that is the server's own, or cacert=FILE with the CA that signed it, "
        "or no_verify=1 to trust any server"
    )


def _peek_thumbprint(endpoint: Endpoint) -> str | None:
    """The thumbprint that the server shows now, for the message; nothing is sent to it."""
    try:
        connected = dial(endpoint, Deadline(10))
        with make_context(TlsPolicy(verify=False)).wrap_socket(connected, server_hostname=endpoint.host) as secured:
            der = secured.getpeercert(binary_form=True)
    except (OSError, TransportError):
        return None
    return thumbprint(der) if der else None


def transport_error(error: Exception, endpoint: Endpoint) -> TransportError:
    """One of our errors for what a socket or an `Answer` raised while talking to `endpoint`."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, TimeoutError):
        return DeadlineError(f"{endpoint.shown} did not answer in time")
    if isinstance(error, IncompleteError):
        return BadAnswerError(f"{endpoint.shown} broke off in the middle of an answer")
    if isinstance(error, NoAnswerError):
        return TransportError(f"{endpoint.shown} closed the connection without an answer")
    if isinstance(error, HttpError):
        return BadAnswerError(f"{endpoint.shown} did not answer in HTTP ({error}); check the port")
    if isinstance(error, ssl.SSLError):
        return TransportError(_tls_failure(endpoint, error))
    reason = error.strerror if isinstance(error, OSError) else None
    return TransportError(f"the connection to {endpoint.shown} broke: {reason or error}")
