"""A domain's XML: its VMX file, fetched from the datastore and converted (virDomainGetXMLDesc)."""

from esxvirt.datastore_path import DatastorePath
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle, domain_id
from esxvirt.driver.domain.reading import read_with_host
from esxvirt.driver.domain.states import CONNECTION, PAUSED, RUNNING, domain_state, why_lost
from esxvirt.driver.network.attachable import NETWORK_PROPERTIES, Networks
from esxvirt.driver.storage.datastores import DATASTORE_PROPERTIES, FileNames, datastores_of, names_of
from esxvirt.errors import BadAnswerError, EsxvirtError, TransportError, VmxError
from esxvirt.logs import Log
from esxvirt.vmx import Report, VmxContext, VmxFile, to_domain
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import FileNotThereError, read_file
from esxvirt.vsphere.inventory import Step
from esxvirt.xml.domain import Domain, format_domain

__all__ = ["describe", "xml_description"]

_log = Log(__name__)

_VMX_PATH = "config.files.vmPathName"
_POWER = "runtime.powerState"
_STEPS = (Step("datastore", "HostSystem", "datastore"), Step("network", "VirtualMachine", "network"))


def xml_description(
    connection: Connection, domain: DomainHandle, *, secure: bool = False, inactive: bool = False
) -> str:
    """Return the domain's XML. One SOAP call and one download.

    A warning is logged for each value of the VMX file that had to be guessed, because libvirt does not know it.

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
    """Return the domain as the model that its XML is made of; see `xml_description`."""
    others = {"Datastore": DATASTORE_PROPERTIES, "Network": NETWORK_PROPERTIES}
    row, rows, place = read_with_host(connection, domain, (_VMX_PATH, _POWER, CONNECTION), others, _STEPS)
    location = row.get(_VMX_PATH)
    lost = why_lost(row.get(CONNECTION))
    if not location and lost is not None:
        raise EsxvirtError(f"the domain '{domain.name}' {lost}; the server has no configuration of it")
    if not location:
        raise EsxvirtError(
            f"the server does not tell which VMX file the domain '{domain.name}' has; "
            "may the account read its configuration, and is its datastore accessible?"
        )
    file = DatastoreFile(DatastorePath.parse(location, names_of(rows)) or location, place.datacenter_path)
    names = FileNames(datastores_of(rows, place.ref), file.place.folder)
    context = VmxContext(
        parse_file_name=names.parse,
        datacenter_path=place.datacenter_path,
        moref=row.ref.value,
        settings=True,
        name=domain.name,
    )
    try:
        model, report = _convert(_fetch(connection, file), context)
    except FileNotThereError as error:
        raise EsxvirtError(f"the VMX file of the domain '{domain.name}' is missing: {error}") from error
    except TransportError as error:
        if lost is None:
            raise
        raise EsxvirtError(f"the domain '{domain.name}' {lost}; its VMX file cannot be read ({error})") from error
    except VmxError as error:
        raise VmxError(
            f"the VMX file '{file}' of the domain '{domain.name}' cannot be converted: {error}",
            key=error.key,
            line=error.line,
        ) from error
    networks = Networks(rows)
    for card in model.interfaces:
        networks.shown(card)
    for note in report:
        if note.guessed:
            _log.warning("the VMX file '%s' of the domain '%s': %s", file, domain.name, note)
    if domain_state(row.get(_POWER)) in {RUNNING, PAUSED}:
        model.id = domain_id(domain.ref)
    return model


def _convert(content: bytes, context: VmxContext) -> tuple[Domain, Report]:
    """Convert as far as can be; but a file with damaged lines that does not name the machine is no description."""
    report = Report()
    file = VmxFile.parse(content)
    if not file.get("displayName") and (len(file.report) or "config.version" not in file):
        reasons = "; ".join(dict.fromkeys(str(note) for note in file.report)) or "is it a VMX file?"
        raise VmxError(f"it has no displayName ({reasons})", key="displayName")
    return to_domain(file, context, report=report), report


def _fetch(connection: Connection, file: DatastoreFile) -> bytes:
    content = read_file(connection.session, file)
    if not content.strip():
        raise VmxError("it is empty")
    if b"\0" in content[:4096]:
        raise BadAnswerError(f"'{file}' is no VMX file: it is not text")
    return content
