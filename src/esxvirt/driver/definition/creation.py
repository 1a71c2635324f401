"""Defining a domain and starting it at once (virDomainCreateXML), of which nothing is left if it does not start.

Only what this call has made goes again, and only where it is certain that the domain does not run and will not be
started by this call any more. Else the domain stays defined, and the error says so.
"""

import re
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.define import Defined, Made, define_new
from esxvirt.driver.definition.registering import find_defined, take_back
from esxvirt.driver.definition.vmx_files import VMX_PATH, add_to, present
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read, read_all
from esxvirt.driver.domain.states import SHUTOFF, domain_state
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify, look_again
from esxvirt.driver.tasks.machine_tasks import STATE, check_writable
from esxvirt.errors import EsxvirtError, OperationInvalidError, QuestionError, ServerFault, TaskCancelledError, VmxError
from esxvirt.records import record, replace
from esxvirt.vmx import VmxFile
from esxvirt.vsphere.interrupts import is_done
from esxvirt.vsphere.inventory import Query, retrieve
from esxvirt.xml.domain import Domain

__all__ = ["create"]

_DELTA: Final = re.compile(r"-[0-9]{6}\.vmdk$")
_UNDER_WAY: Final = frozenset({"queued", "running"})


def create(
    connection: Connection, xml: str, host: str | None = None, *, validate: bool = False, adapt: bool = False
) -> DomainHandle:
    """Define a domain and start it. Calls as `define` and `lifecycle.start`.

    One that is there, off, and what the XML says is started. VMware keeps every domain that is defined: it stays when
    it is stopped.

    Args:
        connection: The connection.
        xml: The domain's.
        host: As in `define`.
        validate: As in `define`.
        adapt: As in `define`.

    Raises:
        OperationInvalidError: The domain is there, and active or something else than the XML says; or another client
            has changed it before it was started.
        QuestionError: A question blocks the start, and nobody answers.
        EsxvirtError: As `define` and `lifecycle.start`; the message names what is left, if anything is.
    """
    check_writable(connection, "virDomainCreateXML")
    defined = define_new(connection, xml, host, validate=validate, adapt=adapt, start=True)
    domain, made = defined.domain, defined.made
    try:
        found = look_again(lambda: _find(connection, domain))
    except EsxvirtError as error:
        error.args = (f"Domain '{domain.name}' cannot be looked up, and was left as it is: {error}",)
        if made is not None:
            add_to(error, made.stays(domain.name or ""))
        raise
    except KeyboardInterrupt as interrupt:
        if made is not None:
            add_to(interrupt, made.stays(domain.name or ""))
        raise
    _start(_New(connection, found, made))
    _check_same(connection, found, defined)
    return found


def _check_same(connection: Connection, domain: DomainHandle, defined: Defined) -> None:
    """Look whether what was started is what was defined. One GET.

    Raises:
        OperationInvalidError: Another client has defined it anew before it was started.
    """
    try:
        content = present(connection, defined.file)
    except EsxvirtError:
        return  # it was defined, and it was started
    if content is None or not _says(content, defined.content, with_snapshots=True):
        raise OperationInvalidError(
            f"the domain '{domain.name}' was changed by another client before it was started, and runs as that has "
            "left it: look at it"
        )


def _find(connection: Connection, domain: Domain) -> DomainHandle:
    found = find_defined(connection, domain)
    if found is None:
        raise EsxvirtError("the server does not list it")
    return found


@record(frozen=True)
class _New:
    """A domain that is being created: what there is of it, and what of that was made; None if it was there."""

    connection: Connection
    domain: DomainHandle
    made: Made | None

    def stay(self, error: BaseException) -> None:
        """Say in an error what stays."""
        if self.made is not None:
            add_to(error, self.made.stays(self.domain.name))

    def take_away(self, error: EsxvirtError) -> None:
        """Take away what was made, if nobody has changed it; the error tells what stays."""
        made = self.made
        if made is None:
            return
        if not made.certain:
            self.stay(error)
            return
        try:
            content = self._unchanged(made)
        except EsxvirtError:
            content = None
        if content is None:
            self.stay(error)
            return
        try:
            self._forget()
        except ServerFault:
            self.stay(error)
            return
        except EsxvirtError:
            left = f"the domain '{self.domain.name}' and its VMX file '{made.file}' may be left behind"
            add_to(error, f"{left}: undefine it, and remove the file")
            return
        if made.staged is None:
            return
        take_back(self.connection, replace(made.staged, content=content), made.before, made.datastore, error)
        if made.folder is not None:
            made.folder.take_away(error)

    def _unchanged(self, made: Made) -> bytes | None:
        """Return what the VMX file holds, if the domain is off and has that file, which says all that was written.

        The server adds to such a file; another client's change is none of ours to take away. None otherwise. 1 SOAP
        call and one GET.
        """
        row = read(self.connection, self.domain, (*STATE, VMX_PATH))
        if domain_state(row.get("runtime.powerState")) != SHUTOFF or row.get(VMX_PATH) != str(made.file):
            return None
        found = present(self.connection, made.file)
        if found is None or (made.staged is not None and not _says(found, made.staged.content)):
            return None
        return found

    def _forget(self) -> None:
        connection, machine = self.connection, self.domain.ref

        def done() -> bool:
            return all(known.ref != machine for known in read_all(connection))

        write = Write("", f"look for the domain '{self.domain.name}'", done)
        call_and_verify(connection.session, write, lambda: connection.session.call(machine, "UnregisterVM"))


def _start(new: _New) -> None:
    """Start a domain; if that fails for certain, take away what was made of it."""
    refusals: list[EsxvirtError] = []
    try:
        lifecycle.start(new.connection, new.domain, refusals.append)
    except EsxvirtError as error:
        if refusals or (isinstance(error, QuestionError | TaskCancelledError) and _is_idle(new)):
            new.take_away(error)
        else:
            new.stay(error)
        raise
    except KeyboardInterrupt as interrupt:
        if not is_done(interrupt):
            new.stay(interrupt)
        raise


def _is_idle(new: _New) -> bool:
    """Return whether nothing is under way on a domain.

    The start that a question blocked was cancelled, and has ended.
    """
    try:
        tasks = read(new.connection, new.domain, STATE).get("recentTask") or ()
        rows = retrieve(new.connection.session, Query({"Task": ("info.state",)}, list(tasks))) if tasks else []
    except EsxvirtError:
        return False
    return all(row.get("info.state") not in _UNDER_WAY for row in rows)


def _says(found: bytes, wanted: bytes, *, with_snapshots: bool = False) -> bool:
    """Return whether a VMX file says all that another says, in whatever case of letters.

    Args:
        found: The one file.
        wanted: The other.
        with_snapshots: Whether its disks may be those that are written since a snapshot.
    """
    try:
        there, here = VmxFile.parse(found), VmxFile.parse(wanted)
    except VmxError:
        return False
    return all(
        (there.get(key) or "").lower() == (here.get(key) or "").lower()
        or (with_snapshots and _DELTA.search(there.get(key) or "") is not None)
        for key in here
    )
