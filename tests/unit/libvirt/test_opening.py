import traceback
from collections.abc import Callable
from typing import Any

import pytest

from esxvirt import auth, libvirt
from esxvirt.errors import AuthenticationError
from esxvirt.uri import ConnectionURI


@pytest.fixture
def opened(driver: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[ConnectionURI, Any, bool]]:
    """What the driver is asked to open; it asks for credentials as of an ESX server and gives the fake."""
    calls: list[tuple[ConnectionURI, Any, bool]] = []

    class Connection:
        @classmethod
        def open(cls, uri: ConnectionURI, authenticate: auth.Authenticator, *, read_only: bool = False) -> Any:
            found = authenticate(service="esx", hostname=uri.host, username=uri.username, default_username="root")
            calls.append((uri, found, read_only))
            return driver

    monkeypatch.setattr("esxvirt.driver.connection.connection.Connection", Connection)
    monkeypatch.setattr("esxvirt.auth.find_auth_file", lambda _: None)
    return calls


def give(username: str, password: str) -> Callable[..., int]:
    def callback(credentials: Any, _opaque: Any) -> int:
        for credential in credentials:
            credential[4] = username if credential[0] == libvirt.VIR_CRED_AUTHNAME else password
        return 0

    return callback


TYPES = [libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_PASSPHRASE]


def refused(call: Any) -> tuple[int | None, int | None, str]:
    with pytest.raises(libvirt.libvirtError) as caught:
        call()
    return caught.value.get_error_code(), caught.value.get_error_domain(), str(caught.value)


@pytest.mark.parametrize(("flags", "read_only"), [(0, False), (1, True), (2, False), (3, True)])
def test_open_auth(opened: list[Any], flags: int, read_only: bool) -> None:
    connection = libvirt.openAuth("esx://h/", [TYPES, give("bob", "pw"), None], flags)
    assert isinstance(connection, libvirt.virConnect)
    [(uri, credentials, asked)] = opened
    assert uri.text == "esx://h:443/"
    assert credentials == auth.Credentials("bob", auth.Secret("pw"))
    assert asked is read_only


def test_open_auth_takes_a_tuple_too(opened: list[Any]) -> None:
    libvirt.openAuth("esx://root@h/", (TYPES, give("bob", "pw"), None))
    assert opened[0][1].username == "root"


@pytest.mark.parametrize("auth_", [[TYPES], [TYPES, give("", "")], [], [1, 2, 3, 4]])
def test_open_auth_needs_three_things(opened: list[Any], auth_: list[Any]) -> None:
    with pytest.raises(TypeError, match="three items"):
        libvirt.openAuth("esx://h/", auth_)
    assert opened == []


def test_open_auth_with_flags_that_are_none(opened: list[Any]) -> None:
    text = "unsupported flags (0x4) in function esxConnectOpen"
    assert refused(lambda: libvirt.openAuth("esx://h/", [TYPES, give("", ""), None], 4)) == (8, 28, text)
    assert opened == []


@pytest.mark.usefixtures("opened")
def test_nobody_to_ask() -> None:
    text = "invalid argument: Missing authentication "
    for opening in (libvirt.open, libvirt.openReadOnly, lambda uri: libvirt.openAuth(uri, None)):  # type: ignore[arg-type]
        assert refused(lambda opening=opening: opening("esx://h/")) == (8, 46, f"{text}credentials")
    assert refused(lambda: libvirt.openAuth("esx://h/", [TYPES, None, None])) == (8, 46, f"{text}callback")


def test_open_with_an_auth_file(opened: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    def stored(self: auth.CallbackAuthenticator, **_: Any) -> auth.Credentials:
        assert self._authfile == "/a b"
        return auth.Credentials("fu", auth.Secret("fp"))

    monkeypatch.setattr(auth.CallbackAuthenticator, "__call__", stored)
    libvirt.open("esx://h/?authfile=/a%20b")
    libvirt.openReadOnly("esx://h/?authfile=/a%20b")
    assert [(found.username, read_only) for _, found, read_only in opened] == [("fu", False), ("fu", True)]


def test_the_default_uri(opened: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIBVIRT_DEFAULT_URI", "esx://root@default/")
    libvirt.openAuth(None, [TYPES, give("", "pw"), None])
    libvirt.openAuth("esx://root@other/", [TYPES, give("", "pw"), None])
    assert [uri.host for uri, _, _ in opened] == ["default", "other"]
    monkeypatch.delenv("LIBVIRT_DEFAULT_URI")
    for empty in (None, ""):
        code, _, text = refused(lambda empty=empty: libvirt.open(empty))
        assert (code, "name a server" in text) == (5, True)


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        ("foo", (5, 0, "no connection driver available for URI 'foo' does not include a driver name")),
        ("qemu:///system", (5, 0, "no connection driver available for qemu:///system")),
        ("esx:///", (8, 0, "invalid argument: URI is missing the server part")),
        ("esx://h:x/", (1, 45, "internal error: Unable to parse URI esx://h:x/")),
        (
            "esx://h/?no_verify=2",
            (8, 28, "invalid argument: Query parameter 'no_verify' has unexpected value '2' (should be 0 or 1)"),
        ),
    ],
)
def test_wrong_uris(opened: list[Any], uri: str, error: tuple[int, int, str]) -> None:
    assert refused(lambda: libvirt.open(uri)) == error
    assert opened == []


def test_a_uri_is_text() -> None:
    with pytest.raises(TypeError, match="must be str or None, not int"):
        libvirt.openAuth(5, [TYPES, give("", ""), None])  # type: ignore[arg-type]


@pytest.mark.usefixtures("opened")
def test_a_callback_that_declines() -> None:
    text = "authentication failed: Username request failed"
    assert refused(lambda: libvirt.openAuth("esx://h/", [TYPES, lambda *_: -1, None])) == (45, 46, text)


@pytest.mark.usefixtures("opened")
def test_the_password_is_in_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise AuthenticationError("no")

    monkeypatch.setattr(auth, "Credentials", fail)
    with pytest.raises(libvirt.libvirtError) as caught:
        libvirt.openAuth("esx://h/", [TYPES, give("bob", "hunter2"), None])
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "Secret(***)" in shown
    # The one line that may have it is this test's own.
    assert [line for line in shown.splitlines() if "hunter2" in line and "libvirt.openAuth(" not in line] == []


def test_auth_is_of_libvirt_pythons_form() -> None:
    for given in (5, {"a": 1}, "abc", [], [[2], None], [None, None, None]):
        with pytest.raises(TypeError, match="list of three items"):
            libvirt.openAuth("esx://h/", given, 0)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^virConnectOpen\(\) argument 1 must be str or None, not int$"):
        libvirt.open(5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^virConnectOpenReadOnly\(\) argument 1 must be str or None, not bytes$"):
        libvirt.openReadOnly(b"esx://h/")  # type: ignore[arg-type]


def test_the_names_that_libvirtaio_needs() -> None:
    assert {"_EventCB", "_TimerCB"} <= vars(libvirt).keys()
