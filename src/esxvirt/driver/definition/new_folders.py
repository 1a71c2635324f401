"""The folder of a new domain's VMX file: made where it is missing, and taken away again if nothing came of it.

VMware removes a folder with all that is in it. So one that is to go is renamed away first, looked into, and only then
removed: who comes after that finds none, and what another client has put there meanwhile is put back with it.
"""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.definition.vmx_files import add_to
from esxvirt.driver.storage.pools import PoolHandle, place_of, read_pools
from esxvirt.driver.storage.volume_folders import DELETE, make_folders
from esxvirt.driver.storage.volumes import files_below, is_bare, path_in
from esxvirt.driver.tasks.manager_tasks import manager_write, run_manager_task
from esxvirt.errors import EsxvirtError, PoolNotFoundError
from esxvirt.records import record
from esxvirt.vsphere.datastore_file import DatastoreFile

__all__ = ["NewFolder", "make_folder"]

_MOVE: Final = "MoveDatastoreFile_Task"
_AWAY: Final = ".empty"
"""What the name of a folder ends with that is about to be removed."""


@record(frozen=True)
class NewFolder:
    """A folder that was made, and those above it: `made` has them, the topmost first."""

    connection: Connection
    pool: PoolHandle
    made: tuple[str, ...]

    def name_in(self, error: BaseException) -> None:
        """Say in an error, or in what Ctrl-C raises, that the folder is there."""
        add_to(error, f"the folder '{path_in(self.pool, self.made[0])}' is left behind: remove it if nothing is in it")

    def take_away(self, error: BaseException) -> None:
        """Remove the folder if nothing is in it; the error tells what is left, and where.

        Some 13 SOAP calls.
        """
        connection, pool, top = self.connection, self.pool, self.made[0]
        away = f"{top}{_AWAY}"
        try:
            if not is_bare(connection, pool, top, len(self.made)):
                self.name_in(error)
                return
        except EsxvirtError:
            self.name_in(error)
            return
        unsure = f"the folder '{path_in(pool, top)}' may be left behind, or be called '{path_in(pool, away)}' now: look"
        try:
            self._rename(top, away)
        except EsxvirtError:
            add_to(error, unsure)
            return
        try:
            if is_bare(connection, pool, away, len(self.made)):
                self._remove(away)
            else:
                self._rename(away, top)
                self.name_in(error)
        except EsxvirtError:
            add_to(error, unsure)

    def _rename(self, source: str, goal: str) -> None:
        connection, pool = self.connection, self.pool
        manager, datacenter = connection.session.content.fileManager, place_of(connection, pool).datacenter

        def done() -> bool:
            return files_below(connection, pool, goal) is not None

        write = manager_write(connection, "", f"look for the folder '{path_in(pool, goal)}'", done, brief=True)
        arguments = (path_in(pool, source), datacenter, path_in(pool, goal), datacenter, False)
        run_manager_task(connection, write, manager, _MOVE, *arguments)

    def _remove(self, folder: str) -> None:
        connection, pool = self.connection, self.pool
        manager, datacenter = connection.session.content.fileManager, place_of(connection, pool).datacenter

        def done() -> bool:
            return files_below(connection, pool, folder) is None

        write = manager_write(connection, "", f"look for the folder '{path_in(pool, folder)}'", done, brief=True)
        run_manager_task(connection, write, manager, DELETE, path_in(pool, folder), datacenter)


def make_folder(connection: Connection, place: HostPlace, file: DatastoreFile) -> NewFolder | None:
    """Make the folder of a file, and those above it that are missing. 2 SOAP calls, and 2 more for each above it.

    Returns:
        What was made; None if another client has made all of it meanwhile.

    Raises:
        PoolNotFoundError: There is no such datastore in the host's datacenter.
        ServerFault: The server refused; the message names what was made all the same.
        TransportError: The server broke off.
    """
    pool = next(
        (
            pool
            for pool in read_pools(connection)
            if pool.target is None
            and pool.name == file.place.datastore
            and place_of(connection, pool).datacenter == place.datacenter
        ),
        None,
    )
    if pool is None:
        raise PoolNotFoundError(f"Could not find storage pool with name '{file.place.datastore}'")
    made: list[str] = []
    try:
        make_folders(connection, pool, file.place.folder.path, made)
    except EsxvirtError as error:
        if made:
            NewFolder(connection, pool, tuple(made)).take_away(error)
        raise
    except KeyboardInterrupt as interrupt:
        if made:
            NewFolder(connection, pool, tuple(made)).name_in(interrupt)
        raise
    return NewFolder(connection, pool, tuple(made)) if made else None
