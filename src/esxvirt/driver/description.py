"""A domain's XML: its VMX file, fetched from the datastore and converted (virDomainGetXMLDesc)."""

from esxvirt.driver.connection import Connection
from esxvirt.driver.datastores import DATASTORE_PROPERTIES, FileNames, datastores_of
from esxvirt.driver.domains import DomainHandle, domain_id, find_again, place_of
from esxvirt.driver.scope import HostPlace
from esxvirt.driver.states import PAUSED, RUNNING, domain_state
from esxvirt.errors import BadAnswerError, DomainNotFoundError, EsxvirtError, ServerFault, VmxError
from esxvirt.vmx import Report, VmxContext, to_domain
from esxvirt.vsphere.files import DatastorePath, FileNotThereError, read_file
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.xml.domain import Domain, format_domain

__all__ = ["describe", "xml_description"]

_VMX_PATH = "config.files.vmPathName"
_POWER = "runtime.powerState"
_HOST = "runtime.host"
_DATASTORES = (Step("datastore", "HostSystem", "datastore"),)


def xml_description(
    connection: Connection, domain: DomainHandle, *, secure: bool = False, inactive: bool = False
) -> str:
    """The domain's XML. One SOAP call and one download.

    Args:
        connection: The connection.
        domain: The domain.
        secure: With passwords (`VIR_DOMAIN_XML_SECURE`).
        inactive: As it will be at its next start (`VIR_DOMAIN_XML_INACTIVE`).

    Raises:
        DomainNotFoundError: It is gone.
        EsxvirtError: Its VMX file is missing, empty, or cannot be converted; the message names it and says why.
    """
    return format_domain(describe(connection, domain), secure=secure, inactive=inactive)


def describe(connection: Connection, domain: DomainHandle) -> Domain:
    """The domain as the model that its XML is made of; see `xml_description`."""
    row, rows, place = _read(connection, domain)
    location = row.get(_VMX_PATH)
    if not location:
        raise EsxvirtError(
            f"the server does not tell which VMX file the domain '{domain.name}' has; "
            "may the account read its configuration, and is its datastore accessible?"
        )
    file = DatastorePath(location, place.datacenter_path)
    names = FileNames(datastores_of(rows, place.ref), _directory(location))
    context = VmxContext(
        parse_file_name=names.parse,
        datacenter_path=place.datacenter_path,
        moref=row.ref.value,
    )
    try:
        model = _convert(_fetch(connection, file), context)
    except FileNotThereError as error:
        raise EsxvirtError(f"the VMX file of the domain '{domain.name}' is missing: {error}") from error
    except VmxError as error:
        raise VmxError(
            f"the VMX file '{file}' of the domain '{domain.name}' cannot be converted: {error}",
            key=error.key,
            line=error.line,
        ) from error
    if domain_state(row.get(_POWER)) in {RUNNING, PAUSED}:
        model.id = domain_id(domain.ref)
    return model


def _convert(content: bytes, context: VmxContext) -> Domain:
    """Convert as far as can be; but what does not even name the machine is no description of it."""
    report = Report()
    model = to_domain(content, context, report=report)
    if model.name is None:
        reasons = "; ".join(dict.fromkeys(str(note) for note in report)) or "is it a VMX file?"
        raise VmxError(f"it has no displayName ({reasons})", key="displayName")
    return model


def _fetch(connection: Connection, file: DatastorePath) -> bytes:
    content = read_file(connection.session, file)
    if not content.strip():
        raise VmxError("it is empty")
    if b"\0" in content[:4096]:
        raise BadAnswerError(f"'{file}' is no VMX file: it is not text")
    return content


def _directory(location: str) -> str:
    """``[datastore] directory`` of ``[datastore] directory/file``."""
    head, slash, _ = location.rpartition("/")
    return head if slash else location.partition("]")[0] + "] "


def _read(connection: Connection, domain: DomainHandle) -> tuple[Row, list[Row], HostPlace]:
    """The domain's row, those of its host's datastores, and the host.

    One SOAP call; two more if it was registered anew, one more if it has moved.
    """
    if domain.host is None:
        place_of(connection, domain)
    rows = _retrieve(connection, domain)
    if not any(row.ref == domain.ref for row in rows):
        find_again(connection, domain)
        rows = _retrieve(connection, domain)
    row = next((row for row in rows if row.ref == domain.ref), None)
    if row is None:
        raise DomainNotFoundError(f"Could not find domain with UUID '{domain.uuid}'")
    if not connection.scope.is_one_host and row.get(_HOST) != domain.host:
        domain.host = row.get(_HOST)
        rows = _retrieve(connection, domain)
    return row, rows, connection.scope.place(domain.host)


def _retrieve(connection: Connection, domain: DomainHandle) -> list[Row]:
    scope = connection.scope
    query = Query(
        {
            "VirtualMachine": (_VMX_PATH, _POWER) if scope.is_one_host else (_VMX_PATH, _POWER, _HOST),
            "Datastore": DATASTORE_PROPERTIES,
        },
        [domain.ref, scope.place(domain.host).ref],
        _DATASTORES,
    )
    try:
        return retrieve(connection.session, query)
    except ServerFault as fault:
        if fault.name != "ManagedObjectNotFound":
            raise
        return []
