"""Looking at a server that fails: reads come through what passes, and say clearly what does not."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt import records
from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import description, listing, lookup
from esxvirt.errors import BadAnswerError, DeadlineError, EsxvirtError, ServerFault, TransportError
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.vsphere import files

PASSING = ["refuse", "reset", "truncate", "garbage", "http503"]
READS = {"esx-3.5": "RetrieveProperties", "esx-7.0": "RetrievePropertiesEx"}


@pytest.fixture(scope="module", params=list(READS))
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", vms=5) as running:
        yield running


@pytest.fixture
def simulator(server: Simulator) -> Iterator[Simulator]:
    yield server
    server.faults.clear()
    server.expire_sessions()


def connect(simulator: Simulator, uri: str | None = None) -> Connection:
    def authenticate(**_: Any) -> Credentials:
        return Credentials(simulator.username, Secret(simulator.password))

    return Connection.open(parse(uri or simulator.uri), authenticate)


@pytest.mark.parametrize("kind", ["refuse", "reset", "truncate", "http503"])
def test_a_read_survives_one_broken_answer(simulator: Simulator, kind: str) -> None:
    connection = connect(simulator)
    expected = [domain.name for domain in listing.list_domains(connection)]
    rule = simulator.faults.add(socket=kind, method=READS[simulator.profile.name], count=1)
    assert [domain.name for domain in listing.list_domains(connection)] == expected
    assert rule.seen == 1
    connection.close()
    assert simulator.sessions == []


@pytest.mark.parametrize("kind", PASSING)
def test_a_read_that_breaks_every_time_is_an_error_that_names_the_server(simulator: Simulator, kind: str) -> None:
    connection = connect(simulator)
    simulator.faults.add(socket=kind, method=READS[simulator.profile.name])
    with pytest.raises(TransportError, match=str(simulator.port)):
        listing.list_domains(connection)
    simulator.faults.clear()
    connection.close()
    assert simulator.sessions == []


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("method", ["RetrieveServiceContent", "Login"])
def test_a_connection_that_breaks_while_it_is_opened(simulator: Simulator, kind: str, method: str) -> None:
    simulator.faults.add(socket=kind, method=method)
    with pytest.raises(TransportError):
        connect(simulator)
    simulator.faults.clear()
    # Where the answer to Login was lost nobody knows the session; in all other cases it is closed again.
    if method != "Login":
        assert simulator.sessions == []


def test_login_is_not_sent_twice(simulator: Simulator) -> None:
    simulator.calls.clear()
    simulator.faults.add(socket="truncate", method="Login")
    with pytest.raises(TransportError):
        connect(simulator)
    assert [call.method for call in simulator.calls].count("Login") == 1


@pytest.mark.parametrize("kind", [*PASSING, "hang"])
def test_a_logout_that_fails_is_no_error(simulator: Simulator, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("esxvirt.vsphere.session._LOGOUT_SECONDS", 0.3)
    connection = connect(simulator)
    simulator.faults.add(socket=kind, method="Logout")
    connection.close()


@pytest.mark.parametrize("kind", ["hang", "drip"])
def test_a_server_that_takes_for_ever(simulator: Simulator, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = connect(simulator)
    simulator.faults.add(socket=kind, method=READS[simulator.profile.name])
    slow = records.replace(connection.session.endpoint, deadline=0.5)
    monkeypatch.setattr(connection.session.transport, "endpoint", slow)
    with pytest.raises(DeadlineError):
        listing.list_domains(connection)
    simulator.faults.clear()
    connection.close()


def test_an_expired_session_is_renewed_without_a_word(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.expire_sessions()
    simulator.calls.clear()
    assert listing.list_domains(connection)
    read = READS[simulator.profile.name]
    assert [call.method for call in simulator.calls] == [read, "RetrieveProperties", "Login", read]
    connection.close()
    assert simulator.sessions == []


def test_a_session_that_is_there_after_all_is_not_opened_twice(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.calls.clear()
    simulator.faults.add(fault="NotAuthenticated", method=READS[simulator.profile.name], count=1)
    assert listing.list_domains(connection)
    assert "Login" not in [call.method for call in simulator.calls]
    assert len(simulator.sessions) == 1
    connection.close()


def test_a_session_that_expires_before_a_download_is_renewed(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = connect(simulator)
    domain = lookup.lookup_by_name(connection, "Fedora11")
    expected = description.xml_description(connection, domain)
    read = files.read_file

    def after_expiry(*arguments: Any) -> bytes:
        simulator.expire_sessions()
        return read(*arguments)

    monkeypatch.setattr(description, "read_file", after_expiry)
    simulator.calls.clear()
    assert description.xml_description(connection, domain) == expected
    assert [call.method for call in simulator.calls].count("Login") == 1
    connection.close()
    assert simulator.sessions == []


def test_an_expired_session_is_renewed_once_for_all_threads(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.expire_sessions()
    simulator.calls.clear()
    together = threading.Barrier(8)
    found: list[int] = []

    def read() -> None:
        together.wait()
        found.append(len(listing.list_domains(connection)))

    threads = [threading.Thread(target=read) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert [call.method for call in simulator.calls].count("Login") == 1
    assert len(simulator.sessions) == 1
    connection.close()
    assert simulator.sessions == []


def test_a_session_that_cannot_be_renewed_is_an_error(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.expire_sessions()
    simulator.faults.add(fault="InvalidLogin", method="Login")
    with pytest.raises(ServerFault, match="'Login'") as caught:
        listing.list_domains(connection)
    assert caught.value.name == "InvalidLogin"
    connection.close()


def test_a_read_that_the_account_may_not_make_says_so(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.faults.add(fault="NoPermission", method=READS[simulator.profile.name])
    with pytest.raises(ServerFault, match="'RetrieveProperties"):
        listing.list_domains(connection)
    connection.close()


@pytest.mark.parametrize("kind", ["refuse", "reset", "truncate"])
def test_a_file_survives_one_broken_answer(simulator: Simulator, kind: str) -> None:
    connection = connect(simulator)
    domain = lookup.lookup_by_name(connection, "Fedora11")
    expected = description.xml_description(connection, domain)
    # No method: the download, too, and the read before it.
    simulator.faults.add(socket=kind, count=2)
    assert description.xml_description(connection, domain) == expected
    connection.close()


def test_a_file_that_never_comes_is_an_error_that_names_it(simulator: Simulator) -> None:
    connection = connect(simulator)
    domain = lookup.lookup_by_name(connection, "Fedora11")
    content = simulator.site
    assert content is not None
    simulator.faults.add(socket="http503")
    with pytest.raises(EsxvirtError, match="503"):
        description.xml_description(connection, domain)
    simulator.faults.clear()
    connection.close()


def test_an_answer_that_is_no_xml(simulator: Simulator) -> None:
    connection = connect(simulator)
    simulator.faults.add(socket="garbage", method=READS[simulator.profile.name])
    with pytest.raises(BadAnswerError, match="is not whole SOAP"):
        listing.list_domains(connection)
    simulator.faults.clear()
    connection.close()
