"""Snapshots of a machine: a tree, kept beside the machine's VMX file as hosts keep it.

The tree is in the ``.vmsd`` file, each snapshot's configuration in a ``.vmsn`` file, the memory of one that ran in a
``.vmem`` file. The disks of a snapshot are frozen: whoever goes on writes to a child of each, ``disk-000001.vmdk``.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.state.host.paths import locate
from esxvirt.sim.state.machine.vmxtext import Config, read_config
from esxvirt.sim.state.storage import disks
from esxvirt.sim.state.storage.datastores import Datastore, File

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.vmx.file import VmxFile

__all__ = ["Snapshot", "SnapshotTree", "create", "load", "remove", "rename", "revert"]

_MAGIC = b"\xde\xbe\xd2\xbe\x08\x00\x00\x00"
_DELTA_DIGITS = 6


@dataclass(slots=True, eq=False)
class Snapshot:
    """A snapshot: its `number` counts from 1 for each machine; `power` is the machine's state in it."""

    number: int
    name: str
    description: str
    created: datetime
    power: str
    quiesced: bool
    file: str
    memory_file: str = ""
    parent: "Snapshot | None" = None
    children: "list[Snapshot]" = field(default_factory=list)

    @property
    def depth(self) -> int:
        """How many snapshots lead to it, itself included."""
        return 1 + (self.parent.depth if self.parent else 0)

    def walk(self) -> "Iterator[Snapshot]":
        """Yield it and all below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(slots=True, eq=False)
class SnapshotTree:
    """A machine's snapshots; `current` is the one that the machine goes on from."""

    roots: list[Snapshot] = field(default_factory=list)
    current: Snapshot | None = None
    last_number: int = 0

    def __iter__(self) -> Iterator[Snapshot]:
        for root in self.roots:
            yield from root.walk()

    def find(self, number: int) -> Snapshot | None:
        """Return the snapshot of that number, or None."""
        return next((snapshot for snapshot in self if snapshot.number == number), None)

    def link(self, snapshot: Snapshot, parent: Snapshot | None) -> None:
        """Put a snapshot below `parent`, or at the top."""
        snapshot.parent = parent
        (parent.children if parent else self.roots).append(snapshot)

    def unlink(self, snapshot: Snapshot) -> None:
        """Take a snapshot out; those below it take its place."""
        parent = snapshot.parent
        siblings = parent.children if parent else self.roots
        position = siblings.index(snapshot)
        siblings[position : position + 1] = snapshot.children
        for child in snapshot.children:
            child.parent = parent
        snapshot.children = []
        if self.current is snapshot:
            self.current = parent


def create(machine: "Machine", name: str, description: str, *, memory: bool, quiesced: bool) -> Snapshot:
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
    vmx = _vmx(machine.text())
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


def revert(machine: "Machine", snapshot: Snapshot) -> None:
    """Give a machine the configuration and the disks of a snapshot; its power is the caller's matter.

    Raises FileNotFoundError for files that are gone, and `disks.NoSpaceError`.
    """
    text = text_of(machine, snapshot)
    before = _all_disks(machine)
    vmx = _vmx(text)
    _branch(machine, vmx, read_config(text))
    machine.rewrite(vmx)
    machine.snapshots.current = snapshot
    _consolidate(machine, before)
    _write(machine)


def remove(machine: "Machine", *gone: Snapshot) -> None:
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


def rename(machine: "Machine", snapshot: Snapshot, name: str | None, description: str | None) -> None:
    """Change what a snapshot is called, or said of it."""
    if name is not None:
        snapshot.name = name
    if description is not None:
        snapshot.description = description
    _write(machine)


def text_of(machine: "Machine", snapshot: Snapshot) -> str:
    """Return the VMX text of a snapshot; FileNotFoundError if its file is gone."""
    file = machine.datastore.find(_beside(machine, snapshot.file))
    if file is None:
        raise FileNotFoundError(_beside(machine, snapshot.file))
    return file.read().removeprefix(_MAGIC).decode(errors="replace")


def file_names(machine: "Machine") -> list[str]:
    """Return the names of the files that the snapshots have in the machine's home."""
    found = [f"{machine.stem}.vmsd"]
    for snapshot in machine.snapshots:
        found += [name for name in (snapshot.file, snapshot.memory_file) if name]
    return found


def load(machine: "Machine") -> SnapshotTree:
    """Read the tree from the machine's ``.vmsd`` file; without one, or with a broken one, there are no snapshots."""
    tree = SnapshotTree()
    file = machine.datastore.find(_beside(machine, f"{machine.stem}.vmsd"))
    if file is None:
        return tree
    from esxvirt.vmx.file import VmxFile  # noqa: PLC0415  # only machines that have snapshots need it

    settings = VmxFile.parse(file.read())
    by_number: dict[int, Snapshot] = {}
    for index in range(_integer(settings.text("snapshot.numSnapshots"))):
        start = f"snapshot{index}"
        number = _integer(settings.text(f"{start}.uid"))
        high, low = (_integer(settings.text(f"{start}.createTime{half}")) for half in ("High", "Low"))
        created = datetime.fromtimestamp(((high << 32) | (low & 0xFFFFFFFF)) / 1e6, UTC)
        made = Snapshot(
            number,
            settings.text(f"{start}.displayName"),
            settings.text(f"{start}.description"),
            created,
            settings.text(f"{start}.powerState", "poweredOff"),
            settings.text(f"{start}.quiesced") == "1",
            settings.text(f"{start}.filename"),
            settings.text(f"{start}.memoryFilename"),
        )
        by_number[number] = made
        tree.link(made, by_number.get(_integer(settings.text(f"{start}.parent"))))
    tree.last_number = max(_integer(settings.text("snapshot.lastUID")), *by_number, 0)
    tree.current = by_number.get(_integer(settings.text("snapshot.current")))
    return tree


def _write(machine: "Machine") -> None:
    """Write the ``.vmsd`` file."""
    tree = machine.snapshots
    settings = _vmx("")
    values = {"snapshot.lastUID": tree.last_number}
    if tree.current is not None:
        values["snapshot.current"] = tree.current.number
    texts: dict[str, str] = {".encoding": "UTF-8"} | {key: str(value) for key, value in values.items()}
    for index, snapshot in enumerate(tree):
        start = f"snapshot{index}"
        time = int(snapshot.created.timestamp() * 1e6)
        low = time & 0xFFFFFFFF
        texts |= {
            f"{start}.uid": str(snapshot.number),
            f"{start}.filename": snapshot.file,
            **({f"{start}.parent": str(snapshot.parent.number)} if snapshot.parent else {}),
            f"{start}.displayName": snapshot.name,
            f"{start}.description": snapshot.description,
            f"{start}.type": "1" if snapshot.memory_file else "0",
            f"{start}.createTimeHigh": str(time >> 32),
            f"{start}.createTimeLow": str(low - (1 << 32) if low >> 31 else low),
            # Hosts keep these in the .vmsn file, which has no text.
            f"{start}.powerState": snapshot.power,
            f"{start}.quiesced": str(int(snapshot.quiesced)),
            **({f"{start}.memoryFilename": snapshot.memory_file} if snapshot.memory_file else {}),
        }
    texts["snapshot.numSnapshots"] = str(sum(1 for _ in tree))
    for key, value in texts.items():
        settings.set_text(key, value)
    machine.datastore.put(_beside(machine, f"{machine.stem}.vmsd"), File.of(settings.encode()))


def _integer(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 20 else 0


def _vmx(text: str) -> "VmxFile":
    from esxvirt.vmx.file import VmxFile  # noqa: PLC0415  # only machines that have snapshots need it

    return VmxFile.parse(text)


def _beside(machine: "Machine", name: str) -> str:
    return f"{machine.home}/{name}" if machine.home else name


# Disks.

Place = tuple[Datastore, str]


def _disks(machine: "Machine", config: Config) -> Iterator[tuple[str, Place]]:
    """Yield the key of each disk that snapshots freeze in a VMX file, with where its file is."""
    for disk in config.disks:
        if disk.mode.startswith("independent"):
            continue
        path = machine.disk_path(disk)
        try:
            place = locate(machine.host, path)
        except (ValueError, LookupError):
            raise FileNotFoundError(path) from None
        if place[0].find(place[1]) is None:
            # A machine that has moved to another datastore has taken its files along.
            place = (machine.datastore, _beside(machine, place[1].rpartition("/")[2]))
        yield f"{disk.bus}{disk.controller}:{disk.unit}.fileName", place


def _branch(machine: "Machine", vmx: "VmxFile", config: Config) -> None:
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
        vmx.set_text(key, machine.vmx_file_name(f"[{store.name}] {child}"))


def _chain(place: Place) -> list[Place]:
    """Return a disk and those that it builds on, as far as they are there."""
    found: list[Place] = []
    try:
        for path in disks.chain(*place):
            found.append((place[0], path))  # noqa: PERF401  # what was found before the chain breaks counts
    except (FileNotFoundError, disks.NoDiskError):
        pass
    return [(store, path) for store, path in found if store.find(path) is not None]


def _holders(machine: "Machine") -> list[tuple[Snapshot | None, str]]:
    """Return the VMX texts that name disks: the machine's, and those of its snapshots."""
    found: list[tuple[Snapshot | None, str]] = [(None, machine.text())]
    for snapshot in machine.snapshots:
        try:
            found.append((snapshot, text_of(machine, snapshot)))
        except FileNotFoundError:
            continue
    return found


def _named(machine: "Machine") -> Iterator[tuple[Snapshot | None, str, Place]]:
    """Yield who names which disk, under which key."""
    for holder, text in _holders(machine):
        for key, place in _disks(machine, read_config(text)):
            yield holder, key, place


def _all_disks(machine: "Machine") -> list[Place]:
    """Return every disk that the machine or a snapshot needs."""
    return list(dict.fromkeys(link for _, _, place in _named(machine) for link in _chain(place)))


def _consolidate(machine: "Machine", before: list[Place]) -> None:
    """Delete the disks of `before` that nobody needs, and merge those that nobody names with their only child."""
    while True:
        named = list(_named(machine))
        names = {place for _, _, place in named}
        needed = list(dict.fromkeys(link for place in names for link in _chain(place)))
        for store, path in before:
            if (store, path) not in needed and store.find(path) is not None:
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


def _merge(machine: "Machine", named: list[tuple[Snapshot | None, str, Place]], place: Place, child: Place) -> None:
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
        vmx = _vmx(text)
        for key in keys:
            vmx.set_text(key, machine.vmx_file_name(f"[{store.name}] {path}"))
        if holder is None:
            machine.rewrite(vmx)
        else:
            machine.datastore.put(_beside(machine, holder.file), File.of(_MAGIC + str(vmx).encode()))
    disks.delete(*child)
