"""A connected TCP socket to a server: directly, or through the proxy of the connection URI."""

import socket
from typing import TYPE_CHECKING, Any

from esxvirt.errors import TransportError
from esxvirt.records import record
from esxvirt.uri import Proxy
from esxvirt.vsphere._late import python_socks, python_socks_sync
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.tls import TlsPolicy

if TYPE_CHECKING:
    from python_socks import ProxyType

__all__ = ["DEFAULT_DEADLINE", "Endpoint", "dial", "host_name"]

DEFAULT_DEADLINE = 120.0
"""Seconds that a call may take when nothing else was asked for: as long as vCenter's own client waits."""


@record(frozen=True)
class Endpoint:
    """Where a server is and how to reach it. `tls` is None for plain HTTP; `deadline` is in seconds for a call."""

    host: str
    port: int
    tls: TlsPolicy | None
    proxy: Proxy | None = None
    deadline: float = DEFAULT_DEADLINE

    @property
    def name(self) -> str:
        """``host:port`` for messages and Host headers, IPv6 in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def shown(self) -> str:
        """The server for messages: its name in quotes, and the proxy on the way, which may be the one that failed."""
        if self.proxy is None:
            return f"'{self.name}'"
        return f"'{self.name}' (through the {self.proxy.type} proxy '{self.proxy.host}:{self.proxy.port}')"

    @property
    def url(self) -> str:
        """``https://host:port``, or http."""
        return f"{'https' if self.tls else 'http'}://{self.name}"


def host_name(name: str) -> str | bytes:
    """Return a host's name as `socket` and `ssl` are to have it: what is ASCII as bytes.

    They would encode text as IDNA, which such a name does not need, and whose module takes a millisecond to load.
    """
    return name.encode("ascii") if name.isascii() else name


def dial(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    """Connect.

    An HTTP proxy is asked to tunnel (CONNECT) for HTTPS; for plain HTTP it takes whole requests instead, and this
    connects to the proxy itself (`esxvirt.vsphere.http` then writes the request line in absolute form).

    Raises:
        TransportError: The server or the proxy cannot be reached or refuses; the message says which of the two.
        DeadlineError: It took too long.
    """
    proxy = endpoint.proxy
    if proxy is None:
        return _connect(endpoint.host, endpoint.port, f"'{endpoint.name}'", deadline)
    if proxy.type == "http" and endpoint.tls is None:
        return _connect(proxy.host, proxy.port, f"the proxy '{proxy.host}:{proxy.port}'", deadline)
    return _connect_through(proxy, endpoint, deadline)


def _connect(host: str, port: int, what: str, deadline: Deadline) -> socket.socket:
    address: Any = (host_name(host), port)  # typed for names as text only
    try:
        connected = socket.create_connection(address, timeout=deadline.remaining())
    except socket.gaierror as error:
        raise TransportError(f"cannot resolve the name of {what}: {error.strerror}; check its spelling") from error
    except TimeoutError as error:
        raise TransportError(
            f"cannot connect to {what}: no answer; check the address, the port and firewalls"
        ) from error
    except OSError as error:
        raise TransportError(
            f"cannot connect to {what}: {error.strerror or error}; check the address and the port"
        ) from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _connect_through(proxy: Proxy, endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    shown = f"the {proxy.type} proxy '{proxy.host}:{proxy.port}'"
    connector = python_socks_sync.Proxy(
        proxy_type=_proxy_type(proxy.type),
        host=proxy.host,
        port=proxy.port,
        # SOCKS4 can only take addresses; all others resolve the name where the server is, beyond the proxy.
        rdns=proxy.type != "socks4",
    )
    try:
        connected = connector.connect(endpoint.host, endpoint.port, timeout=deadline.remaining())
    except (python_socks.ProxyTimeoutError, TimeoutError) as error:
        raise TransportError(f"{shown} did not connect to '{endpoint.name}' in time") from error
    except python_socks.ProxyConnectionError as error:
        raise TransportError(
            f"cannot connect to {shown}: {error.strerror or error}; check proxy= in the URI"
        ) from error
    except python_socks.ProxyError as error:
        raise TransportError(f"{shown} did not connect to '{endpoint.name}': {error}") from error
    except socket.gaierror as error:
        raise TransportError(f"cannot resolve '{endpoint.host}' for {shown}: {error.strerror}") from error
    except OSError as error:
        raise TransportError(f"{shown} broke off: {error.strerror or error}") from error
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def _proxy_type(name: str) -> "ProxyType":
    return {
        "http": python_socks.ProxyType.HTTP,
        "socks4": python_socks.ProxyType.SOCKS4,
        "socks4a": python_socks.ProxyType.SOCKS4,
        "socks5": python_socks.ProxyType.SOCKS5,
    }[name]
