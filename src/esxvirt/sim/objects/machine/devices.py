"""A machine's virtual hardware as data objects."""

from typing import TYPE_CHECKING, Any

from esxvirt import buses
from esxvirt.datastore_path import DatastorePath
from esxvirt.sim.objects.machine import device_keys
from esxvirt.sim.wire.values import Data, Ref, constant, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.vmxtext import Cdrom, Disk, Floppy, Nic, Passthrough, Port
    from esxvirt.sim.state.network.networks import Network

__all__ = ["NIC_TYPES", "SCSI_TYPES", "devices", "standard"]

_SCSI_LABELS = {
    "buslogic": "BusLogic",
    "lsilogic": "LSI Logic",
    "lsisas1068": "LSI Logic SAS",
    "pvscsi": "VMware paravirtual SCSI",
}
# By the word of VMX files: the type, and what it is called.
SCSI_TYPES = {word: (buses.SCSI_TYPES[buses.SCSI_WORDS[word]], label) for word, label in _SCSI_LABELS.items()}
NIC_TYPES = {
    "vlance": ("VirtualPCNet32", "PCNet32"),
    "vmxnet": ("VirtualVmxnet", "Vmxnet"),
    "vmxnet2": ("VirtualVmxnet2", "Vmxnet2"),
    "vmxnet3": ("VirtualVmxnet3", "Vmxnet3"),
    "e1000": ("VirtualE1000", "E1000"),
    "e1000e": ("VirtualE1000e", "E1000e"),
}


_SHARED_BUSES = {"none": "noSharing", "virtual": "virtualSharing", "physical": "physicalSharing"}


def _described(label: str, summary: str) -> Data:
    return constant("Description", label=label, summary=summary)


# What every machine has alike.
_FIXED = (
    constant(
        "VirtualPS2Controller",
        key=300,
        deviceInfo=_described("PS2 controller 0", "PS2 controller 0"),
        busNumber=0,
        device=(600, 700),
    ),
    constant(
        "VirtualKeyboard",
        key=600,
        deviceInfo=_described("Keyboard ", "Keyboard"),
        controllerKey=300,
        unitNumber=0,
    ),
    constant(
        "VirtualPointingDevice",
        key=700,
        deviceInfo=_described("Pointing device", "Pointing device; Device"),
        backing=constant(
            "VirtualPointingDeviceDeviceBackingInfo",
            deviceName="",
            useAutoDetect=False,
            hostPointingDevice="autodetect",
        ),
        controllerKey=300,
        unitNumber=1,
    ),
)


def devices(endpoint: "Endpoint", machine: "Machine") -> list[Data]:
    """Make all devices of a machine, controllers first, in the order in which hosts list them."""
    config = machine.config
    found = [
        constant(
            "VirtualIDEController",
            key=200 + bus,
            deviceInfo=_described(f"IDE {bus}", f"IDE {bus}"),
            busNumber=bus,
            device=_on_controller(machine, "ide", bus),
        )
        for bus in range(2)
    ]
    found += _FIXED
    found += [_sio_controller(machine), _pci_controller(machine), _video_card(machine)]
    found += [_scsi_controller(machine, bus, model) for bus, model in config.scsi.items()]
    found += [_sata_controller(machine, bus) for bus in config.sata]
    found += [_disk(endpoint, machine, disk, number) for number, disk in enumerate(config.disks, start=1)]
    found += [_cdrom(machine, cdrom, number) for number, cdrom in enumerate(config.cdroms, start=1)]
    found += [_floppy(machine, floppy) for floppy in config.floppies]
    found += [_nic(endpoint, machine, nic) for nic in config.nics]
    found += [_port(machine, port) for port in config.ports if port.kind != "ehci"]
    if machine.host.profile.release >= (4, 0):
        found += [_passthrough(device) for device in config.passed_through]
    return found


def _sio_controller(machine: "Machine") -> Data:
    ports = [
        device_keys.PORTS[port.kind] + port.index
        for port in machine.config.ports
        if port.kind in {"serial", "parallel"}
    ]
    return constant(
        "VirtualSIOController",
        key=device_keys.SIO,
        deviceInfo=_described("SIO controller 0", "SIO controller 0"),
        busNumber=0,
        device=(*(device_keys.FLOPPY + floppy.index for floppy in machine.config.floppies), *ports),
    )


def _pci_controller(machine: "Machine") -> Data:
    config = machine.config
    ports = [device_keys.PORTS[port.kind] for port in config.ports if port.kind in {"sound", "usb", "usb_xhci"}]
    return constant(
        "VirtualPCIController",
        key=device_keys.PCI,
        deviceInfo=_described("PCI controller 0", "PCI controller 0"),
        busNumber=0,
        device=(
            500,
            *(device_keys.controller_key("scsi", bus) for bus in config.scsi),
            *(device_keys.controller_key("sata", bus) for bus in config.sata),
            *(device_keys.NIC + nic.index for nic in config.nics),
            *ports,
        ),
    )


def _video_card(machine: "Machine") -> Data:
    extra = {key.lower(): value for key, value in machine.config.extra.items()}
    ram, displays = extra.get("svga.vramsize", ""), extra.get("svga.numdisplays", "")
    return constant(
        "VirtualMachineVideoCard",
        key=500,
        deviceInfo=_described("Video card ", "Video card"),
        controllerKey=device_keys.PCI,
        unitNumber=0,
        videoRamSizeInKB=long(int(ram) >> 10 if ram.isdecimal() else 4096),
        numDisplays=int(displays) if displays.isdecimal() else 1,
        useAutoDetect=False,
    )


def _on_controller(machine: "Machine", bus: str, controller: int) -> tuple[int, ...]:
    drives: list[Any] = [*machine.config.disks, *machine.config.cdroms]
    return tuple(
        device_keys.drive_key(bus, controller, item.unit)
        for item in drives
        if (item.bus, item.controller) == (bus, controller)
    )


def _sata_controller(machine: "Machine", bus: int) -> Data:
    return Data(
        "VirtualAHCIController",
        key=device_keys.controller_key("sata", bus),
        deviceInfo=_described(f"SATA controller {bus}", "AHCI"),
        controllerKey=device_keys.PCI,
        unitNumber=24 + bus,
        busNumber=bus,
        device=_on_controller(machine, "sata", bus),
    )


def _connectable(machine: "Machine", *, connected: bool, **more: str) -> Data:
    return constant(
        "VirtualDeviceConnectInfo",
        startConnected=connected,
        allowGuestControl=True,
        connected=machine.running and connected,
        status="ok" if machine.running and connected else "untried",
        **more,
    )


def _floppy(machine: "Machine", floppy: "Floppy") -> Data:
    if floppy.kind == "file":
        backing = Data("VirtualFloppyImageBackingInfo", fileName=machine.file_path(floppy.file))
    elif floppy.client:
        backing = Data("VirtualFloppyRemoteDeviceBackingInfo", deviceName=floppy.file, useAutoDetect=False)
    else:
        backing = Data("VirtualFloppyDeviceBackingInfo", deviceName=floppy.file, useAutoDetect=False)
    return Data(
        "VirtualFloppy",
        key=device_keys.FLOPPY + floppy.index,
        deviceInfo=_described(f"Floppy drive {floppy.index + 1}", floppy.file or "Remote"),
        backing=backing,
        connectable=_connectable(machine, connected=floppy.connected),
        controllerKey=device_keys.SIO,
        unitNumber=floppy.index,
    )


_PORT_TYPES = {"serial": "VirtualSerialPort", "parallel": "VirtualParallelPort"}
_PCI_TYPES = {
    "sound": ("VirtualEnsoniq1371", "Sound card"),
    "usb": ("VirtualUSBController", "USB controller"),
    "usb_xhci": ("VirtualUSBXHCIController", "USB xHCI controller "),
}


def _port(machine: "Machine", port: "Port") -> Data:
    key = device_keys.PORTS[port.kind] + port.index
    if port.kind in _PORT_TYPES:
        type_name = _PORT_TYPES[port.kind]
        name = f"{port.kind.capitalize()} port {port.index + 1}"
        more: dict[str, Any] = {"yieldOnPoll": True} if port.kind == "serial" else {}
        return Data(
            type_name,
            key=key,
            deviceInfo=_described(name, port.file or port.backing),
            backing=_port_backing(machine, port, type_name),
            connectable=_connectable(machine, connected=port.connected),
            controllerKey=device_keys.SIO,
            unitNumber=port.index,
            **more,
        )
    type_name, name = _PCI_TYPES[port.kind]
    if port.kind == "sound":
        model = {key.lower(): value for key, value in machine.config.extra.items()}.get("sound.virtualdev", "")
        type_name = {"es1371": "VirtualEnsoniq1371", "hdaudio": "VirtualHdAudioCard"}.get(
            model, "VirtualSoundBlaster16"
        )
        more = {"backing": Data("VirtualSoundCardDeviceBackingInfo", deviceName="", useAutoDetect=True)}
    else:
        more = {"busNumber": 0, "autoConnectDevices": False}
    if port.kind == "usb":
        more["ehciEnabled"] = any(other.kind == "ehci" for other in machine.config.ports)
    return Data(type_name, key=key, deviceInfo=_described(name, name), controllerKey=device_keys.PCI, **more)


def _port_backing(machine: "Machine", port: "Port", type_name: str) -> Data:
    if port.backing == "file":
        return Data(f"{type_name}FileBackingInfo", fileName=machine.file_path(port.file))
    if port.backing == "pipe" and port.kind == "serial":
        return Data("VirtualSerialPortPipeBackingInfo", pipeName=port.file, endpoint="client", noRxLoss=False)
    if port.backing == "network" and port.kind == "serial":
        return Data("VirtualSerialPortURIBackingInfo", serviceURI=port.file, direction="client")
    return Data(f"{type_name}DeviceBackingInfo", deviceName=port.file, useAutoDetect=False)


def _scsi_controller(machine: "Machine", bus: int, model: str) -> Data:
    type_name, text = SCSI_TYPES.get(model, SCSI_TYPES["lsilogic"])
    return constant(
        type_name,
        key=device_keys.controller_key("scsi", bus),
        deviceInfo=_described(f"SCSI controller {bus}", text),
        controllerKey=100,
        unitNumber=3 + bus,
        busNumber=bus,
        device=_on_controller(machine, "scsi", bus),
        hotAddRemove=True,
        sharedBus=_SHARED_BUSES[machine.config.shared_buses.get(bus, "none")],
        scsiCtlrUnitNumber=7,
    )


def _datastore(endpoint: "Endpoint", machine: "Machine", path: str) -> Ref | None:
    place = DatastorePath.parse(path)
    name = "" if place is None else place.datastore
    return next((endpoint.ids.of(store) for store in machine.host.datastores if store.name == name), None)


def _disk(endpoint: "Endpoint", machine: "Machine", disk: "Disk", number: int) -> Data:
    path = machine.disk_path(disk)
    backing = Data(
        "VirtualDiskFlatVer2BackingInfo",
        fileName=path,
        datastore=_datastore(endpoint, machine, path),
        diskMode=disk.mode,
        split=False,
        writeThrough=False,
        thinProvisioned=disk.thin,
        sharing="sharingMultiWriter" if disk.shared else "sharingNone",
        uuid=f"6000C29{machine.config.uuid[7:]}",
    )
    return Data(
        "VirtualDisk",
        key=device_keys.drive_key(disk.bus, disk.controller, disk.unit),
        deviceInfo=_described(f"Hard disk {number}", f"{disk.capacity_kib:,} KB"),
        backing=backing,
        controllerKey=device_keys.controller_key(disk.bus, disk.controller),
        unitNumber=disk.unit,
        capacityInKB=long(disk.capacity_kib),
        capacityInBytes=long(disk.capacity_kib << 10),
        shares=constant("SharesInfo", shares=1000, level="normal"),
    )


def _cdrom(machine: "Machine", cdrom: "Cdrom", number: int) -> Data:
    if cdrom.kind == "image":
        backing = constant("VirtualCdromIsoBackingInfo", fileName=machine.file_path(cdrom.file) if cdrom.file else "")
    elif cdrom.client:
        words = {"deviceName": "", "useAutoDetect": False, "exclusive": False}
        backing = constant("VirtualCdromRemotePassthroughBackingInfo", **words)
    elif cdrom.kind == "raw":
        words = {"deviceName": cdrom.file, "useAutoDetect": cdrom.automatic, "exclusive": False}
        backing = constant("VirtualCdromPassthroughBackingInfo", **words)
    else:
        backing = constant("VirtualCdromAtapiBackingInfo", deviceName=cdrom.file, useAutoDetect=cdrom.automatic)
    connectable = constant(
        "VirtualDeviceConnectInfo",
        startConnected=cdrom.connected,
        allowGuestControl=True,
        connected=machine.running and cdrom.connected,
        status="untried",
    )
    return constant(
        "VirtualCdrom",
        key=device_keys.drive_key(cdrom.bus, cdrom.controller, cdrom.unit),
        deviceInfo=_described(f"CD/DVD drive {number}", "Remote device" if cdrom.client else f"ISO {cdrom.file}"),
        backing=backing,
        connectable=connectable,
        controllerKey=device_keys.controller_key(cdrom.bus, cdrom.controller),
        unitNumber=cdrom.unit,
    )


def _passthrough(device: "Passthrough") -> Data:
    number = device.index
    if device.profile:
        backing = Data("VirtualPCIPassthroughVmiopBackingInfo", vgpu=device.profile)
        name = f"NVIDIA GRID vGPU {device.profile}"
    elif device.allowed or device.label:
        allowed = [
            Data("VirtualPCIPassthroughAllowedDevice", vendorId=vendor, deviceId=kind)
            for vendor, kind in device.allowed
        ]
        more: dict[str, Any] = {"customLabel": device.label} if device.label else {}
        backing = Data(
            "VirtualPCIPassthroughDynamicBackingInfo", deviceName="", allowedDevice=allowed, assignedId="", **more
        )
        name = "Dynamic PCI device"
    else:
        words = {"deviceName": "", "id": device.place, "deviceId": "0", "systemId": "", "vendorId": 0}
        backing = Data("VirtualPCIPassthroughDeviceBackingInfo", **words)
        name = device.place
    return Data(
        "VirtualPCIPassthrough",
        key=device_keys.PASSTHROUGH + number,
        deviceInfo=_described(f"PCI device {number}", name),
        backing=backing,
        controllerKey=device_keys.PCI,
        unitNumber=18 + number,
    )


def standard(host: "Host") -> "list[Network]":
    """Return the networks of a host that a card names by their names alone."""
    return [network for network in host.networks if network.key == network.name]


def _nic(endpoint: "Endpoint", machine: "Machine", nic: "Nic") -> Data:
    type_name, _ = NIC_TYPES.get(nic.model, NIC_TYPES["vlance"])
    if nic.switch:
        where = {"switchUuid": nic.switch, "portgroupKey": nic.network or None, "portKey": nic.port or None}
        port = Data("DistributedVirtualSwitchPortConnection", **where, connectionCookie=nic.cookie or None)
        backing = Data("VirtualEthernetCardDistributedVirtualPortBackingInfo", port=port)
    elif nic.opaque:
        words = {"opaqueNetworkId": nic.network, "opaqueNetworkType": nic.opaque}
        backing = Data("VirtualEthernetCardOpaqueNetworkBackingInfo", **words)
    else:
        network = next((endpoint.ids.of(item) for item in standard(machine.host) if item.name == nic.network), None)
        backing = constant(
            "VirtualEthernetCardNetworkBackingInfo", deviceName=nic.network, useAutoDetect=False, network=network
        )
    connectable = _connectable(machine, connected=nic.connected, migrateConnect="unset")
    return Data(
        type_name,
        key=device_keys.NIC + nic.index,
        deviceInfo=_described(f"Network adapter {nic.index + 1}", nic.network),
        backing=backing,
        connectable=connectable,
        controllerKey=device_keys.PCI,
        unitNumber=7 + nic.index,
        addressType=nic.address_type,
        macAddress=nic.mac,
        wakeOnLanEnabled=True,
    )
