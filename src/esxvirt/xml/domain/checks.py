"""Checks of a domain as a whole, after its implied devices were added."""

from typing import TYPE_CHECKING

from esxvirt.buses import disk_index
from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, XmlError
from esxvirt.xml.domain.model import Domain

if TYPE_CHECKING:
    from esxvirt.xml.domain.disks import Disk

__all__ = ["check_domain"]

_BUSES = {
    "floppy": ("fdc",),
    "disk": ("ide", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme"),
    "cdrom": ("ide", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme"),
    "lun": ("ide", "scsi", "virtio", "xen", "usb", "uml", "sata", "sd", "nvme"),
}
_CALLED = {"floppy": "floppy disk", "disk": "disk", "cdrom": "disk", "lun": "disk"}


def check_domain(domain: Domain) -> None:
    """Refuse what cannot be: a floppy on a SCSI bus, two disks in one place.

    Raises:
        XmlError: for two disks of one name.
        ConfigUnsupportedError: for two disks at one address.
        EsxvirtError: for a disk on a bus that its kind cannot be on.

    Source: virDomainDefValidate.
    """
    targets: dict[tuple[str, str], Disk] = {}
    places: set[tuple[str, int, int, int, int]] = set()
    for disk in domain.disks:
        if disk.address is None and disk_index(disk.target) < 0 and disk.bus != "nvme":
            raise XmlError(f"Unknown disk name '{disk.target}' and no address specified")
        if disk.bus not in _BUSES[disk.device]:
            raise EsxvirtError(f"Invalid bus type '{disk.bus}' for {_CALLED[disk.device]}")
        if disk.device == "floppy" and not disk.target.startswith("fd"):
            raise EsxvirtError(f"Invalid floppy device name: {disk.target}")
        # libvirt names disks of VMX files alike on SCSI and SATA, and then refuses its own XML.
        other = targets.setdefault((disk.target, disk.bus), disk)
        if other is not disk:
            raise XmlError(f"target '{disk.target}' duplicated for disk sources '{other.source}' and '{disk.source}'")
        address = disk.address
        if address is None:
            continue
        place = (disk.bus, address.controller, address.bus, address.target, address.unit)
        if place in places:
            first = next(earlier for earlier in domain.disks if earlier.bus == disk.bus and earlier.address == address)
            raise ConfigUnsupportedError(
                f"Found duplicate drive address for disk with target name '{first.target}' "
                f"controller='{address.controller}' bus='{address.bus}' target='{address.target}' unit='{address.unit}'"
            )
        places.add(place)
