"""open, openReadOnly and openAuth."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from esxvirt.constants.connect import VIR_CONNECT_NO_ALIASES, VIR_CONNECT_RO
from esxvirt.constants.errors import VIR_FROM_NONE
from esxvirt.errors import EsxvirtError, UnavailableError
from esxvirt.libvirt._configuration import resolve
from esxvirt.libvirt._connect import virConnect
from esxvirt.libvirt._errors import translate, virResetLastError
from esxvirt.libvirt._late import connections, credentials, uris
from esxvirt.libvirt._methods import check_flags
from esxvirt.libvirt._misfits import MISFITS, as_bad_answer

__all__ = ["open", "openAuth", "openReadOnly"]


def open(name: str | None = None) -> virConnect:
    """Open a connection for which nobody is asked: an auth file must have user name and password.

    Args:
        name: The URI, or a short name of libvirt.conf's `uri_aliases`; None or "" for what LIBVIRT_DEFAULT_URI or
            libvirt.conf's `uri_default` says.

    Raises:
        libvirtError: No connection; VIR_ERR_INVALID_ARG "Missing authentication credentials" if there are none.
    """
    return _open(name, (), None, None, read_only=False, function="virConnectOpen")


def openReadOnly(name: str | None = None) -> virConnect:
    """Open a connection that only looks: functions that change something are refused. Otherwise as `open`."""
    return _open(name, (), None, None, read_only=True, function="virConnectOpenReadOnly")


def openAuth(uri: str | None, auth: Sequence[Any], flags: int = 0) -> virConnect:
    """Open a connection; what neither URI nor auth file say is asked of a callback.

    Args:
        uri: As in `open`.
        auth: ``[types, callback, opaque]``: the VIR_CRED_* that the callback knows; the callback, which is given a
            sequence of ``[type, prompt, challenge, default result, result]`` and `opaque`, puts the answer into the
            last, and returns 0, or -1 to decline; whatever the callback wants to be given. The challenge is the
            hostname where the user is asked for, so that a callback can tell an ESX server from a vCenter.
        flags: VIR_CONNECT_RO; VIR_CONNECT_NO_ALIASES heeds no `uri_aliases`.

    Raises:
        libvirtError: No connection.
        TypeError: `auth` is not of this form.
    """
    virResetLastError()
    check_flags(flags, VIR_CONNECT_RO | VIR_CONNECT_NO_ALIASES, "esxConnectOpen")
    if auth is None:
        types, callback, opaque = (), None, None
    elif isinstance(auth, list | tuple) and len(auth) >= 3 and isinstance(auth[0], Iterable):
        types, callback, opaque = auth[:3]  # as libvirt-python, which does not look at more
    else:
        raise TypeError("auth must be a list of three items: credential types, callback, opaque value")
    aliases = not flags & VIR_CONNECT_NO_ALIASES
    return _open(uri, types, callback, opaque, read_only=bool(flags & VIR_CONNECT_RO), aliases=aliases)


def _open(
    name: str | None,
    types: Sequence[int],
    callback: Callable[..., int] | None,
    opaque: Any,
    *,
    read_only: bool,
    aliases: bool = True,
    function: str = "virConnectOpenAuth",
) -> virConnect:

    virResetLastError()
    if name is not None and not isinstance(name, str):
        raise TypeError(f"{function}() argument 1 must be str or None, not {type(name).__name__}")
    text = resolve(name, aliases=aliases)
    try:
        if not text:
            raise UnavailableError("an empty URI: name a server, such as 'esx://example-esx.com/'")
        uri = uris.parse(text)

        authenticate = credentials.CallbackAuthenticator(types, callback, opaque, authfile=uri.authfile)
        return virConnect(connections.Connection.open(uri, authenticate, read_only=read_only))
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_NONE) from error
    except MISFITS as error:
        misfit = as_bad_answer(error)
        if misfit is None:
            raise
        raise translate(misfit, VIR_FROM_NONE) from error
