"""Putting a VMX file into the inventory, and taking it away again where the server has refused it.

A file is deleted, or what it replaced put back, only where nobody uses it or is about to.
"""

from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.definition.native import HOST_DATASTORES
from esxvirt.driver.definition.redefine import reload_machine
from esxvirt.driver.definition.vmx_files import VMX_PATH, StagedFile, add_to, present, stage, users_of
from esxvirt.driver.domain.handles import DomainHandle, handle
from esxvirt.driver.domain.reading import identity, read_all
from esxvirt.driver.network.attachable import network_properties, network_steps
from esxvirt.driver.storage.datastores import DATASTORE_PROPERTIES
from esxvirt.driver.tasks.lost_answers import (
    Write,
    new_task,
    recent_tasks,
    run_and_verify,
    task_manager,
)
from esxvirt.errors import EsxvirtError, OperationInvalidError, ServerFault
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.interrupts import tell
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.tasks import Watch
from esxvirt.xml.domain import Domain

__all__ = ["RefusedError", "find_defined", "read_host_objects", "register", "take_back"]

_MACHINES: Final = (Step("vm", "HostSystem", "vm"),)
_FAILURE: Final = "Could not define domain"
_REGISTER: Final = "RegisterVM_Task"
_KINDS: Final = frozenset({_REGISTER, "Folder.registerVm"})


def read_host_objects(connection: Connection) -> list[Row]:
    """Return the hosts' machines, datastores and networks. One SOAP call (a page)."""
    machine = (*identity(connection), VMX_PATH)
    properties = {"VirtualMachine": machine, "Datastore": DATASTORE_PROPERTIES, **network_properties(connection)}
    steps = (*_MACHINES, *HOST_DATASTORES, *network_steps(connection))
    query = Query(properties, connection.scope.hosts, steps, include_start=False)
    return retrieve(connection.session, query)


def find_defined(connection: Connection, domain: Domain) -> DomainHandle | None:
    """Return the domain that was defined by a description, None if the server lists none such. One SOAP call a page."""
    found = [known for known in read_all(connection) if known.uuid == domain.uuid]
    return next((known for known in found if known.name == domain.name), found[0] if found else None)


class RefusedError(Exception):
    """The server has refused to register a machine, for a `reason`."""

    def __init__(self, reason: EsxvirtError) -> None:
        super().__init__(str(reason))
        self.reason = reason


def register(connection: Connection, domain: Domain, file: DatastoreFile, place: HostPlace) -> bool:
    """Register a machine; what another client has registered of that file meanwhile is what there is.

    Returns:
        Whether it was certainly this that has registered it.

    Raises:
        RefusedError: The server has refused, and is not at it any more.
        EsxvirtError: Whether it is registered is not known, or the file is another domain's.
        KeyboardInterrupt: With Ctrl-C; it says what became of it.
    """
    session, policy = connection.session, connection.policy
    try:
        folder, known = _folder(connection, place)
    except EsxvirtError as error:
        raise RefusedError(error) from error
    except KeyboardInterrupt as interrupt:
        tell(interrupt, "interrupted: nothing was registered")
        raise
    write = Write(
        _FAILURE,
        f"look whether the domain '{domain.name}' is defined",
        lambda: find_defined(connection, domain) is not None,
        lambda: new_task(session, recent_tasks(session, task_manager(session)), known, _KINDS),
        watch=Watch(progress=policy.progress, deadline=policy.deadline()),
        alone=False,
    )
    host = place.ref
    pool = place.resource_pool
    arguments = (str(file), None, False, pool, host)

    def send() -> Any:
        return session.call(folder, _REGISTER, *arguments, seconds=write.call_seconds(session))

    try:
        run_and_verify(session, write, send)
    except EsxvirtError as error:
        if isinstance(error, ServerFault) and error.name == "AlreadyExists":
            _take_over(connection, domain, file)
            return False
        if write.refused:
            raise RefusedError(error) from error
        raise
    return not write.guessed


def _folder(connection: Connection, place: HostPlace) -> tuple[Ref, frozenset[Ref]]:
    """Return the folder that machines of a datacenter are registered in, and the tasks that the server knows of.

    One SOAP call.
    """
    manager = task_manager(connection.session)
    properties = {"Datacenter": ("vmFolder",), manager.type: ("recentTask",)}
    rows = {row.ref: row for row in retrieve(connection.session, Query(properties, [place.datacenter, manager]))}
    folder = rows[place.datacenter].get("vmFolder") if place.datacenter in rows else None
    if folder is None:
        raise EsxvirtError("The server does not tell in which folder machines are; may the account see it?")
    return folder, frozenset(rows[manager].get("recentTask") or () if manager in rows else ())


def _take_over(connection: Connection, domain: Domain, file: DatastoreFile) -> None:
    """Make a machine what its file says now that another client, or a lost request of ours, has registered meanwhile.

    Raises:
        OperationInvalidError: The file is another domain's, or nobody's as far as can be seen.
    """
    owner = next((row for row in read_host_objects(connection) if row.get(VMX_PATH) == str(file)), None)
    if owner is None or handle(owner).uuid != domain.uuid:
        whose = "another domain" if owner is None else f"the domain '{handle(owner).name}'"
        raise OperationInvalidError(
            f"The VMX file '{file}' belongs to {whose}, which another client has defined meanwhile: look at it"
        )
    reload_machine(connection, handle(owner), file)


def take_back(
    connection: Connection, staged: StagedFile, before: bytes | None, datastore: Ref | None, error: EsxvirtError
) -> None:
    """Leave the datastore as it was found, if it is certain that nobody uses the file; else the error names it.

    The file is renamed away before it is looked for users once more: who comes after that finds none.
    """
    kept = f"the VMX file '{staged.file}' stays: remove it if no domain uses it"
    try:
        if datastore is None or present(connection, staged.file) != staged.content:
            add_to(error, kept)
            return
        if _in_use(connection, staged, datastore):
            add_to(error, kept)
            return
        staged.take_away()
    except EsxvirtError:
        add_to(error, f"{kept}; it may be called '{staged.beside}' now")
        return
    try:
        used = _in_use(connection, staged, datastore)
        if used:
            staged.put_in_place(replace=False)
            add_to(error, kept)
            return
        if before is not None:
            stage(connection, staged.host, staged.file, before).put_in_place(replace=False)
    except EsxvirtError as another:
        add_to(error, f"what there was of the VMX file '{staged.file}' may be missing: look for it ({another})")
        if before is None:
            return
    staged.discard(error)


def _in_use(connection: Connection, staged: StagedFile, datastore: Ref) -> bool:
    users = users_of(connection, staged.file, datastore)
    return bool(users.machines) or users.registering
