"""`[datastore] folder/file`, as VMware names files, and the paths at which hosts have datastores mounted.

A host has its datastores below `/vmfs/volumes`, by name and by identifier; a GSX host wherever its file system has
them, on Windows with backslashes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from esxvirt.errors import EsxvirtError
from esxvirt.names import find_stored, unescape

__all__ = ["VOLUMES", "DatastorePath", "below", "embedded", "is_outside", "mounted", "parse_volumes_path"]

VOLUMES: Final = "/vmfs/volumes/"
"""Where ESX mounts datastores."""

_STARTS: Final = re.compile(r"(?:^|(?<=[/\\]))\[")


class DatastorePath(NamedTuple):
    """A file of a datastore, or a folder.

    Attributes:
        datastore: The datastore's name; empty where the server does not know it any more.
        path: The path in it, without leading blanks; empty for the datastore itself.
    """

    datastore: str
    path: str

    @classmethod
    def parse(cls, text: str, known: Iterable[str] = ()) -> "DatastorePath | None":
        """Take ``[datastore] path`` apart; None if it has another form.

        Brackets may be part of a datastore's name, ``[[ssd] fast] path``: it ends where those that were opened are
        closed, unless it is one of those that are known.

        Args:
            text: The path.
            known: Names of datastores, as the server keeps them: each is found in each of its writings (see
                `esxvirt.names`), and becomes what the server keeps.
        """
        if not text.startswith("["):
            return None
        names = list(known)
        named = [(written, name) for name in names for written in (name, unescape(name))]
        named = [(written, name) for written, name in named if text.startswith(f"[{written}]")]
        if named:
            written, name = max(named, key=lambda pair: (len(pair[0]), pair[0] == pair[1]))
            return cls(name, text[len(written) + 2 :].lstrip(" "))
        end = _closing(text)
        if end < 0:
            return None
        datastore = text[1:end]
        return cls(find_stored(names, datastore) or datastore, text[end + 1 :].lstrip(" "))

    @classmethod
    def file(cls, text: str, error: type[EsxvirtError], known: Iterable[str] = ()) -> "DatastorePath":
        """Take ``[datastore] path`` apart, strictly: with a datastore. `known` as in `parse`.

        Raises:
            EsxvirtError: `error`, in libvirt's words, for another form.
        """
        found = cls.parse(text, known)
        if found is None or not found.datastore:
            raise error(f"Datastore path '{text}' doesn't have expected format '[<datastore>] <path>'")
        return found

    @property
    def folder(self) -> "DatastorePath":
        """The folder that the file is in."""
        return DatastorePath(self.datastore, self.path.rpartition("/")[0])

    def joined(self, name: str) -> "DatastorePath":
        """Return what is called `name` in this folder."""
        return DatastorePath(self.datastore, f"{self.path.removesuffix('/')}/{name}" if self.path else name)

    def __str__(self) -> str:
        return f"[{self.datastore}] {self.path}"


def _closing(text: str) -> int:
    """Return where the bracket ends that a path begins with; -1 where it does not."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "[") - (letter == "]")
        if depth == 0:
            return at
    return text.find("]")


def is_outside(path: str) -> bool:
    """Return whether a path is none of a datastore's.

    ``[] /vmimages/tools-isoimages/linux.iso``, of the host's own files.
    """
    return path.startswith("[]") and path[2:].lstrip(" ").startswith("/")


def parse_volumes_path(file_name: str) -> DatastorePath | None:
    """Take ``/vmfs/volumes/datastore/path`` apart; None if it has another form, or names no file."""
    if not file_name.startswith(VOLUMES):
        return None
    datastore, _slash, path = file_name.removeprefix(VOLUMES).partition("/")
    path = path.lstrip("/")
    return DatastorePath(datastore, path) if datastore and path else None


def below(file_name: str, mount_path: str) -> str | None:
    """Return what follows a mount path, with slashes; None if the file is not below it."""
    if not file_name.startswith(mount_path):
        return None
    rest = file_name[len(mount_path) :]
    # "/vmfs/volumes/ds10/x" is not below "/vmfs/volumes/ds1".
    if not rest.startswith(("/", "\\")) and not mount_path.endswith(("/", "\\")):
        return None
    return rest.lstrip("/\\").replace("\\", "/")


def embedded(text: str, known: Iterable[str] = ()) -> Iterator[DatastorePath]:
    """Return what ``[datastore] path`` may be meant by a path, first the longest: itself, or what follows a folder.

    Programs make paths absolute that they take for those of this machine: ``/home/me/[datastore] folder/file``, or with
    backslashes. A path of another form has none. `known` as in `DatastorePath.parse`.
    """
    names = list(known)
    for start in _STARTS.finditer(text):
        found = DatastorePath.parse(text[start.start() :], names)
        if found is not None and (start.start() == 0 or (found.datastore and found.path)):
            separator = text[start.start() - 1] if start.start() else "/"
            yield found if separator == "/" else DatastorePath(found.datastore, found.path.replace("\\", "/"))


def mounted(mount_path: str, path: str) -> str:
    """Return the path of a datastore's file where the datastore is mounted, with the mount path's own separators."""
    separator = "\\" if "\\" in mount_path else "/"
    return mount_path.rstrip(separator) + separator + path.replace("/", separator)
