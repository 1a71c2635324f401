"""Virtual disks on datastores: a descriptor, which is text, and the extents that it names.

What fails raises Python's own errors: FileNotFoundError, FileExistsError, NotADirectoryError for paths, and
`NoSpaceError`, `NoDiskError` of this module.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime

from esxvirt.records import record, replace
from esxvirt.sim.state.storage.datastores import Datastore, File
from esxvirt.uuids import spaced

__all__ = ["Descriptor", "NoDiskError", "NoSpaceError", "copy", "create", "delete", "extend", "files", "read", "zero"]

_EXTENT = re.compile(r'^(RW|RDONLY|NOACCESS) (\d+) (\w+) "([^"]*)"(.*)$', re.MULTILINE)
_SETTING = re.compile(r'^([\w.]+)[ \t]*=[ \t]*"?([^"\n]*?)"?[ \t]*$', re.MULTILINE)
_LARGEST_DESCRIPTOR = 1 << 16


class NoDiskError(Exception):
    """The file is no virtual disk's descriptor."""


class NoSpaceError(Exception):
    """The datastore has not that much room."""


@record(frozen=True)
class Descriptor:
    """What a descriptor says. `adapter` is as written, such as "pvscsi", `uuid` as digits in pairs, "" for none."""

    sectors: int
    extents: tuple[str, ...]
    adapter: str
    hw_version: int
    thin: bool
    uuid: str
    create_type: str
    parent: str

    @property
    def capacity_kib(self) -> int:
        """The size that a guest sees."""
        return self.sectors // 2


def _write(descriptor: Descriptor) -> str:
    """Write a descriptor's text, as a host does."""
    content = hashlib.md5((descriptor.uuid + descriptor.extents[0]).encode(), usedforsecurity=False).hexdigest()[:8]
    kind = {"vmfsSparse": "VMFSSPARSE", "monolithicFlat": "FLAT"}.get(descriptor.create_type, "VMFS")
    offset = " 0" if kind == "FLAT" else ""
    parent = f'parentFileNameHint="{descriptor.parent}"\n' if descriptor.parent else ""
    thin = 'ddb.thinProvisioned = "1"\n' if descriptor.thin else ""
    identity = f'ddb.uuid = "{descriptor.uuid}"\n' if descriptor.uuid else ""
    return (
        '# Disk DescriptorFile\nversion=1\nencoding="UTF-8"\n'
        f'CID={content}\nparentCID=ffffffff\ncreateType="{descriptor.create_type}"\n{parent}\n'
        f'# Extent description\nRW {descriptor.sectors} {kind} "{descriptor.extents[0]}"{offset}\n\n'
        "# The Disk Data Base\n#DDB\n\n"
        f'ddb.virtualHWVersion = "{descriptor.hw_version}"\n{identity}'
        f'ddb.geometry.cylinders = "{descriptor.sectors // (255 * 63)}"\nddb.geometry.heads = "255"\n'
        f'ddb.geometry.sectors = "63"\nddb.adapterType = "{descriptor.adapter}"\n{thin}'
    )


def _text(store: Datastore, path: str) -> str:
    file = store.find(path)
    if file is None:
        raise FileNotFoundError(path)
    if file.size > _LARGEST_DESCRIPTOR:
        raise NoDiskError(path)
    return file.read().decode(errors="replace")


def parse(text: str) -> Descriptor:
    """Read a descriptor; `NoDiskError` if it is none."""
    settings = {match[1]: match[2] for match in _SETTING.finditer(text)}
    extents = _EXTENT.findall(text)
    if "createType" not in settings or not extents:
        raise NoDiskError("the text is no disk's descriptor")
    version = settings.get("ddb.virtualHWVersion", "4")
    return Descriptor(
        sectors=sum(int(extent[1]) for extent in extents),
        extents=tuple(extent[3] for extent in extents),
        adapter=settings.get("ddb.adapterType", "lsilogic"),
        hw_version=int(version) if version.isdecimal() else 4,
        thin=settings.get("ddb.thinProvisioned") == "1",
        uuid=settings.get("ddb.uuid", ""),
        create_type=settings["createType"],
        parent=settings.get("parentFileNameHint", ""),
    )


def read(store: Datastore, path: str) -> Descriptor:
    """Read the descriptor at `path`; FileNotFoundError, or `NoDiskError` if it is none."""
    return parse(_text(store, path))


def files(store: Datastore, path: str) -> list[str]:
    """Return the paths of the disk at `path`: its descriptor and its extents; as `read` raises."""
    directory = path.rpartition("/")[0]
    return [path, *(f"{directory}/{name}".lstrip("/") for name in read(store, path).extents)]


def used(store: Datastore, path: str) -> int:
    """Return the bytes that the extents of the disk at `path` take of its datastore; as `read` raises."""
    found = (store.find(extent) for extent in files(store, path)[1:])
    return sum(file.used for file in found if file is not None)


def new_uuid() -> str:
    """Return a UUID for a new disk, as hosts make and write them."""
    return spaced("6000c29" + uuid.uuid4().hex[:25])


def identify(store: Datastore, path: str) -> str:
    """Return a disk's UUID, as digits in pairs: the descriptor's, else one that its path makes; as `read` raises."""
    descriptor = read(store, path)
    if descriptor.uuid:
        return descriptor.uuid
    digits = "6000c29" + hashlib.md5(store.named(path).encode(), usedforsecurity=False).hexdigest()[:25]
    return spaced(digits)


def create(
    store: Datastore, path: str, capacity_kib: int, *, adapter: str, thin: bool, hw_version: int, parent: str = ""
) -> None:
    """Make a disk of zeros at `path`; a thin one takes its room later, a child of `parent` only what is written.

    FileExistsError, NotADirectoryError, `NoSpaceError`.
    """
    stem = path.rpartition("/")[2].removesuffix(".vmdk")
    extent = f"{stem}-{'delta' if parent else 'flat'}.vmdk"
    kind = "vmfsSparse" if parent else "monolithicFlat" if store.kind == "OTHER" else "vmfs"
    descriptor = Descriptor(
        capacity_kib * 2, (extent,), adapter, hw_version, thin and not parent, new_uuid(), kind, parent
    )
    size = capacity_kib << 10
    flat = File.sparse(1 << 24) if parent else File.sparse(size, 0 if thin else size)
    _put(store, path, descriptor, [flat], force=False)


def _put(store: Datastore, path: str, descriptor: Descriptor, extents: list[File], *, force: bool) -> None:
    """Write a disk whose descriptor names one extent for each of `extents`."""
    directory = path.rpartition("/")[0]
    paths = [path, *(f"{directory}/{name}".lstrip("/") for name in descriptor.extents)]
    if directory and not store.is_directory(directory):
        raise NotADirectoryError(directory)
    for each in paths:
        if store.is_directory(each) or (not force and store.find(each) is not None):
            raise FileExistsError(each)
    if sum(file.used for file in extents) > store.free:
        raise NoSpaceError(path)
    if force and store.find(path) is not None:
        delete(store, path)
    for each, file in zip(paths, [File.of(_write(descriptor).encode()), *extents], strict=True):
        store.put(each, file)


def delete(store: Datastore, path: str) -> None:
    """Delete a disk with its extents; as `read` raises."""
    for each in files(store, path):
        if store.find(each) is not None:
            store.delete(each)


def copy(
    store: Datastore, path: str, target: Datastore, new_path: str, *, force: bool = False,
    adapter: str | None = None, thin: bool | None = None, keep_uuid: bool = False,
) -> None:  # fmt: skip
    """Copy a disk; `adapter` and `thin` are the copy's, if they change. As `read` and `create` raise."""
    source = read(store, path)
    size = source.sectors << 9
    stem = new_path.rpartition("/")[2].removesuffix(".vmdk")
    identity = source.uuid if keep_uuid else new_uuid()
    made = replace(
        source,
        extents=(f"{stem}-flat.vmdk",),
        adapter=source.adapter if adapter is None else adapter,
        thin=source.thin if thin is None else thin,
        uuid=identity or new_uuid(),
        create_type="monolithicFlat" if target.kind == "OTHER" else "vmfs",
        parent="",
    )
    contents = [store.find(extent) for extent in files(store, path)[1:]]
    if any(file is None for file in contents):
        raise FileNotFoundError(path)
    only = contents[0]
    # A chain or several extents become one: what a guest sees is zeros, as nothing here ever writes to them.
    flat = only if len(contents) == 1 and only is not None and only.size == size else File.sparse(size)
    held = sum(file.used for file in contents if file is not None)
    allocated = min(held, size) if made.thin else size
    _put(target, new_path, made, [replace(flat, modified=datetime.now(UTC), allocated=allocated)], force=force)


def extend(store: Datastore, path: str, capacity_kib: int) -> None:
    """Make a disk bigger; ValueError if it would get smaller, `NoDiskError` if it is a snapshot's; as `read` raises."""
    source = read(store, path)
    if capacity_kib < source.capacity_kib:
        raise ValueError(f"{capacity_kib} KiB is less than the disk has")
    if source.parent or len(source.extents) != 1:
        raise NoDiskError(path)
    extent = files(store, path)[1]
    file = store.find(extent)
    if file is None:
        raise FileNotFoundError(extent)
    size = capacity_kib << 10
    more = 0 if source.thin else size - file.size
    if more > store.free:
        raise NoSpaceError(path)
    sectors = capacity_kib * 2
    text = _EXTENT.sub(lambda match: f'{match[1]} {sectors} {match[3]} "{match[4]}"{match[5]}', _text(store, path))
    text = re.sub(r'(?m)^(ddb\.geometry\.cylinders = )"\d+"$', rf'\g<1>"{sectors // (255 * 63)}"', text)
    store.put(path, File.of(text.encode()))
    store.put(extent, file.grown(size, file.used + more))


def zero(store: Datastore, path: str) -> None:
    """Overwrite a disk with zeros, for which it takes all its room; as `read` raises, and `NoSpaceError`."""
    found = {extent: store.find(extent) for extent in files(store, path)[1:]}
    if sum(file.size - file.used for file in found.values() if file) > store.free:
        raise NoSpaceError(path)
    for extent, file in found.items():
        if file is not None:
            store.put(extent, File.sparse(file.size))


def inflate(store: Datastore, path: str) -> None:
    """Give a thin disk all its room, and keep what it holds; as `read` raises, and `NoSpaceError`."""
    descriptor = read(store, path)
    found = {extent: store.find(extent) for extent in files(store, path)[1:]}
    if sum(file.size - file.used for file in found.values() if file) > store.free:
        raise NoSpaceError(path)
    for extent, file in found.items():
        if file is not None:
            store.put(extent, replace(file, allocated=None))
    if descriptor.thin:
        _rewrite(store, path, replace(descriptor, thin=False, uuid=identify(store, path)))


def set_uuid(store: Datastore, path: str, text: str) -> None:
    """Give a disk another UUID; as `read` raises."""
    descriptor = read(store, path)
    _rewrite(store, path, replace(descriptor, uuid=text))


def set_parent(store: Datastore, path: str, parent: str) -> None:
    """Let a disk build on another of its directory; as `read` raises."""
    _rewrite(store, path, replace(read(store, path), parent=parent))


def _rewrite(store: Datastore, path: str, descriptor: Descriptor) -> None:
    if len(descriptor.extents) != 1:
        raise NoDiskError(path)
    store.put(path, File.of(_write(descriptor).encode()))


def chain(store: Datastore, path: str) -> Iterable[str]:
    """Yield the paths of a disk and of those that it builds on, in its directory; as `read` raises."""
    seen: set[str] = set()
    while path not in seen:
        seen.add(path)
        yield path
        parent = read(store, path).parent
        if not parent or "/" in parent:
            return
        path = f"{path.rpartition('/')[0]}/{parent}".lstrip("/")
