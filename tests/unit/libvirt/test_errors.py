import inspect
import threading
import traceback
from typing import Any

import pytest

from esxvirt import errors as tree
from esxvirt import libvirt
from esxvirt.libvirt._errors import ERRORS, SOURCES, TEXTS, translate

OF_THE_CALLED = 20  # VIR_FROM_DOMAIN


def classes() -> list[type[tree.EsxvirtError]]:
    return [cls for _, cls in inspect.getmembers(tree, inspect.isclass) if issubclass(cls, tree.EsxvirtError)]


def make(cls: type[tree.EsxvirtError], text: str) -> tree.EsxvirtError:
    if issubclass(cls, tree.ServerFault):
        return cls(text, name="SomeFault")
    return cls(text)


@pytest.mark.parametrize("cls", classes())
def test_every_error_of_the_tree_becomes_what_its_page_says(cls: type[tree.EsxvirtError]) -> None:
    error = translate(make(cls, "because"), OF_THE_CALLED)
    code = error.get_error_code()
    assert code is not None
    name = next(name for name in vars(libvirt) if name.startswith("VIR_ERR_") and getattr(libvirt, name) == code)
    assert tree.__doc__ is not None
    line = next((line for line in tree.__doc__.splitlines() if f" {cls.__name__} " in f"{line.replace('--', '')} "), "")
    assert name in line or "VIR_ERR_" not in line
    assert str(error) == error.get_error_message() == TEXTS.get(code, "%1$s").replace("%1$s", "because")


@pytest.mark.parametrize(
    ("error", "code", "domain", "text"),
    [
        (tree.EsxvirtError("x"), 1, 28, "internal error: x"),
        (tree.TransportError("x"), 1, 28, "internal error: x"),
        (tree.UriSyntaxError("Unable to parse URI x"), 1, 45, "internal error: Unable to parse URI x"),
        (tree.UriServerError("x"), 8, 0, "invalid argument: x"),
        (tree.UriError("x"), 8, 28, "invalid argument: x"),
        (tree.UnavailableError("x"), 5, 0, "no connection driver available for x"),
        (tree.UnsupportedError("virFoo"), 3, 20, "this function is not supported by the connection driver: virFoo"),
        (tree.DomainNotFoundError("x"), 42, 28, "Domain not found: x"),
        (tree.OperationInvalidError("x"), 55, 28, "Requested operation is not valid: x"),
        (tree.AuthenticationError("x"), 45, 46, "authentication failed: x"),
        (tree.NoAnswerError("x"), 9, 46, "operation failed: x"),
        (tree.NoQuestionError("x"), 84, 46, "Operation not supported: x"),
        (tree.NoCredentialsError("x"), 8, 46, "invalid argument: x"),
        (tree.AuthFileError("x"), 33, 0, "configuration file syntax error: x"),
        (tree.ReadOnlyError("x"), 29, 20, "operation forbidden: x"),
        (tree.ServerFault("x", name="InvalidLogin"), 1, 28, "internal error: x"),
        (tree.ServerFault("x", name="NoPermission"), 88, 28, "access denied: x"),
        (tree.ServerFault("x", name="RestrictedVersion"), 29, 28, "operation forbidden: x"),
        (tree.MissingPrivilegeError("x", name="NoPermission"), 88, 28, "access denied: x"),
    ],
)
def test_code_domain_and_text(error: tree.EsxvirtError, code: int, domain: int, text: str) -> None:
    assert translate(error, OF_THE_CALLED).err == (code, domain, text, 2, TEXTS[code], str(error), None, -1, -1)


def test_a_percent_sign_in_a_message_stays_one() -> None:
    assert str(translate(tree.EsxvirtError("100%s %d"), 0)) == "internal error: 100%s %d"


def test_every_domain_has_a_name() -> None:
    named = {meaning.domain for meaning in ERRORS.values()} - {None}
    assert named <= set(SOURCES)


def test_the_getters() -> None:
    error = translate(tree.DomainNotFoundError("x"), 0)
    assert (error.get_error_code(), error.get_error_domain(), error.get_error_level()) == (42, 28, 2)
    assert (error.get_str1(), error.get_str2(), error.get_str3()) == ("Domain not found: %1$s", "x", None)
    assert (error.get_int1(), error.get_int2()) == (-1, -1)


def test_an_error_of_a_programs_own_has_no_details() -> None:
    error = libvirt.libvirtError("mine")
    assert str(error) == "mine"
    assert error.err is None
    getters = [value for name, value in vars(libvirt.libvirtError).items() if name.startswith("get_")]
    assert len(getters) == 9
    assert [getter(error) for getter in getters] == [None] * 9


class TestLastError:
    def test_it_is_kept_until_it_is_reset(self) -> None:
        translate(tree.DomainNotFoundError("x"), 0)
        error = libvirt.virGetLastError()
        assert error is not None
        assert error[:3] == (42, 28, "Domain not found: x")
        assert libvirt.virGetLastErrorCode() == 42
        assert libvirt.virGetLastErrorDomain() == 28
        assert libvirt.virGetLastErrorMessage() == "Domain not found: x"
        libvirt.virResetLastError()
        assert libvirt.virGetLastError() is None
        assert libvirt.virGetLastErrorCode() == libvirt.virGetLastErrorDomain() == 0
        assert libvirt.virGetLastErrorMessage() == "no error"

    def test_each_thread_has_its_own(self) -> None:
        translate(tree.DomainNotFoundError("x"), 0)
        found: list[Any] = []
        thread = threading.Thread(target=lambda: found.append(libvirt.virGetLastError()))
        thread.start()
        thread.join()
        assert found == [None]

    def test_a_call_forgets_it(self, connection: libvirt.virConnect) -> None:
        translate(tree.DomainNotFoundError("x"), 0)
        assert connection.getType() == "ESX"
        assert libvirt.virGetLastError() is None
        assert connection.virConnGetLastError() is None


class TestHandler:
    def test_without_one_errors_are_printed_as_libvirt_does(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert libvirt.registerErrorHandler(None, None) == 1
        translate(tree.DomainNotFoundError("x"), 0)
        translate(tree.UriServerError("y"), 0)
        assert capsys.readouterr() == (
            "",
            "libvirt: ESX Driver error : Domain not found: x\nlibvirt:  error : invalid argument: y\n",
        )

    def test_one_gets_context_and_error_and_nothing_is_printed(self, capsys: pytest.CaptureFixture[str]) -> None:
        found: list[Any] = []
        assert libvirt.registerErrorHandler(lambda *arguments: found.append(arguments), "context") == 1
        error = translate(tree.DomainNotFoundError("x"), 0)
        assert found == [("context", error.err)]
        assert capsys.readouterr() == ("", "")

    def test_one_that_breaks_hides_no_error(self, capsys: pytest.CaptureFixture[str]) -> None:
        def fail(_context: object, _error: object) -> None:
            raise RuntimeError("the handler broke")

        libvirt.registerErrorHandler(fail, None)
        assert str(translate(tree.DomainNotFoundError("x"), 0)) == "Domain not found: x"
        assert "the handler broke" in capsys.readouterr().err


def test_the_cause_is_kept(connection: libvirt.virConnect, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_driver: object) -> str:
        raise tree.TransportError("the wire broke")

    monkeypatch.setattr("esxvirt.driver.host.host.hostname", fail)
    with pytest.raises(libvirt.libvirtError, match=r"^internal error: the wire broke$") as caught:
        connection.getHostname()
    assert isinstance(caught.value.__cause__, tree.TransportError)
    assert "the wire broke" in "".join(traceback.format_exception(caught.value))
