"""Starting and stopping domains, on every kind of product, watched by the server."""

from collections.abc import Callable, Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import info, lifecycle
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.errors import OperationInvalidError, ReadOnlyError, ServerFault
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

Operation = Callable[[Connection, DomainHandle], None]


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


def test_a_machines_day(connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    for operation, state in (
        (lifecycle.start, 1),
        (lifecycle.suspend, 3),
        (lifecycle.resume, 1),
        (lifecycle.reset, 1),
        (lifecycle.destroy, 5),
    ):
        operation(connection, domain)
        assert (info.state(connection, domain), domain.state) == (state, state)
        assert (domain.id > 0) is (state != 5)


@pytest.mark.parametrize(
    ("operation", "name", "message"),
    [
        (lifecycle.start, "web", "Domain is not powered off"),
        (lifecycle.destroy, "archive", "Domain is not powered on$"),
        (lifecycle.destroy, "builder", "Domain is not powered on, but suspended: resume it first, or discard"),
        (lifecycle.suspend, "archive", "Domain is not powered on"),
        (lifecycle.suspend, "builder", "Domain is not powered on"),
        (lifecycle.resume, "web", "Domain is not suspended"),
        (lifecycle.resume, "archive", "Domain is not suspended"),
        (lifecycle.reset, "archive", "Domain is not powered on"),
        (lifecycle.shutdown, "archive", "Domain is not powered on"),
        (lifecycle.reboot, "builder", "Domain is not powered on"),
        (lifecycle.sleep, "archive", "Domain is not powered on"),
        (lifecycle.sleep, "builder", "Domain is not powered on"),
    ],
)
def test_wrong_states(fresh: Simulator, connection: Connection, operation: Operation, name: str, message: str) -> None:
    domain = lookup_by_name(connection, name)
    before = domain.state
    fresh.calls.clear()
    with pytest.raises(OperationInvalidError, match=message):
        operation(connection, domain)
    assert len(fresh.calls) == 1
    assert domain.state == before


def test_start_takes_nine_calls_and_the_updates(fresh: Simulator, connection: Connection) -> None:
    opening = 3
    domain = lookup_by_name(connection, "archive")
    lifecycle.start(connection, domain)
    connection.close()
    made = [call.method for call in fresh.calls]
    assert opening == made.index("Login") + 2
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= 9
    assert "WaitForUpdates" in "".join(made)


def test_progress_is_told(connection: Connection) -> None:
    told: list[int] = []
    connection.policy.progress = told.append
    lifecycle.start(connection, lookup_by_name(connection, "archive"))
    assert told == sorted(told)
    assert told[-1] == 100


def test_a_task_that_fails_says_so_and_nothing_is_left_watched(connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    other = lookup_by_name(connection, "archive")
    lifecycle.start(connection, other)
    with pytest.raises(OperationInvalidError):
        lifecycle.start(connection, domain)


def test_a_missing_vmx_file_is_the_reason(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", troubled=("missing",)) as simulator:
        connection = connect(simulator)
        with pytest.raises(ServerFault, match=r"Could not start domain: FileNotFound - .*missing\.vmx") as caught:
            lifecycle.start(connection, lookup_by_name(connection, "missing"))
        assert caught.value.name == "FileNotFound"
        made = [call.method for call in simulator.calls]
        assert made[-1] == "DestroyPropertyFilter"
        connection.close()


def test_a_start_whose_answer_is_lost_is_not_sent_again(fresh: Simulator, connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    fresh.calls.clear()
    fresh.faults.add(socket="truncate", method="PowerOnVM_Task", count=1)
    lifecycle.start(connection, domain)  # its task is there, and is followed
    assert [call.method for call in fresh.calls].count("PowerOnVM_Task") == 1


def test_a_guest_goes_to_sleep(fresh: Simulator, connection: Connection) -> None:
    domain = lookup_by_name(connection, "web")
    fresh.calls.clear()
    lifecycle.sleep(connection, domain)
    assert len(fresh.calls) == 2
    assert fresh.calls[-1].method == "StandbyGuest"
    # It was asked, and does it a while later: looking is all that can be done meanwhile.
    assert 3 in (info.state(connection, domain) for _ in range(1000))
    lifecycle.resume(connection, domain)
    assert info.state(connection, domain) == 1


def test_nobody_sleeps_without_tools(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", troubled=("notools",)) as simulator:
        connection = connect(simulator)
        domain = lookup_by_name(connection, "notools")
        if domain.state != 1:
            lifecycle.start(connection, domain)
        with pytest.raises(ServerFault, match="VMware Tools is not running") as caught:
            lifecycle.sleep(connection, domain)
        assert caught.value.name == "ToolsUnavailable"
        connection.close()


@pytest.mark.parametrize(
    "operation", [lifecycle.start, lifecycle.destroy, lifecycle.shutdown, lifecycle.reset, lifecycle.sleep]
)
def test_a_connection_for_reading_changes_nothing(
    fresh: Simulator, connection: Connection, operation: Operation
) -> None:
    domain = lookup_by_name(connection, "web")
    connection.read_only = True
    fresh.calls.clear()
    with pytest.raises(ReadOnlyError, match="read only access prevents virDomain"):
        operation(connection, domain)
    assert len(fresh.calls) == 0
