"""Datastores, as far as file names need them: `/vmfs/volumes/...` and other mount paths to `[datastore] path`."""

from collections.abc import Iterable
from typing import Final

from esxvirt.datastore_path import DatastorePath, below, is_outside, parse_volumes_path
from esxvirt.errors import VmxError
from esxvirt.records import record
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row

__all__ = ["DATASTORE_PROPERTIES", "Datastore", "FileNames", "datastores_of", "names_of", "stored_path"]

DATASTORE_PROPERTIES: Final = ("summary.name", "host")


@record(frozen=True)
class Datastore:
    """A datastore: its name, and where the host has it mounted (None if the server does not tell)."""

    name: str
    mount_path: str | None


def datastores_of(rows: Iterable[Row], host: Ref | None, *, of_several: bool = False) -> list[Datastore]:
    """Return the datastores among rows, with their mount paths on `host`.

    A `host` of None is any: a datastore that hosts have mounted at several places is there several times. Where the
    rows are those of several hosts, the datastores that `host` has not are left out.
    """
    found: dict[Datastore, None] = {}
    for row in rows:
        name = row.get("summary.name")
        if row.ref.type != "Datastore" or name is None:
            continue
        known = row.get("host") or ()
        mounts = [mount for mount in known if host is None or mount.key == host]
        paths = [mount.mountInfo.path or None for mount in mounts if mount.mountInfo is not None]
        if mounts or not of_several:
            found.update(dict.fromkeys(Datastore(name, path) for path in paths or [None]))
    return list(found)


def names_of(rows: Iterable[Row]) -> list[str]:
    """Return the names of the datastores among rows."""
    return [row.get("summary.name") for row in rows if row.ref.type == "Datastore" and row.get("summary.name")]


def stored_path(source: str, rows: Iterable[Row]) -> str:
    """Return a source as the server writes it, ``[datastore] path``, with one of the datastores among rows.

    Others stay.
    """
    found = DatastorePath.parse(source, names_of(rows))
    return source if found is None or is_outside(source) else str(found)


class FileNames:
    """Turns the file names of a VMX file into libvirt's sources, as a host has its datastores mounted.

    Args:
        datastores: The host's.
        directory: The folder of the VMX file, for bare names.
    """

    def __init__(self, datastores: Iterable[Datastore], directory: DatastorePath) -> None:
        self._datastores = list(datastores)
        self._directory = directory

    def parse(self, file_name: str, allow_missing: bool) -> str | None:
        """Return the source for a file name (esxParseVMXFileName).

        Raises:
            VmxError: It is in no datastore of the host, unless `allow_missing`.
        """
        if "/" not in file_name and "\\" not in file_name:
            return str(self._directory.joined(file_name))
        for datastore in self._datastores:
            if datastore.mount_path and (rest := below(file_name, datastore.mount_path)) is not None:
                return str(DatastorePath(datastore.name, rest))
        named = parse_volumes_path(file_name)
        if named is not None and any(datastore.name == named.datastore for datastore in self._datastores):
            return str(named)
        if file_name.startswith("/"):
            return file_name
        if allow_missing:
            return None
        raise VmxError(f"Could not find a datastore for the file '{file_name}' of the machine")
