"""What libvirt adds to a domain after it was read: devices that others need, places that were not said."""

import re

from esxvirt.buses import SATA_PORTS, SCSI_OWN_UNIT, SCSI_UNITS, disk_index
from esxvirt.errors import ConfigUnsupportedError
from esxvirt.records import replace
from esxvirt.xml.domain.addresses import DriveAddress
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.controllers import Controller, insert_controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.graphics import Video
from esxvirt.xml.domain.interfaces import generate_mac
from esxvirt.xml.domain.model import Domain

__all__ = ["add_implied", "address_from_target"]

# Four controllers of 64 namespaces.
_NVME_NAME = re.compile(r"nvme([0-3])n([1-9]|[1-5][0-9]|6[0-4])")
# No hypervisor has as many; whoever names a higher one gets an error later, and not four billion controllers now.
_MOST_CONTROLLERS = 255
# In the order in which libvirt adds them.
_DISK_BUSES = ("scsi", "sata", "fdc", "ide", "nvme")


def add_implied(domain: Domain) -> None:
    """Add controllers for the disks, a console for the first serial port, a display adapter for a display.

    Raises:
        ConfigUnsupportedError: for two consoles on serial ports.

    Source: virDomainDefPostParse with the VMware driver's settings.
    """
    _number(domain)
    for disk in domain.disks:
        if disk.address is None:
            disk.address = address_from_target(disk)
    for bus in _DISK_BUSES:
        _add_controllers(domain, bus)
    _pair_console(domain)
    if domain.graphics and not domain.videos:
        domain.videos.append(Video())
    if domain.videos and not any(video.primary for video in domain.videos):
        domain.videos[0].primary = True


def _pair_console(domain: Domain) -> None:
    """Let the first serial port and the first console be one thing, whichever was said.

    Source: virDomainDefAddConsoleCompat.
    """
    if any(console.target_type == "serial" for console in domain.consoles[1:]):
        raise ConfigUnsupportedError("Only the first console can be a serial port")
    if domain.consoles and domain.consoles[0].target_type != "serial":
        return
    if domain.consoles and not domain.serials:
        domain.serials.append(replace(domain.consoles[0], kind="serial", target_type=None, port=0))
    if domain.serials:
        domain.consoles[:1] = [replace(domain.serials[0], kind="console", target_type="serial")]


def _number(domain: Domain) -> None:
    for interface in domain.interfaces:
        if interface.mac is None:
            interface.mac, interface.mac_made_up = generate_mac(), True
    for devices in (domain.serials, domain.parallels, domain.consoles):
        _number_ports(devices)
    for controller in domain.controllers:
        if controller.index < 0:
            used = {other.index for other in domain.controllers if other.type == controller.type}
            controller.index = next(index for index in range(len(used) + 1) if index not in used)


def _number_ports(devices: list[CharDevice]) -> None:
    highest = max((device.port for device in devices), default=-1)
    for device in devices:
        if device.port < 0:
            highest += 1
            device.port = highest


def _add_controllers(domain: Domain, bus: str) -> None:
    used = [disk.address.controller for disk in domain.disks if disk.bus == bus and disk.address is not None]
    if not used:
        return
    present = {controller.index for controller in domain.controllers if controller.type == bus}
    for index in range(min(max(used), _MOST_CONTROLLERS) + 1):
        if index not in present:
            insert_controller(domain.controllers, Controller(bus, index))


def address_from_target(disk: Disk) -> DriveAddress | None:
    """Give the place that a disk's target name stands for; None if the name or the bus has none.

    Source: virDomainDiskDefAssignAddress, with VMware's wide SCSI buses.
    """
    if disk.bus == "nvme":
        match = _NVME_NAME.fullmatch(disk.target)
        return None if match is None else DriveAddress(int(match[1]), unit=int(match[2]) - 1)
    index = disk_index(disk.target)
    if index < 0:
        return None
    if disk.bus == "scsi":
        controller, unit = divmod(index, SCSI_UNITS - 1)
        return DriveAddress(controller, unit=unit if unit < SCSI_OWN_UNIT else unit + 1)
    if disk.bus == "sata":
        return DriveAddress(index // SATA_PORTS, unit=index % SATA_PORTS)
    if disk.bus == "ide":
        return DriveAddress(index // 4, bus=index % 4 // 2, unit=index % 2)
    if disk.bus == "fdc":
        return DriveAddress(index // 2, unit=index % 2)
    return None
