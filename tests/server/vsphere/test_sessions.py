"""Sessions that live long, that threads share, and that must be gone in the end: the server's list is the witness."""

import gc
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from esxvirt.errors import EsxvirtError
from esxvirt.sim import Simulator
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.keepalive import KeepAlive
from esxvirt.vsphere.session import SERVICE, Session

THREADS = 16
PATIENCE = 60


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


def log_in(simulator: Simulator) -> Session:
    session = Session.connect(Endpoint(simulator.host, simulator.port, None))
    session.login(simulator.username, lambda: simulator.password)
    return session


def methods(simulator: Simulator) -> list[str]:
    return [call.method for call in simulator.calls]


def test_sixteen_threads_renew_an_expired_session_once(simulator: Simulator) -> None:
    session = log_in(simulator)
    together = threading.Barrier(THREADS)

    def ask(_: int) -> bool:
        together.wait(PATIENCE)
        return bool(session.call(SERVICE, "CurrentTime"))

    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(5):
            simulator.expire_sessions()
            simulator.calls.clear()
            assert all(pool.map(ask, range(THREADS)))
            assert methods(simulator).count("Login") == 1
            assert len(simulator.sessions) == 1
    session.close()
    assert simulator.sessions == []


def test_a_session_that_is_closed_while_others_renew_it_leaves_none(simulator: Simulator) -> None:
    for _ in range(10):
        session = log_in(simulator)
        simulator.expire_sessions()
        together = threading.Barrier(2)

        def ask(session: Session = session, together: threading.Barrier = together) -> None:
            together.wait(PATIENCE)
            try:
                session.call(SERVICE, "CurrentTime")
            except EsxvirtError:
                return  # it was closed first

        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(ask)
            together.wait(PATIENCE)
            session.close()
            asked.result(PATIENCE)
        assert simulator.sessions == []


def test_a_silent_session_is_kept_alive(simulator: Simulator) -> None:
    session = log_in(simulator)
    enough = threading.Event()
    simulator.calls.clear()
    call = session.call

    def watched(target: Ref, method: str, *arguments: object, seconds: float | None = None) -> object:
        answer = call(target, method, *arguments, seconds=seconds)
        if methods(simulator).count("CurrentTime") >= 3:
            enough.set()
        return answer

    session.call = watched  # type: ignore[method-assign]
    keep = KeepAlive(session, 0.01, 2, pytest.fail)
    assert enough.wait(PATIENCE)
    simulator.expire_sessions()
    enough.clear()
    simulator.calls.clear()
    assert enough.wait(PATIENCE)
    assert methods(simulator).count("Login") == 1
    keep.stop()
    keep._thread.join(PATIENCE)
    session.close()
    assert simulator.sessions == []


def test_a_server_that_is_gone_is_told_once(simulator: Simulator) -> None:
    session = log_in(simulator)
    lost = threading.Event()
    simulator.faults.add(socket="refuse", method="CurrentTime")
    keep = KeepAlive(session, 0.01, 2, lost.set)
    assert lost.wait(PATIENCE)
    keep._thread.join(PATIENCE)
    assert not keep._thread.is_alive()
    assert methods(simulator).count("CurrentTime") >= 0
    simulator.faults.clear()
    session.close()


def test_a_forgotten_session_ends_its_keepalive_and_is_logged_out(simulator: Simulator) -> None:
    session = log_in(simulator)
    keep = KeepAlive(session, 0.01, 2, pytest.fail)
    del session
    gc.collect()
    keep._thread.join(PATIENCE)
    gc.collect()
    assert not keep._thread.is_alive()
    assert simulator.sessions == []
