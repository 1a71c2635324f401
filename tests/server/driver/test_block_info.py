"""How large disks are, and what their files take."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.block_info import block_info
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.driver.storage.volumes import lookup_by_path
from esxvirt.errors import InvalidArgumentError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener


@pytest.fixture(params=["esx-3.5", "esx-7.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(simulator: Simulator, connect: Opener) -> Connection:
    return connect(simulator)


@pytest.mark.parametrize("name", ["archive", "web"])
def test_a_disk_by_its_target_and_its_source(simulator: Simulator, connection: Connection, name: str) -> None:
    domain = lookup_by_name(connection, name)
    disk = simulator.site.find_machine(name).config.disks[0]
    path = simulator.site.find_machine(name).disk_path(disk)
    simulator.calls.clear()
    found = block_info(connection, domain, "sda")
    if simulator.profile.name != "esx-3.5":
        assert len(simulator.calls) == 1
    assert found.capacity == disk.capacity_kib << 10
    assert 0 < found.allocation <= found.capacity + (1 << 20)
    assert found == block_info(connection, domain, path)
    assert lookup_by_path(connection, path).capacity == found.capacity


@pytest.mark.parametrize("name", ["sdz", "", "[local-storage] nope.vmdk"])
def test_what_is_no_disk(connection: Connection, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="not assigned to domain"):
        block_info(connection, lookup_by_name(connection, "archive"), name)


def test_a_drive_with_nothing_in_it(connection: Connection) -> None:
    with pytest.raises(InvalidArgumentError, match="'hdc' does not currently have a source assigned"):
        block_info(connection, lookup_by_name(connection, "archive"), "hdc")
