"""Devices that change (virDomainUpdateDeviceFlags): the medium in a drive, the network and link of a card, disk modes.

Calls as in `esxvirt.driver.devices.attach`.
"""

from typing import Any

from esxvirt.driver._late import device_xml
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.devices import specs
from esxvirt.driver.devices.attach import begin, check, check_image, settle, submit
from esxvirt.driver.devices.find_device import find_device, slot_of
from esxvirt.driver.devices.hardware import Hardware, read_hardware
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.tasks.machine_tasks import until_undisturbed
from esxvirt.errors import DeviceNotFoundError, OperationUnsupportedError
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface

__all__ = ["update"]


def update(connection: Connection, domain: DomainHandle, xml: str, affect: int = 0) -> None:
    """Change a device that a domain has; `affect` is VIR_DOMAIN_AFFECT_*.

    Raises:
        DeviceNotFoundError: It has no such device.
        OperationUnsupportedError: That of it cannot be changed.
        EsxvirtError: As `esxvirt.driver.devices.attach.attach` otherwise.
    """
    until_undisturbed(lambda: _update(connection, domain, xml, affect))


def _update(connection: Connection, domain: DomainHandle, xml: str, affect: int) -> None:
    device = device_xml.parse_device(xml)
    hardware, machine = begin(connection, domain, affect)
    settle(hardware, device)
    if isinstance(device, Disk):
        found = find_device(hardware, device)
        made = connection.session.typed(found)
        _change_disk(connection, hardware, device, found, made)
    elif isinstance(device, Interface):
        found = find_device(hardware, device)
        made = connection.session.typed(found)
        _change_card(connection, hardware, device, made)
    else:
        kind = "controller" if isinstance(device, Controller) else device.kind
        raise OperationUnsupportedError(f"update of device '{kind}' is not supported; detach it and attach another")

    def done() -> bool:
        now = read_hardware(connection, domain).by_key(found.key)
        return now is not None and _shown(now) != _shown(found)

    submit(connection, domain, machine, "Could not update device", hardware, [specs.change("edit", made)], done)


def _shown(device: Any) -> tuple[Any, ...]:
    """Return what of a device an update changes."""
    info = device.connectable
    return device.backing, info and info.startConnected, info and info.connected


def _change_disk(connection: Connection, hardware: Hardware, disk: Disk, found: Any, made: Any) -> None:
    expected = {"cdrom": "VirtualCdrom", "lun": "VirtualCdrom", "floppy": "VirtualFloppy"}
    if found.kind != expected.get(disk.device, "VirtualDisk"):
        raise OperationUnsupportedError(f"cannot modify field 'device' of the disk '{disk.target}'")
    check(connection, hardware, disk)
    check_image(disk)
    if slot_of(disk) != next(slot for slot, drive in hardware.drives().items() if drive.key == found.key):
        raise DeviceNotFoundError(f"disk {disk.target} is at another address than the XML says")
    if found.kind != "VirtualDisk":
        made.backing = specs.medium_backing(disk)
        there = disk.source is not None or disk.startup_policy is not None
        made.connectable = specs.connection(connected=there, running=hardware.running)
        return
    if disk.type != "file" or disk.source != found.backing.fileName:
        raise OperationUnsupportedError(
            f"cannot modify field 'source' of the disk '{disk.target}'; detach it and attach another"
        )
    mode = "independent_nonpersistent" if disk.transient else "persistent"
    # Other modes have no word in XML, which so does not ask to leave them.
    if disk.transient or made.backing.diskMode == "independent_nonpersistent":
        made.backing.diskMode = mode
    if hasattr(made.backing, "writeThrough"):
        made.backing.writeThrough = disk.cache == "writethrough"
    if hasattr(made.backing, "sharing"):
        specs.share(connection.session, made.backing, shared=disk.shareable)


def _same_group(wanted: Any, present: Any) -> bool:
    """Return whether a card is on the distributed port group already that is asked for, on whatever port of it."""
    port, now = getattr(wanted, "port", None), getattr(present, "port", None)
    if port is None or now is None or port.portKey not in {None, now.portKey}:
        return False
    return (port.switchUuid, port.portgroupKey) == (now.switchUuid, now.portgroupKey)


def _change_card(connection: Connection, hardware: Hardware, card: Interface, made: Any) -> None:
    check(connection, hardware, card)
    if card.model is not None:
        wanted = specs.card_device(connection.session, card, None, said_mac=True, running=hardware.running)
        if type(wanted) is not type(made):
            raise OperationUnsupportedError("cannot modify network device model; detach the device and attach another")
    backing = specs.card_backing(connection.session, card, hardware.networks, new=False)
    if not _same_group(backing, made.backing):
        made.backing = backing
    if made.connectable is not None:
        made.connectable.startConnected = card.link != "down"
        made.connectable.connected = hardware.running and card.link != "down"
