"""A connection: which server, which session, which hosts, and how all of it is opened and closed."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from esxvirt.auth import Authenticator, Credentials, Secret
from esxvirt.driver._late import keepalive, simulation, socket, weakref
from esxvirt.driver.connection import session_cache
from esxvirt.driver.connection.endpoints import endpoint_of
from esxvirt.driver.connection.places import Item, Tree, read_seen, read_tree
from esxvirt.driver.connection.policy import TaskPolicy
from esxvirt.driver.connection.product import VPX, check_product
from esxvirt.driver.connection.scope import Scope, scope_of
from esxvirt.driver.connection.uri_paths import resolve
from esxvirt.errors import EsxvirtError, InvalidArgumentError
from esxvirt.uri import ConnectionURI, parse
from esxvirt.vsphere.dial import host_name
from esxvirt.vsphere.session import Session

if TYPE_CHECKING:
    from esxvirt.driver.storage.pool_definitions import Definitions
    from esxvirt.vsphere.decode import Ref
    from esxvirt.vsphere.keepalive import KeepAlive

__all__ = ["Connection", "only_host", "open_vcenter"]


class Connection:
    """A session on an ESX, GSX or vCenter server, and the hosts of it that it is about.

    Attributes:
        uri: The URI it was opened with; `text` is what `virsh uri` prints.
        session: Where domains, storage and networks are looked up: the host itself, or its vCenter for `vpx://`.
        vcenter: The session on the vCenter that `?vcenter=` names, or None.
        product: ``esx``, ``gsx`` or ``vpx``.
        read_only: Whether writes are refused.
        policy: How tasks are waited for, and questions answered.
    """

    def __init__(
        self,
        *,
        uri: ConnectionURI,
        session: Session,
        vcenter: Session | None,
        product: str,
        scope: Scope | None,
        path: tuple[str, ...] = (),
        read_only: bool,
        resources: ExitStack,
    ) -> None:
        self.uri = uri
        self.session = session
        self.vcenter = vcenter
        self.product = product
        self._scope = self._whole = scope
        self._path = path
        self.read_only = read_only
        self.changes = 0  # made by way of this connection
        self.pools: Definitions | None = None  # of storage, that no host has
        self.pools_read: tuple[tuple[Ref, ...], list[Any]] = ((), [])  # of which hosts, and what `read_pools` had
        self.looks: Any = None  # what `driver.storage.volume_looks` has found beside what was asked for
        self.notes: tuple[str, ...] = ()  # what the last definition left out or guessed
        self.policy = TaskPolicy(auto_answer=uri.auto_answer)
        self._resources = resources
        self._keepalives: list[KeepAlive] = []
        self.is_lost = False

    @classmethod
    def open(cls, uri: ConnectionURI, authenticate: Authenticator, *, read_only: bool = False) -> "Connection":
        """Connect, and log in. 2 SOAP calls; on `vpx://` one more, for the hosts; and what `?vcenter=` costs.

        Raises:
            EsxvirtError: The server is another product than the URI's type says; a vCenter has no such host.
            InvalidArgumentError: The path of a `vpx://` URI is too long.
            AuthenticationError: No credentials, or wrong ones.
            TransportError: The server cannot be reached, or is not trusted.
        """
        with ExitStack() as resources:
            if uri.scheme == "sim":
                real, authenticate = _simulate(uri, resources)
            else:
                real = uri
            session = _open_session(real, real.host, real.scheme, authenticate, resources, may_keep=uri.scheme != "sim")
            if uri.scheme == "sim":
                session.leave_at_exit()
            vcenter, scope = None, None
            if real.scheme == VPX:
                scope = _find_hosts(session, real.path)
            elif real.vcenter is not None:
                host = only_host(read_tree(session))
                scope = scope_of([host], f"the host '{real.host}'")
                vcenter = open_vcenter(real, host, authenticate, resources)
            return cls(
                uri=uri,
                session=session,
                vcenter=vcenter,
                product=real.scheme,
                scope=scope,
                path=real.path,
                read_only=read_only,
                resources=resources.pop_all(),
            )

    @property
    def scope(self) -> Scope:
        """The hosts: one, or those that a `vpx://` path which ends early leads to. One SOAP call, the first time.

        Raises:
            EsxvirtError: The account may not see the host.
        """
        return self._scope or self.find_scope(read_tree(self.session))

    @property
    def is_scope_known(self) -> bool:
        """Whether the hosts were read already; what is read first on `esx://` can find them on its way."""
        return self._scope is not None

    def find_scope(self, tree: Tree) -> Scope:
        """Take the host of an `esx://` or `gsx://` connection from what was read.

        Raises:
            EsxvirtError: The account may not see it.
        """
        scope = scope_of([only_host(tree)], f"the host '{self.session.endpoint.host}'")
        self._scope = self._whole = scope
        return scope

    def refresh_scope(self) -> None:
        """Find all hosts of a `vpx://` connection anew: one may have gone, or come. One SOAP call.

        Raises:
            EsxvirtError: What the URI's path names has gone.
        """
        self._scope = self._whole = _find_hosts(self.session, self._path)

    def narrow(self, host: str | None) -> None:
        """Be about one of the hosts only, by its name or path; None for all that the URI leads to again.

        Raises:
            InvalidArgumentError: There is no such host, or there are several.
        """
        whole = self._whole or self.scope
        self._scope = whole if host is None else whole.narrowed(host)

    @property
    def vim(self) -> Any:
        """The raw `vim.ServiceInstance` of the server."""
        return self.session.vim

    @property
    def is_encrypted(self) -> bool:
        """Whether what goes over the wire is encrypted."""
        return self.session.endpoint.tls is not None

    def keep_alive(self, interval: float, count: int, lost: Callable[[], None]) -> None:
        """Ask after the server whenever it was silent for `interval` seconds; 0 for no more.

        A server that has not answered for `count` + 1 times in a row is taken for gone: `is_lost` is true from then on,
        and `lost`, which must not hold the connection, is called, on a thread of its own.
        """
        owner = weakref.ref(self)  # a connection that is forgotten ends, and its threads with it

        def gone() -> None:
            connection = owner()
            if connection is not None:
                connection.is_lost = True
            lost()

        self._end_keepalives()
        if interval > 0:
            sessions = [session for session in (self.session, self.vcenter) if session is not None]
            self._keepalives = [keepalive.KeepAlive(session, interval, count, gone) for session in sessions]

    def _end_keepalives(self) -> None:
        while self._keepalives:
            self._keepalives.pop().stop()

    def close(self) -> None:
        """Log out everywhere. Never raises; a second call does nothing."""
        self._end_keepalives()
        self._resources.close()


def _open_session(
    uri: ConnectionURI,
    hostname: str,
    product: str,
    authenticate: Authenticator,
    resources: ExitStack,
    *,
    may_keep: bool = True,
    vcenter_address: str | None = None,
) -> Session:
    if uri.proxy is None:
        _resolve(hostname)  # before anybody is asked for a password; beyond a proxy the name may mean more than here
    vcenter = None if vcenter_address is None else (hostname, vcenter_address)
    ask = partial(session_cache.credentials_for, uri, product, authenticate, vcenter)
    kept = session_cache.is_wanted() and may_keep
    credentials = None if kept else ask()
    session = Session.connect(endpoint_of(uri, hostname))
    resources.callback(session.close)
    check_product(session.about, product, hostname)
    if credentials is None:
        session_cache.log_in(session, uri, hostname, product, ask)
    else:
        session.login(credentials.username, credentials.password.reveal)
    return session


def _find_hosts(session: Session, path: tuple[str, ...]) -> Scope:
    """Return the hosts that a path leads to, for an account that may see all of it, or only what is at its end."""
    return resolve(read_seen(session), path, session.endpoint.host)


def only_host(tree: Tree) -> Item:
    """Return the host of a server that is one.

    Raises:
        EsxvirtError: The account may not see it.
    """
    if not tree.hosts:
        raise EsxvirtError("Could not retrieve the HostSystem object; may the account see the host?")
    return tree.hosts[0]


def open_vcenter(uri: ConnectionURI, host: Item, authenticate: Authenticator, resources: ExitStack) -> Session:
    """Return the session on the vCenter of a host (esxConnectToVCenter)."""
    managed_by = host.get("summary.managementServerIp")
    if not managed_by:
        raise EsxvirtError("This host is not managed by a vCenter")
    if uri.vcenter == "*":
        return _open_session(uri, managed_by, VPX, authenticate, resources, vcenter_address=managed_by)
    wanted = uri.vcenter or ""
    address = _resolve(wanted)
    if address != managed_by:
        raise EsxvirtError(
            f"This host is managed by a vCenter with IP address {managed_by}, but a mismatching vCenter "
            f"'{wanted}' ({address}) has been specified"
        )
    return _open_session(uri, wanted, VPX, authenticate, resources, vcenter_address=address)


def _resolve(hostname: str) -> str:
    try:
        return str(socket.getaddrinfo(host_name(hostname), None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as error:
        raise EsxvirtError(f"IP address lookup for host '{hostname}' failed: {error.strerror}") from error


_Number = TypeVar("_Number", int, float)

_PROFILES = {"esx": "esx-7.0", "gsx": "gsx-2.0", "vcenter": "vcenter-7.0"}


def _simulate(uri: ConnectionURI, resources: ExitStack) -> tuple[ConnectionURI, Authenticator]:
    """Start the simulator that a `sim:///PROFILE` URI asks for; it lives as long as the connection."""
    try:
        make = simulation.Simulator  # an extra, and only these URIs need it
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("esxvirt"):
            raise
        raise EsxvirtError(
            f"the simulator needs the package '{error.name}', which is not installed: pip install 'esxvirt[sim]'"
        ) from error
    options = dict(uri.parameters)
    unknown = sorted(options.keys() - {"vms", "hosts", "latency"})
    if unknown:
        raise InvalidArgumentError(
            f"a simulator has no parameter '{unknown[0]}'; there are vms=N, hosts=N and latency=SECONDS"
        )
    try:
        simulator = resources.enter_context(
            make(
                _PROFILES.get(uri.path[0], uri.path[0]),
                transport=uri.transport if "transport=" in uri.text else "http",
                hosts=_number(int, options, "hosts", 1),
                vms=_number(int, options, "vms", 0),
                latency=_number(float, options, "latency", 0.0),
            )
        )
    except (ValueError, LookupError) as error:
        raise InvalidArgumentError(f"no simulator for '{uri.text}': {error}") from error
    real = parse(simulator.uri)
    credentials = Credentials(simulator.username, Secret(simulator.password))

    def authenticate(**_: object) -> Credentials:
        return credentials

    return real, authenticate


def _number(kind: Callable[[str], _Number], options: dict[str, str], name: str, default: _Number) -> _Number:
    try:
        return kind(options[name]) if name in options else default
    except ValueError:
        raise InvalidArgumentError(
            f"parameter '{name}' of the simulator has the value '{options[name]}', which is no number"
        ) from None
