"""The data objects that list a machine's files."""

from typing import TYPE_CHECKING

from esxvirt.sim.state.host.paths import find_file, locate
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.state.machine.machine import EPOCH
from esxvirt.sim.state.storage import disks
from esxvirt.sim.wire.values import Data, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.snapshot_tree import Snapshot

__all__ = ["layout", "layout_ex"]

_KINDS = {
    ".vmx": "config", ".vmxf": "extendedConfig", ".nvram": "nvram", ".log": "log",
    ".vmsd": "snapshotList", ".vmsn": "snapshotData", ".vmem": "snapshotMemory",
}  # fmt: skip
_FIRST_DISK = 2000


def _chains(machine: "Machine") -> list[list[list[str]]]:
    """Return the chain of each of a machine's disks, the oldest first: the files of each link, as datastore paths."""
    found = []
    for disk in machine.config.disks:
        path = machine.disk_path(disk)
        links = [[path]]
        if not machine.virtual:
            try:
                store, rest = locate(machine.host, path)
                links = [[store.named(file) for file in disks.files(store, link)] for link in disks.chain(store, rest)][
                    ::-1
                ]
            except (ValueError, LookupError, FileNotFoundError, disks.NoDiskError):
                # Its files are missing, but the machine names it all the same.
                links = [[path]]
        elif path.endswith(".vmdk"):
            links = [[path, f"{path.removesuffix('.vmdk')}-flat.vmdk"]]
        found.append(links)
    return found


def _in_snapshots(machine: "Machine") -> "list[tuple[Snapshot, Machine]]":
    """Return the snapshots with the machine as it was in each; one whose files are gone is left out."""
    found = []
    for snapshot in () if machine.virtual else machine.snapshots:
        try:
            found.append((snapshot, machine.at(snapshots.text_of(machine, snapshot))))
        except (FileNotFoundError, ValueError):
            continue
    return found


def layout(endpoint: "Endpoint", machine: "Machine") -> Data:
    """Make the list of the machine's files, the short way."""
    chains = [
        Data(
            "VirtualMachineFileLayoutDiskLayout",
            key=_FIRST_DISK + index,
            diskFile=[link[0] for link in chain],
        )
        for index, chain in enumerate(_chains(machine))
    ]
    kept = [
        Data(
            "VirtualMachineFileLayoutSnapshotLayout",
            key=endpoint.ids.snapshot(machine, snapshot),
            snapshotFile=[snapshot.file, *(then.disk_path(disk) for disk in then.config.disks)],
        )
        for snapshot, then in _in_snapshots(machine)
    ]
    names = [f"{machine.stem}.nvram"] if machine.virtual else [f"{machine.stem}.nvram", f"{machine.stem}.vmsd"]
    return Data("VirtualMachineFileLayout", configFile=names, logFile=["vmware.log"], disk=chains, snapshot=kept)


def layout_ex(endpoint: "Endpoint", machine: "Machine") -> Data:
    """Make the list of the machine's files, the long way."""
    home = machine.datastore.named(f"{machine.home}/" if machine.home else "")
    chains = _chains(machine)
    before = _in_snapshots(machine)
    kept = [(snapshot, _chains(then)) for snapshot, then in before]
    paths = [home + name for name in machine.own_names()]
    for links in [*chains, *(chain for _, older in kept for chain in older)]:
        paths += [path for link in links for path in link]
    keys = {path: key for key, path in enumerate(dict.fromkeys(paths))}
    return Data(
        "VirtualMachineFileLayoutEx",
        file=[_file(machine, key, path) for path, key in keys.items()],
        disk=_disks(chains, keys),
        snapshot=[
            Data(
                "VirtualMachineFileLayoutExSnapshotLayout",
                key=endpoint.ids.snapshot(machine, snapshot),
                dataKey=keys.get(home + snapshot.file, -1),
                memoryKey=keys.get(home + snapshot.memory_file, -1) if snapshot.memory_file else -1,
                disk=_disks(older, keys),
            )
            for snapshot, older in kept
        ],
        timestamp=EPOCH,
    )


def _file(machine: "Machine", key: int, path: str) -> Data:
    file = find_file(machine.host, path)
    extent = path.endswith(("-flat.vmdk", "-delta.vmdk"))
    kind = _KINDS.get(f".{path.rpartition('.')[2]}") or ("diskExtent" if extent else "diskDescriptor")
    return Data(
        "VirtualMachineFileLayoutExFileInfo",
        key=key,
        name=path,
        type=kind,
        size=long(file.used if file else 0),
        uniqueSize=long(file.used if file else 0),
        accessible=file is not None,
    )


def _disks(chains: list[list[list[str]]], keys: dict[str, int]) -> list[Data]:
    return [
        Data(
            "VirtualMachineFileLayoutExDiskLayout",
            key=_FIRST_DISK + index,
            chain=[Data("VirtualMachineFileLayoutExDiskUnit", fileKey=[keys[path] for path in link]) for link in chain],
        )
        for index, chain in enumerate(chains)
    ]
