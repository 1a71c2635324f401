"""The pytest plugin: a fixture that serves a simulator, for tests of any client.

    def test_list(esx_simulator):
        client = connect(esx_simulator.uri, esx_simulator.password)

    @pytest.mark.esx_simulator("vcenter-8.0", hosts=4, vms=100)
    def test_many(esx_simulator): ...

The marker's arguments are those of `esxvirt.sim.Simulator`. Without a marker the profile is what ``--esx-profile``
says, "esx" if nothing does.
"""

from typing import TYPE_CHECKING

import pytest

from esxvirt import sim

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["esx_simulator", "pytest_addoption", "pytest_configure"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the profile."""
    group = parser.getgroup("esxvirt", "VMware servers, simulated")
    group.addoption(
        "--esx-profile", metavar="NAME", default="esx", help="the product that esx_simulator plays unless a marker says"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    text = (
        "esx_simulator(profile, transport, **knobs): what the fixture esx_simulator serves; see esxvirt.sim.Simulator"
    )
    config.addinivalue_line("markers", text)


@pytest.fixture
def esx_simulator(request: pytest.FixtureRequest) -> "Iterator[sim.Simulator]":
    """Serve a VMware server on loopback for one test."""
    marker = request.node.get_closest_marker("esx_simulator")
    arguments = marker.args if marker else ()
    knobs = dict(marker.kwargs) if marker else {}
    if not arguments:
        knobs.setdefault("profile", request.config.getoption("--esx-profile"))
    with sim.Simulator(*arguments, **knobs) as simulator:
        yield simulator
