"""One device alone, held against all that would keep it from a VMX file."""

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.vmx.context import VmxContext
from esxvirt.vmx.devices import disk, nic, parallel, serial
from esxvirt.vmx.report import Report
from esxvirt.vmx.writer import VmxWriter
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.checks import check_domain
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.implied import address_from_target
from esxvirt.xml.domain.interfaces import Interface
from esxvirt.xml.domain.model import Domain

__all__ = ["check_device"]


def check_device(device: Disk | Interface | CharDevice, controllers: list[Controller], context: VmxContext) -> None:
    """Refuse a device for the reasons for which a domain with it would be refused, and give a disk its address.

    Args:
        device: as the XML has it.
        controllers: the domain's, with their models.
        context: the lookups; see `VmxContext`.

    Raises:
        EsxvirtError: for what VMware does not have.
    """
    domain = Domain(controllers=controllers)
    writer = VmxWriter(context, Report(), strict=False, hardware_version=7)
    if isinstance(device, Disk):
        if device.address is None:
            device.address = address_from_target(device)
        domain.disks.append(device)
        check_domain(domain)
        disk.KIND.write(domain, writer)
    elif isinstance(device, Interface):
        domain.interfaces.append(device)
        nic.KIND.write(domain, writer)
    else:
        (domain.serials if device.kind == "serial" else domain.parallels).append(device)
        (serial if device.kind == "serial" else parallel).KIND.write(domain, writer)
        if f"{device.kind}{device.port}.present" not in str(writer):
            raise ConfigUnsupportedError(f"Unsupported character device type '{device.type}'")
