"""The two conversions, put together from their parts."""

from esxvirt.vmx.context import VmxContext
from esxvirt.vmx.disks import read_disks
from esxvirt.vmx.display import read_graphics, read_video
from esxvirt.vmx.extras import read_extras
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.folders import read_folders
from esxvirt.vmx.machine import read_machine
from esxvirt.vmx.networks import read_networks
from esxvirt.vmx.ports import read_ports
from esxvirt.vmx.report import Report
from esxvirt.vmx.source import Source
from esxvirt.xml.domain.format import format_domain
from esxvirt.xml.domain.implied import add_implied
from esxvirt.xml.domain.model import Domain

__all__ = ["CONFORMANCE_VERSION", "to_domain", "to_xml"]

# The libvirt whose XML offline conversions write.
CONFORMANCE_VERSION = (11, 3)


def to_domain(
    vmx: str | bytes | VmxFile,
    context: VmxContext | None = None,
    *,
    strict: bool = False,
    report: Report | None = None,
) -> Domain:
    """Read a VMX file as a domain, with the devices that libvirt implies.

    Args:
        vmx: the file's bytes, text, or the file already parsed (with the same `strict`).
        context: lookups that need a server; see `VmxContext`.
        strict: refuse whatever libvirt's converter refuses, with its message.
        report: gets a note for each loss and guess.

    Raises:
        VmxError: if the file describes no machine, or a disk's file does not exist.

    Source: virVMXParseConfig, `virsh domxml-from-native vmware-vmx`.
    """
    notes = Report() if report is None else report
    file = vmx if isinstance(vmx, VmxFile) else VmxFile.parse(vmx, strict=strict)
    notes.notes.extend(file.report)
    source = Source(file, context or VmxContext(), notes, strict=strict)
    domain = Domain()
    read_machine(source, domain)
    read_graphics(source, domain)
    read_disks(source, domain)
    read_folders(source, domain)
    read_networks(source, domain)
    read_video(source, domain)
    read_ports(source, domain)
    read_extras(source, domain)
    add_implied(domain)
    return domain


def to_xml(
    vmx: str | bytes, *, context: VmxContext | None = None, strict: bool = False, report: Report | None = None
) -> str:
    """Convert a VMX file to domain XML.

    Arguments and errors are those of `to_domain`; the XML contains passwords and ends with a line end.
    """
    domain = to_domain(vmx, context, strict=strict, report=report)
    return format_domain(domain, secure=True, inactive=True, libvirt_version=CONFORMANCE_VERSION)
