"""Screens and keyboards: what is pressed, what is refused, and what is left behind."""

import pytest

from esxvirt.driver.domain import console, keycodes
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.errors import (
    ArgumentUnsupportedError,
    BadAnswerError,
    EsxvirtError,
    InvalidArgumentError,
    MissingPrivilegeError,
    OperationInvalidError,
    TransportError,
    UnsupportedError,
)
from esxvirt.sim import Simulator
from esxvirt.vsphere import screens
from tests.server.driver.conftest import Opener

LINUX, XT, ATSET1, ATSET2, USB, WIN32, QNUM = 0, 1, 2, 3, 7, 8, 9
DELETE = {LINUX: 111, XT: 0xD3, ATSET1: 0xE053, USB: 0x4C, WIN32: 0x2E, QNUM: 0xD3}


def test_every_codeset_has_each_key_once() -> None:
    for codeset, code_of_delete in DELETE.items():
        name = keycodes.CODESETS[codeset]
        codes = [code for code, _ in keycodes._codes(name)]
        assert len(codes) == len(set(codes)), name
        assert keycodes.usages(codeset, [code_of_delete]) == [0x4C]
    assert keycodes.code_of(LINUX, "KEY_DELETE") == 111
    assert keycodes.code_of(WIN32, "VK_DELETE") == 0x2E
    assert keycodes.code_of(USB, "KEY_DELETE") is None


@pytest.mark.parametrize(
    ("keys", "pressed"),
    [
        ([30], [(4, frozenset())]),
        ([29, 56, 111], [(0x4C, frozenset({"leftControl", "leftAlt"}))]),
        ([42, 30, 48], [(4, frozenset({"leftShift"})), (5, frozenset({"leftShift"}))]),
        ([125], [(0xE3, frozenset({"leftGui"}))]),
    ],
)
def test_keys(connect: Opener, keys: list[int], pressed: list[tuple[int, frozenset[str]]]) -> None:
    with Simulator("esx-8.0", transport="http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "web")
        simulator.calls.clear()
        console.send_keys(connection, domain, LINUX, 0, keys)
        assert len(simulator.calls) == 2
        assert simulator.site.find_machine("web").scan_codes == pressed
        connection.close()


def test_keys_that_cannot_be_pressed(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = connect(simulator)
        web, archive = lookup_by_name(connection, "web"), lookup_by_name(connection, "archive")
        simulator.calls.clear()
        with pytest.raises(InvalidArgumentError, match="cannot translate keycode 700 of codeset 'linux'"):
            console.send_keys(connection, web, LINUX, 0, [30, 700])
        with pytest.raises(ArgumentUnsupportedError, match="'atset2' is not supported; there are linux, "):
            console.send_keys(connection, web, ATSET2, 0, [30])
        with pytest.raises(ArgumentUnsupportedError, match="codeset '99' is not supported"):
            console.send_keys(connection, web, 99, 0, [30])
        with pytest.raises(ArgumentUnsupportedError, match="how long"):
            console.send_keys(connection, web, LINUX, 5, [30])
        assert len(simulator.calls) == 0
        with pytest.raises(OperationInvalidError, match="Domain is not powered on"):
            console.send_keys(connection, archive, LINUX, 0, [30])
        assert simulator.site.find_machine("web").scan_codes == []
        connection.close()


def test_an_old_server_has_no_keyboard(connect: Opener) -> None:
    with Simulator("esx-5.5", transport="http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "web")
        simulator.calls.clear()
        with pytest.raises(UnsupportedError, match=r"virDomainSendKey \(it needs vSphere 6.5"):
            console.send_keys(connection, domain, LINUX, 0, [30])
        assert len(simulator.calls) == 0
        connection.close()


def test_a_server_without_pages_writes_the_picture_and_keeps_none(
    connect: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "web")
        expected = console.screenshot(connection, domain)
        store = simulator.site.find_machine("web").datastore
        before = dict(store.walk(""))
        monkeypatch.setattr(console, "read_screen", lambda *_: None)
        assert console.screenshot(connection, domain) == expected
        assert "CreateScreenshot_Task" in simulator.calls.methods()
        assert {name for name, file in store.walk("") if file} == {name for name, file in before.items() if file}
        connection.close()


@pytest.mark.parametrize(
    ("answer", "error", "text"),
    [
        (
            (403, "Forbidden", b""),
            MissingPrivilegeError,
            "privilege 'VirtualMachine.Interact.ConsoleInteract'",
        ),
        ((500, "Internal Server Error", b""), TransportError, "HTTP 500"),
        ((200, "OK", b"<html>"), BadAnswerError, "no PNG"),
    ],
)
def test_a_server_that_gives_no_picture(
    connect: Opener,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, str, bytes],
    error: type[EsxvirtError],
    text: str,
) -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        connection = connect(simulator)
        monkeypatch.setattr(screens, "exchange", lambda *_: answer)
        with pytest.raises(error, match=text):
            console.screenshot(connection, lookup_by_name(connection, "web"))
        connection.close()


def test_a_picture_survives_lost_answers_and_an_expired_session(connect: Opener) -> None:
    with Simulator("esx-4.0", transport="http") as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "web")
        simulator.faults.add(socket="reset", http="GET", count=2)
        assert console.screenshot(connection, domain).startswith(screens.PNG)
        simulator.expire_sessions()
        assert console.screenshot(connection, domain).startswith(screens.PNG)
        with pytest.raises(InvalidArgumentError, match="Screen cannot be selected"):
            console.screenshot(connection, domain, 1)
        connection.close()
