"""The two conversions, put together from their parts."""

from esxvirt.errors import ConfigUnsupportedError, InvalidArgumentError, VmxError, XmlError
from esxvirt.records import replace
from esxvirt.vmx._late import description
from esxvirt.vmx.context import VmxContext, with_bare_names
from esxvirt.vmx.devices.shared_buses import without_shared_buses
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.left_out import note_left_out
from esxvirt.vmx.losses import note_losses
from esxvirt.vmx.machine import read_machine, write_closing, write_machine
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.registry import read_devices, write_devices
from esxvirt.vmx.report import Report
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.beyond_schema import beyond_schema
from esxvirt.xml.domain.format import format_domain
from esxvirt.xml.domain.implied import add_implied
from esxvirt.xml.domain.model import Domain

__all__ = ["from_domain", "from_xml", "read_domain", "to_domain", "to_xml", "write_domain"]

_HIGHEST_HARDWARE = 99
_BRIDGES_SINCE = 7


def to_domain(
    vmx: str | bytes | VmxFile,
    context: VmxContext | None = None,
    *,
    strict: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> Domain:
    """Read a VMX file as a domain, with the devices that libvirt implies.

    Args:
        vmx: the file's bytes, text, or the file already parsed (with the same `strict`).
        context: lookups that need a server; see `VmxContext`.
        strict: refuse whatever libvirt's converter refuses, with its message.
        report: gets a note for each loss and guess.
        file_name: what errors call the file; empty for a file without a name.

    Raises:
        VmxError: if the file describes no machine, for a value that cannot be (a memory size that is no number or no
            multiple of 4 MiB, a CPU count below 1, a broken UUID or MAC address), or if a disk's file does not exist.

    Source: virVMXParseConfig, `virsh domxml-from-native vmware-vmx`.
    """
    notes = Report() if report is None else report
    file = vmx if isinstance(vmx, VmxFile) else VmxFile.parse(vmx, strict=strict)
    notes.notes.extend(file.report)
    return read_domain(VmxReader(file, context or VmxContext(), notes, strict=strict, name=file_name))


def read_domain(reader: VmxReader) -> Domain:
    """Read the domain of a VMX file that is under conversion; see `to_domain`."""
    domain = Domain()
    read_machine(reader, domain)
    read_devices(reader, domain)
    if not reader.strict:
        note_losses(reader)
    add_implied(domain)
    if not reader.strict:
        for path, what in beyond_schema(domain):
            reader.report.add(f"libvirt's schema does not take {what}; kept", path)
    return domain


def to_xml(
    vmx: str | bytes,
    *,
    context: VmxContext | None = None,
    strict: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> str:
    """Convert a VMX file to domain XML.

    Arguments and errors are those of `to_domain`; the XML contains passwords and ends with a line end.
    """
    domain = to_domain(vmx, context, strict=strict, report=report, file_name=file_name)
    return format_domain(domain, secure=True, inactive=True)


def from_domain(
    domain: Domain,
    virtual_hw_version: int,
    context: VmxContext | None = None,
    *,
    strict: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> str:
    """Write a domain as a VMX file.

    Args:
        domain: the domain, with its implied devices, as `parse_domain` and `to_domain` give it.
        virtual_hw_version: the version of the virtual hardware, from 3 on: 4 for ESX 3.5, 7 for 4.0, 8 for 5.0 ...
        context: lookups that need a server; see `VmxContext`.
        strict: refuse whatever libvirt's converter refuses, with its message.
        report: gets a note for each loss and guess.
        file_name: what errors call the file of the XML; empty for a file without a name.

    Raises:
        EsxvirtError: for what VMware does not have.
        InvalidArgumentError: for a version that cannot be.

    Source: virVMXFormatConfig, `virsh domxml-to-native vmware-vmx`.
    """
    if not 3 <= virtual_hw_version <= _HIGHEST_HARDWARE:
        raise InvalidArgumentError(f"virtual hardware has versions from 3 on, not {virtual_hw_version}")
    notes = Report() if report is None else report
    writer = VmxWriter(
        context or VmxContext(), notes, strict=strict, hardware_version=virtual_hw_version, name=file_name
    )
    return write_domain(domain, writer)


def write_domain(domain: Domain, writer: VmxWriter) -> str:
    """Write a domain into a VMX file, and give the file's text; see `from_domain`."""
    if domain.type != "vmware":
        raise VmxError(f"Expecting virt type to be 'vmware' but found '{domain.type}'")
    if writer.strict:
        _refuse_newer(domain)
    note_left_out(domain, writer)
    write_machine(replace(domain, metadata=without_shared_buses(domain.metadata)), writer)
    write_devices(domain, writer)
    scsi = any(disk.bus == "scsi" for disk in domain.disks)
    write_closing(domain, writer, bridges=scsi and writer.hardware_version >= _BRIDGES_SINCE)
    return str(writer)


def _refuse_newer(domain: Domain) -> None:
    """Refuse what the libvirt of `strict` refuses, and the model can hold."""
    for controller in domain.controllers:
        if controller.type == "nvme":
            raise XmlError("Invalid value for attribute 'type' in element 'controller': 'nvme'.")
    named = {disk.target: disk for disk in reversed(domain.disks)}
    for disk in domain.disks:
        other = named[disk.target]
        if other is not disk:
            raise XmlError(f"target '{disk.target}' duplicated for disk sources '{other.source}' and '{disk.source}'")
    devices = None if domain.said is None else domain.said.child("devices")
    if devices is not None and devices.child("redirdev") is not None:
        raise ConfigUnsupportedError("cannot add redirected USB device: USB is disabled for this domain")


def from_xml(
    xml: str,
    *,
    virtual_hw_version: int,
    context: VmxContext | None = None,
    strict: bool = False,
    adapt: bool = False,
    report: Report | None = None,
    file_name: str = "",
) -> str:
    """Convert domain XML to a VMX file.

    Arguments and errors are those of `parse_domain` and `from_domain`. With `adapt` the XML may be of KVM or another
    hypervisor: buses, models, firmware and the like become what VMware has, paths of the other host are left out, and
    images are VMDKs beside the VMX file; each change is a note.

    Raises:
        InvalidArgumentError: with `strict` and `adapt` at once, too.
    """
    if not adapt:
        domain = description.described_domain(xml, strict=strict)
        return from_domain(domain, virtual_hw_version, context, strict=strict, report=report, file_name=file_name)
    if strict:
        raise InvalidArgumentError("a conversion is strict or adapts, not both")
    notes = Report() if report is None else report
    domain = description.adapted_domain(xml, description.Target(virtual_hw_version, notes))
    return from_domain(domain, virtual_hw_version, with_bare_names(context), report=notes, file_name=file_name)
