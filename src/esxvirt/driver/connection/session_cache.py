"""Sessions that outlive a process: taken from the cache, put there, and ended (ESXVIRT_SESSION_CACHE=1)."""

import os
from collections.abc import Callable, Iterator
from typing import Final

from esxvirt.auth import Authenticator, Credentials
from esxvirt.driver._late import kept
from esxvirt.driver.connection.endpoints import endpoint_of
from esxvirt.driver.connection.product import VPX
from esxvirt.errors import EsxvirtError
from esxvirt.logs import Log
from esxvirt.uri import ConnectionURI, parse
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.session import Session

__all__ = ["credentials_for", "end_all", "is_wanted", "log_in"]

_log = Log(__name__)

VARIABLE: Final = "ESXVIRT_SESSION_CACHE"


def is_wanted() -> bool:
    """Return whether the environment asks for sessions to be kept."""
    return os.environ.get(VARIABLE, "") not in {"", "0"}


def credentials_for(
    uri: ConnectionURI, product: str, authenticate: Authenticator, vcenter: tuple[str, str] | None = None
) -> Credentials:
    """Ask for the account on the URI's server; or on its vCenter, by its name (or address) and its address."""
    service = "vpx" if product == VPX else "esx"
    default = "administrator@vsphere.local" if product == VPX else "root"
    if vcenter is None:
        return authenticate(service=service, hostname=uri.host, username=uri.username, default_username=default)
    name, address = vcenter
    return authenticate(
        service=service,
        hostname=address,  # as libvirt, whatever the URI has
        username=None,
        default_username=default,
        name=name,
        host_username=uri.username,
    )


def log_in(session: Session, uri: ConnectionURI, hostname: str, product: str, ask: Callable[[], Credentials]) -> None:
    """Take the session that was kept for this account if the server still knows it, else log in and keep that one.

    Where the URI names the user, nobody is asked for a password as long as the session lives. One SOAP call more than
    a session of one's own at the beginning, and neither Login nor Logout. `ask` finds the account. Where the cache
    cannot be used, for a full disk for instance, the session is one of its own, with a warning.

    Raises:
        AuthenticationError: No credentials; or the file of the session is not ours alone.
        ServerFault: The server refused.
        TransportError: It broke off.
    """
    known: list[Credentials] = []

    def account() -> Credentials:
        if not known:
            known.append(ask())
        return known[0]

    def own() -> None:
        credentials = account()
        session.login(credentials.username, credentials.password.reveal)
        session.keep_no_longer()

    username = uri.username if hostname == uri.host and uri.username else account().username
    try:
        entry = kept.entry_for(*_identity(session.endpoint, product, username))
        _take_or_keep(session, uri, hostname, entry, username, own)
    except kept.UnusableCacheError as error:
        _warn(error)
        own()


def _take_or_keep(
    session: Session, uri: ConnectionURI, hostname: str, entry: "kept.Entry", username: str, own: Callable[[], None]
) -> None:
    """Take an entry's session, or log in and put that one there; `own` logs in."""

    def fresh() -> None:
        own()
        try:
            entry.write({"uri": uri.text, "hostname": hostname, "user": username, "cookie": session.cookie})
        except kept.UnusableCacheError as error:
            _warn(error)
        else:
            session.keep(renew)

    def renew() -> None:
        try:
            with entry.locked():
                other = entry.read()
                if other is None or other["cookie"] == session.cookie or not session.adopt(other["cookie"]):
                    fresh()
        except kept.UnusableCacheError as error:
            _warn(error)
            own()

    with entry.locked():
        found = entry.read()
        if found is not None and session.adopt(found["cookie"]):
            session.keep(renew)
        else:
            fresh()


def _warn(error: "kept.UnusableCacheError") -> None:
    _log.warning("sessions are not kept for later runs: %s", error)


def end_all(uri: ConnectionURI | None) -> Iterator[tuple[str, str, EsxvirtError | None]]:
    """End kept sessions: those of a URI's server, or all. Each with the server, the user, and what went wrong.

    A session whose server cannot be reached is forgotten all the same: it ends there by itself. What cannot be used in
    the cache is passed over, with a warning.

    Raises:
        AuthenticationError: The directory may be read by others.
        UnusableCacheError: It cannot be read.
    """
    for entry in kept.entries():
        try:
            with entry.locked():
                found = entry.read()
                if found is None:
                    entry.remove()
                    continue
                hostname, user = str(found.get("hostname")), str(found.get("user"))
                if uri is not None and (hostname != uri.host or (uri.username and user != uri.username)):
                    continue
                ended = hostname, user, _end(entry, str(found.get("uri")), hostname, found["cookie"])
        except kept.UnusableCacheError as error:
            _log.warning("a kept session is passed over: %s", error)
            continue
        yield ended


def _end(entry: "kept.Entry", text: str, hostname: str, cookie: str) -> EsxvirtError | None:
    try:
        entry.remove()
    except kept.UnusableCacheError as error:  # what it is of ends all the same
        _log.warning("a kept session is not forgotten: %s", error)
    try:
        session = Session.connect(endpoint_of(parse(text), hostname))
        session.adopt(cookie)
        session.close()
    except EsxvirtError as error:
        return error
    return None


def _identity(endpoint: Endpoint, product: str, username: str) -> tuple[object, ...]:
    """Return all that tells one session from another, but no password."""
    return product, endpoint.host, endpoint.port, endpoint.tls, endpoint.proxy, username
