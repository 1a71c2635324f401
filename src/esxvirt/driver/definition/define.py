"""Defining domains from XML, and forgetting them (virDomainDefineXML, virDomainUndefine).

Whatever fails leaves the datastore as it was, as far as that is certain: a VMX file is deleted, or what it replaced put
back, only where the server says that nobody uses it or is about to. Else it stays, and the error names it.
"""

from contextlib import suppress
from typing import Final

from esxvirt.datastore_path import DatastorePath
from esxvirt.driver._late import description
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.definition.adapting import adapted
from esxvirt.driver.definition.file_names import escape_item
from esxvirt.driver.definition.native import hardware_version, native_context
from esxvirt.driver.definition.new_folders import NewFolder, make_folder
from esxvirt.driver.definition.redefine import change
from esxvirt.driver.definition.registering import RefusedError, find_defined, read_host_objects, register, take_back
from esxvirt.driver.definition.validating import can_validate
from esxvirt.driver.definition.vmx_files import VMX_PATH, StagedFile, add_to, beside, present, stage
from esxvirt.driver.domain.domain_paths import refuse
from esxvirt.driver.domain.handles import IDENTITY, DomainHandle, handle
from esxvirt.driver.domain.reading import read, read_all
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF
from esxvirt.driver.network.attachable import Networks
from esxvirt.driver.storage.datastores import datastores_of, names_of, stored_path
from esxvirt.driver.tasks.lost_answers import (
    Write,
    call_and_verify,
    look_again,
)
from esxvirt.errors import EsxvirtError, OperationInvalidError, VmxError
from esxvirt.logs import Log
from esxvirt.records import record, replace
from esxvirt.uuids import normalize
from esxvirt.vmx import Report, VmxFile, from_domain, redefine
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.files import FileNotThereError
from esxvirt.vsphere.interrupts import is_done, tell
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.domain import Domain

__all__ = ["Defined", "Made", "define", "define_new", "undefine"]

_log = Log(__name__)

_DEDUCE: Final = "cannot deduce datastore and path for VMX file"


def define(
    connection: Connection, xml: str, host: str | None = None, *, validate: bool = False, adapt: bool = False
) -> DomainHandle:
    """Define a domain, or define one that is off anew.

    The VMX file of a new domain stands beside its first disk. That of a domain which there is already, by its UUID, is
    changed where the XML says something else than it did, and stays as it is otherwise.

    Args:
        connection: The connection.
        xml: The domain's.
        host: Which of the connection's hosts a new domain is to be on, by name or path; None for the only one, or
            the only one that has the datastore of its first disk.
        validate: Whether the XML must fit libvirt's schema, too; where there is none to check with, a warning says so.
        adapt: Make a machine for ESX of XML of KVM or another hypervisor; the connection's notes tell each change.

    Raises:
        InvalidArgumentError: There is no such host; or the connection is to several, and none is named.
        AmbiguousError: Several domains have the UUID, and none of them, or several, the name.
        EsxvirtError: The XML is none, or asks for what VMware, or this host, has not; or names no place for the file.
        OperationInvalidError: The domain is there and not off, or the file would take another's place.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off.
    """
    domain = define_new(connection, xml, host, validate=validate, adapt=adapt).domain
    try:
        found = look_again(lambda: find_defined(connection, domain))
    except EsxvirtError as error:
        error.args = (f"Domain '{domain.name}' was defined, but cannot be looked up: {error}",)
        raise
    if found is None:
        raise EsxvirtError(f"Domain '{domain.name}' was defined, but the server does not list it")
    return found


@record(frozen=True)
class Made:
    """What the definition of a domain that was not there has made: what is to go again if that comes to nothing.

    Attributes:
        file: The VMX file.
        staged: The same as it was written; None if it was there, and the domain was only registered.
        before: What the file held before; None if there was none.
        datastore: Where it is; None if that is not known.
        folder: The file's folder, if that was made for it.
        certain: Whether it was certainly this definition that has registered the domain, and not another client.
    """

    file: DatastoreFile
    staged: StagedFile | None
    before: bytes | None
    datastore: Ref | None
    folder: NewFolder | None
    certain: bool

    def stays(self, name: str) -> str:
        """Return what is said of it where it is not to go."""
        return (
            f"the domain '{name}' stays defined, with its VMX file '{self.file}': start it, or undefine it and remove "
            "the file"
        )


@record(frozen=True)
class Defined:
    """A definition that has ended well.

    Attributes:
        domain: What the XML says.
        file: The domain's VMX file.
        content: What was seen to be in that.
        made: What was made; None if the domain was there.
    """

    domain: Domain
    file: DatastoreFile
    content: bytes
    made: Made | None


def define_new(
    connection: Connection,
    xml: str,
    host: str | None = None,
    *,
    validate: bool = False,
    adapt: bool = False,
    start: bool = False,
) -> Defined:
    """Define a domain as `define`, but for looking it up.

    Args:
        connection: The connection.
        xml: As in `define`.
        host: As in `define`.
        validate: As in `define`.
        adapt: As in `define`.
        start: Whether it is to be started then: one that is there must be off, and be what the XML says.

    Raises:
        EsxvirtError: As `define`.
    """
    validate = validate and can_validate("domain")
    report = Report()
    domain = None if adapt else description.described_domain(xml, validate=validate)
    connection.notes = ()
    named = None if host is None else connection.scope.named(host)
    rows = read_host_objects(connection)
    folder = None
    if domain is None:
        domain, folder = adapted(connection, xml, rows, named, report, validate=validate)
    for device in domain.disks:
        device.source = device.source and stored_path(device.source, rows)
    for port in (*domain.serials, *domain.parallels):
        port.path = port.path and stored_path(port.path, rows)
    machines = [handle(row) for row in rows if row.ref.type == "VirtualMachine"]
    existing = _existing(connection, machines, domain)
    if existing is not None:
        place = connection.scope.place(existing.host)
        if named is not None and named != place:
            raise OperationInvalidError(f"Domain '{existing.name}' is on the host '{place.text}', not '{named.text}'")
        _settle(domain, rows, place)
        return Defined(domain, *change(connection, domain, existing, rows, place, report, only_same=start), None)
    place = named or _only_host(connection, domain, rows)
    _settle(domain, rows, place)
    try:
        return _create(connection, domain, machines, rows, place, report, start=start)
    except EsxvirtError as error:
        if folder is not None:
            add_to(error, f"images that are paths of another host belong into '{folder}', as VMDKs: are they there?")
        raise


def undefine(connection: Connection, domain: DomainHandle) -> None:
    """Forget a domain; its files stay, as with libvirt. 2 SOAP calls.

    Raises:
        OperationInvalidError: It runs.
        ServerFault: The server refused.
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    row = read(connection, domain, IDENTITY)
    if handle(row).state not in {SHUTOFF, PAUSED}:
        raise OperationInvalidError("Domain is not suspended or powered off")
    machine = domain.ref

    def done() -> bool:
        return all(found.ref != domain.ref for found in read_all(connection))

    write = Write("", f"look for the domain '{domain.name}'", done)
    call_and_verify(connection.session, write, lambda: connection.session.call(machine, "UnregisterVM"))


def _settle(domain: Domain, rows: list[Row], place: HostPlace) -> None:
    """Have what the description names by names of its host's be what the server knows it by."""
    networks = Networks(rows, place.ref)
    domain.interfaces = [networks.place(card) for card in domain.interfaces]


def _only_host(connection: Connection, domain: Domain, rows: list[Row]) -> HostPlace:
    """Return the host that a new domain can only be meant for."""
    scope = connection.scope
    if not scope.is_one_host:
        image = _first_image(domain, names_of(rows))
        able = [
            place
            for place in scope.places
            if any(store.name == image.datastore for store in datastores_of(rows, place.ref, of_several=True))
        ]
        if len(able) == 1:
            return able[0]
    return scope.only_host()


def _existing(connection: Connection, machines: list[DomainHandle], domain: Domain) -> DomainHandle | None:
    """Return the machine that a description is of, None for a new one.

    Raises:
        AmbiguousError: Several have its UUID, and not one of them its name.
    """
    same = [machine for machine in machines if machine.uuid == domain.uuid]
    named = [machine for machine in same if machine.name == domain.name]
    if len(same) > 1 and len(named) != 1:
        refuse(connection, same, f"with UUID '{domain.uuid}'")
    return next(iter(named or same), None)


def _create(
    connection: Connection,
    domain: Domain,
    machines: list[DomainHandle],
    rows: list[Row],
    place: HostPlace,
    report: Report,
    *,
    start: bool,
) -> Defined:
    context = native_context(connection, rows=rows, place=place, settings=True)
    text = from_domain(domain, hardware_version(connection), context, report=report)
    connection.notes = tuple(map(str, report))
    file = _place(domain, names_of(rows), place.datacenter_path)
    before = present(connection, file)
    owner = None if before is None or not domain.uuid_made_up else _same_but_for_uuid(text, before)
    if before is not None and owner is not None and all(machine.uuid != owner for machine in machines):
        domain.uuid = owner  # what `undefine` has left is registered again as it is: nothing of it is replaced
        made = Made(file, None, before, None, None, certain=False)
        try:
            made = replace(made, certain=register(connection, domain, file, place))
            return Defined(domain, file, before, made)
        except RefusedError as refusal:
            raise refusal.reason from None
        except KeyboardInterrupt as interrupt:
            _tell_defined(interrupt, domain, made, start=start)
            raise
    if before is not None and owner is not None and start:
        _check_off(next(machine for machine in machines if machine.uuid == owner))
        domain.uuid = owner  # it was made of this XML, and is to be started only
        return Defined(domain, file, before, None)
    content = text.encode()
    if before is not None:
        _check_free(connection, file, before, domain, machines)
        content = _changed(connection, domain, file, before, rows, place) or content

    def upload() -> StagedFile:
        staged = _stage_nameless(connection, place, file, text, machines) if domain.uuid_made_up else None
        return staged or stage(connection, place, file, content)

    folder: NewFolder | None = None
    try:
        try:
            staged = upload()
        except FileNotThereError:
            if not file.place.folder.path:
                raise
            folder = make_folder(connection, place, file)
            staged = upload()
        domain.uuid = _same_but_for_uuid(text, staged.content) or domain.uuid
        staged.put_in_place(replace=before is not None)
        made = Made(file, staged, before, _datastore(rows, file, place), folder, certain=False)
        made = replace(made, certain=_register_made(connection, domain, text, made, place, start=start))
        return Defined(domain, file, staged.content, made)
    except EsxvirtError as error:
        if folder is not None:
            folder.take_away(error)
        raise
    except KeyboardInterrupt as interrupt:
        if folder is not None and not is_done(interrupt):
            folder.name_in(interrupt)
        raise


def _check_off(machine: DomainHandle) -> None:
    if machine.state in {RUNNING, PAUSED}:
        raise OperationInvalidError(f"domain '{machine.name}' is already active")


def _register_made(
    connection: Connection, domain: Domain, text: str, made: Made, place: HostPlace, *, start: bool
) -> bool:
    """Register a machine of a file that was just put in its place; else have that be as it was.

    Returns:
        Whether it was certainly this that has registered it.
    """
    staged, file = made.staged, made.file
    try:
        if domain.uuid_made_up:
            domain.uuid = _made_up_by_whom(connection, file, text) or domain.uuid
        return register(connection, domain, file, place)
    except RefusedError as refusal:
        error = refusal.reason
        if staged is not None:
            take_back(connection, staged, made.before, made.datastore, error)
        raise error from None
    except KeyboardInterrupt as interrupt:
        if is_done(interrupt):
            _tell_defined(interrupt, domain, made, start=start)
        else:
            add_to(
                interrupt, f"the VMX file '{file}' stays: define the domain again, or remove it if no domain uses it"
            )
        raise
    except BaseException as error:
        add_to(error, f"the VMX file '{file}' stays, for the server may still be about to register it")
        raise


def _tell_defined(interrupt: KeyboardInterrupt, domain: Domain, made: Made, *, start: bool) -> None:
    """Say what there is where the domain was defined, which is only half of what was to be done if it was to start."""
    if start and is_done(interrupt):
        tell(interrupt, f"interrupted; {made.stays(domain.name or '')}")


def _changed(
    connection: Connection, domain: Domain, file: DatastoreFile, before: bytes, rows: list[Row], place: HostPlace
) -> bytes | None:
    """Return a domain's own VMX file, which `undefine` has left, changed to what the domain is now to be.

    So it keeps what no XML says of it, such as its guest operating system. None for what is no file of a machine.
    """
    context = native_context(connection, file.place.folder, rows, place=place, settings=True)
    try:
        return redefine(before, domain, context).encode()
    except EsxvirtError:
        return None


def _made_up_by_whom(connection: Connection, file: DatastoreFile, text: str) -> str | None:
    """Return the UUID that a file has: another client may have put the same there, with the UUID that it made up.

    None where the file cannot be read.

    Raises:
        RefusedError: It is not what was put there.
    """
    found = None
    with suppress(EsxvirtError):
        found = present(connection, file)
    if found is None:
        return None
    owner = _same_but_for_uuid(text, found)
    if owner is None:
        raise RefusedError(OperationInvalidError(f"Another client has changed '{file}' meanwhile: try again"))
    return owner


def _datastore(rows: list[Row], file: DatastoreFile, place: HostPlace) -> Ref | None:
    """Return the datastore of a file, of those that a host has."""
    for row in rows:
        hosts = [mount.key for mount in row.get("host") or ()]
        if (
            row.ref.type == "Datastore"
            and row.get("summary.name") == file.datastore
            and (place.ref in hosts or not hosts)
        ):
            return row.ref
    return None


def _place(domain: Domain, known: list[str], datacenter_path: str) -> DatastoreFile:
    """Return where the VMX file belongs: beside the first disk that is a file (the manual, "Datastore references").

    Raises:
        EsxvirtError: There is no such disk.
    """
    image = _first_image(domain, known)
    return DatastoreFile(image.folder.joined(f"{escape_item(domain.name or '')}.vmx"), datacenter_path)


def _first_image(domain: Domain, known: list[str]) -> DatastorePath:
    """Return the first disk that is a file; errors as `_place`."""
    if not domain.disks:
        raise EsxvirtError(f"Domain XML doesn't contain any disks, {_DEDUCE}")
    disk = next((disk for disk in domain.disks if disk.device == "disk" and disk.type == "file"), None)
    if disk is None:
        raise EsxvirtError(f"Domain XML doesn't contain any file-based harddisks, {_DEDUCE}")
    if not disk.source:
        raise EsxvirtError(f"First file-based harddisk has no source, {_DEDUCE}")
    image = DatastorePath.file(disk.source, EsxvirtError, known)
    if not image.path.lower().endswith(".vmdk"):
        raise EsxvirtError(f"Expecting source '{disk.source}' of first file-based harddisk to be a VMDK image")
    return image


def _same_but_for_uuid(text: str, content: bytes) -> str | None:
    """Return the UUID of a VMX file that says all that `text` says, but for the UUID; None if it says anything else."""
    try:
        wanted, found = VmxFile.parse(text), VmxFile.parse(content)
    except VmxError:
        return None
    if any(found.get(key) != wanted.get(key) for key in wanted if key.lower() != "uuid.bios"):
        return None
    return normalize(found.get("uuid.bios") or "")


def _stage_nameless(
    connection: Connection, place: HostPlace, file: DatastoreFile, text: str, machines: list[DomainHandle]
) -> StagedFile | None:
    """Upload a VMX file whose UUID was made up, under a name that does not depend on it: a killed command leaves it.

    What is there under that name is gone on with, not written again: another client may be about to use it. None where
    it is something else, such as a part of a file.
    """
    name = _without_uuid(text).encode()
    left = present(connection, beside(file, name))
    if left is None:
        return stage(connection, place, file, text.encode(), name)
    owner = _same_but_for_uuid(text, left)
    if owner is None or any(machine.uuid == owner for machine in machines):
        _log.warning("'%s' is left of another definition: remove it if none is under way", beside(file, name))
        return None
    return StagedFile(connection, place, file, beside(file, name), left)


def _without_uuid(text: str) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith("uuid.bios"))


def _check_free(
    connection: Connection, file: DatastoreFile, content: bytes, domain: Domain, machines: list[DomainHandle]
) -> None:
    """Refuse to replace a file that is another domain's, known to the server or not."""
    for machine in machines:
        # Another datacenter may have a datastore of the same name.
        path = connection.scope.place(machine.host).datacenter_path
        if machine.row.get(VMX_PATH) == str(file) and path == file.datacenter:
            raise OperationInvalidError(
                f"The VMX file '{file}' belongs to the domain '{machine.name}'; choose another name"
            )
    try:
        owner = normalize(VmxFile.parse(content).get("uuid.bios") or "")
    except VmxError:
        owner = ""
    if owner != domain.uuid:
        raise OperationInvalidError(
            f"There is a VMX file '{file}' of another domain, or of none; remove it or choose another name"
        )
