"""Folders of datastores, made for a volume that is to be in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.driver.storage.volumes import datacenter_of, files_below, path_in
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.errors import EsxvirtError, ServerFault
from esxvirt.vsphere.interrupts import is_done, tell

__all__ = ["DELETE", "made_folder", "make_folders"]

DELETE: Final = "DeleteDatastoreFile_Task"
"""What deletes a file that is no disk, or a folder with all that is in it."""


@contextmanager
def made_folder(connection: Connection, pool: PoolHandle, folder: str) -> Iterator[None]:
    """Make a folder that is missing, and those above it that are, too; if the body fails the error names what is left.

    VMware removes a folder with all that is in it, and another client may have put something there since anybody
    looked: so an empty folder stays rather than that anything is lost. 1 SOAP call a folder made, and one for each of
    those that are there first.

    Raises:
        ServerFault: The server refused.
        TransportError: The server broke off.
    """
    made: list[str] = []
    try:
        make_folders(connection, pool, folder, made)
        yield
    except EsxvirtError as error:
        if made:
            path = path_in(pool, made[0])
            error.args = (f"{error}; the folder '{path}' is left behind: remove it if nothing is in it",)
        raise
    except KeyboardInterrupt as interrupt:
        if made and not is_done(interrupt):
            left = f"the folder '{path_in(pool, made[0])}' is left behind: remove it if nothing is in it"
            tell(interrupt, f"{str(interrupt) or 'interrupted'}; {left}")
        raise


def make_folders(connection: Connection, pool: PoolHandle, folder: str, made: list[str]) -> None:
    """Make a folder and those above it; `made` gets those that were not there before, the topmost first.

    Calls and errors as `made_folder`.
    """
    parts = folder.split("/")
    depth = len(parts)
    while not _make_one(connection, pool, "/".join(parts[:depth]), made, topmost=depth == 1):
        depth -= 1
    if made:
        for below in range(depth + 1, len(parts) + 1):
            _make_one(connection, pool, "/".join(parts[:below]), made, topmost=True)


def _make_one(connection: Connection, pool: PoolHandle, folder: str, made: list[str], *, topmost: bool) -> bool:
    """Make one folder; False if the one above it is missing, which is an error of the `topmost`."""
    session, path = connection.session, path_in(pool, folder)
    manager, place = session.content.fileManager, datacenter_of(connection, pool)

    def done() -> bool:  # it was missing before
        return files_below(connection, pool, folder) is not None

    write = Write("", f"look for the folder '{path_in(pool, folder)}'", done)
    try:
        call_and_verify(session, write, lambda: session.call(manager, "MakeDirectory", path, place, False))
    except ServerFault as fault:
        if fault.name == "FileAlreadyExists":
            return True
        if fault.name == "FileNotFound" and not topmost:
            return False
        raise
    except KeyboardInterrupt as interrupt:  # the folder is not all that was to be made
        if is_done(interrupt):
            made.append(folder)
            tell(interrupt)
        raise
    made.append(folder)
    return True
