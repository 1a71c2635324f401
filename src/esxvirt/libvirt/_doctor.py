"""What stands between a person and a server: libvirt has no function for it."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded when it is needed

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from esxvirt.libvirt._configuration import resolve
from esxvirt.libvirt.constants.connect import VIR_CONNECT_RO

if TYPE_CHECKING:
    from esxvirt.driver.connection.findings import Finding

__all__ = ["diagnose"]


def diagnose(uri: str | None, auth: Sequence[Any], flags: int = 0) -> "Iterator[Finding]":
    """Look at a URI step by step: arguments as in `openAuth`; nothing is raised for what is found.

    With VIR_CONNECT_RO what only changes need is left out.

    Yields:
        Objects with `name`, `state` ("OK", "WARNING", "WRONG" or "skipped"), `text`, and `mend`: what to do about it.
    """
    from esxvirt.auth import CallbackAuthenticator
    from esxvirt.driver.connection.doctor import examine
    from esxvirt.errors import EsxvirtError
    from esxvirt.uri import parse

    types, callback, opaque = auth
    text = resolve(uri)
    try:
        authfile = parse(text).authfile
    except EsxvirtError:
        authfile = None
    authenticate = CallbackAuthenticator(types, callback, opaque, authfile=authfile)
    yield from examine(text, authenticate, read_only=bool(flags & VIR_CONNECT_RO))
