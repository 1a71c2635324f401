"""How sessions begin and end."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyVim import connect
from pyVmomi import vim, vmodl
from pyVmomi.SoapAdapter import SoapStubAdapter

from esxvirt.sim import Simulator


def _login(simulator: Simulator) -> Any:
    return connect.SmartConnect(
        protocol="http", host=simulator.host, port=simulator.port, user=simulator.username, pwd=simulator.password
    )


@pytest.fixture
def stranger() -> Iterator[Callable[[Simulator], Any]]:
    """Makes session managers of somebody who is not logged in."""
    stubs: list[Any] = []

    def make(simulator: Simulator) -> Any:
        adapter: Any = SoapStubAdapter
        stubs.append(adapter(simulator.host, -simulator.port, version="vim.version.v7_0", path="/sdk"))
        return vim.ServiceInstance("ServiceInstance", stubs[-1]).RetrieveContent().sessionManager

    yield make
    for stub in stubs:
        stub.DropConnections()


def test_a_ticket_is_good_for_one_session(stranger: Callable[[Simulator], Any]) -> None:
    with Simulator("vcenter-7.0", "http") as simulator:
        service = _login(simulator)
        ticket = service.content.sessionManager.AcquireCloneTicket()
        friend = stranger(simulator)
        session = friend.CloneSession(ticket)
        assert session.userName == simulator.username
        assert session.key != service.content.sessionManager.currentSession.key
        assert friend.currentSession.key == session.key
        assert len(simulator.sessions) == 2
        for spent in (ticket, "nonsense", ""):
            with pytest.raises(vim.fault.InvalidLogin):
                stranger(simulator).CloneSession(spent)
        # Whoever has a session needs no other.
        with pytest.raises(vim.fault.InvalidLogin):
            friend.CloneSession(service.content.sessionManager.AcquireCloneTicket())
        # A ticket ends with the session that it is of.
        last = service.content.sessionManager.AcquireCloneTicket()
        connect.Disconnect(service)
        with pytest.raises(vim.fault.InvalidLogin):
            stranger(simulator).CloneSession(last)
        with pytest.raises(vim.fault.NotAuthenticated):
            stranger(simulator).AcquireCloneTicket()
        friend.Logout()
        assert simulator.sessions == []


def test_an_idle_session_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [time.monotonic()]
    monkeypatch.setattr("esxvirt.sim.sessions.time.monotonic", lambda: clock[0])
    with Simulator("esx-7.0", "http", idle_timeout=60) as simulator:
        service = _login(simulator)
        clock[0] += 59
        assert service.CurrentTime()
        clock[0] += 59
        assert service.content.sessionManager.currentSession is not None
        assert len(simulator.sessions) == 1
        clock[0] += 61
        assert simulator.sessions == []
        with pytest.raises(vim.fault.NotAuthenticated):
            service.CurrentTime()
        service._stub.DropConnections()


def test_a_timeout_that_cannot_be() -> None:
    with pytest.raises(ValueError, match="cannot be"):
        Simulator(idle_timeout=0)


def test_a_session_cannot_end_itself_but_others() -> None:
    with Simulator("esx-7.0", "http") as simulator:
        one, two = _login(simulator), _login(simulator)
        manager = one.content.sessionManager
        with pytest.raises(vmodl.fault.InvalidArgument):
            manager.TerminateSession([manager.currentSession.key])
        manager.TerminateSession([two.content.sessionManager.currentSession.key])
        with pytest.raises(vim.fault.NotAuthenticated):
            two.CurrentTime()
        connect.Disconnect(one)
        two._stub.DropConnections()
