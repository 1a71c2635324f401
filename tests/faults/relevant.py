"""What two runs of the same must agree in: the state of a server without what is made up anew each time."""

from collections.abc import Iterator
from typing import Any

from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.machine import EPOCH, Machine
from tests.faults.world import World

__all__ = ["Relevant", "relevant"]

Relevant = dict[tuple[str, ...], Any]
"""Facts by what they are of: ("machine", name, part), ("file", datastore, path), ("host", name, kind, name)."""

# Text files that bear UUIDs, times and checksums; the machines that they are of are compared instead.
_MADE_UP = (".vmx", ".vmsd", ".vmsn", ".nvram", ".vmxf", ".log", ".vmtx")
_SETTINGS = ("memory_mb", "cpus", "annotation", "cpu_min", "cpu_max", "cpu_shares", "mem_min", "mem_max", "guest_id")


def relevant(simulator: Simulator) -> Relevant:
    """The state of a server."""
    world = World.of(simulator)
    found: Relevant = {}
    for machine in simulator.site.machines.values():
        for part, value in _machine(machine):
            found["machine", machine.name, part] = value
    for (store, path), file in world.files.items():
        descriptor = path.endswith(".vmdk") and file.size < 1 << 12
        plain = not descriptor and not path.endswith(_MADE_UP)
        found["file", store, path] = (file.size, world.content((store, path))) if plain else "there"
        if descriptor:
            text = (world.content((store, path)) or b"").decode()
            found["file", store, path] = [line for line in text.splitlines() if line.startswith(("RW", "parentF"))]
    for (host, kind, name), value in world.networks.items():
        found["host", host, kind, name] = value
    for host, starting in world.starting.items():
        found["host", host, "autostart"] = starting
    return found


def _machine(machine: Machine) -> Iterator[tuple[str, Any]]:
    config = machine.config
    yield "host", machine.host.name
    yield "file", machine.vmx_path
    yield "power", machine.power
    yield "restarted", machine.boot_time is not None and (machine.boot_time - EPOCH).days > 1
    yield "keys", len(machine.scan_codes)
    for name in _SETTINGS:
        yield name, getattr(config, name)
    yield "extra", sorted((key, value) for key, value in config.extra.items() if "uuid" not in key.lower())
    yield "disks", sorted(repr((disk.bus, disk.controller, disk.unit, disk.file, disk.mode)) for disk in config.disks)
    yield "drives", sorted(repr(drive) for drive in config.cdroms)
    yield "cards", sorted(repr((nic.model, nic.network, nic.connected)) for nic in config.nics)
    tree = machine.snapshots
    yield "snapshots", sorted((each.name, each.parent.name if each.parent else "") for each in tree)
    yield "current", tree.current.name if tree.current else ""
    settings = machine.host.autostart.machines.get(machine.number)
    yield "autostart", settings.start_action if settings else ""
