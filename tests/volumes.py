"""Volumes on simulated servers, made where the server keeps them: without a client."""

from esxvirt.sim import Simulator
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import File

__all__ = ["fill"]

_DISK_KIB = 10240


def fill(simulator: Simulator, number: int = 1000, folders: int = 50) -> None:
    """Put volumes into folders of folders of the first datastore: disks, some of them thin, and ISOs and floppies."""
    store = simulator.site.datastores[0]
    version = simulator.profile.hw_version
    for index in range(number):
        folder = f"level{index % 5}/folder{index % folders}"
        store.make_directory(folder)
        path = f"{folder}/image{index:04}"
        if index % 7 == 0:
            store.put(f"{path}.iso", File.of(b"x" * index))
        elif index % 7 == 1:
            store.put(f"{path}.flp", File.sparse(1474560))
        else:
            thin = index % 7 == 2
            disks.create(store, f"{path}.vmdk", _DISK_KIB, adapter="lsilogic", thin=thin, hw_version=version)
