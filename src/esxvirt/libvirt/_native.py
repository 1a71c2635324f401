"""Conversions of VMX files and domain XML without a server, and with all that they have to tell."""

# ruff: noqa: PLC0415  the driver, and what it stands on, is loaded when it is needed

from typing import TYPE_CHECKING

from esxvirt.errors import EsxvirtError
from esxvirt.libvirt._errors import translate, virResetLastError
from esxvirt.libvirt.constants.errors import VIR_FROM_ESX

if TYPE_CHECKING:
    from esxvirt.driver.connection.connection import Connection

__all__ = ["nativeToXML", "xmlToNative"]


def nativeToXML(
    nativeFormat: str,
    nativeConfig: str | bytes,
    strict: bool = False,
    lenient: bool = False,
    fileName: str | None = None,
) -> tuple[str, list[str]]:
    """Convert a native configuration to domain XML without a server.

    Args:
        nativeFormat: ``vmware-vmx``.
        nativeConfig: The file's text or, to have its `.encoding` heeded, its bytes.
        strict: Refuse what libvirt refuses.
        lenient: Take files on datastores that the server has not; without a server, all are taken.
        fileName: What errors call the file.

    Returns:
        The XML, and what was lost or guessed, an item a note.

    Raises:
        libvirtError: It cannot be converted.
    """
    virResetLastError()
    try:
        return convert_from(None, nativeFormat, nativeConfig, strict=strict, lenient=lenient, file_name=fileName)
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_ESX) from error


def xmlToNative(
    nativeFormat: str,
    domainXml: str | bytes,
    strict: bool = False,
    lenient: bool = False,
    fileName: str | None = None,
) -> tuple[str, list[str]]:
    """Convert domain XML to a native configuration without a server; see `nativeToXML`."""
    virResetLastError()
    try:
        return convert_to(None, nativeFormat, domainXml, strict=strict, lenient=lenient, file_name=fileName)
    except EsxvirtError as error:
        raise translate(error, VIR_FROM_ESX) from error


def convert_from(
    driver: "Connection | None",
    native_format: str,
    config: str | bytes,
    *,
    strict: bool,
    lenient: bool,
    file_name: str | None,
) -> tuple[str, list[str]]:
    """Convert on a driver's connection, or none: the XML and the notes."""
    from esxvirt.driver.definition.native import from_native
    from esxvirt.vmx import Report

    report = Report()
    text = from_native(
        driver, native_format, config, strict=strict, lenient=lenient, report=report, file_name=file_name or ""
    )
    return text, [str(note) for note in report]


def convert_to(
    driver: "Connection | None",
    native_format: str,
    xml: str | bytes,
    *,
    strict: bool,
    lenient: bool,
    file_name: str | None,
) -> tuple[str, list[str]]:
    """Convert on a driver's connection, or none: the VMX file and the notes."""
    from esxvirt.driver.definition.native import to_native
    from esxvirt.vmx import Report

    report = Report()
    text = to_native(
        driver, native_format, xml, strict=strict, lenient=lenient, report=report, file_name=file_name or ""
    )
    return text, [str(note) for note in report]
