"""Moving, copying and deleting files and directories, on one datastore or from one to another.

FileNotFoundError where the source is missing, FileExistsError where there is something at the target already,
NotADirectoryError where the target's directory is missing, `disks.NoSpaceError`.
"""

from datetime import UTC, datetime

from esxvirt.records import replace
from esxvirt.sim.state.storage.datastores import Datastore, File
from esxvirt.sim.state.storage.disks import NoSpaceError

__all__ = ["copy", "delete", "move"]


def copy(store: Datastore, path: str, target: Datastore, new_path: str, *, force: bool = False) -> None:
    """Copy a file, or a directory with all that it holds; `force` replaces a file, never a directory."""
    if store.find(path) is None and not store.is_directory(path):
        raise FileNotFoundError(path)
    found = _contents(store, path)
    _check_target(target, new_path, force=force and store.find(path) is not None)
    if target is not store or len(found) > 1 or target.find(new_path) is None:
        _check_room(target, new_path, found)
    _write(target, new_path, found, datetime.now(UTC))


def move(store: Datastore, path: str, target: Datastore, new_path: str, *, force: bool = False) -> None:
    """Move a file, or a directory with all that it holds, under the same rules as `copy`."""
    if store.find(path) is None and not store.is_directory(path):
        raise FileNotFoundError(path)
    found = _contents(store, path)
    _check_target(target, new_path, force=force and store.find(path) is not None)
    if target is not store:
        _check_room(target, new_path, found)
    delete(store, path)
    _write(target, new_path, found, None)


def delete(store: Datastore, path: str) -> None:
    """Delete a file, or a directory with all that it holds; FileNotFoundError if there is neither."""
    if store.find(path) is not None:
        store.delete(path)
    elif path and store.is_directory(path):
        store.delete_directory(path)
    else:
        raise FileNotFoundError(path)


def _contents(store: Datastore, path: str) -> dict[str, File | None]:
    """Return what is at `path`, by path below it: a file is "" alone, a directory None and what it holds."""
    file = store.find(path)
    if file is not None:
        return {"": file}
    return {"": None} | {inner[len(path) :]: found for inner, found in store.walk(path)}


def _check_target(target: Datastore, path: str, *, force: bool) -> None:
    if target.is_directory(path) or (not force and target.find(path) is not None):
        raise FileExistsError(path)
    directory = path.rpartition("/")[0]
    if directory and not target.is_directory(directory):
        raise NotADirectoryError(directory)


def _check_room(target: Datastore, path: str, found: dict[str, File | None]) -> None:
    if sum(file.used for file in found.values() if file is not None) > target.free:
        raise NoSpaceError(path)


def _write(target: Datastore, path: str, found: dict[str, File | None], modified: datetime | None) -> None:
    for below, file in found.items():
        if file is None:
            target.make_directory(path + below)
        else:
            target.put(path + below, replace(file, modified=modified) if modified else file)
