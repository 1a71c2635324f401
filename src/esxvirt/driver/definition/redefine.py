"""Changing the VMX file of a machine that is off, and having the server read it again.

The server changes that file, too, whenever anybody changes the machine. So the machine is looked at before the file is
replaced, and after; what another client has done meanwhile is kept, and the error says so. A file that says already
what it is to say is read again, too: a client that was killed may have written it, and the server not have read it.
"""

from typing import Final

from esxvirt.datastore_path import DatastorePath
from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.definition.native import native_context
from esxvirt.driver.definition.vmx_files import VMX_PATH, add_to, present, stage
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF, domain_state
from esxvirt.driver.storage.datastores import names_of
from esxvirt.driver.tasks.lost_answers import look_again
from esxvirt.driver.tasks.machine_tasks import CHANGE_VERSION, STATE, ready, run
from esxvirt.errors import EsxvirtError, OperationInvalidError, ServerFault, TransportError
from esxvirt.records import record
from esxvirt.vmx import Report, VmxFile, redefine
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.files import read_file
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.domain import Domain

__all__ = ["change", "reload_machine"]

_NOT_OFF: Final = "Domain is not powered off"
_ACTIVE: Final = frozenset({RUNNING, PAUSED})
_MARK: Final = "esxvirt.rewritten"
"""A setting that is made and taken away again, so that the server writes a VMX file."""


@record(frozen=True)
class _Moment:
    """What tells one moment of a machine from another: the version of its configuration, and its tasks."""

    version: str | None
    tasks: frozenset[Ref]

    @classmethod
    def of(cls, row: Row) -> "_Moment":
        return cls(row.get(CHANGE_VERSION), frozenset(row.get("recentTask") or ()))


@record(frozen=True)
class _Change:
    """A change of a machine's VMX file under way: of a `machine`, whose file as it was and is to be."""

    connection: Connection
    existing: DomainHandle
    machine: Ref
    file: DatastoreFile
    before: bytes
    after: bytes

    def now(self) -> _Moment:
        """Return the machine as it is now. One SOAP call."""
        return _Moment.of(read(self.connection, self.existing, (CHANGE_VERSION, *STATE)))

    def disturbed(self, what: str) -> OperationInvalidError:
        """Return the error for what another client did meanwhile."""
        name = self.existing.name
        return OperationInvalidError(f"another client has changed the domain '{name}' meanwhile: {what}; try again")


def change(
    connection: Connection,
    domain: Domain,
    existing: DomainHandle,
    rows: list[Row],
    host: HostPlace,
    report: Report,
    *,
    only_same: bool = False,
) -> tuple[DatastoreFile, bytes]:
    """Have a machine that is off be what `domain` says. 4 SOAP calls where its file says so already, else 9 or 10.

    A machine that is not off is left as it is where its file says so already: programs define what they have started.

    Args:
        connection: The connection.
        domain: What it is to be.
        existing: What it is.
        rows: Of the hosts' machines, datastores and networks.
        host: Where it is.
        report: Gets a note for each loss.
        only_same: Whether it must be off, and be that already.

    Returns:
        Its VMX file, and what that says.

    Raises:
        OperationInvalidError: It is not off; or another client has changed it meanwhile.
        EsxvirtError: The server does not tell which file it has, or the file describes no machine.
        ServerFault: The server refused, or cannot read what was written; then all is as it was, or the message says so.
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    row = read(connection, existing, (CHANGE_VERSION, *STATE))
    moment = _Moment.of(row)
    active = domain_state(row.get("runtime.powerState")) in _ACTIVE
    if active and only_same:
        raise OperationInvalidError(f"domain '{existing.name}' is already active")
    machine = ready(connection, existing, row, None if active else SHUTOFF, _NOT_OFF)
    location = existing.row.get(VMX_PATH)
    if not location:
        raise EsxvirtError(f"the server does not tell which VMX file the domain '{existing.name}' has")
    file = DatastoreFile(DatastorePath.parse(location, names_of(rows)) or location, host.datacenter_path)
    before = read_file(connection.session, file)
    context = native_context(connection, file.place.folder, rows, place=host, settings=True)
    after = redefine(before, domain, context, report=report).encode()
    connection.notes = tuple(map(str, report))
    if after == before:
        if not active:
            reload_machine(connection, existing, file)
        return file, after
    if active:
        raise OperationInvalidError(_NOT_OFF)
    if only_same:
        raise OperationInvalidError(
            f"domain '{existing.name}' is defined already, and is something else than this XML says: define it anew, "
            "and start it"
        )
    _replace(_Change(connection, existing, machine, file, before, after), moment, host)
    return file, after


def _replace(wanted: _Change, moment: _Moment, host: HostPlace) -> None:
    staged = stage(wanted.connection, host, wanted.file, wanted.after)
    try:
        now = wanted.now()
        _check_undisturbed(wanted, moment, now)
    except BaseException as error:
        staged.discard(error)
        raise
    staged.put_in_place(replace=True)
    try:
        then = look_again(wanted.now)
    except BaseException as error:
        text = f"the VMX file '{wanted.file}' was written, but the server has not read it: define the domain again"
        add_to(error, text)
        raise
    if then != now:
        _give_way(wanted)
    try:
        reload_machine(wanted.connection, wanted.existing, wanted.file)
    except ServerFault as fault:
        if fault.name == "TaskInProgress":
            raise wanted.disturbed("it may not be what you have defined") from fault
        _put_back(wanted, host, fault)
        raise
    _check_kept(wanted)


def _check_undisturbed(wanted: _Change, before: _Moment, now: _Moment) -> None:
    if now != before or present(wanted.connection, wanted.file) != wanted.before:
        raise wanted.disturbed("nothing was done")


def reload_machine(connection: Connection, existing: DomainHandle, file: DatastoreFile) -> None:
    """Have the server read a machine's VMX file; which is done again as often as an answer is lost.

    Raises:
        ServerFault: The server refused.
        TransportError: It broke off, and whether it has read the file is not known.
    """
    session = connection.session
    machine = existing.ref
    unknown = f"whether the server has read the VMX file '{file}' is not known: define the domain again"
    for attempt in (1, 2, 3):
        try:
            session.call(machine, "Reload")
        except TransportError as error:
            if attempt == 3:
                raise type(error)(f"{error}; {unknown}") from error
        except KeyboardInterrupt as interrupt:
            interrupt.args = (f"interrupted; {unknown}",)
            raise
        else:
            return


def _give_way(wanted: _Change) -> None:
    """Have the server write the file anew that was replaced while another client changed the machine.

    Raises:
        OperationInvalidError: Always: the other one's change is what there is, or the message says that it may not be.
    """
    failure = "Could not write the VMX file anew"
    try:
        for value in ("1", ""):
            spec = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key=_MARK, value=value)])
            run(wanted.connection, wanted.existing, wanted.machine, "ReconfigVM_Task", failure, spec)
        kept = present(wanted.connection, wanted.file) != wanted.after
    except EsxvirtError as error:
        kept, failure = False, str(error)
    if kept:
        raise wanted.disturbed("it is as that has left it")
    raise OperationInvalidError(
        f"another client has changed the domain '{wanted.existing.name}' while its VMX file was written: look whether "
        f"'{wanted.file}' has what the server has before you start it ({failure})"
    )


def _put_back(wanted: _Change, host: HostPlace, fault: ServerFault) -> None:
    """Put the file back as it was, because the server refuses to read the new one; the error says what cannot be."""
    changed = f"the VMX file '{wanted.file}' was written, but the server has not read it: look at the domain"
    try:
        row = read(wanted.connection, wanted.existing, ("runtime.powerState",))
        if domain_state(row.get("runtime.powerState")) != SHUTOFF:
            add_to(fault, changed)  # somebody has started it, with the new file
            return
        if present(wanted.connection, wanted.file) != wanted.after:
            return  # another client's by now
        stage(wanted.connection, host, wanted.file, wanted.before).put_in_place(replace=True)
        reload_machine(wanted.connection, wanted.existing, wanted.file)  # it may have read the new one
    except EsxvirtError:
        add_to(fault, changed)


def _check_kept(wanted: _Change) -> None:
    """Look whether the server has read what was written, and not what another client has written over it.

    Raises:
        OperationInvalidError: It has not.
    """
    try:
        found = present(wanted.connection, wanted.file)
    except EsxvirtError:
        return  # it was written, and it was read
    if found is None or not _says(VmxFile.parse(found), VmxFile.parse(wanted.before), VmxFile.parse(wanted.after)):
        raise wanted.disturbed("it may not be what you have defined")


def _says(found: VmxFile, before: VmxFile, after: VmxFile) -> bool:
    """Return whether a file has all that was changed; the server may have added to it."""
    changed = [key for key in after if after.get(key) != before.get(key)]
    gone = [key for key in before if key not in after]
    return all(found.get(key) == after.get(key) for key in changed) and all(key not in found for key in gone)
