"""What stands between a person and a server: a URI looked at step by step, each step told, whatever the others say."""

from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from typing import Final

from esxvirt.auth import Authenticator
from esxvirt.driver._late import socket
from esxvirt.driver.connection.doctor_session import inside
from esxvirt.driver.connection.endpoints import endpoint_of
from esxvirt.driver.connection.findings import Finding, failed, fine, skipped, wrong
from esxvirt.driver.connection.product import VPX, check_product
from esxvirt.errors import EsxvirtError, UnavailableError
from esxvirt.records import record
from esxvirt.uri import ConnectionURI, parse
from esxvirt.vsphere.certificates import Shown, shown_certificate
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint, dial
from esxvirt.vsphere.http import HttpConnection
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.tls import TlsPolicy, make_context
from esxvirt.vsphere.versions import FALLBACK

__all__ = ["examine"]

_SECONDS: Final = 30.0
_SOON_DAYS: Final = 30
_UNREACHED: Final = "the server cannot be reached"
_LATER: Final = ("account", "licence", "path", "vCenter", "clock", "datastores", "privileges")


@record
class _Server:
    """What is known so far."""

    uri: ConnectionURI
    endpoint: Endpoint
    trusted: bool = True


def examine(text: str, authenticate: Authenticator, *, read_only: bool = False) -> Iterator[Finding]:
    """Look at a URI: syntax, name, connection, certificate, product, account, and all that a session tells.

    Every step is yielded as soon as it is known. Credentials are asked for, and sent, only where the server is the one
    that the URI means to trust. The session is closed in the end.

    Args:
        text: The URI.
        authenticate: As for `Connection.open`.
        read_only: Leave out the privileges that only changes need.
    """
    try:
        uri = parse(text)
    except EsxvirtError as error:
        if isinstance(error, UnavailableError) and " " not in str(error):
            yield wrong("URI", f"no connection driver available for {error}", "begin it with esx://, gsx:// or vpx://")
        else:
            yield wrong("URI", str(error), "type://[username@]host[:port]/[path][?name=value...]")
        yield from _skip(("name", "connection", "certificate", "product", *_LATER), "the URI is none")
        return
    yield fine("URI", uri.text)
    if uri.scheme == "sim":
        yield from _skip(("name", "connection", "certificate", "product", *_LATER), "a simulator has no troubles")
        return
    server = _Server(uri, endpoint_of(uri, uri.host))
    name = _name(server)
    yield name
    connection = _connection(server) if name.state != "WRONG" else skipped("connection", _UNREACHED)
    yield connection
    if connection.state != "OK":
        yield from _skip(("certificate", "product", *_LATER), _UNREACHED)
        return
    yield from _certificate(server)
    with ExitStack() as resources:
        session = yield from _product(server, resources)
        if session is None:
            yield from _skip(_LATER, "there is no such server")
        elif not server.trusted:
            yield from _skip(_LATER, "nothing is sent to a server that is not trusted")
        else:
            logged_in = yield from _account(server, session, authenticate)
            if logged_in:
                yield from inside(uri, session, authenticate, resources, read_only=read_only)
            else:
                yield from _skip(_LATER[1:], "there is no session")


def _skip(names: tuple[str, ...], why: str) -> Iterator[Finding]:
    for name in names:
        yield skipped(name, why)


def _name(server: _Server) -> Finding:
    if server.uri.proxy is not None:
        return skipped("name", f"the {server.uri.proxy.type} proxy looks '{server.uri.host}' up")
    try:
        found = socket.getaddrinfo(server.uri.host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        mend = "check its spelling, and this machine's name servers"
        return wrong("name", f"'{server.uri.host}' cannot be resolved: {error.strerror}", mend)
    addresses = dict.fromkeys(str(item[4][0]) for item in found)
    return fine("name", f"'{server.uri.host}' is {', '.join(addresses)}")


def _connection(server: _Server) -> Finding:
    proxy = server.uri.proxy
    through = "" if proxy is None else f" through the {proxy.type} proxy '{proxy.host}:{proxy.port}'"
    try:
        dial(server.endpoint, Deadline(_SECONDS)).close()
    except EsxvirtError as error:
        return failed("connection", error)
    return fine("connection", f"'{server.endpoint.name}' answers{through}")


def _certificate(server: _Server) -> Iterator[Finding]:
    """Yield whether the server shows whom the URI trusts.

    `trusted` is false where a password would go to somebody else.
    """
    policy = server.endpoint.tls
    if policy is None:
        mend = "leave out transport=http where the server speaks HTTPS"
        yield wrong("certificate", "none: over HTTP everybody on the way reads the password", mend, state="WARNING")
        return
    try:
        shown = shown_certificate(server.endpoint, Deadline(_SECONDS))
    except EsxvirtError as error:
        server.trusted = False
        yield failed("certificate", error)
        return
    if not policy.verify and policy.thumbprint is None:
        mend = f"leave out no_verify=1 and pin it, once you have compared it with the server's: {_pin(shown)}"
        yield wrong("certificate", "it is not checked: anybody may be between you and the server", mend, "WARNING")
        return
    try:
        connection = HttpConnection(server.endpoint, make_context(policy), Deadline(_SECONDS))
        with closing(connection):
            connection.connect()
    except EsxvirtError as error:
        server.trusted = False
        yield failed("certificate", error, _pin(shown))
        return
    yield _expiry(shown, "is the pinned one" if policy.thumbprint else "is trusted")


def _pin(shown: Shown) -> str:
    return f"thumbprint={shown.thumbprint}"


def _expiry(shown: Shown, how: str) -> Finding:
    if shown.ends is None:
        return fine("certificate", f"it {how}")
    left = (shown.ends - datetime.now(UTC)).days
    if left < 0:
        mend = "have the server make a new one; until then, pinned with thumbprint= it goes on working"
        return wrong("certificate", f"it {how}, and expired on {shown.ends:%Y-%m-%d}", mend, "WARNING")
    if left < _SOON_DAYS:
        mend = "have the server make a new one in time"
        return wrong("certificate", f"it {how}, and expires on {shown.ends:%Y-%m-%d}", mend, "WARNING")
    return fine("certificate", f"it {how}, and valid until {shown.ends:%Y-%m-%d}")


def _product(server: _Server, resources: ExitStack) -> Generator[Finding, None, Session | None]:
    """Yield what the server is; the session that is not logged in yet is returned, None where there is none."""
    endpoint = server.endpoint
    if not server.trusted:  # what anybody may know can be asked of anybody
        endpoint = Endpoint(endpoint.host, endpoint.port, TlsPolicy(verify=False), endpoint.proxy, endpoint.deadline)
    try:
        session = Session.connect(endpoint)
    except EsxvirtError as error:
        yield failed("product", error)
        return None
    resources.callback(session.close)
    about = session.about
    told = f"{about.fullName}, API {about.apiVersion}, spoken as {session.version.removeprefix('vim.version.')}"
    try:
        check_product(about, server.uri.scheme, server.uri.host)
    except EsxvirtError as error:
        kinds = {"gsx": "gsx", "vpx": VPX}
        yield wrong("product", f"{error} ({about.fullName})", f"{kinds.get(about.productLineId, 'esx')}://...")
        return None
    if session.version == FALLBACK and not str(about.apiVersion).startswith("2.5"):
        mend = "is /sdk/vimServiceVersions.xml kept from this machine?"
        yield wrong("product", f"{told}: the server's versions are not told", mend, "WARNING")
    else:
        yield fine("product", told)
    return session


def _account(server: _Server, session: Session, authenticate: Authenticator) -> Generator[Finding, None, bool]:
    """Log in; whether that went well is returned."""
    uri = server.uri
    try:
        credentials = authenticate(
            service="vpx" if uri.scheme == VPX else "esx",
            hostname=uri.host,
            username=uri.username,
            default_username="administrator@vsphere.local" if uri.scheme == VPX else "root",
        )
        session.login(credentials.username, credentials.password.reveal)
    except EsxvirtError as error:
        yield failed("account", error, "check user name and password, and the auth file if there is one")
        return False
    yield fine("account", f"'{credentials.username}' is logged in")
    return True
