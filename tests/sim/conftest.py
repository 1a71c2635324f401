"""Simulators over the network, and clients that are not ours."""

from collections.abc import Iterator

import pytest

from esxvirt.sim import Simulator

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")


@pytest.fixture(scope="module", params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Serve a profile over TLS, for tests that only read."""
    with Simulator(request.param, hosts=2 if request.param.startswith("vcenter") else 1, vms=4) as running:
        yield running


@pytest.fixture
def esx() -> Iterator[Simulator]:
    """Serve an ESX host over plain HTTP, for one test."""
    with Simulator("esx-7.0", "http") as running:
        yield running
