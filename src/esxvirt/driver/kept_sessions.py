"""Sessions that outlive a process: taken from the cache, put there, and ended (ESXVIRT_SESSION_CACHE=1)."""

import os
from collections.abc import Iterator
from typing import Final

from esxvirt.auth import Authenticator, Credentials
from esxvirt.driver.product import VPX
from esxvirt.errors import EsxvirtError
from esxvirt.uri import ConnectionURI, parse
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.session_cache import Entry, entries, entry_for

__all__ = ["credentials_for", "end_all", "is_wanted", "log_in"]

VARIABLE: Final = "ESXVIRT_SESSION_CACHE"


def is_wanted() -> bool:
    """Whether the environment asks for sessions to be kept."""
    return os.environ.get(VARIABLE, "") not in {"", "0"}


def credentials_for(uri: ConnectionURI, hostname: str, product: str, authenticate: Authenticator) -> Credentials:
    """Ask for the account on a server: the URI's, or that of its vCenter."""
    return authenticate(
        service="vpx" if product == VPX else "esx",
        hostname=hostname,
        username=uri.username if hostname == uri.host else None,
        default_username="administrator@vsphere.local" if product == VPX else "root",
    )


def log_in(session: Session, uri: ConnectionURI, hostname: str, product: str, authenticate: Authenticator) -> None:
    """Take the session that was kept for this account if the server still knows it, else log in and keep that one.

    Where the URI names the user, nobody is asked for a password as long as the session lives. One SOAP call more than
    a session of one's own at the beginning, and neither Login nor Logout.

    Raises:
        AuthenticationError: No credentials; or the file of the session is not ours alone.
        ServerFault: The server refused.
        TransportError: It broke off.
    """
    known: list[Credentials] = []

    def account() -> Credentials:
        if not known:
            known.append(credentials_for(uri, hostname, product, authenticate))
        return known[0]

    username = uri.username if hostname == uri.host and uri.username else account().username
    entry = entry_for(*_identity(session.endpoint, product, username))

    def fresh() -> None:
        credentials = account()
        session.login(credentials.username, credentials.password.reveal)
        entry.write({"uri": uri.text, "hostname": hostname, "user": username, "cookie": session.cookie})
        session.keep(renew)

    def renew() -> None:
        with entry.locked():
            other = entry.read()
            if other is None or other["cookie"] == session.cookie or not session.adopt(other["cookie"]):
                fresh()

    with entry.locked():
        kept = entry.read()
        if kept is not None and session.adopt(kept["cookie"]):
            session.keep(renew)
        else:
            fresh()


def end_all(uri: ConnectionURI | None) -> Iterator[tuple[str, str, EsxvirtError | None]]:
    """End kept sessions: those of a URI's server, or all. Each with the server, the user, and what went wrong.

    A session whose server cannot be reached is forgotten all the same: it ends there by itself.
    """
    for entry in entries():
        with entry.locked():
            kept = entry.read()
            if kept is None:
                entry.remove()
                continue
            hostname, user = str(kept.get("hostname")), str(kept.get("user"))
            if uri is not None and (hostname != uri.host or (uri.username and user != uri.username)):
                continue
            yield hostname, user, _end(entry, str(kept.get("uri")), hostname, kept["cookie"])


def _end(entry: Entry, text: str, hostname: str, cookie: str) -> EsxvirtError | None:
    from esxvirt.driver.connection import endpoint_of  # noqa: PLC0415  it imports this module

    entry.remove()
    try:
        session = Session.connect(endpoint_of(parse(text), hostname))
        session.adopt(cookie)
        session.close()
    except EsxvirtError as error:
        return error
    return None


def _identity(endpoint: Endpoint, product: str, username: str) -> tuple[object, ...]:
    """All that tells one session from another, but no password."""
    return product, endpoint.host, endpoint.port, endpoint.tls, endpoint.proxy, username
