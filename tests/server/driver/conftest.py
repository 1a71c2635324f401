"""Connections of the driver to simulators."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.sim import Simulator
from esxvirt.uri import parse

Opener = Callable[[Simulator], Connection]


@pytest.fixture
def connect() -> Iterator[Opener]:
    """Open a connection to a simulator with its own account; it is closed after the test."""
    with ExitStack() as stack:

        def opener(simulator: Simulator) -> Connection:
            credentials = Credentials(simulator.username, Secret(simulator.password))
            connection = Connection.open(parse(simulator.uri), lambda **_: credentials)
            stack.callback(connection.close)
            return connection

        yield opener


@pytest.fixture(scope="module", params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """One of the products over plain HTTP, with one machine that cannot be read and one that has no VMX file."""
    with Simulator(request.param, transport="http", vms=5, troubled=("unreadable", "missing")) as running:
        yield running
