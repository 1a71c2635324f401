"""Credentials: libvirt's files of them, libvirt's callback, and passwords that do not show themselves.

Where user name and password come from, the first that has one wins, each on its own (virAuthGetUsername,
virAuthGetPassword): the URI (user name only), the auth file, the callback. The auth file is the first of: the one that
LIBVIRT_AUTH_FILE names, the URI's ``authfile=``, ``$XDG_CONFIG_HOME/libvirt/auth.conf`` (``~/.config`` by default),
``/etc/libvirt/auth.conf``; the last two only if they exist.

The file's form, by example (https://libvirt.org/auth.html)::

    [credentials-lab]
    username=root
    password=secret
    [auth-esx-example.com]
    credentials=lab

libvirt looks for the service ``esx`` whatever the type of the connection, then for the host ``default``. Here
``[auth-vpx-HOST]`` is looked at first for a vCenter, and ``[auth-default]`` last for any host.

The vCenter of ``?vcenter=`` has no user name of its own in the URI. libvirt takes the URI's for it, which is the ESX
server's, and knows it by its address only. Here a section of the vCenter's own, by its address or by the name that the
URI has for it, says more than the URI does; otherwise it is as in libvirt.
"""

import os
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

from esxvirt._late import hmac
from esxvirt.errors import AuthenticationError, AuthFileError, NoAnswerError, NoCredentialsError, NoQuestionError
from esxvirt.records import record

__all__ = ["AuthFile", "Authenticator", "CallbackAuthenticator", "Credentials", "Secret", "find_auth_file"]

# virConnectCredentialType
CRED_AUTHNAME = 2
CRED_PASSPHRASE = 5
CRED_NOECHOPROMPT = 7

_SYSTEM_FILE = "/etc/libvirt/auth.conf"
_LARGEST_FILE = 10 * 1024 * 1024  # bytes; libvirt's own limit

#: libvirt-python's callback: a tuple of credentials, each a list ``[type, prompt, challenge, default result, result]``,
#: and the opaque value; it fills in the results and returns 0, or returns a negative number to decline.
AuthCallback = Callable[[tuple[list[Any], ...], Any], int]


class Secret:
    """A password. It shows itself only to `reveal`: not in repr, str, format, pickles, nor in a copy of an object."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the password. Keep it out of variables that outlive the call it is for."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, format_spec: str) -> str:
        return format("***", format_spec)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        mine = self._value.encode(errors="surrogatepass")
        theirs = other._value.encode(errors="surrogatepass")
        return hmac.compare_digest(mine, theirs)

    __hash__ = None  # type: ignore[assignment]  # a dict's key would be a way to guess at it

    def __copy__(self) -> "Secret":
        return self

    def __deepcopy__(self, memo: object) -> "Secret":
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a Secret cannot be pickled: it would be readable in the pickle")


@record(frozen=True)
class Credentials:
    """What a login takes."""

    username: str
    password: Secret


class Authenticator(Protocol):
    """What a connection asks for credentials."""

    def __call__(
        self,
        *,
        service: str,
        hostname: str,
        username: str | None,
        default_username: str,
        name: str | None = None,
        host_username: str | None = None,
    ) -> Credentials:
        """Find the credentials of a server.

        Args:
            service: ``esx`` or ``vpx``, as in auth files.
            hostname: The server, as the URI names it, or the address of `?vcenter=`; the callback's challenge.
            username: The user name that the URI has for this server, or None.
            default_username: What is proposed to the person: ``root`` or ``administrator@vsphere.local``.
            name: Another name that auth files may have for the server, looked for first.
            host_username: The ESX server's user name in the URI, where the credentials are its vCenter's: nobody is
                asked for another.

        Raises:
            AuthenticationError: There are none.
        """
        ...


class CallbackAuthenticator:
    """The `Authenticator` of openAuth: the auth file, then the callback.

    Args:
        types: The credential types that the callback can give (``VIR_CRED_*``).
        callback: libvirt-python's callback; None if there is nobody to ask.
        opaque: Handed to the callback.
        authfile: The URI's ``authfile=``.
    """

    def __init__(
        self,
        types: Sequence[int] = (),
        callback: AuthCallback | None = None,
        opaque: object = None,
        *,
        authfile: str | None = None,
    ) -> None:
        self._types = tuple(types)
        self._callback = callback
        self._opaque = opaque
        self._authfile = authfile

    def __call__(
        self,
        *,
        service: str,
        hostname: str,
        username: str | None,
        default_username: str,
        name: str | None = None,
        host_username: str | None = None,
    ) -> Credentials:
        """Find user name, then password: see `Authenticator`. The callback is asked for one credential at a time.

        Raises:
            AuthFileError: The auth file is malformed.
            NoCredentialsError: There is no callback to ask for what the auth file lacks.
            AuthenticationError: The callback declined, or cannot give a credential of the needed type.
        """
        path = find_auth_file(self._authfile)
        stored = AuthFile.load(path).credentials(service, hostname, name) if path else StoredCredentials()
        if username is None and (stored.is_own or host_username is None):
            username = stored.username
        if username is None:
            username = host_username
        if username is None:
            username = self._ask_username(hostname, default_username)
        password = stored.password
        if password is None:
            password = self._ask_password(hostname, username)
        return Credentials(username, password)

    def _ask_username(self, hostname: str, default: str) -> str:
        self._require_callback()
        if CRED_AUTHNAME not in self._types:
            raise AuthenticationError("Missing VIR_CRED_AUTHNAME credential type")
        prompt = f"Enter username for {hostname} [{default}]"
        failure = AuthenticationError("Username request failed")
        answer = self._ask([CRED_AUTHNAME, prompt, hostname, default, None], failure)
        return answer.reveal() or default

    def _ask_password(self, hostname: str, username: str) -> Secret:
        self._require_callback()
        kind = next((kind for kind in self._types if kind in {CRED_PASSPHRASE, CRED_NOECHOPROMPT}), None)
        if kind is None:
            raise NoQuestionError("no suitable callback authentication callback was found")
        prompt = f"Enter {username}'s password for {hostname}"
        failure = NoAnswerError("failed to retrieve user response for authentication callback")
        return self._ask([kind, prompt, None, None, None], failure)

    def _require_callback(self) -> None:
        if self._callback is None:
            # libvirt words it this way where a program asks to be asked, and gives nobody to ask.
            raise NoCredentialsError(f"Missing authentication {'callback' if self._types else 'credentials'}")

    def _ask(self, credential: list[Any], failure: AuthenticationError) -> Secret:
        """Ask the callback for one credential.

        No result where a default is proposed means the default, like an empty line at a prompt; libvirt refuses it. The
        entry is emptied: no answer stays in a variable of these frames.

        Raises:
            AuthenticationError: `failure`: the callback declined, broke, or left no text.
        """
        assert self._callback is not None  # noqa: S101  the callers saw to it
        try:
            declined = self._callback((credential,), self._opaque) < 0
            given = credential[4]
            if given is None and credential[3] is not None:
                given = ""
            secret = Secret(given) if isinstance(given, str) and not declined else None
        except Exception as error:
            raise failure from error
        finally:
            given = None
            credential[4:5] = [None]  # the callback may have left fewer entries
        if secret is None:
            raise failure
        return secret


@record(frozen=True)
class StoredCredentials:
    """What an auth file has for a server; None for what it has not.

    `is_own` is false where it comes from a section for any server.
    """

    username: str | None = None
    password: Secret | None = None
    is_own: bool = False


class AuthFile:
    """A parsed auth file: libvirt's key files, that is ``[group]``, ``name=value`` and ``#`` comments, in UTF-8.

    Blanks before a value do not count, blanks after it do. A group that comes twice is one, and of a name that comes
    twice the last counts.
    """

    def __init__(self, path: str | os.PathLike[str], groups: dict[str, dict[str, Secret]]) -> None:
        self.path = path
        self._groups = groups

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "AuthFile":
        """Read and parse a file.

        Raises:
            AuthFileError: It is malformed; the message has the line's number, not the line.
            AuthenticationError: It cannot be read.
        """
        try:
            with open(path, "rb") as file:  # noqa: PTH123  no pathlib
                content = file.read(_LARGEST_FILE + 1)
        except OSError as error:
            raise AuthenticationError(f"cannot read auth file '{path}': {error.strerror}") from None
        groups, fault = _parse(content)
        del content
        if fault:
            groups.clear()
            raise AuthFileError(f"{fault} in '{path}'")
        return cls(path, groups)

    def credentials(self, service: str, hostname: str, other: str | None = None) -> StoredCredentials:
        """Return what the file has for a server; `other` is a name that it has besides, which is looked for first.

        Raises:
            AuthFileError: The server's group names no credentials, or credentials that are not there.
        """
        known = dict.fromkeys(host for host in (other, hostname) if host is not None)
        own = [f"auth-{kind}-{host}" for host in known for kind in (service, "esx")]
        names = [*own, f"auth-{service}-default", "auth-esx-default", "auth-default"]
        name = next((name for name in names if name in self._groups), None)
        if name is None:
            return StoredCredentials()
        reference = self._groups[name].get("credentials")
        if reference is None:
            raise AuthFileError(f"Missing item 'credentials' in group '{name}' in '{self.path}'")
        group = self._groups.get(f"credentials-{reference.reveal()}")
        if group is None:
            raise AuthFileError(
                f"Missing group 'credentials-{reference.reveal()}' referenced from group '{name}' in '{self.path}'"
            )
        username = group.get("username")
        is_own = name in own or name == "auth-vpx-default"  # which is for vCenters, and for no ESX server
        return StoredCredentials(None if username is None else username.reveal(), group.get("password"), is_own)


def find_auth_file(from_uri: str | None = None) -> str | None:
    """Return the auth file that counts, None if there is none (virAuthGetConfigFilePathURI).

    A file that is named, by LIBVIRT_AUTH_FILE or by the URI, is returned whether it exists or not.
    """
    named = os.environ.get("LIBVIRT_AUTH_FILE") or from_uri
    if named:
        return named
    config = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111  no pathlib
    candidates = (os.path.join(config, "libvirt", "auth.conf"), _SYSTEM_FILE)  # noqa: PTH118
    return next(filter(os.path.exists, candidates), None)


def _parse(content: bytes) -> tuple[dict[str, dict[str, Secret]], str | None]:
    """Return the groups, and what is wrong (all is read as `Secret`: this frame may show up in a traceback)."""
    groups: dict[str, dict[str, Secret]] = {}
    if len(content) > _LARGEST_FILE:
        return groups, f"more than {_LARGEST_FILE} bytes"
    group: dict[str, Secret] | None = None
    for number, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        try:
            line = raw.removesuffix(b"\r").decode().lstrip(" \t")
        except UnicodeDecodeError:
            return groups, f"line {number} is not UTF-8"
        if not line.rstrip() or line.startswith("#"):
            continue
        if line.startswith("["):
            name, bracket, rest = line[1:].partition("]")
            if not name or not bracket or rest.strip():
                return groups, f"line {number} is no '[group]'"
            group = groups.setdefault(name, {})
            continue
        key, equals, value = line.partition("=")
        if not equals or not key.strip() or group is None:
            return groups, f"line {number} is no 'name=value' in a group, no '[group]' and no '#' comment"
        group[key.rstrip()] = Secret(value.lstrip(" \t"))
    return groups, None
