"""Managed save images: what is suspended, goes on, and forgets what its memory held."""

from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain import info, lifecycle, managed_save
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.errors import OperationInvalidError, OperationUnsupportedError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

RUNNING, PAUSED, SHUTOFF = 1, 3, 5


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", discards_state=True) as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


def test_saved_and_going_on(connection: Connection) -> None:
    domain = lookup_by_name(connection, "web")
    assert not managed_save.has_image(connection, domain)
    lifecycle.suspend(connection, domain, "virDomainManagedSave")
    assert managed_save.has_image(connection, domain)
    assert (info.state(connection, domain), domain.state) == (PAUSED, PAUSED)
    lifecycle.start(connection, domain)
    assert not managed_save.has_image(connection, domain)
    assert (info.state(connection, domain), domain.state) == (RUNNING, RUNNING)


def test_what_the_memory_held_is_discarded(connection: Connection) -> None:
    domain = lookup_by_name(connection, "builder")
    managed_save.remove_image(connection, domain)
    assert (info.state(connection, domain), domain.state, domain.id) == (SHUTOFF, SHUTOFF, -1)


@pytest.mark.parametrize("name", ["web", "archive"])
def test_without_an_image_nothing_is_removed(fresh: Simulator, connection: Connection, name: str) -> None:
    domain = lookup_by_name(connection, name)
    before = domain.state
    fresh.calls.clear()
    managed_save.remove_image(connection, domain)
    assert len(fresh.calls) == 1
    assert info.state(connection, domain) == before


def test_servers_that_keep_the_state_say_what_to_do(fresh: Simulator, connection: Connection) -> None:
    fresh.discards_state = False
    domain = lookup_by_name(connection, "builder")
    with pytest.raises(OperationUnsupportedError, match="'builder' while it is suspended: resume it, then destroy it"):
        managed_save.remove_image(connection, domain)
    assert info.state(connection, domain) == PAUSED


def test_a_domain_that_another_client_has_resumed_is_told_of(
    fresh: Simulator, connection: Connection, connect: Opener
) -> None:
    domain = lookup_by_name(connection, "builder")
    other = connect(fresh)
    ask = connection.session.call

    def resume_first(target: Any, method: str, *arguments: Any, **more: Any) -> Any:
        if method == "PowerOffVM_Task":
            lifecycle.resume(other, lookup_by_name(other, "builder"))
        return ask(target, method, *arguments, **more)

    connection.session.call = resume_first  # type: ignore[method-assign]
    with pytest.raises(OperationInvalidError, match="was removed, and another client had resumed it: it is off"):
        managed_save.remove_image(connection, domain)
    assert info.state(connection, domain) == SHUTOFF
