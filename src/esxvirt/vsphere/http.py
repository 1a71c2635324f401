"""HTTP connections with a deadline, TLS by policy and proxies: what pyVmomi's pool is filled with."""

import http.client
import io
from typing import TYPE_CHECKING, Any

from esxvirt.errors import BadAnswerError, CertificateError, DeadlineError, TransportError
from esxvirt.vsphere._late import ssl
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint, dial, host_name
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
    """What `http.client` uses of a socket, with TLS or without."""

    def __init__(self, below: GuardedSocket, secured: TlsSocket | None) -> None:
        self._below = below
        self._secured = secured
        self._top = secured or below
        self._open = True
        self.sendall = self._top.sendall
        self.fileno = below.fileno

    def makefile(self, _mode: str, *_: Any, **__: Any) -> io.BufferedReader:
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
        """Return whether the server has closed a kept-alive connection (or sent what nobody asked for)."""
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


class _Response(http.client.HTTPResponse):
    """An answer; what is no HTTP in its body is an `HTTPException`, whatever `http.client` makes of it."""

    def read(self, amt: int | None = None) -> bytes:
        try:
            return super().read(amt)
        except ValueError as error:  # a chunk of a negative size
            raise http.client.HTTPException(str(error)) from error

    def readinto(self, b: Any) -> int:
        try:
            return super().readinto(b)
        except ValueError as error:
            raise http.client.HTTPException(str(error)) from error


class HttpConnection(http.client.HTTPConnection):
    """A connection to an `Endpoint`; `deadline` is set anew for every request."""

    sock: Any
    response_class = _Response

    def __init__(self, endpoint: Endpoint, context: "ssl.SSLContext | None", deadline: Deadline) -> None:
        super().__init__(endpoint.host, endpoint.port)
        self.endpoint = endpoint
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
                secured = TlsSocket(below, self._context, host_name(self.endpoint.host))
                _shake_hands(secured, self.endpoint, self.endpoint.tls)
        except BaseException:
            below.close()
            raise
        self.sock = _Channel(below, secured)

    def abandon(self) -> None:
        """Close it at once: nothing of an answer that is still to be read is of any use."""
        self.close()
        if self._below is not None:
            self._below.abandon()

    def certificate(self) -> bytes | None:
        """Return the server's certificate, in DER; None without TLS."""
        return self.sock.certificate() if self.sock is not None else None

    def putrequest(self, method: str, url: str, skip_host: bool = False, skip_accept_encoding: bool = False) -> None:
        """As `http.client`; in absolute form where a proxy needs that."""
        super().putrequest(method, self._prefix + url, skip_host, skip_accept_encoding)

    def is_stale(self) -> bool:
        """Return whether a connection from the pool is of no more use."""
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
    """Return the thumbprint that the server shows now, for the message; nothing is sent to it."""
    try:
        connected = dial(endpoint, Deadline(10))
        with make_context(TlsPolicy(verify=False)).wrap_socket(connected, server_hostname=endpoint.host) as secured:
            der = secured.getpeercert(binary_form=True)
    except (OSError, TransportError):
        return None
    return thumbprint(der) if der else None


def transport_error(error: Exception, endpoint: Endpoint) -> TransportError:
    """Return one of our errors for what a socket or `http.client` raised while talking to `endpoint`."""
    if isinstance(error, TransportError):
        return error
    if isinstance(error, TimeoutError):
        return DeadlineError(f"{endpoint.shown} did not answer in time")
    if isinstance(error, http.client.IncompleteRead):
        return BadAnswerError(f"{endpoint.shown} broke off in the middle of an answer")
    if isinstance(error, http.client.RemoteDisconnected):
        return TransportError(f"{endpoint.shown} closed the connection without an answer")
    if isinstance(error, http.client.HTTPException):
        return BadAnswerError(f"{endpoint.shown} did not answer in HTTP ({type(error).__name__}); check the port")
    if isinstance(error, ssl.SSLError):
        return TransportError(_tls_failure(endpoint, error))
    reason = error.strerror if isinstance(error, OSError) else None
    return TransportError(f"the connection to {endpoint.shown} broke: {reason or error}")
