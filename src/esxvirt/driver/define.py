"""Defining domains from XML, and forgetting them (virDomainDefineXML, virDomainUndefine).

Whatever fails leaves the datastore as it was: a file that was uploaded is deleted again, or what it replaced put back.
"""

from contextlib import suppress
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.datastores import DATASTORE_PROPERTIES, datastores_of
from esxvirt.driver.domains import IDENTITY, DomainHandle, handle, identity, read, read_all
from esxvirt.driver.file_names import escape_item
from esxvirt.driver.native import HOST_DATASTORES, hardware_version, native_context
from esxvirt.driver.scope import HostPlace
from esxvirt.driver.settle import see_out
from esxvirt.driver.states import PAUSED, SHUTOFF
from esxvirt.driver.tasks import prepare
from esxvirt.driver.validating import can_validate
from esxvirt.errors import EsxvirtError, OperationInvalidError, ServerFault, TransportError, VmxError
from esxvirt.vmx import VmxFile, from_domain, redefine
from esxvirt.vsphere.files import DatastorePath, FileNotThereError, delete_file, read_file, write_file
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.vsphere.tasks import Watch, wait_for_task
from esxvirt.xml.domain import Domain

__all__ = ["define", "undefine"]

_VMX_PATH: Final = "config.files.vmPathName"
_MACHINES: Final = (Step("vm", "HostSystem", "vm"),)
_DEDUCE: Final = "cannot deduce datastore and path for VMX file"


def define(connection: Connection, xml: str, host: str | None = None, *, validate: bool = False) -> DomainHandle:
    """Define a domain, or define one that is off anew.

    The VMX file of a new domain stands beside its first disk. That of a domain which there is already, by its UUID, is
    changed where the XML says something else than it did, and stays as it is otherwise.

    Args:
        connection: The connection.
        xml: The domain's.
        host: Which of the connection's hosts a new domain is to be on, by name or path; None for the only one, or
            the only one that has the datastore of its first disk.
        validate: Whether the XML must fit libvirt's schema, too; where there is none to check with, a warning says so.

    Raises:
        InvalidArgumentError: There is no such host; or the connection is to several, and none is named.
        EsxvirtError: The XML is none, or asks for what VMware, or this host, has not; or names no place for the file.
        OperationInvalidError: The domain is there and not off, or the file would take another's place.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off.
    """
    from esxvirt.xml.domain import parse_domain  # noqa: PLC0415  it needs lxml

    domain = parse_domain(xml, validate=validate and can_validate("domain"))
    named = None if host is None else connection.scope.named(host)
    rows = _read(connection)
    machines = [handle(row) for row in rows if row.ref.type == "VirtualMachine"]
    existing = next((machine for machine in machines if machine.uuid == domain.uuid), None)
    if existing is not None:
        place = connection.scope.place(existing.host)
        if named is not None and named != place:
            raise OperationInvalidError(f"Domain '{existing.name}' is on the host '{place.text}', not '{named.text}'")
        _change(connection, domain, existing, rows, place)
    else:
        _create(connection, domain, machines, rows, named or _only_host(connection, domain, rows))
    try:
        found = _find(connection, domain.uuid)
    except TransportError as error:
        raise type(error)(f"Domain '{domain.name}' was defined, but cannot be looked up: {error}") from error
    if found is None:
        raise EsxvirtError(f"Domain '{domain.name}' was defined, but the server does not list it")
    return found


def undefine(connection: Connection, domain: DomainHandle) -> None:
    """Forget a domain; its files stay, as with libvirt. 2 SOAP calls.

    Raises:
        OperationInvalidError: It runs.
        ServerFault: The server refused.
    """
    row = read(connection, domain, IDENTITY)
    if handle(row).state not in {SHUTOFF, PAUSED}:
        raise OperationInvalidError("Domain is not suspended or powered off")
    try:
        connection.session.call(connection.session.reference(domain.ref.type, domain.ref.value), "UnregisterVM")
    except TransportError as error:
        try:
            known = _find(connection, domain.uuid) is not None
        except EsxvirtError:
            raise type(error)(f"{error}; whether '{domain.name}' was undefined is not known: look for it") from error
        if known:
            raise type(error)(f"{error}; '{domain.name}' is still defined: try again") from error


def _read(connection: Connection) -> list[Row]:
    """The hosts' machines and datastores. One SOAP call (a page)."""
    properties = {"VirtualMachine": (*identity(connection), _VMX_PATH), "Datastore": DATASTORE_PROPERTIES}
    query = Query(properties, connection.scope.hosts, (*_MACHINES, *HOST_DATASTORES), include_start=False)
    return retrieve(connection.session, query)


def _only_host(connection: Connection, domain: Domain, rows: list[Row]) -> HostPlace:
    """The host that a new domain can only be meant for."""
    scope = connection.scope
    if not scope.is_one_host:
        image = _first_image(domain, "")
        able = [
            place
            for place in scope.places
            if any(store.name == image.datastore for store in datastores_of(rows, place.ref, of_several=True))
        ]
        if len(able) == 1:
            return able[0]
    return scope.only_host()


def _find(connection: Connection, uuid: str) -> DomainHandle | None:
    return next((found for found in read_all(connection) if found.uuid == uuid), None)


def _create(
    connection: Connection, domain: Domain, machines: list[DomainHandle], rows: list[Row], place: HostPlace
) -> None:
    context = native_context(connection, "[?] ?", rows, place=place)
    text = from_domain(domain, hardware_version(connection), context)
    file = _place(domain, place.datacenter_path)
    before = _present(connection, file)
    owner = None if before is None or not domain.uuid_made_up else _same_but_for_uuid(text, before)
    if owner is not None and all(machine.uuid != owner for machine in machines):
        domain.uuid = owner  # what `undefine` has left is registered again as it is: nothing of it is replaced
    else:
        if before is not None:
            _check_free(connection, file, before, domain, machines)
        _upload(connection, file, text.encode(), before)
    try:
        _register(connection, file, place)
    except BaseException as error:
        # Whether a task was started at all is not known if its answer was lost: what is there now tells.
        known = _is_registered(connection, domain)
        if known is None and isinstance(error, EsxvirtError):
            error.args = (f"{error}; whether '{domain.name}' is defined now is not known: look for its file '{file}'",)
        if known is False:
            _restore(connection, file, before, error)
        if known and isinstance(error, EsxvirtError):
            return
        raise


def _place(domain: Domain, datacenter_path: str) -> DatastorePath:
    """Where the VMX file belongs: beside the first disk that is a file (the manual, "Datastore references").

    Raises:
        EsxvirtError: There is no such disk.
    """
    image = _first_image(domain, datacenter_path)
    directory = image.path.rpartition("/")[0]
    name = f"{escape_item(domain.name or '')}.vmx"
    path = f"{directory}/{name}" if directory else name
    return DatastorePath(f"[{image.datastore}] {path}", datacenter_path)


def _first_image(domain: Domain, datacenter_path: str) -> DatastorePath:
    """The first disk that is a file; errors as `_place`."""
    if not domain.disks:
        raise EsxvirtError(f"Domain XML doesn't contain any disks, {_DEDUCE}")
    disk = next((disk for disk in domain.disks if disk.device == "disk" and disk.type == "file"), None)
    if disk is None:
        raise EsxvirtError(f"Domain XML doesn't contain any file-based harddisks, {_DEDUCE}")
    if not disk.source:
        raise EsxvirtError(f"First file-based harddisk has no source, {_DEDUCE}")
    if not disk.source.startswith("["):
        raise EsxvirtError(f"Datastore path '{disk.source}' doesn't have expected format '[<datastore>] <path>'")
    image = DatastorePath(disk.source, datacenter_path)
    if not image.path.lower().endswith(".vmdk"):
        raise EsxvirtError(f"Expecting source '{disk.source}' of first file-based harddisk to be a VMDK image")
    return image


def _present(connection: Connection, file: DatastorePath) -> bytes | None:
    try:
        return read_file(connection.session, file)
    except FileNotThereError:
        return None


def _same_but_for_uuid(text: str, content: bytes) -> str | None:
    """The UUID of a VMX file that says all that `text` says, but for the UUID; None if it says anything else."""
    try:
        wanted, found = VmxFile.parse(text), VmxFile.parse(content)
    except VmxError:
        return None
    if any(found.get(key) != wanted.get(key) for key in wanted if key.lower() != "uuid.bios"):
        return None
    return _uuid(found) or None


def _uuid(file: VmxFile) -> str:
    """The machine's UUID as libvirt writes it, empty if the file has none."""
    digits = "".join((file.get("uuid.bios") or "").split()).replace("-", "").lower()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) if digits else ""


def _check_free(
    connection: Connection, file: DatastorePath, content: bytes, domain: Domain, machines: list[DomainHandle]
) -> None:
    """Refuse to replace a file that is another domain's, known to the server or not."""
    for machine in machines:
        # Another datacenter may have a datastore of the same name.
        path = connection.scope.place(machine.host).datacenter_path
        if machine.row.get(_VMX_PATH) == str(file) and path == file.datacenter:
            raise OperationInvalidError(
                f"The VMX file '{file}' belongs to the domain '{machine.name}'; choose another name"
            )
    try:
        owner = _uuid(VmxFile.parse(content))
    except VmxError:
        owner = ""
    if owner != domain.uuid:
        raise OperationInvalidError(
            f"There is a VMX file '{file}' of another domain, or of none; remove it or choose another name"
        )


def _upload(connection: Connection, file: DatastorePath, content: bytes, before: bytes | None) -> None:
    try:
        write_file(connection.session, file, content)
    except BaseException as error:
        _restore(connection, file, before, error)
        raise


def _restore(connection: Connection, file: DatastorePath, before: bytes | None, error: BaseException) -> None:
    """Leave the datastore as it was found, because of an error, which is told of what cannot be undone."""
    for attempt in (1, 2):
        try:
            if before is None:
                delete_file(connection.session, file)
            else:
                write_file(connection.session, file, before)
        except EsxvirtError:
            if attempt == 2 and isinstance(error, EsxvirtError):
                what = "may be left behind: remove it" if before is None else "may be damaged: check it"
                error.args = (f"{error}; the file '{file}' {what}",)
        else:
            return


def _register(connection: Connection, file: DatastorePath, place: HostPlace) -> None:
    session = connection.session
    rows = retrieve(session, Query({"Datacenter": ("vmFolder",)}, [place.datacenter]))
    folder = rows[0].get("vmFolder") if rows else None
    if folder is None:
        raise EsxvirtError("The server does not tell in which folder machines are; may the account see it?")
    host = _reference(connection, place.ref)
    pool = _reference(connection, place.resource_pool) if place.resource_pool is not None else None
    policy = connection.policy
    task = None
    try:
        task = session.call(_reference(connection, folder), "RegisterVM_Task", str(file), None, False, pool, host)
        wait_for_task(session, task, watch=Watch(progress=policy.progress, seconds=policy.seconds))
    except TransportError:
        see_out(connection, task)
        raise
    except ServerFault as fault:
        if task is not None:
            see_out(connection, task)  # it may be watching that was refused
        raise type(fault)(f"Could not define domain: {fault}", name=fault.name, detail=fault.detail) from None


def _reference(connection: Connection, ref: Any) -> Any:
    return connection.session.reference(ref.type, ref.value)


def _is_registered(connection: Connection, domain: Domain) -> bool | None:
    """Whether the server has the machine; None if that is not known."""
    try:
        return _find(connection, domain.uuid) is not None
    except EsxvirtError:
        return None


def _change(connection: Connection, domain: Domain, existing: DomainHandle, rows: list[Row], place: HostPlace) -> None:
    """Change the VMX file of a machine, and have the server read it again."""
    machine = prepare(connection, existing, SHUTOFF, "Domain is not powered off")
    location = existing.row.get(_VMX_PATH)
    if not location:
        raise EsxvirtError(f"the server does not tell which VMX file the domain '{existing.name}' has")
    file = DatastorePath(location, place.datacenter_path)
    before = read_file(connection.session, file)
    directory = location.rpartition("/")[0] or location.partition("]")[0] + "] "
    after = redefine(before, domain, native_context(connection, directory, rows, place=place)).encode()
    if after == before:
        return
    _upload(connection, file, after, before)
    try:
        _reload(connection, machine)
    except BaseException as error:
        _restore(connection, file, before, error)
        with suppress(EsxvirtError):
            _reload(connection, machine)  # it may have read the new one
        raise


def _reload(connection: Connection, machine: Any) -> None:
    """Have the server read a machine's VMX file; which can be done again as often as an answer is lost."""
    for attempt in (1, 2, 3):
        try:
            connection.session.call(machine, "Reload")
        except TransportError:
            if attempt == 3:
                raise
        else:
            return
