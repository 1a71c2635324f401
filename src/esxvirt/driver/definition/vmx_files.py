"""VMX files, written so that none is ever half there, and none of another client's is replaced or deleted.

A file is uploaded beside its place first, under a name that is made of what is in it: only who writes the same has that
name, and whoever is killed meanwhile and does the same again finds it. Only the server's own renaming puts it in its
place, which refuses, or replaces, a file that is there in one step.
"""

import hashlib
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.tasks.lost_answers import Write, task_manager
from esxvirt.driver.tasks.manager_tasks import manager_write, run_manager_task
from esxvirt.errors import EsxvirtError, OperationInvalidError, ServerFault, TransportError
from esxvirt.records import record
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.files import FileNotThereError, FileRefusedError, delete_file, read_file, write_file
from esxvirt.vsphere.inventory import Query, Step, retrieve

__all__ = ["StagedFile", "Users", "add_to", "beside", "present", "stage", "users_of"]

VMX_PATH: Final = "config.files.vmPathName"
_MOVE: Final = "MoveDatastoreFile_Task"
_CANNOT: Final = frozenset({"MethodNotFound", "NotImplemented", "NotSupported"})
"""What servers say that do not rename files."""
_DIGITS: Final = 12
_USERS: Final = (Step("vm", "Datastore", "vm"), Step("task", "TaskManager", "recentTask"))
_REGISTER: Final = "Folder.registerVm"
_UNDER_WAY: Final = frozenset({"queued", "running"})


def present(connection: Connection, file: DatastoreFile) -> bytes | None:
    """Return the content of a file, None if there is none. One GET."""
    try:
        return read_file(connection.session, file)
    except FileNotThereError:
        return None


def add_to(error: BaseException, text: str) -> None:
    """Say more in the message of an error, or of what Ctrl-C raises."""
    if isinstance(error, EsxvirtError | KeyboardInterrupt):
        error.args = (f"{str(error) or 'interrupted'}; {text}",)


@record(frozen=True)
class StagedFile:
    """A file that lies beside its place.

    Attributes:
        connection: The server's.
        host: Where the datastore is.
        file: Its place.
        beside: Where it is.
        content: What is in it.
    """

    connection: Connection
    host: HostPlace
    file: DatastoreFile
    beside: DatastoreFile
    content: bytes

    def put_in_place(self, *, replace: bool) -> None:
        """Rename the file to its place. 3 or 4 SOAP calls.

        Args:
            replace: Whether a file that is there is replaced.

        Raises:
            OperationInvalidError: There is one, and it is not to be replaced.
            ServerFault: The server refused; nothing is left beside the place, or the message says so.
            TransportError: The server broke off; the message says what may be left.
        """
        write = self._write(self.file)
        try:
            self._rename(write, self.beside, self.file, replace=replace)
        except ServerFault as fault:
            if write.refused and fault.name in _CANNOT:
                self._write_in_place(replace=replace)
            elif write.refused and fault.name == "FileAlreadyExists":
                taken = OperationInvalidError(
                    f"There is a VMX file '{self.file}' now, which another client has made meanwhile; try again, or "
                    "choose another name"
                )
                self.discard(taken)
                raise taken from None
            else:
                self._left(fault, write)
                raise
        except BaseException as error:
            self._left(error, write)
            raise

    def take_away(self) -> None:
        """Rename the file from its place to beside it again. Calls and errors as `put_in_place`."""
        self._rename(self._write(self.beside), self.file, self.beside, replace=True)

    def discard(self, error: BaseException | None = None) -> None:
        """Delete the file beside its place; an error is told if that fails. One DELETE."""
        for attempt in (1, 2):
            try:
                delete_file(self.connection.session, self.beside)
            except EsxvirtError:
                if attempt == 2 and error is not None:
                    add_to(error, f"the file '{self.beside}' may be left behind: remove it")
            else:
                return

    def _write(self, target: DatastoreFile) -> Write:
        def done() -> bool:
            return present(self.connection, target) == self.content

        return manager_write(self.connection, "", f"look for the file '{target}'", done, brief=True)

    def _rename(self, write: Write, source: DatastoreFile, target: DatastoreFile, *, replace: bool) -> None:
        session = self.connection.session
        datacenter = self.host.datacenter
        arguments = (str(source), datacenter, str(target), datacenter, replace)
        run_manager_task(self.connection, write, session.content.fileManager, _MOVE, *arguments)

    def _write_in_place(self, *, replace: bool) -> None:
        """Write the file where it belongs, on a server that renames none; a file that is there is looked for."""
        self.discard()
        if not replace and present(self.connection, self.file) is not None:
            raise OperationInvalidError(f"There is a VMX file '{self.file}' of another domain; choose another name")
        try:
            write_file(self.connection.session, self.file, self.content)
        except BaseException as error:
            add_to(error, f"the file '{self.file}' may be damaged: check it")
            raise

    def _left(self, error: BaseException, write: Write) -> None:
        if write.refused:
            self.discard(error)
        else:
            add_to(error, f"the file '{self.beside}' may be left behind: remove it")


def beside(file: DatastoreFile, content: bytes) -> DatastoreFile:
    """Return where a file lies before it is put in its place, by what is in it."""
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    place = file.place._replace(path=f"{file.path}.{digest}.part")
    return DatastoreFile(place, file.datacenter)


def stage(
    connection: Connection, host: HostPlace, file: DatastoreFile, content: bytes, name: bytes | None = None
) -> StagedFile:
    """Upload a file beside its place. One PUT; if its answer is lost, one GET.

    Args:
        connection: The server's.
        host: Where the datastore is.
        file: Its place.
        content: What is in it.
        name: What of that gives it its name, where not all does.

    Raises:
        FileNotThereError: There is no such directory, or no such datastore.
        MissingPrivilegeError: The account may not.
        TransportError: The server refused it, or broke off; the message says what may be left.
    """
    path = beside(file, content if name is None else name)
    staged = StagedFile(connection, host, file, path, content)
    try:
        write_file(connection.session, path, content)
    except FileNotThereError:
        raise
    except TransportError as lost:
        is_over = lost.unsent or isinstance(lost, FileRefusedError)
        if not is_over and _is_there(staged):
            return staged
        staged.discard(lost)
        if not (is_over or "left behind" in str(lost)):
            add_to(lost, f"the file '{path}' may be left behind: remove it")  # if the request is still under way
        raise
    except KeyboardInterrupt as interrupt:
        add_to(interrupt, f"nothing was changed, but the file '{path}' may be left behind: remove it")
        raise
    return staged


def _is_there(staged: StagedFile) -> bool:
    try:
        return present(staged.connection, staged.beside) == staged.content
    except EsxvirtError:
        return False


@record(frozen=True)
class Users:
    """Who uses a VMX file.

    Attributes:
        machines: The machines of the server whose file it is.
        registering: Whether the server is registering any machine now, by whomever it was asked.
    """

    machines: tuple[Ref, ...]
    registering: bool


def users_of(connection: Connection, file: DatastoreFile, datastore: Ref) -> Users:
    """Return who uses a VMX file, on whatever host. One SOAP call.

    Raises:
        EsxvirtError: The server does not tell.
    """
    session = connection.session
    manager = task_manager(session)
    properties = {"VirtualMachine": (VMX_PATH,), "Task": ("info.descriptionId", "info.state")}
    rows = retrieve(session, Query(properties, [datastore, manager], _USERS, include_start=False))
    machines = tuple(row.ref for row in rows if row.ref.type == "VirtualMachine" and row.get(VMX_PATH) == str(file))
    registering = any(
        row.get("info.descriptionId") in {_REGISTER, None} and row.get("info.state") in _UNDER_WAY
        for row in rows
        if row.ref.type == "Task"
    )
    return Users(machines, registering)
