"""Folders of datastores: made for a volume, and removed again if it does not come to be."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.pools import PoolHandle
from esxvirt.driver.settle import manage_or_look
from esxvirt.driver.volumes import datacenter_of, files_below, path_in, raw_path
from esxvirt.errors import EsxvirtError, ServerFault, TransportError

__all__ = ["DELETE", "made_folder"]

DELETE: Final = "DeleteDatastoreFile_Task"
"""What deletes a file that is no disk, or a folder with all that is in it."""


@contextmanager
def made_folder(connection: Connection, pool: PoolHandle, folder: str) -> Iterator[None]:
    """Make a folder that is missing, and those above it that are, too; if the body fails they are removed again.

    They stay if there is a file in them. 1 SOAP call a folder made, and one for each of those that are there first.

    Raises:
        ServerFault: The server refused.
        TransportError: The server broke off; what is left behind is told.
    """
    made: list[str] = []
    try:
        _make(connection, pool, folder, made)
        yield
    except BaseException as error:
        if made:
            _remove(connection, pool, made[0], error)
        raise


def _make(connection: Connection, pool: PoolHandle, folder: str, made: list[str]) -> None:
    """Make a folder and those above it; `made` gets those that were not there before, the topmost first."""
    parts = folder.split("/")
    depth = len(parts)
    while not _make_one(connection, pool, "/".join(parts[:depth]), made, topmost=depth == 1):
        depth -= 1
    if made:
        for below in range(depth + 1, len(parts) + 1):
            _make_one(connection, pool, "/".join(parts[:below]), made, topmost=True)


def _make_one(connection: Connection, pool: PoolHandle, folder: str, made: list[str], *, topmost: bool) -> bool:
    """Make one folder; False if the one above it is missing, which is an error of the `topmost`."""
    session = connection.session
    manager, place = session.content.fileManager, datacenter_of(connection, pool)
    try:
        session.call(manager, "MakeDirectory", raw_path(pool, folder), place, False)
    except ServerFault as fault:
        if fault.name == "FileAlreadyExists":
            return True
        if fault.name == "FileNotFound" and not topmost:
            return False
        raise
    except TransportError as error:
        # Each was missing before; if the server heard us, it is there now.
        try:
            there = files_below(connection, pool, folder) is not None
        except EsxvirtError:
            what = f"whether the folder '{path_in(pool, folder)}' was made is not known: look for it"
            raise type(error)(f"{error}; {what}") from error
        if not there:
            raise
    made.append(folder)
    return True


def _remove(connection: Connection, pool: PoolHandle, folder: str, error: BaseException) -> None:
    """Remove a folder if no file is in it, because of an error, which is told if that fails."""
    try:
        if files_below(connection, pool, folder):
            return
        manager, place = connection.session.content.fileManager, datacenter_of(connection, pool)
        manage_or_look(
            connection, manager, DELETE, "Could not remove the folder", raw_path(pool, folder), place,
            done=lambda: files_below(connection, pool, folder) is None, advice="look for it",
        )  # fmt: skip
    except EsxvirtError:
        if isinstance(error, EsxvirtError):
            path = path_in(pool, folder)
            error.args = (f"{error}; the folder '{path}' may be left behind: remove it if nothing is in it",)
