"""Snapshots of a machine: a tree, kept beside the machine's VMX file as hosts keep it.

The tree is in the ``.vmsd`` file, each snapshot's configuration in a ``.vmsn`` file, the memory of one that ran in a
``.vmem`` file. The disks of a snapshot are frozen: whoever goes on writes to a child of each, ``disk-000001.vmdk``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim._late import parse_vmx
from esxvirt.sim.state.host.paths import locate
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.snapshot_tree import Snapshot, write
from esxvirt.sim.state.machine.vmxtext import Config, read_config
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import File, Place

if TYPE_CHECKING:
    from esxvirt.vmx.file import VmxFile

__all__ = ["create", "remove", "rename", "revert", "text_of"]

_MAGIC = b"\xde\xbe\xd2\xbe\x08\x00\x00\x00"
_DELTA_DIGITS = 6


def create(machine: Machine, name: str, description: str, *, memory: bool, quiesced: bool) -> Snapshot:
    """Freeze a machine's disks and keep its configuration, and its `memory` if it runs.

    Raises FileNotFoundError for a disk that is gone, and `disks.NoSpaceError`.
    """
    machine.materialise()
    tree = machine.snapshots
    store = machine.datastore
    with_memory = memory and machine.running
    size = machine.config.memory_mb << 20 if with_memory else 0
    if size > store.free:
        raise disks.NoSpaceError(store.name)
    vmx = machine.settings()
    _branch(machine, vmx, machine.config)
    tree.last_number += 1
    number = tree.last_number
    stem = f"{machine.stem}-Snapshot{number}"
    power = machine.power if with_memory or not machine.running else "poweredOff"
    # Whole microseconds, which is what the file keeps.
    made = Snapshot(number, name, description, datetime.now(UTC), power, quiesced, f"{stem}.vmsn")
    store.put(_beside(machine, made.file), File.of(_MAGIC + machine.text().encode()))
    if with_memory:
        made.memory_file = f"{stem}.vmem"
        store.put(_beside(machine, made.memory_file), File.sparse(size, size))
    tree.link(made, tree.current)
    tree.current = made
    machine.rewrite(vmx)
    _write(machine)
    return made


def revert(machine: Machine, snapshot: Snapshot) -> None:
    """Give a machine the configuration and the disks of a snapshot; its power is the caller's matter.

    Raises FileNotFoundError for files that are gone, and `disks.NoSpaceError`.
    """
    text = text_of(machine, snapshot)
    before = _all_disks(machine)
    vmx = parse_vmx(text)
    _branch(machine, vmx, read_config(text))
    machine.rewrite(vmx)
    machine.snapshots.current = snapshot
    _consolidate(machine, before)
    _write(machine)


def remove(machine: Machine, *gone: Snapshot) -> None:
    """Remove snapshots; the machine and the others keep what their disks hold."""
    if not gone:
        return
    before = _all_disks(machine)
    for snapshot in gone:
        machine.snapshots.unlink(snapshot)
        for name in (snapshot.file, snapshot.memory_file):
            if name and machine.datastore.find(_beside(machine, name)) is not None:
                machine.datastore.delete(_beside(machine, name))
    _consolidate(machine, before)
    machine.configuration_changed()
    _write(machine)


def rename(machine: Machine, snapshot: Snapshot, name: str | None, description: str | None) -> None:
    """Change what a snapshot is called, or said of it."""
    if name is not None:
        snapshot.name = name
    if description is not None:
        snapshot.description = description
    _write(machine)


def text_of(machine: Machine, snapshot: Snapshot) -> str:
    """Return the VMX text of a snapshot; FileNotFoundError if its file is gone."""
    file = machine.datastore.find(_beside(machine, snapshot.file))
    if file is None:
        raise FileNotFoundError(_beside(machine, snapshot.file))
    return file.read().removeprefix(_MAGIC).decode(errors="replace")


def _write(machine: Machine) -> None:
    write(machine.snapshots, Place(machine.datastore, machine.vmsd_file))


def _beside(machine: Machine, name: str) -> str:
    return f"{machine.home}/{name}" if machine.home else name


# Disks.


def _disks(machine: Machine, config: Config) -> Iterator[tuple[str, Place]]:
    """Yield the key of each disk that snapshots freeze in a VMX file, with where its file is."""
    for disk in config.disks:
        if disk.mode.startswith("independent"):
            continue
        path = machine.disk_path(disk)
        try:
            place = locate(machine.host, path)
        except (ValueError, LookupError):
            raise FileNotFoundError(path) from None
        if place.store.find(place.path) is None:
            # A machine that has moved to another datastore has taken its files along.
            place = Place(machine.datastore, _beside(machine, place.path.rpartition("/")[2]))
        yield f"{disk.bus}{disk.controller}:{disk.unit}.fileName", place


def _branch(machine: Machine, vmx: "VmxFile", config: Config) -> None:
    """Let the VMX file have children of its disks."""
    for key, (store, path) in list(_disks(machine, config)):
        frozen = disks.read(store, path)
        stem = path.removesuffix(".vmdk")
        head, dash, digits = stem.rpartition("-")
        if dash and len(digits) == _DELTA_DIGITS and digits.isdecimal():
            stem = head
        number = 1
        while store.find(f"{stem}-{number:0{_DELTA_DIGITS}d}.vmdk") is not None:
            number += 1
        child = f"{stem}-{number:0{_DELTA_DIGITS}d}.vmdk"
        parent = path.rpartition("/")[2]
        version = frozen.hw_version
        size = frozen.capacity_kib
        disks.create(store, child, size, adapter=frozen.adapter, thin=True, hw_version=version, parent=parent)
        vmx.set_text(key, machine.vmx_file_name(store.named(child)))


def _chain(place: Place) -> list[Place]:
    """Return a disk and those that it builds on, as far as they are there."""
    found: list[Place] = []
    try:
        for path in disks.chain(*place):
            found.append(place.beside(path))  # noqa: PERF401  # what was found before the chain breaks counts
    except (FileNotFoundError, disks.NoDiskError):
        pass
    return [link for link in found if link.store.find(link.path) is not None]


def _holders(machine: Machine) -> list[tuple[Snapshot | None, str]]:
    """Return the VMX texts that name disks: the machine's, and those of its snapshots."""
    found: list[tuple[Snapshot | None, str]] = [(None, machine.text())]
    for snapshot in machine.snapshots:
        try:
            found.append((snapshot, text_of(machine, snapshot)))
        except FileNotFoundError:
            continue
    return found


def _named(machine: Machine) -> Iterator[tuple[Snapshot | None, str, Place]]:
    """Yield who names which disk, under which key."""
    for holder, text in _holders(machine):
        for key, place in _disks(machine, read_config(text)):
            yield holder, key, place


def _all_disks(machine: Machine) -> list[Place]:
    """Return every disk that the machine or a snapshot needs."""
    return list(dict.fromkeys(link for _, _, place in _named(machine) for link in _chain(place)))


def _consolidate(machine: Machine, before: list[Place]) -> None:
    """Delete the disks of `before` that nobody needs, and merge those that nobody names with their only child."""
    while True:
        named = list(_named(machine))
        names = {place for _, _, place in named}
        needed = list(dict.fromkeys(link for place in names for link in _chain(place)))
        for store, path in before:
            if Place(store, path) not in needed and store.find(path) is not None:
                disks.delete(store, path)
        before = needed
        merge = next(((place, child) for place in needed if place not in names
                      and (child := _only_child(place, needed)) is not None), None)  # fmt: skip
        if merge is None:
            return
        _merge(machine, named, *merge)


def _only_child(place: Place, among: list[Place]) -> Place | None:
    children = [other for other in among if other != place and _chain(other)[1:2] == [place]]
    return children[0] if len(children) == 1 else None


def _merge(machine: Machine, named: list[tuple[Snapshot | None, str, Place]], place: Place, child: Place) -> None:
    """Let a disk take the place of its only child."""
    store, path = place
    for other in {each for _, _, held in named for each in _chain(held)}:
        if _chain(other)[1:2] == [child]:
            disks.set_parent(*other, path.rpartition("/")[2])
    texts = dict(_holders(machine))
    for holder, text in texts.items():
        keys = [key for whose, key, held in named if whose is holder and held == child]
        if not keys:
            continue
        vmx = parse_vmx(text)
        for key in keys:
            vmx.set_text(key, machine.vmx_file_name(store.named(path)))
        if holder is None:
            machine.rewrite(vmx)
        else:
            machine.datastore.put(_beside(machine, holder.file), File.of(_MAGIC + str(vmx).encode()))
    disks.delete(*child)
