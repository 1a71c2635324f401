"""Callbacks for events: they are kept as libvirt keeps them, and nothing is told so far."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import open_connection


@pytest.fixture
def connection() -> Iterator[Any]:
    libvirt.virEventRegisterDefaultImpl()
    with (
        Simulator("esx-7.0", transport="http") as simulator,
        open_connection(simulator.uri, simulator.username, simulator.password) as opened,
    ):
        yield opened


def ignore(*_: object) -> None:
    """Be told."""


KINDS: dict[str, Callable[[Any], Any]] = {
    "domain": lambda c: c.lookupByName("web"),
    "network": lambda c: c.networkLookupByName("vSwitch0"),
    "storagePool": lambda c: c.storagePoolLookupByName("local-storage"),
    "nodeDevice": lambda _: None,
}


@pytest.mark.parametrize("kind", KINDS)
def test_callbacks_have_numbers_of_their_own(connection: Any, kind: str) -> None:
    register = getattr(connection, f"{kind}EventRegisterAny")
    deregister = getattr(connection, f"{kind}EventDeregisterAny")
    numbers = [register(None, 0, ignore, None), register(None, 1, ignore, {"any": "thing"})]
    one = KINDS[kind](connection)
    if one is not None:
        numbers.append(register(one, 0, ignore, None))
    assert numbers == list(range(len(numbers)))
    for number in numbers:
        assert deregister(number) is None
    assert register(None, 0, ignore, None) == len(numbers)  # a number is not given twice


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_registration(connection: Any, kind: str) -> None:
    register = getattr(connection, f"{kind}EventRegisterAny")
    deregister = getattr(connection, f"{kind}EventDeregisterAny")
    word = f"{kind[0].upper()}{kind[1:]}"
    for wrong in (-1, 28):
        with pytest.raises(libvirt.libvirtError, match=rf"^virConnect{word}EventRegisterAny\(\) failed$"):
            register(None, wrong, ignore, None)
    register(None, 0, ignore, None)
    with pytest.raises(libvirt.libvirtError, match=r"^invalid argument: event callback already tracked$") as caught:
        register(None, 0, ignore, None)
    assert caught.value.get_error_code() == libvirt.VIR_ERR_INVALID_ARG
    with pytest.raises(libvirt.libvirtError, match=r"^invalid argument: could not find event callback 9 for deletion$"):
        deregister(9)
    with pytest.raises(libvirt.libvirtError, match=f"^callbackID in virConnect{word}EventDeregisterAny must be zero"):
        deregister(-1)


def test_a_number_is_of_one_kind(connection: Any) -> None:
    number = connection.domainEventRegisterAny(None, 0, ignore, None)
    with pytest.raises(libvirt.libvirtError, match="could not find event callback"):
        connection.networkEventDeregisterAny(number)
    assert connection.domainEventDeregisterAny(number) is None


def test_the_older_way(connection: Any) -> None:
    assert connection.domainEventDeregister(ignore) is None
    assert connection.domainEventRegister(ignore, 1) is None
    assert connection.domainEventRegister(ignore, 2) is None
    assert connection.domainEventDeregister(ignore) is None


def test_an_object_of_another_connection(connection: Any) -> None:
    with (
        Simulator("esx-7.0", transport="http") as simulator,
        open_connection(simulator.uri, simulator.username, simulator.password) as other,
        pytest.raises(libvirt.libvirtError, match=r"^domain 'web' must match connection$"),
    ):
        connection.domainEventRegisterAny(other.lookupByName("web"), 0, ignore, None)


def test_a_closed_connection_keeps_nothing() -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        closed = open_connection(simulator.uri, simulator.username, simulator.password)
        closed.close()
    with pytest.raises(libvirt.libvirtError, match="invalid connection pointer in virConnectDomainEventRegisterAny"):
        closed.domainEventRegisterAny(None, 0, ignore, None)
