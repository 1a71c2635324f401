"""Connections: what is behind them, and what stands between a person and a server."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from esxvirt.constants import errors as codes
from esxvirt.constants.connect import VIR_CONNECT_RO
from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._configuration import resolve
from esxvirt.libvirt._errors import report, translate, virResetLastError
from esxvirt.libvirt._methods import Method, methods, reports
from esxvirt.libvirt._surface import SURFACE
from esxvirt.libvirt_esx._inside import driver_of
from esxvirt.libvirt_esx._late import credentials, doctor, host_facts, session_cache, uris

if TYPE_CHECKING:
    from esxvirt.driver.connection.findings import Finding
    from esxvirt.libvirt import virConnect

__all__ = ["changes_made", "diagnose", "end_kept_sessions", "node_info", "raise_unsupported", "resolve", "vim"]


@reports("virConnectOpen")
def vim(conn: "virConnect", /) -> Any:
    """Return pyVmomi's `vim.ServiceInstance` of the connection, logged in: for what there is no function for."""
    return driver_of(conn).vim


@reports("virConnectChangesMade")
def changes_made(conn: "virConnect", /) -> int:
    """Return how many changes were made by way of this connection."""
    return driver_of(conn).changes


@reports("virNodeGetInfo")
def node_info(conn: "virConnect", /) -> list[Any]:
    """Return what `virConnect.getInfo` returns, but the memory in KiB, as C's virNodeGetInfo has it."""
    info = host_facts.node_info(driver_of(conn))
    return [info.model, info.memory, info.cpus, info.mhz, info.nodes, info.sockets, info.cores, info.threads]


def raise_unsupported(conn: "virConnect", /, function: str) -> NoReturn:
    """Raise what a function of libvirt raises that the driver has not: it is for command lines that offer all commands.

    Raises:
        libvirtError: VIR_ERR_NO_SUPPORT; or, on a read-only connection, VIR_ERR_OPERATION_DENIED for what it refuses.
    """
    known = (method for name in SURFACE for method in methods(name) if method.function == function)
    method = next(known, Method("", "", function, writes="Get" not in function))
    if method.writes and driver_of(conn).read_only:
        message = f"read only access prevents {function}"
        raise report(codes.VIR_ERR_OPERATION_DENIED, method.domain, message)
    raise report(codes.VIR_ERR_NO_SUPPORT, method.domain, function)


def diagnose(uri: str | None, auth: Sequence[Any], flags: int = 0) -> "Iterator[Finding]":
    """Look at a URI step by step: arguments as in `openAuth`; nothing is raised for what is found.

    With VIR_CONNECT_RO what only changes need is left out.

    Yields:
        Objects with `name`, `state` ("OK", "WARNING", "WRONG" or "skipped"), `text`, and `mend`: what to do about it.
    """
    types, callback, opaque = auth
    text = resolve(uri)
    try:
        authfile = uris.parse(text).authfile
    except EsxvirtError:
        authfile = None
    authenticate = credentials.CallbackAuthenticator(types, callback, opaque, authfile=authfile)
    yield from doctor.examine(text, authenticate, read_only=bool(flags & VIR_CONNECT_RO))


def end_kept_sessions(uri: str | None = None) -> list[tuple[str, str, str | None]]:
    """End the sessions that ESXVIRT_SESSION_CACHE=1 has kept: of a URI's server, and its user if it names one, or all.

    Returns:
        For each the server, the user, and what went wrong on the server (None: nothing did). It is forgotten anyway.

    Raises:
        libvirtError: The URI is none, or the files may be read by others.
    """
    virResetLastError()
    try:
        wanted = None if uri is None else uris.parse(resolve(uri))
        ended = session_cache.end_all(wanted)
        return [(server, user, None if error is None else str(error)) for server, user, error in ended]
    except EsxvirtError as error:
        raise translate(error, codes.VIR_FROM_NONE) from error
