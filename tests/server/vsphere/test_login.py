"""Logging in: what must arrive, what must not stay behind."""

import signal
import threading
import traceback
from collections.abc import Iterator

import pytest

from esxvirt.errors import AuthenticationError, EsxvirtError
from esxvirt.sim import Simulator
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.soap import escape, is_sendable

STRANGE = [
    "&<>'\"]]>",
    "päßwörd €",
    "日本語 🔑",
    " leading and trailing ",
    "tab\tand\nline\rreturn\r\n",
    "%s {0} \\x00",
    "",
]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


def connect(simulator: Simulator) -> Session:
    return Session.connect(Endpoint(simulator.host, simulator.port, None))


@pytest.mark.parametrize("password", STRANGE)
def test_passwords_of_any_characters_arrive(password: str) -> None:
    with Simulator("esx-7.0", transport="http", password=password) as simulator:
        session = connect(simulator)
        session.login(simulator.username, lambda: password)
        assert len(simulator.sessions) == 1
        session.close()
        assert simulator.sessions == []


@pytest.mark.parametrize("text", ["\x00", "a\x01b", "\ud800", "caf\udce9", "\ufffe", "\x1b[0m"])
def test_what_cannot_be_sent_is_said_so_without_showing_it(simulator: Simulator, text: str) -> None:
    session = connect(simulator)
    simulator.calls.clear()
    password = "s3cret" + text
    with pytest.raises(AuthenticationError, match="the password has a character that cannot be sent") as caught:
        session.login("root", lambda: password)
    assert "s3cret" not in "".join(traceback.format_exception(caught.value))
    with pytest.raises(AuthenticationError, match="the user name has a character"):
        session.login("root" + text, lambda: "s3cret")
    assert len(simulator.calls) == 0
    session.close()


@pytest.mark.parametrize("kind", ["refuse", "reset", "truncate", "http503"])
def test_no_frame_with_the_password_stays_with_an_error(simulator: Simulator, kind: str) -> None:
    session = connect(simulator)
    simulator.faults.add(socket=kind, method="Login")
    with pytest.raises(EsxvirtError) as caught:
        session.login("root", lambda: "s3cret")
    shown = "".join(traceback.TracebackException.from_exception(caught.value, capture_locals=True).format())
    assert "s3cret" not in shown.replace("""session.login("root", lambda: "s3cret")""", "")
    session.close()


def test_a_signal_while_the_answer_to_login_is_under_way_leaves_no_session(simulator: Simulator) -> None:
    session = connect(simulator)
    here = threading.get_ident()

    def reveal() -> str:
        signal.pthread_kill(here, signal.SIGINT)  # Login is sent after that, by the thread that asks
        return simulator.password

    simulator.latency = 0.1
    with pytest.raises(KeyboardInterrupt):
        session.login("root", reveal)
    assert len(simulator.sessions) == 1
    simulator.latency = 0.0
    session.close()
    assert simulator.sessions == []


def test_escaped_text_is_what_it_was() -> None:
    assert escape("a\r&<b") == "a&#13;&amp;&lt;b"
    assert is_sendable("\t\n\r ä€🔑\ufffd")
