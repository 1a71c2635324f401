"""The snapshots of a machine, and the ``.vmsd`` file that keeps them beside the machine's VMX file."""

from collections.abc import Iterator
from datetime import UTC, datetime

from esxvirt.records import field, record
from esxvirt.sim._late import parse_vmx
from esxvirt.sim.state.storage.datastores import File, Place

__all__ = ["Snapshot", "SnapshotTree", "read", "write"]


@record(eq=False)
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


@record(eq=False)
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

    def file_names(self) -> list[str]:
        """Return the names of the files that the snapshots have beside the ``.vmsd`` file."""
        return [name for snapshot in self for name in (snapshot.file, snapshot.memory_file) if name]


def read(place: Place) -> SnapshotTree:
    """Read the snapshots of a ``.vmsd`` file; without one, or with a broken one, there are none."""
    tree = SnapshotTree()
    file = place.store.find(place.path)
    if file is None:
        return tree
    settings = parse_vmx(file.read())
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


def write(tree: SnapshotTree, place: Place) -> None:
    """Write the ``.vmsd`` file."""
    settings = parse_vmx("")
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
    place.store.put(place.path, File.of(settings.encode()))


def _integer(text: str) -> int:
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 20 else 0
