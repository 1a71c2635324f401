import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from esxvirt.auth import CallbackAuthenticator, Credentials, Secret
from esxvirt.errors import AuthenticationError, AuthFileError, NoCredentialsError

USERNAME = [2, "Enter username for h [root]", "h", "root", None]
PASSWORD = [5, "Enter root's password for h", None, None, None]


@pytest.fixture(autouse=True)
def _no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("esxvirt.auth._SYSTEM_FILE", tmp_path / "none")


class Callback:
    """Answers as it is told, by credential type, and remembers what it was asked."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {2: answers.get("username", "root"), 5: answers.get("password", "pw")}
        self.answers[7] = self.answers[5]
        self.asked: list[list[Any]] = []
        self.opaque: list[Any] = []

    def __call__(self, credentials: tuple[list[Any], ...], opaque: Any) -> int:
        assert isinstance(credentials, tuple)
        self.opaque.append(opaque)
        for credential in credentials:
            self.asked.append(list(credential))
            credential[4] = self.answers[credential[0]]
        return 0


def ask(
    callback: Callable[[tuple[list[Any], ...], Any], int] | None,
    types: list[int] | None = None,
    *,
    username: str | None = None,
    authfile: str | None = None,
) -> Credentials:
    authenticate = CallbackAuthenticator(types or [2, 5], callback, "opaque", authfile=authfile)
    return authenticate(service="esx", hostname="h", username=username, default_username="root")


def test_it_is_asked_for_the_user_name_then_for_the_password() -> None:
    callback = Callback(username="admin", password="p\u00e4ss '\"<&>\\ \U0001f511")
    assert ask(callback) == Credentials("admin", Secret("p\u00e4ss '\"<&>\\ \U0001f511"))
    assert callback.asked == [USERNAME, [5, "Enter admin's password for h", None, None, None]]
    assert callback.opaque == ["opaque", "opaque"]


def test_the_uris_user_name_is_not_asked_for() -> None:
    callback = Callback()
    assert ask(callback, [5], username="bob") == Credentials("bob", Secret("pw"))
    assert callback.asked == [[5, "Enter bob's password for h", None, None, None]]


@pytest.mark.parametrize(("types", "kind"), [([2, 5, 7], 5), ([7, 5, 2], 7), ([1, 2, 99, 7], 7)])
def test_the_first_type_that_hides_its_answer_gets_the_password(types: list[int], kind: int) -> None:
    callback = Callback()
    ask(callback, types)
    assert [entry[0] for entry in callback.asked] == [2, kind]


@pytest.mark.parametrize("answer", ["", None])
def test_no_user_name_means_the_default(answer: str | None) -> None:
    assert ask(Callback(username=answer)).username == "root"


def test_an_empty_password_is_one() -> None:
    assert ask(Callback(password="")).password == Secret("")


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ([5], "Missing VIR_CRED_AUTHNAME credential type"),
        ([1, 4], "Missing VIR_CRED_AUTHNAME credential type"),
        ([2], "no suitable callback authentication callback was found"),
        ([2, 3, 4, 6], "no suitable callback authentication callback was found"),
    ],
)
def test_a_callback_must_know_the_types(types: list[int], message: str) -> None:
    with pytest.raises(AuthenticationError, match=f"^{message}$"):
        ask(Callback(), types)


@pytest.mark.parametrize("answer", [b"bytes", 5, ["x"]])
def test_what_is_no_text_is_no_answer(answer: object) -> None:
    with pytest.raises(AuthenticationError, match=r"^Username request failed$"):
        ask(Callback(username=answer))
    with pytest.raises(AuthenticationError, match=r"^failed to retrieve user response for authentication callback$"):
        ask(Callback(password=answer))


def test_a_password_has_no_default() -> None:
    with pytest.raises(AuthenticationError, match=r"^failed to retrieve user response for authentication callback$"):
        ask(Callback(password=None))


def test_a_callback_that_empties_the_entry_gives_no_answer() -> None:
    def empty(credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        credentials[0].clear()
        return 0

    with pytest.raises(AuthenticationError, match=r"^failed to retrieve user response for authentication callback$"):
        ask(empty, username="bob")


def test_a_negative_answer_declines_even_with_a_result() -> None:
    def decline(credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        credentials[0][4] = "x"
        return -1

    with pytest.raises(AuthenticationError, match=r"^Username request failed$"):
        ask(decline)
    with pytest.raises(AuthenticationError, match=r"^failed to retrieve user response for authentication callback$"):
        ask(decline, username="bob")


def test_an_error_in_the_callback_is_the_cause() -> None:
    def fail(_credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        raise RuntimeError("boom")

    with pytest.raises(AuthenticationError, match=r"^Username request failed$") as caught:
        ask(fail)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_an_interrupt_in_the_callback_is_not_swallowed() -> None:
    def interrupt(_credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(interrupt)


def test_a_callback_that_forgets_to_answer_fails() -> None:
    def forget(credentials: tuple[list[Any], ...], _opaque: Any) -> None:
        credentials[0][4] = "x"

    with pytest.raises(AuthenticationError, match=r"^Username request failed$"):
        ask(forget)  # type: ignore[arg-type]


def test_without_a_callback_there_is_nobody_to_ask() -> None:
    for username in (None, "root"):
        with pytest.raises(NoCredentialsError, match=r"^Missing authentication callback$"):
            ask(None, username=username)
        with pytest.raises(NoCredentialsError, match=r"^Missing authentication credentials$"):
            CallbackAuthenticator()(service="esx", hostname="h", username=username, default_username="root")


def test_no_password_is_left_in_the_frames_of_an_error() -> None:
    def decline(credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        credentials[0][4] = "hunter2"
        return -1

    with pytest.raises(AuthenticationError) as caught:
        ask(decline, username="bob")
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "credential = " in shown
    assert "hunter2" not in shown


def of_a_vcenter(callback: Callback, types: list[int], authfile: Path | None = None) -> Credentials:
    """Ask for what `esx://ann@.../?vcenter=NAME` takes for the vCenter."""
    return CallbackAuthenticator(types, callback, None, authfile=None if authfile is None else str(authfile))(
        service="vpx", hostname="192.0.2.5", username=None, default_username="administrator", name="vc.example.com",
        host_username="ann",
    )  # fmt: skip


def test_a_vcenters_user_is_the_hosts_and_the_challenge_its_address() -> None:
    callback = Callback()
    assert of_a_vcenter(callback, [5]) == Credentials("ann", Secret("pw"))
    assert callback.asked == [[5, "Enter ann's password for 192.0.2.5", None, None, None]]


@pytest.mark.parametrize(
    ("section", "username"),
    [
        ("auth-vpx-vc.example.com", "fu"),
        ("auth-esx-vc.example.com", "fu"),
        ("auth-vpx-192.0.2.5", "fu"),
        ("auth-esx-192.0.2.5", "fu"),
        ("auth-vpx-default", "fu"),
        ("auth-esx-default", "ann"),  # as libvirt: the URI says more than a section for any host
        ("auth-default", "ann"),
    ],
)
def test_a_vcenters_own_section_says_more_than_the_hosts_user(section: str, username: str, tmp_path: Path) -> None:
    authfile = tmp_path / "file.conf"
    authfile.write_text(f"[credentials-a]\nusername=fu\npassword=fp\n[{section}]\ncredentials=a\n")
    callback = Callback()
    assert of_a_vcenter(callback, [2, 5], authfile) == Credentials(username, Secret("fp"))
    assert callback.asked == []


def test_a_vcenters_name_comes_before_its_address(tmp_path: Path) -> None:
    authfile = tmp_path / "file.conf"
    authfile.write_text(
        "[credentials-a]\npassword=by address\n[credentials-n]\npassword=by name\n"
        "[auth-vpx-192.0.2.5]\ncredentials=a\n[auth-esx-vc.example.com]\ncredentials=n\n"
    )
    assert of_a_vcenter(Callback(), [2, 5], authfile) == Credentials("ann", Secret("by name"))


class TestWithAFile:
    @pytest.fixture
    def authfile(self, tmp_path: Path) -> Path:
        return tmp_path / "file.conf"

    def test_a_complete_one_asks_nobody(self, authfile: Path) -> None:
        authfile.write_text("[credentials-a]\nusername=fu\npassword=fp\n[auth-esx-h]\ncredentials=a\n")
        assert ask(None, authfile=str(authfile)) == Credentials("fu", Secret("fp"))

    def test_the_uris_user_name_wins_and_the_files_password_serves_it(self, authfile: Path) -> None:
        authfile.write_text("[credentials-a]\nusername=fu\npassword=fp\n[auth-esx-h]\ncredentials=a\n")
        assert ask(None, authfile=str(authfile), username="bob") == Credentials("bob", Secret("fp"))

    def test_what_is_missing_is_asked_for(self, authfile: Path) -> None:
        callback = Callback()
        authfile.write_text("[credentials-a]\nusername=fu\n[auth-esx-h]\ncredentials=a\n")
        assert ask(callback, authfile=str(authfile)) == Credentials("fu", Secret("pw"))
        authfile.write_text("[credentials-a]\npassword=fp\n[auth-esx-h]\ncredentials=a\n")
        assert ask(callback, authfile=str(authfile)) == Credentials("root", Secret("fp"))
        assert callback.asked == [[5, "Enter fu's password for h", None, None, None], USERNAME]

    def test_a_malformed_one_is_an_error_and_nobody_is_asked(self, authfile: Path) -> None:
        callback = Callback()
        authfile.write_text("[credentials-a]\npassword hunter2\n")
        with pytest.raises(AuthFileError) as caught:
            ask(callback, authfile=str(authfile))
        shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
        assert "hunter2" not in shown
        assert callback.asked == []
