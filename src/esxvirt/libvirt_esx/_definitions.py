"""Definitions of domains: where they go, what they leave out, and VMX files and domain XML as they come."""

from typing import TYPE_CHECKING

from esxvirt.constants.domains import VIR_DOMAIN_DEFINE_VALIDATE
from esxvirt.constants.errors import VIR_FROM_ESX
from esxvirt.errors import EsxvirtError
from esxvirt.libvirt import virDomain
from esxvirt.libvirt._errors import translate, virResetLastError
from esxvirt.libvirt._methods import check_flags, reports, to_text
from esxvirt.libvirt_esx._inside import driver_of
from esxvirt.libvirt_esx._late import definition, native, vmx

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection
    from esxvirt.libvirt import virConnect

__all__ = ["define_on", "definition_notes", "native_to_xml", "xml_to_native"]


@reports("virDomainDefineXMLOn", writes=True)
def define_on(conn: "virConnect", /, xml: str, host: str | None, flags: int = 0, adapt: bool = False) -> "virDomain":
    """Define a domain as `virConnect.defineXMLFlags`, a new one on the host of that name or path, if one is given.

    With `adapt`, the XML may be of KVM or another hypervisor: it becomes that of a machine for ESX, and each change is
    one of the `definition_notes`.
    """
    name = "virDomainDefineXMLOn"
    text, where = to_text(xml, name, "xml"), None if host is None else to_text(host, name, "host")
    check_flags(flags, VIR_DOMAIN_DEFINE_VALIDATE, "esxDomainDefineXMLFlags")
    validate = bool(flags & VIR_DOMAIN_DEFINE_VALIDATE)
    return virDomain(conn, definition.define(driver_of(conn), text, where, validate=validate, adapt=bool(adapt)))


@reports("virConnectDefinitionNotes")
def definition_notes(conn: "virConnect", /) -> list[str]:
    """Return what the last definition of a domain left out or guessed, an item a note."""
    return list(driver_of(conn).notes)


def native_to_xml(
    conn: "virConnect | None",
    /,
    native_format: str,
    config: str | bytes,
    strict: bool = False,
    lenient: bool = False,
    file_name: str | None = None,
) -> tuple[str, list[str]]:
    """Convert a native configuration to domain XML.

    Args:
        conn: The connection whose server is asked for what the file does not say; None for no server.
        native_format: ``vmware-vmx``.
        config: The file's text or, to have its `.encoding` heeded, its bytes.
        strict: Refuse what libvirt refuses.
        lenient: Take files on datastores that the server has not; without a server, all are taken.
        file_name: What errors call the file.

    Returns:
        The XML, and what was lost or guessed, an item a note.

    Raises:
        libvirtError: It cannot be converted.
    """
    if conn is not None:
        return _native_to_xml(conn, native_format, config, strict, lenient, file_name)
    virResetLastError()
    try:
        return _from_native(None, native_format, config, strict, lenient, file_name)
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_ESX) from error


def xml_to_native(
    conn: "virConnect | None",
    /,
    native_format: str,
    domain_xml: str | bytes,
    strict: bool = False,
    lenient: bool = False,
    file_name: str | None = None,
    adapt: bool = False,
) -> tuple[str, list[str]]:
    """Convert domain XML to a native configuration: the configuration, and what was lost; see `native_to_xml`.

    With `adapt`, the XML may be of KVM or another hypervisor: it becomes that of a machine for ESX.
    """
    if conn is not None:
        return _xml_to_native(conn, native_format, domain_xml, strict, lenient, file_name, adapt)
    virResetLastError()
    try:
        return _to_native(None, native_format, domain_xml, strict, lenient, file_name, adapt)
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_ESX) from error


@reports("virConnectDomainXMLFromNative", writes=True)
def _native_to_xml(
    conn: "virConnect",
    /,
    native_format: str,
    config: str | bytes,
    strict: bool,
    lenient: bool,
    file_name: str | None,
) -> tuple[str, list[str]]:
    name = "virConnectDomainXMLFromNative"
    text = config if isinstance(config, bytes) else to_text(config, name, "nativeConfig")
    kind = to_text(native_format, name, "nativeFormat")
    return _from_native(driver_of(conn), kind, text, strict, lenient, file_name)


@reports("virConnectDomainXMLToNative", writes=True)
def _xml_to_native(
    conn: "virConnect",
    /,
    native_format: str,
    domain_xml: str | bytes,
    strict: bool,
    lenient: bool,
    file_name: str | None,
    adapt: bool,
) -> tuple[str, list[str]]:
    name = "virConnectDomainXMLToNative"
    text = domain_xml if isinstance(domain_xml, bytes) else to_text(domain_xml, name, "domainXml")
    kind = to_text(native_format, name, "nativeFormat")
    return _to_native(driver_of(conn), kind, text, strict, lenient, file_name, adapt)


def _from_native(
    driver: "Connection | None", kind: str, text: str | bytes, strict: bool, lenient: bool, file_name: str | None
) -> tuple[str, list[str]]:
    report = vmx.Report()
    xml = native.from_native(
        driver, kind, text, strict=strict, lenient=lenient, report=report, file_name=file_name or ""
    )
    return xml, [str(note) for note in report]


def _to_native(
    driver: "Connection | None",
    kind: str,
    text: str | bytes,
    strict: bool,
    lenient: bool,
    file_name: str | None,
    adapt: bool,
) -> tuple[str, list[str]]:
    report = vmx.Report()
    config = native.to_native(
        driver, kind, text, strict=strict, lenient=lenient, adapt=adapt, report=report, file_name=file_name or ""
    )
    return config, [str(note) for note in report]
