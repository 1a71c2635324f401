"""Which datastores a machine needs."""

from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage.datastores import Datastore

__all__ = ["uses"]


def uses(machine: Machine, store: Datastore) -> bool:
    """Return whether a machine has its directory, a disk or the image in a drive on a datastore."""
    if machine.datastore is store:
        return True
    if machine.untouched:
        return False
    start = store.named("")
    drives = (drive.file for drive in machine.config.cdroms if drive.kind == "image")
    files = (*(machine.disk_path(disk) for disk in machine.config.disks), *map(machine.file_path, filter(None, drives)))
    return any(path.startswith(start) for path in files)
