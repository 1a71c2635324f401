"""VMX files: the format itself, and the conversion to and from libvirt's domain XML. Pure: no I/O, no server."""

from esxvirt.vmx.context import VmxContext
from esxvirt.vmx.convert import from_domain, from_xml, to_domain, to_xml
from esxvirt.vmx.file import VmxFile
from esxvirt.vmx.redefine import redefine
from esxvirt.vmx.report import Note, Report

__all__ = ["Note", "Report", "VmxContext", "VmxFile", "from_domain", "from_xml", "redefine", "to_domain", "to_xml"]
