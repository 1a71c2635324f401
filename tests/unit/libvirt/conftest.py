"""A connection of the library on a driver that is none: what it is asked to do, tests put in."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from esxvirt import libvirt


class FakeDriver(SimpleNamespace):
    """Stands in for `esxvirt.driver.connection.connection.Connection`."""

    closed = 0

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def driver() -> Any:
    return FakeDriver(
        read_only=False,
        is_lost=False,
        is_encrypted=True,
        uri=SimpleNamespace(text="esx://h/"),
        session=SimpleNamespace(is_alive=lambda: True),
        vim="the service instance",
    )


@pytest.fixture
def connection(driver: Any) -> libvirt.virConnect:
    return libvirt.virConnect(driver)


@pytest.fixture
def domain(connection: libvirt.virConnect) -> libvirt.virDomain:
    handle: Any = SimpleNamespace(name="a/b", uuid="50115e16-9bdc-49d7-f171-53c4d7f91710", id=7)
    return libvirt.virDomain(connection, handle)


@pytest.fixture(autouse=True)
def errors() -> Iterator[list[Any]]:
    """Take the errors that would be printed; a test that wants them printed asks for that."""
    found: list[Any] = []
    libvirt.registerErrorHandler(lambda context, error: context.append(error), found)
    libvirt.virResetLastError()
    yield found
    libvirt.registerErrorHandler(None, None)
