from concurrent.futures import ThreadPoolExecutor

import pytest

from esxvirt.driver.definition import define
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.domain.waiting import Condition, wait_for
from esxvirt.errors import DeadlineError, DomainNotFoundError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

pytestmark = pytest.mark.parametrize("profile", ["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])


def waits(simulator: Simulator) -> bool:
    return any(call.method.startswith("WaitForUpdates") for call in simulator.calls)


def test_what_is_there_already_is_not_waited_for(profile: str, connect: Opener) -> None:
    with Simulator(profile, transport="http") as simulator:
        connection = connect(simulator)
        web, archive = lookup_by_name(connection, "web"), lookup_by_name(connection, "archive")
        simulator.calls.clear()
        wait_for(connection, web, Condition.ACTIVE)
        wait_for(connection, web, Condition.AGENT)
        wait_for(connection, archive, Condition.INACTIVE)
        assert len(simulator.calls) == 3


@pytest.mark.parametrize(
    ("name", "condition", "change"),
    [("web", Condition.INACTIVE, lifecycle.destroy), ("archive", Condition.ACTIVE, lifecycle.start)],
)
def test_what_another_does_ends_the_wait(
    profile: str, connect: Opener, name: str, condition: Condition, change: object
) -> None:
    with Simulator(profile, transport="http") as simulator, ThreadPoolExecutor() as threads:
        mine, other = connect(simulator), connect(simulator)
        waited_for = lookup_by_name(mine, name)
        simulator.calls.clear()
        waiting = threads.submit(wait_for, mine, waited_for, condition)
        while not waits(simulator):
            assert not waiting.done()
        assert callable(change)
        change(other, lookup_by_name(other, name))
        waiting.result(60)


def test_an_end_of_the_time_is_told(profile: str, connect: Opener) -> None:
    with Simulator(profile, transport="http") as simulator:
        connection = connect(simulator)
        web = lookup_by_name(connection, "web")
        with pytest.raises(DeadlineError, match=r"did not come to 'domain-inactive' within 0\.1 seconds"):
            wait_for(connection, web, Condition.INACTIVE, 0.1)


def test_a_machine_that_goes_is_not_waited_for_any_longer(profile: str, connect: Opener) -> None:
    with Simulator(profile, transport="http") as simulator, ThreadPoolExecutor() as threads:
        mine, other = connect(simulator), connect(simulator)
        archive = lookup_by_name(mine, "archive")
        simulator.calls.clear()
        waiting = threads.submit(wait_for, mine, archive, Condition.ACTIVE)
        while not waits(simulator):
            assert not waiting.done()
        define.undefine(other, lookup_by_name(other, "archive"))
        with pytest.raises(DomainNotFoundError):
            waiting.result(60)
