"""Datastores, as far as file names need them: `/vmfs/volumes/...` and other mount paths to `[datastore] path`."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from esxvirt.errors import VmxError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row

__all__ = ["DATASTORE_PROPERTIES", "Datastore", "FileNames", "datastores_of"]

DATASTORE_PROPERTIES: Final = ("summary.name", "host")
_VOLUMES: Final = "/vmfs/volumes/"


@dataclass(frozen=True, slots=True)
class Datastore:
    """A datastore: its name, and where the host has it mounted (None if the server does not tell)."""

    name: str
    mount_path: str | None


def datastores_of(rows: Iterable[Row], host: Ref | None, *, of_several: bool = False) -> list[Datastore]:
    """The datastores among rows, with their mount paths on `host`.

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


class FileNames:
    """Turns the file names of a VMX file into libvirt's sources, as a host has its datastores mounted.

    Args:
        datastores: The host's.
        directory: Where the VMX file is, ``[datastore] directory``, for bare names.
    """

    def __init__(self, datastores: Iterable[Datastore], directory: str) -> None:
        self._datastores = list(datastores)
        self._directory = directory

    def parse(self, file_name: str, allow_missing: bool) -> str | None:
        """The source for a file name (esxParseVMXFileName).

        Raises:
            VmxError: It is in no datastore of the host, unless `allow_missing`.
        """
        if "/" not in file_name and "\\" not in file_name:
            return (
                f"{self._directory}/{file_name}" if not self._directory.endswith("] ") else self._directory + file_name
            )
        for datastore in self._datastores:
            if datastore.mount_path and (rest := _below(file_name, datastore.mount_path)) is not None:
                return f"[{datastore.name}] {rest}"
        if file_name.startswith(_VOLUMES):
            name, slash, rest = file_name.removeprefix(_VOLUMES).partition("/")
            if slash and any(datastore.name == name for datastore in self._datastores):
                return f"[{name}] {rest.lstrip('/')}"
        if file_name.startswith("/"):
            return file_name
        if allow_missing:
            return None
        raise VmxError(f"Could not find a datastore for the file '{file_name}' of the machine")


def _below(file_name: str, mount_path: str) -> str | None:
    """What follows a mount path, with slashes; None if the file is not below it."""
    if not file_name.startswith(mount_path):
        return None
    rest = file_name[len(mount_path) :]
    # "/vmfs/volumes/ds10/x" is not below "/vmfs/volumes/ds1".
    if not rest.startswith(("/", "\\")) and not mount_path.endswith(("/", "\\")):
        return None
    return rest.lstrip("/\\").replace("\\", "/")
