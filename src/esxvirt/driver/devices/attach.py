"""Devices that come and go: virDomainAttachDevice, virDomainDetachDevice and their kin.

A change is one read (the machine's devices, the host's datastores and networks) and one `ReconfigVM_Task`: 8 SOAP calls
with login and logout, and one for every round of updates. A device that cannot be is refused for the same reasons, in
the same words, as a domain that has it. No file is made or deleted: a disk that is detached stays on its datastore.

VMware keeps one configuration, so what is changed is changed for good, and in a machine that runs at once.
"""

from collections.abc import Callable
from typing import Any, Final

from esxvirt.buses import SCSI_TYPES
from esxvirt.driver._late import device_xml, vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.native import native_context
from esxvirt.driver.devices import specs
from esxvirt.driver.devices.find_device import find_device, sata_slots, slot_of
from esxvirt.driver.devices.hardware import Hardware, read_hardware
from esxvirt.driver.domain.affect_flags import LIVE_OTHERWISE, live_state
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.states import PAUSED, domain_state
from esxvirt.driver.storage.datastores import stored_path
from esxvirt.driver.tasks.machine_tasks import CHANGE_VERSION, ready, run, until_undisturbed
from esxvirt.errors import (
    ConfigUnsupportedError,
    OperationInvalidError,
    OperationUnsupportedError,
)
from esxvirt.vmx.single import check_device
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.controllers import Controller
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface, generate_mac

__all__ = ["attach", "begin", "check", "check_image", "detach", "settle", "submit"]

_MOST: Final = {"serial": 4, "parallel": 3}
_HOT_BUSES: Final = ("scsi", "sata", "nvme")
_MISSING: Final = object()
_MODELS: Final = {kind: model for model, kind in SCSI_TYPES.items()}


def attach(connection: Connection, domain: DomainHandle, xml: str, affect: int = 0) -> None:
    """Give a domain a device; `affect` is VIR_DOMAIN_AFFECT_*.

    Raises:
        EsxvirtError: The XML is none, or asks for what VMware, or this server, has not.
        OperationInvalidError: The domain is not in the state that is asked for, or has a device in that place already.
        OperationUnsupportedError: VMware adds no such device to a machine that runs.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off, and the device is not there.
    """
    until_undisturbed(lambda: _attach(connection, domain, xml, affect))


def _attach(connection: Connection, domain: DomainHandle, xml: str, affect: int) -> None:
    device = device_xml.parse_device(xml)
    hardware, machine = begin(connection, domain, affect)
    settle(hardware, device)
    if isinstance(device, Disk):
        changes = _add_disk(connection, hardware, device)
    elif isinstance(device, Interface):
        changes = _add_card(connection, hardware, device)
    elif isinstance(device, CharDevice):
        changes = _add_port(connection, hardware, device)
    elif isinstance(device, Controller):
        changes = _add_controller(connection, hardware, device)
    else:
        raise OperationUnsupportedError(
            f"a device of the kind '{device.kind}' cannot be attached; define the domain with it while it is off"
        )
    before = {known.key: known.backing for known in hardware.devices}
    kinds = {type(item.device)._wsdlName for item in changes}  # noqa: SLF001  pyVmomi has no other name for it

    def done() -> bool:
        now = read_hardware(connection, domain).devices
        return kinds <= {found.kind for found in now if before.get(found.key, _MISSING) != found.backing}

    submit(connection, domain, machine, "Could not attach device", hardware, changes, done)


def detach(connection: Connection, domain: DomainHandle, xml: str, affect: int = 0) -> None:
    """Take a device from a domain: the disk of that target, the network card of that MAC address, that port.

    Raises:
        DeviceNotFoundError: It has none such.
        As `attach` otherwise.
    """
    until_undisturbed(lambda: _detach(connection, domain, xml, affect))


def _detach(connection: Connection, domain: DomainHandle, xml: str, affect: int) -> None:
    device = device_xml.parse_device(xml)
    hardware, machine = begin(connection, domain, affect)
    if isinstance(device, device_xml.OtherDevice):
        raise OperationUnsupportedError(
            f"a device of the kind '{device.kind}' cannot be detached; define the domain without it while it is off"
        )
    found = find_device(hardware, device)
    if isinstance(device, Controller):
        _check_idle(hardware, found, device)
    if hardware.running and not _is_hot(hardware, found):
        raise OperationUnsupportedError(
            f"VMware takes {_called(found)} only from a domain that is off; power it off, or eject the medium"
        )

    def done() -> bool:
        return read_hardware(connection, domain).by_key(found.key) is None

    changes = [specs.change("remove", connection.session.typed(found))]
    submit(connection, domain, machine, "Could not detach device", hardware, changes, done)


def begin(connection: Connection, domain: DomainHandle, affect: int) -> tuple[Hardware, Ref]:
    """Read a domain's devices, and see to it that they can be changed. 1 SOAP call, 2 if a question is open.

    Raises:
        OperationInvalidError: It is not in the state that is asked for, or suspended.
    """
    hardware = read_hardware(connection, domain)
    if domain_state(hardware.row.get("runtime.powerState")) == PAUSED and live_state(affect) is None:
        raise OperationInvalidError("domain is suspended; resume it or power it off to change its devices")
    return hardware, ready(connection, domain, hardware.row, live_state(affect), LIVE_OTHERWISE)


def settle(hardware: Hardware, device: object) -> None:
    """Have a device name its file as the server does, whatever writing of the datastore's name its XML has."""
    if isinstance(device, Disk) and device.source is not None:
        device.source = stored_path(device.source, hardware.rows)
    elif isinstance(device, CharDevice) and device.path is not None:
        device.path = stored_path(device.path, hardware.rows)


def submit(
    connection: Connection,
    domain: DomainHandle,
    machine: Ref,
    failure_prefix: str,
    hardware: Hardware,
    changes: list[Any],
    done: Callable[[], bool],
) -> None:
    """Have the server change devices, if they still are as they were read; `done` tells whether it did.

    Raises:
        ServerFault: ``ConcurrentAccess``: another client has changed the machine since; see `until_undisturbed`.
    """
    spec = vim.vm.ConfigSpec(changeVersion=hardware.row.get(CHANGE_VERSION), deviceChange=changes)
    run(connection, domain, machine, "ReconfigVM_Task", failure_prefix, spec, done=done)


def check(connection: Connection, hardware: Hardware, device: Disk | Interface | CharDevice) -> None:
    """Refuse what a VMX file, or this host, has no place for, as defining a domain with it would.

    Raises:
        EsxvirtError: What `esxvirt.vmx.from_domain` raises, and the lookups on the server.
    """
    models = [
        Controller("scsi", int(name[4:]), _MODELS[controller.kind])
        for name, controller in hardware.controllers().items()
        if name.startswith("scsi")
    ]
    check_device(device, models, native_context(connection, rows=list(hardware.rows), place=hardware.place))


def _add_disk(connection: Connection, hardware: Hardware, disk: Disk) -> list[Any]:
    check(connection, hardware, disk)
    check_image(disk)
    slot = slot_of(disk)
    made = specs.drive_device(connection.session, disk, running=hardware.running)
    present = hardware.drives().get(slot)
    if present is None and any(other in hardware.drives() for other in sata_slots(disk)):
        raise OperationInvalidError(
            f"target {disk.target} already exists on SATA; name the bus of the new disk (bus='scsi'), or another target"
        )
    if present is not None:
        return [specs.change("edit", _take_over(connection, disk, present, made))]
    bus = slot.partition(":")[0].rstrip("0123456789")
    if hardware.running and not (disk.device == "disk" and bus in _HOT_BUSES):
        raise OperationUnsupportedError(
            f"VMware adds drives on the bus '{disk.bus}', and CD-ROM and floppy drives, only to a domain that is off; "
            "power it off first"
        )
    if bus == "floppy":
        made.controllerKey, made.unitNumber = 400, int(slot.removeprefix("floppy"))
        return [specs.change("add", made)]
    name, _, unit = slot.partition(":")
    number = int(name.removeprefix(bus))
    changes = []
    controller = hardware.controllers().get(name)
    if controller is not None:
        made.controllerKey = controller.key
    elif bus == "ide":
        made.controllerKey = 200 + number
    else:
        new = specs.controller_device(connection.session, bus, number, _model(connection, hardware, disk))
        made.controllerKey = new.key
        changes.append(specs.change("add", new))
    made.unitNumber = int(unit)
    return [*changes, specs.change("add", made)]


def check_image(disk: Disk) -> None:
    """Refuse an image that is of another kind than the drive, and which nobody would find in the XML afterwards."""
    if disk.source is None or disk.type != "file":
        return
    is_disk = disk.source.lower().endswith(".vmdk")
    if is_disk != (disk.device == "disk"):
        wanted = "a '.vmdk'" if disk.device == "disk" else "no '.vmdk'"
        raise ConfigUnsupportedError(f"the image '{disk.source}' of the {disk.device} '{disk.target}' must be {wanted}")


def _take_over(connection: Connection, disk: Disk, present: Data, made: Any) -> Any:
    """Return a CD-ROM drive that is the client's, as most machines have one, becomes the one that is asked for.

    libvirt, and so the XML, shows no such drive: to whoever looks there the place is free.

    Raises:
        OperationInvalidError: The place is taken.
    """
    remote = present.backing is not None and "Remote" in present.backing.kind
    if not remote:
        raise OperationInvalidError(f"target {disk.target} already exists")
    if present.kind != type(made)._wsdlName:  # noqa: SLF001  pyVmomi has no other name for it
        raise OperationInvalidError(
            f"target {disk.target} already exists: a CD-ROM or floppy drive of the client's, which the XML does not "
            "show; detach it, or choose another target"
        )
    drive = connection.session.typed(present)
    drive.backing, drive.connectable = made.backing, made.connectable
    return drive


def _model(connection: Connection, hardware: Hardware, disk: Disk) -> str | None:
    """Return the model of a SCSI controller that comes with its first disk: as the disk says, else as those there are.

    A machine without any gets what the disk's image is made for, which costs a download of its descriptor.
    """
    if disk.bus != "scsi":
        return None
    if disk.driver in SCSI_TYPES:
        return disk.driver
    present = [_MODELS[device.kind] for device in hardware.devices if device.kind in _MODELS]
    if present and disk.driver is None:
        return present[0]
    if disk.device != "disk" or disk.source is None:
        return None
    detect = native_context(connection, rows=list(hardware.rows), place=hardware.place).autodetect_scsi_model
    return detect(disk.source) if detect is not None else None


def _add_card(connection: Connection, hardware: Hardware, card: Interface) -> list[Any]:
    said = card.mac is not None
    if not said:
        card.mac = generate_mac()  # what is checked has one; the server makes up its own
    check(connection, hardware, card)
    if said and any((other.macAddress or "").lower() == card.mac for other in hardware.cards()):
        raise OperationInvalidError(f"network device with mac {card.mac} already exists")
    made = specs.card_device(connection.session, card, hardware.networks, said_mac=said, running=hardware.running)
    return [specs.change("add", made)]


def _add_port(connection: Connection, hardware: Hardware, port: CharDevice) -> list[Any]:
    taken = {other.unitNumber or 0 for other in hardware.ports(port.kind)}
    free = next(number for number in range(len(taken) + 1) if number not in taken)
    if port.port < 0:
        port.port = free
    check(connection, hardware, port)
    if port.port in taken:
        raise OperationInvalidError(f"{port.kind} port {port.port} already exists")
    if free >= _MOST[port.kind]:
        raise ConfigUnsupportedError(f"the domain has all {_MOST[port.kind]} {port.kind} ports that VMware has")
    if port.port != free:
        raise ConfigUnsupportedError(f"VMware numbers {port.kind} ports in order: the next one is {free}")
    if hardware.running:
        raise OperationUnsupportedError(f"VMware adds {port.kind} ports only to a domain that is off")
    return [specs.change("add", specs.port_device(connection.session, port, running=False))]


def _add_controller(connection: Connection, hardware: Hardware, controller: Controller) -> list[Any]:
    names = hardware.controllers()
    index = controller.index
    if index < 0:
        index = next(number for number in range(len(names) + 1) if f"{controller.type}{number}" not in names)
    if f"{controller.type}{index}" in names:
        raise OperationInvalidError(f"target {controller.type}:{index} already exists")
    return [specs.change("add", specs.controller_device(connection.session, controller.type, index, controller.model))]


def _check_idle(hardware: Hardware, found: Data, controller: Controller) -> None:
    if any(device.controllerKey == found.key for device in hardware.devices):
        raise OperationInvalidError(
            f"the {controller.type} controller {controller.index} has disks; detach them before it"
        )


def _is_hot(hardware: Hardware, device: Data) -> bool:
    if device.kind == "VirtualDisk":
        slot = next((slot for slot, drive in hardware.drives().items() if drive.key == device.key), "")
        return slot.startswith(_HOT_BUSES)
    return device in hardware.cards() or device.kind in _MODELS


def _called(device: Data) -> str:
    words = {
        "VirtualDisk": "IDE disks",
        "VirtualCdrom": "CD-ROM drives",
        "VirtualFloppy": "floppy drives",
        "VirtualSerialPort": "serial ports",
        "VirtualParallelPort": "parallel ports",
    }
    return words.get(device.kind, "such devices")
