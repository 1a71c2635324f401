"""libvirt's devices as vSphere's: what `<disk>`, `<interface>`, `<serial>`, `<controller>` and such are to a server.

What is said in XML and kept nowhere in vSphere (a serial number, a WWN, a boot order) is left out, as in a VMX file.
"""

from typing import Any, Final

from esxvirt.buses import CONTROLLER_TYPES, SCSI_TYPES
from esxvirt.driver._late import vim
from esxvirt.driver.network.attachable import Networks
from esxvirt.errors import ConfigUnsupportedError
from esxvirt.uuids import spaced
from esxvirt.vmx.devices.nic import mac_kind
from esxvirt.vmx.devices.serial import service_uri
from esxvirt.vsphere.session import Session
from esxvirt.xml.domain.chardevs import CharDevice
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface

__all__ = ["card_backing", "card_device", "change", "connection", "controller_device", "drive_device", "medium_backing",
           "port_device", "share"]  # fmt: skip

_CARDS: Final = {
    "vlance": "VirtualPCNet32",
    "vmxnet": "VirtualVmxnet",
    "vmxnet2": "VirtualVmxnet2",
    "vmxnet3": "VirtualVmxnet3",
    "e1000": "VirtualE1000",
    "e1000e": "VirtualE1000e",
}
_ADDRESS_TYPES: Final = {"static": "manual", "generated": "assigned", "vpx": "assigned"}
"""By how a VMX file has an address; a generated one that is given is kept only if the server did not generate it."""


def change(operation: str, device: Any) -> Any:
    """Return a `VirtualDeviceConfigSpec`: ``add``, ``edit`` or ``remove`` a device.

    Files are neither made nor deleted.
    """
    return vim.vm.device.VirtualDeviceSpec(operation=operation, device=device)


def _type(session: Session, name: str, called: str) -> Any:
    kind = getattr(vim.vm.device, name)
    if not session.knows(kind):
        raise ConfigUnsupportedError(f"the server has no {called}: they came with a later version of it")
    return kind


def connection(*, connected: bool, running: bool) -> Any:
    """Return how a device is connected: at the next start, and now if the machine runs."""
    return vim.vm.device.VirtualDevice.ConnectInfo(
        startConnected=connected, connected=connected and running, allowGuestControl=True
    )


def controller_device(session: Session, bus: str, number: int, model: str | None) -> Any:
    """Return a controller of drives; `model` is one of libvirt's for SCSI, lsilogic if None.

    Raises:
        ConfigUnsupportedError: The server, or VMware, has no such controller.
    """
    if bus == "scsi":
        if model is not None and model not in SCSI_TYPES:
            known = ", ".join(f"'{name}'" for name in SCSI_TYPES)
            raise ConfigUnsupportedError(f"VMware has no SCSI controllers of the model '{model}'; it has {known}")
        kind = _type(session, SCSI_TYPES[model or "lsilogic"], f"SCSI controllers of the model '{model}'")
        return kind(key=-100 - number, busNumber=number, sharedBus="noSharing")
    if bus not in {"sata", "nvme"}:
        raise ConfigUnsupportedError(f"controllers of the type '{bus}' cannot be attached to VMware's machines")
    kind = _type(session, CONTROLLER_TYPES[bus], f"{bus.upper()} controllers")
    return kind(key=-100 - number, busNumber=number)


def share(session: Session, backing: Any, *, shared: bool) -> None:
    """Have other machines write on a disk at once, or no more.

    Raises:
        ConfigUnsupportedError: The server cannot set that.
    """
    if backing.sharing in {None, "sharingNone"} and not shared:
        return
    # Of the same version as a disk's sharing.
    if not session.knows(vim.vm.device.VirtualPCIPassthrough.VmiopBackingInfo):
        raise ConfigUnsupportedError(
            "servers before 6.0 cannot be asked to share disks; define the domain with <shareable/> while it is off"
        )
    backing.sharing = "sharingMultiWriter" if shared else "sharingNone"


def drive_device(session: Session, disk: Disk, *, running: bool) -> Any:
    """Return a hard disk, CD-ROM or floppy drive, of which the caller fills in controller and unit.

    Raises:
        ConfigUnsupportedError: ESX has no such disk.
    """
    if disk.device in {"cdrom", "lun", "floppy"}:
        kind = vim.vm.device.VirtualFloppy if disk.device == "floppy" else vim.vm.device.VirtualCdrom
        there = disk.source is not None or disk.startup_policy is not None
        return kind(key=-1, backing=medium_backing(disk), connectable=connection(connected=there, running=running))
    if disk.type != "file":
        raise ConfigUnsupportedError(
            f"disk '{disk.target}' has the type '{disk.type}'; only files on datastores can be attached as hard disks"
        )
    backing = vim.vm.device.VirtualDisk.FlatVer2BackingInfo(
        fileName=disk.source, diskMode="independent_nonpersistent" if disk.transient else "persistent"
    )
    if disk.cache == "writethrough":
        backing.writeThrough = True
    if disk.shareable:
        share(session, backing, shared=True)
    return vim.vm.device.VirtualDisk(key=-1, backing=backing, capacityInKB=0)


def medium_backing(disk: Disk) -> Any:
    """Return what is in a CD-ROM or floppy drive: an image, a drive of the host, or nothing.

    Raises:
        ConfigUnsupportedError: VMware has no such medium.
    """
    if disk.type not in {"file", "block"}:
        raise ConfigUnsupportedError(f"disk '{disk.target}' has the unsupported type '{disk.type}', not file or block")
    if disk.device == "floppy":
        if disk.type == "file":
            return vim.vm.device.VirtualFloppy.ImageBackingInfo(fileName=disk.source or "")
        return vim.vm.device.VirtualFloppy.DeviceBackingInfo(
            deviceName=disk.source or "", useAutoDetect=disk.startup_policy == "optional"
        )
    if disk.type == "file" or (disk.source is None and disk.startup_policy is None):
        return vim.vm.device.VirtualCdrom.IsoBackingInfo(fileName=disk.source or "")
    automatic = disk.source is None or disk.startup_policy == "optional"
    if disk.device == "lun":
        return vim.vm.device.VirtualCdrom.PassthroughBackingInfo(
            deviceName=disk.source or "", useAutoDetect=automatic, exclusive=False
        )
    return vim.vm.device.VirtualCdrom.AtapiBackingInfo(deviceName=disk.source or "", useAutoDetect=automatic)


def card_device(session: Session, card: Interface, networks: Networks | None, *, said_mac: bool, running: bool) -> Any:
    """Return a network card; without a MAC address in the XML the server makes one up. It is on no network without any.

    Raises:
        ConfigUnsupportedError: The server, or VMware, has no such card or network.
    """
    model = (card.model or "vlance").lower()
    made = _type(session, _CARDS[model], f"'{model}' network cards")(
        key=-1,
        backing=None if networks is None else card_backing(session, card, networks, new=True),
        connectable=connection(connected=card.link != "down", running=running),
        addressType="generated",
    )
    if said_mac and card.mac is not None:
        made.macAddress = card.mac
        made.addressType = _ADDRESS_TYPES[mac_kind(card.mac, card.mac_type)[0]]
    return made


def card_backing(session: Session, card: Interface, networks: Networks, *, new: bool) -> Any:
    """Return what a network card is connected to; `networks` are the host's, `new` is a card that has no port yet.

    Raises:
        ConfigUnsupportedError: There is no such network, or VMware's machines cannot be on such.
        AmbiguousError: There are several.
    """
    card = networks.place(card, must_be=True)
    kinds: Any = vim.vm.device.VirtualEthernetCard
    if card.type == "vds" and card.port is not None:
        # The server has switches by their UUIDs in its own writing.
        port = vim.dvs.PortConnection(switchUuid=spaced(card.port.switch_id), portgroupKey=card.port.portgroup_id)
        if card.port.port_id:
            port.portKey = str(card.port.port_id)
        if card.port.connection_id and not new:
            port.connectionCookie = card.port.connection_id
        return kinds.DistributedVirtualPortBackingInfo(port=port)
    if card.type not in {"bridge", "network"}:
        raise ConfigUnsupportedError(
            f"interfaces of the type '{card.type}' cannot be attached; name one of the host's networks as a bridge"
        )
    if card.opaque is None:
        return kinds.NetworkBackingInfo(deviceName=networks.stored(card))
    if not session.knows(kinds.OpaqueNetworkBackingInfo):
        raise ConfigUnsupportedError("the server has no networks of NSX: they came with a later version of it")
    words = {"opaqueNetworkId": card.opaque.identifier, "opaqueNetworkType": card.opaque.kind}
    return kinds.OpaqueNetworkBackingInfo(**words)


def port_device(session: Session, port: CharDevice, *, running: bool) -> Any:
    """Return a serial or parallel port.

    Raises:
        ConfigUnsupportedError: VMware has nothing of the kind behind a port.
    """
    serial = port.kind == "serial"
    kind: Any = vim.vm.device.VirtualSerialPort if serial else vim.vm.device.VirtualParallelPort
    backing: Any
    if port.type == "dev":
        backing = kind.DeviceBackingInfo(deviceName=port.path)
    elif port.type == "file":
        backing = kind.FileBackingInfo(fileName=port.path)
    elif port.type == "pipe" and serial:
        backing = kind.PipeBackingInfo(pipeName=port.path, endpoint="client", noRxLoss=False)
    elif port.type == "tcp" and serial:
        if not session.knows(kind.URIBackingInfo):
            raise ConfigUnsupportedError("the server has no serial ports over the network; they came with ESX 4.1")
        direction = "server" if port.mode == "bind" else "client"
        backing = kind.URIBackingInfo(serviceURI=service_uri(port), direction=direction)
    else:
        raise ConfigUnsupportedError(f"Unsupported character device type '{port.type}'")
    made = kind(key=-1, backing=backing, connectable=connection(connected=True, running=running))
    if serial:
        made.yieldOnPoll = True
    return made
