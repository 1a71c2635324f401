"""Sessions that ESXVIRT_SESSION_CACHE=1 keeps between processes: libvirt has none."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded when it is needed

from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._configuration import resolve
from esxvirt.libvirt._errors import translate, virResetLastError
from esxvirt.libvirt.constants.errors import VIR_FROM_NONE

__all__ = ["endKeptSessions"]


def endKeptSessions(uri: str | None = None) -> list[tuple[str, str, str | None]]:
    """End the kept sessions of a URI's server (and its user, if it names one), or all with None.

    Returns:
        For each the server, the user, and what went wrong on the server (None: nothing did). It is forgotten anyway.

    Raises:
        libvirtError: The URI is none, or the files may be read by others.
    """
    from esxvirt.driver.connection.session_cache import end_all
    from esxvirt.uri import parse

    virResetLastError()
    try:
        wanted = None if uri is None else parse(resolve(uri))
        return [(server, user, None if error is None else str(error)) for server, user, error in end_all(wanted)]
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_NONE) from error
