"""Memory, processors, scheduler, autostart and the guest, on every kind of product."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import autostart, autostart_change, guest, info, memory, scheduler, vcpus
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.domain.scheduler import Scheduling
from esxvirt.errors import InvalidArgumentError, OperationInvalidError, ServerFault
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

LIVE = 1


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


def test_the_memory_that_a_domain_has_is_a_multiple_of_4096(connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    memory.set_max_memory(connection, domain, 524289)
    assert info.max_memory(connection, domain) == 524288 + 4096
    with pytest.raises(OperationInvalidError, match="Domain is not powered off"):
        memory.set_max_memory(connection, lookup_by_name(connection, "web"), 524288)


@pytest.mark.parametrize("name", ["archive", "web"])
def test_the_memory_that_a_domain_may_use_is_rounded_up_to_mebibytes(connection: Connection, name: str) -> None:
    domain = lookup_by_name(connection, name)
    memory.set_memory(connection, domain, 262145)
    assert info.domain_info(connection, domain).memory == 262144 + 1024


def test_guaranteed_memory(connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    memory.set_guarantee(connection, domain, 102401)
    assert memory.get_guarantee(connection, domain) == 102400 + 1024
    with pytest.raises(OperationInvalidError, match="domain is not running"):
        memory.get_guarantee(connection, domain, LIVE)
    with pytest.raises(OperationInvalidError, match="domain is not running"):
        memory.set_guarantee(connection, domain, 102400, LIVE)


def test_processors(connection: Connection) -> None:
    domain = lookup_by_name(connection, "archive")
    vcpus.set_vcpus(connection, domain, 3)
    assert info.vcpus(connection, domain) == 3
    for wrong in (0, -1, 100_000):
        with pytest.raises(InvalidArgumentError, match="Requested number of virtual CPUs"):
            vcpus.set_vcpus(connection, domain, wrong)
    with pytest.raises(ServerFault, match="Could not set number of virtual CPUs to 4: "):
        vcpus.set_vcpus(connection, lookup_by_name(connection, "web"), 4)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (Scheduling(reservation=100), Scheduling(100, -1, -2)),
        (Scheduling(limit=0), Scheduling(0, 0, -2)),
        (Scheduling(shares=-1), Scheduling(0, -1, -1)),
        (Scheduling(shares=-3), Scheduling(0, -1, -3)),
        (Scheduling(shares=1234), Scheduling(0, -1, 1234)),
        (Scheduling(100, 2000, 500), Scheduling(100, 2000, 500)),
    ],
)
def test_scheduling(connection: Connection, change: Scheduling, expected: Scheduling) -> None:
    domain = lookup_by_name(connection, "archive")
    assert scheduler.get_scheduling(connection, domain) == Scheduling(0, -1, -2)
    scheduler.set_scheduling(connection, domain, change)
    assert scheduler.get_scheduling(connection, domain) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (Scheduling(reservation=-1), "reservation to -1 MHz, expecting positive value"),
        (Scheduling(limit=-2), r"limit to -2 MHz, expecting positive value or -1 \(unlimited\)"),
        (Scheduling(shares=-4), r"shares to -4, expecting positive value or -1 \(low\), -2 \(normal\) or -3 \(high\)"),
    ],
)
def test_scheduling_out_of_range(fresh: Simulator, connection: Connection, change: Scheduling, message: str) -> None:
    domain = lookup_by_name(connection, "archive")
    fresh.calls.clear()
    with pytest.raises(InvalidArgumentError, match=message):
        scheduler.set_scheduling(connection, domain, change)
    assert not list(fresh.calls)


def test_starting_with_the_host(connection: Connection) -> None:
    archive, web = lookup_by_name(connection, "archive"), lookup_by_name(connection, "web")
    assert not autostart.get_autostart(connection, archive)
    autostart_change.set_autostart(connection, archive, start=True)
    assert autostart.get_autostart(connection, archive)
    assert not autostart.get_autostart(connection, web)
    autostart_change.set_autostart(connection, archive, start=False)
    assert not autostart.get_autostart(connection, archive)


def test_the_guest(connection: Connection) -> None:
    domain = lookup_by_name(connection, "web")
    assert guest.hostname(connection, domain) == "web"
    [card] = guest.addresses(connection, domain)
    assert card.network
    assert card.mac.startswith("00:")
    assert card.addresses[0].startswith("10.")
    for name in ("archive", "builder"):
        with pytest.raises(OperationInvalidError, match="Domain is not powered on"):
            guest.hostname(connection, lookup_by_name(connection, name))
        with pytest.raises(OperationInvalidError, match="Domain is not powered on"):
            guest.addresses(connection, lookup_by_name(connection, name))
