"""Everything that changes a volume, with everything that can go wrong, at each request that it makes."""

from collections.abc import Callable

import pytest

from esxvirt.driver import pools, volume_files, volumes
from esxvirt.driver.connection import Connection
from esxvirt.sim import Simulator
from esxvirt.sim.state import disks
from tests.faults.steps import Operation, check_every_step


def _volume(name: str, mebibytes: int = 1) -> str:
    return (
        f"<volume><name>{name}</name><capacity unit='MiB'>{mebibytes}</capacity>"
        "<target><format type='vmdk'/></target></volume>"
    )


def _pool(connection: Connection) -> tuple[pools.PoolHandle]:
    return (pools.lookup_by_name(connection, "local-storage"),)


def _make(connection: Connection) -> None:
    volume_files.create(connection, *_pool(connection), _volume("made/a.vmdk"))


def _made(connection: Connection) -> tuple[volumes.VolumeHandle]:
    return (volumes.lookup_by_name(connection, *_pool(connection), "made/a.vmdk"),)


def _create(connection: Connection, pool: pools.PoolHandle) -> None:
    volume_files.create(connection, pool, _volume("new/deep/a.vmdk"))


def _clone(connection: Connection, source: volumes.VolumeHandle) -> None:
    volume_files.copy(connection, source.pool, _volume("new/b.vmdk", 2), source)


def _grow(connection: Connection, volume: volumes.VolumeHandle) -> None:
    volume_files.resize(connection, volume, 3 << 20)


def has_disk(name: str, mebibytes: int | None) -> Callable[[Simulator], bool]:
    """Whether there is a disk of that size; with None, whether no such file is there."""

    def holds(simulator: Simulator) -> bool:
        store = simulator.site.datastores[0]
        if store.find(name) is None or mebibytes is None:
            return store.find(name) is None and mebibytes is None
        return disks.read(store, name).capacity_kib == mebibytes << 10

    return holds


OPERATIONS = {
    "vol-create": Operation(_create, has_disk("new/deep/a.vmdk", 1), subjects=_pool),
    "vol-clone": Operation(_clone, has_disk("new/b.vmdk", 2), _make, _made),
    "vol-resize": Operation(_grow, has_disk("made/a.vmdk", 3), _make, _made),
    "vol-delete": Operation(volume_files.delete, has_disk("made/a.vmdk", None), _make, _made),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_whatever_fails_wherever(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    check_every_step("esx-7.0", OPERATIONS[name], monkeypatch)
