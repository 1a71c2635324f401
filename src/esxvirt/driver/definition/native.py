"""Conversion of VMX files and domain XML, as a server places files and knows disk images; and without one."""

import re
from functools import cached_property
from typing import Final

from esxvirt.buses import SCSI_WORDS
from esxvirt.datastore_path import VOLUMES, DatastorePath, mounted, parse_volumes_path
from esxvirt.driver._late import description
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import GSX
from esxvirt.driver.connection.scope import HostPlace
from esxvirt.driver.host.host import version
from esxvirt.driver.storage.datastores import DATASTORE_PROPERTIES, Datastore, FileNames, datastores_of
from esxvirt.errors import EsxvirtError, InvalidArgumentError, NotFoundError, VmxError
from esxvirt.vmx import Report, VmxContext, from_domain, to_domain
from esxvirt.vmx.context import with_bare_names
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import read_file
from esxvirt.vsphere.inventory import Query, Row, Step, retrieve
from esxvirt.xml.domain import format_domain

__all__ = [
    "FORMAT",
    "HOST_DATASTORES",
    "from_native",
    "hardware_of",
    "hardware_version",
    "native_context",
    "scsi_model",
    "to_native",
]

FORMAT: Final = "vmware-vmx"
"""The one native format."""

HOST_DATASTORES: Final = (Step("datastore", "HostSystem", "datastore"),)

# What a server of today gets from libvirt: conversions without a server write this.
_HARDWARE: Final = 8

# Where the VMX file is, when it was handed over without a place: libvirt writes this into the XML.
_NOWHERE: Final = DatastorePath("?", "?")

_ADAPTER: Final = re.compile(rb'^\s*ddb\.adapterType\s*=\s*"?([^"\r\n]*?)"?\s*$', re.IGNORECASE | re.MULTILINE)
# A hosted sparse disk has its descriptor behind its header, and place and size of it there, in sectors of 512 bytes.
_SPARSE: Final = b"KDMV"


def from_native(
    connection: Connection | None,
    native_format: str,
    config: str | bytes,
    *,
    strict: bool = False,
    lenient: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> str:
    """Return the domain XML of a VMX file (virConnectDomainXMLFromNative), without passwords.

    Args:
        connection: Whose datastores the file's names are looked up in, with one SOAP call; None for no server.
        native_format: ``vmware-vmx``.
        config: The file's bytes, or text.
        strict: Refuse what libvirt refuses.
        lenient: Keep the names of files on datastores that the server has not, and note it.
        report: Gets a note for each loss and guess.
        file_name: What errors call the file; empty for a file without a name.

    Raises:
        InvalidArgumentError: Another format; or `strict` and `lenient` at once.
        VmxError: The file describes no machine, or one that cannot be, or a file is on a datastore that the server
            has not (unless `lenient`); or `strict`.
    """
    _check(native_format, strict=strict, lenient=lenient)
    context = None
    if connection is not None:
        context = native_context(connection, strict=not lenient, report=report)
    model = to_domain(config, context, strict=strict, report=report, file_name=file_name)
    return format_domain(model, inactive=True)


def to_native(
    connection: Connection | None,
    native_format: str,
    xml: str | bytes,
    *,
    strict: bool = False,
    lenient: bool = False,
    adapt: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> str:
    """Return the VMX file of a domain's XML (virConnectDomainXMLToNative).

    Its virtual hardware has the version that libvirt gives the connection's product. Arguments as in `from_native`; a
    SCSI controller model `auto` costs one download a disk, without a connection it is `lsilogic`. With `lenient`, a
    file on a datastore that the server has not is written as one below `/vmfs/volumes`. With `adapt`, the XML may be of
    KVM or another hypervisor: it becomes that of a machine for ESX.

    Raises:
        InvalidArgumentError: Another format; or `strict` and `lenient`, or `adapt`, at once.
        XmlError: No XML of a domain.
        EsxvirtError: What VMware does not have; a datastore or disk image that the server does not have.
    """
    _check(native_format, strict=strict, lenient=lenient)
    if strict and adapt:
        raise InvalidArgumentError("a conversion is strict or adapts, not both")
    report = Report() if report is None else report
    version = _HARDWARE if connection is None else hardware_version(connection)
    if adapt:
        domain = description.adapted_domain(xml, description.Target(version, report))
    else:
        domain = description.described_domain(xml, strict=strict)
    context = None if connection is None else native_context(connection, lenient=lenient, report=report)
    if adapt:
        context = with_bare_names(context)
    return from_domain(domain, version, context, strict=strict, report=report, file_name=file_name)


def hardware_version(connection: Connection) -> int:
    """Return the version of the virtual hardware that libvirt gives machines on a server. No SOAP call."""
    return hardware_of(connection.product, version(connection))


def hardware_of(product: str, number: int) -> int:
    """Return the version of the virtual hardware for a product (esxVI_ProductVersionToDefaultVirtualHWVersion).

    Args:
        product: ``esx``, ``gsx`` or ``vpx``.
        number: Its version in libvirt's numbers.
    """
    if product == GSX:
        return 7
    major, minor = number // 1_000_000, number // 1_000 % 1_000
    if major < 4:
        return 4
    if major == 4:
        return 7
    if major == 5:
        return 9 if minor < 5 else 10
    return 10 if major == 6 else _HARDWARE


def native_context(
    connection: Connection,
    directory: DatastorePath = _NOWHERE,
    rows: list[Row] | None = None,
    *,
    place: HostPlace | None = None,
    strict: bool = False,
    lenient: bool = False,
    report: Report | None = None,
    settings: bool = False,
) -> VmxContext:
    """Return the lookups of a conversion on a server, both ways.

    One SOAP call when they are first needed, none with `rows`.

    Args:
        connection: The connection.
        directory: The folder of the VMX file, for bare names.
        rows: The datastores with `DATASTORE_PROPERTIES`, if they are known.
        place: The host whose mount paths and datacenter count; all of the connection's with None.
        strict: Refuse file names of VMX files that libvirt refuses; else they are taken as they are.
        lenient: Also take sources on datastores that the server has not.
        report: Gets a note for those.
        settings: Also convert settings that libvirt's converter leaves out; see `VmxContext`.
    """
    files = _ServerFiles(connection, directory, rows, place, strict=strict, lenient=lenient, report=report)
    return VmxContext(
        parse_file_name=files.parse,
        format_file_name=files.format,
        autodetect_scsi_model=files.scsi_model,
        settings=settings,
    )


def scsi_model(content: bytes, source: str) -> str:
    """Return the SCSI controller model in a disk image's descriptor, ``ddb.adapterType``.

    Args:
        content: The ``.vmdk`` file, of which the beginning is enough if it has the disk's data, too.
        source: Its name, for messages.

    Raises:
        EsxvirtError: It is no descriptor, or of a disk for something else.
    """
    descriptor = content
    if content.startswith(_SPARSE):
        begin, size = (int.from_bytes(content[at : at + 8], "little") * 512 for at in (28, 36))
        descriptor = content[begin : begin + size]
    found = _ADAPTER.search(descriptor.replace(b"\0", b"\n"))
    if found is None:
        raise EsxvirtError(
            f"the disk image '{source}' does not tell its SCSI controller model: it has no ddb.adapterType; "
            "name the model in the controller's XML"
        )
    adapter = found[1].decode("ascii", "backslashreplace")
    model = SCSI_WORDS.get(adapter.lower())
    if model is None:
        raise EsxvirtError(f"Found unexpected controller type '{adapter}' for disk '{source}'")
    return model


class _ServerFiles:
    """The lookups behind `native_context`. The datastores are read once, when they are first needed."""

    def __init__(
        self,
        connection: Connection,
        directory: DatastorePath,
        rows: list[Row] | None,
        place: HostPlace | None,
        *,
        strict: bool,
        lenient: bool,
        report: Report | None,
    ) -> None:
        self._connection = connection
        self._directory = directory
        self._rows = rows
        self._place = place
        self._strict = strict
        self._lenient = lenient
        self._report = report

    @cached_property
    def _datastores(self) -> list[Datastore]:
        rows, host = self._rows, self._place.ref if self._place is not None else None
        if rows is None:
            hosts = self._connection.scope.hosts if host is None else (host,)
            query = Query({"Datastore": DATASTORE_PROPERTIES}, hosts, HOST_DATASTORES, include_start=False)
            rows = retrieve(self._connection.session, query)
        return datastores_of(rows, host, of_several=not self._connection.scope.is_one_host)

    def parse(self, file_name: str, allow_missing: bool) -> str | None:
        """Return the source for a file name of a VMX file (esxParseVMXFileName).

        Raises:
            VmxError: libvirt has no source for it; without `strict`, only for a path that could be anywhere.
        """
        bare = "/" not in file_name and "\\" not in file_name
        source = FileNames([] if bare else self._datastores, self._directory).parse(file_name, allow_missing=True)
        if source is not None and (source != file_name or not file_name.startswith(VOLUMES)):
            return source
        return self._unplaced(file_name, allow_missing=allow_missing)

    def _unplaced(self, file_name: str, *, allow_missing: bool) -> str | None:
        """Return what to do about a file that is in no datastore of the host."""
        if not file_name.startswith(VOLUMES):
            raise VmxError(f"Could not handle file name '{file_name}'")
        named = parse_volumes_path(file_name)
        if named is None:
            message = f"File name '{file_name}' doesn't have expected format '{VOLUMES}<datastore>/<path>'"
        elif allow_missing and self._strict:
            return None
        else:
            message = f"File name '{file_name}' refers to non-existing datastore '{named.datastore}'"
        if self._strict:
            raise VmxError(message)
        self._note(f"{message[0].lower()}{message[1:]}; kept as it is")
        return file_name

    def _note(self, text: str) -> None:
        if self._report is not None:
            self._report.add(text, guessed=True)

    def format(self, source: str) -> str:
        """Return the file name for a source: below the mount path of its datastore (esxFormatVMXFileName).

        Raises:
            EsxvirtError: The host has no such datastore.
            InvalidArgumentError: It is no datastore path.
            VmxError: It is no absolute path either.
        """
        if source.startswith("/"):
            return source
        if not source.startswith("["):
            raise VmxError(f"Could not handle file name '{source}'")
        names = [datastore.name for datastore in self._datastores]
        name, path = DatastorePath.file(source, InvalidArgumentError, names)
        if not path:
            raise VmxError(f"Datastore path '{source}' doesn't reference a file")
        found = [datastore for datastore in self._datastores if datastore.name == name]
        if not found and self._lenient:
            self._note(f"the server has no datastore '{name}'; '{source}' is written as below {VOLUMES}")
            return mounted(VOLUMES + name, path)
        if not found:
            raise EsxvirtError(f"Could not find datastore with name '{name}'")
        if len(found) > 1:
            raise InvalidArgumentError(
                f"The connection's hosts have different datastores '{name}': connect to one of them, or name it with "
                "--host"
            )
        return mounted(found[0].mount_path or VOLUMES + name, path)

    def scsi_model(self, source: str) -> str:
        """Return the SCSI controller model that a disk image on a datastore is for (esxAutodetectSCSIControllerModel).

        Returns:
            The model; ``auto`` for an image outside of datastores, which nobody can look into.

        Raises:
            EsxvirtError: The image is not there, or does not tell.
        """
        if not source.startswith("["):
            return "auto"
        self.format(source)  # a datastore that there is not has an error of its own
        place = self._place or self._connection.scope
        names = [datastore.name for datastore in self._datastores]
        file = DatastoreFile(DatastorePath.file(source, InvalidArgumentError, names), place.datacenter_path)
        try:
            content = read_file(self._connection.session, file)
        except NotFoundError as error:
            raise EsxvirtError(
                f"the SCSI controller model of '{source}' cannot be detected: {error}; name it in the controller's XML"
            ) from error
        return scsi_model(content, source)


def _check(native_format: str, *, strict: bool, lenient: bool) -> None:
    if native_format != FORMAT:
        raise InvalidArgumentError(f"Unsupported config format '{native_format}'")
    if strict and lenient:
        raise InvalidArgumentError("a conversion is strict or lenient, not both")
