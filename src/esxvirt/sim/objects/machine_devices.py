"""A machine's virtual hardware as data objects."""

from typing import TYPE_CHECKING, Any

from esxvirt.sim.wire.values import Data, Ref, long

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine import Machine
    from esxvirt.sim.state.vmxtext import Cdrom, Disk, Nic

__all__ = ["devices"]

_SCSI_TYPES = {
    "buslogic": ("VirtualBusLogicController", "BusLogic"),
    "lsilogic": ("VirtualLsiLogicController", "LSI Logic"),
    "lsisas1068": ("VirtualLsiLogicSASController", "LSI Logic SAS"),
    "pvscsi": ("ParaVirtualSCSIController", "VMware paravirtual SCSI"),
}
_NIC_TYPES = {
    "vlance": ("VirtualPCNet32", "PCNet32"),
    "vmxnet": ("VirtualVmxnet", "Vmxnet"),
    "vmxnet2": ("VirtualVmxnet2", "Vmxnet2"),
    "vmxnet3": ("VirtualVmxnet3", "Vmxnet3"),
    "e1000": ("VirtualE1000", "E1000"),
    "e1000e": ("VirtualE1000e", "E1000e"),
}
# The first key of each kind of controller, and of what hangs on it.
_CONTROLLER_KEYS = {"ide": 200, "scsi": 1000, "sata": 15000}
_DISK_KEYS = {"scsi": 2000, "ide": 3000, "sata": 16000}
_UNITS = {"scsi": 16, "ide": 2, "sata": 30}


def _described(label: str, summary: str) -> Data:
    return Data("Description", label=label, summary=summary)


# What every machine has alike.
_FIXED = (
    Data(
        "VirtualPS2Controller",
        key=300,
        deviceInfo=_described("PS2 controller 0", "PS2 controller 0"),
        busNumber=0,
        device=[600, 700],
    ),
    Data(
        "VirtualSIOController",
        key=400,
        deviceInfo=_described("SIO controller 0", "SIO controller 0"),
        busNumber=0,
    ),
    Data(
        "VirtualKeyboard",
        key=600,
        deviceInfo=_described("Keyboard ", "Keyboard"),
        controllerKey=300,
        unitNumber=0,
    ),
    Data(
        "VirtualPointingDevice",
        key=700,
        deviceInfo=_described("Pointing device", "Pointing device; Device"),
        backing=Data(
            "VirtualPointingDeviceDeviceBackingInfo",
            deviceName="",
            useAutoDetect=False,
            hostPointingDevice="autodetect",
        ),
        controllerKey=300,
        unitNumber=1,
    ),
    Data(
        "VirtualMachineVideoCard",
        key=500,
        deviceInfo=_described("Video card ", "Video card"),
        controllerKey=100,
        unitNumber=0,
        videoRamSizeInKB=long(4096),
        numDisplays=1,
        useAutoDetect=False,
    ),
)


def devices(endpoint: "Endpoint", machine: "Machine") -> list[Data]:
    """Make all devices of a machine, controllers first, in the order in which hosts list them."""
    config = machine.config
    found = [
        Data(
            "VirtualIDEController",
            key=200 + bus,
            deviceInfo=_described(f"IDE {bus}", f"IDE {bus}"),
            busNumber=bus,
            device=_on_controller(machine, "ide", bus),
        )
        for bus in range(2)
    ]
    found += _FIXED
    found.append(
        Data(
            "VirtualPCIController",
            key=100,
            deviceInfo=_described("PCI controller 0", "PCI controller 0"),
            busNumber=0,
            device=[500, *(1000 + bus for bus in config.scsi), *(4000 + nic.index for nic in config.nics)],
        )
    )
    found += [_scsi_controller(machine, bus, model) for bus, model in config.scsi.items()]
    found += [_disk(endpoint, machine, disk, number) for number, disk in enumerate(config.disks, start=1)]
    found += [_cdrom(machine, cdrom, number) for number, cdrom in enumerate(config.cdroms, start=1)]
    found += [_nic(endpoint, machine, nic) for nic in config.nics]
    return found


def _disk_key(bus: str, controller: int, unit: int) -> int:
    return _DISK_KEYS[bus] + controller * _UNITS[bus] + unit


def _on_controller(machine: "Machine", bus: str, controller: int) -> list[int]:
    drives: list[Any] = [*machine.config.disks, *machine.config.cdroms]
    return [
        _disk_key(bus, controller, item.unit) for item in drives if (item.bus, item.controller) == (bus, controller)
    ]


def _scsi_controller(machine: "Machine", bus: int, model: str) -> Data:
    type_name, text = _SCSI_TYPES.get(model, _SCSI_TYPES["lsilogic"])
    return Data(
        type_name,
        key=1000 + bus,
        deviceInfo=_described(f"SCSI controller {bus}", text),
        controllerKey=100,
        unitNumber=3 + bus,
        busNumber=bus,
        device=_on_controller(machine, "scsi", bus),
        hotAddRemove=True,
        sharedBus="noSharing",
        scsiCtlrUnitNumber=7,
    )


def _datastore(endpoint: "Endpoint", machine: "Machine", path: str) -> Ref | None:
    name = path[1:].partition("]")[0] if path.startswith("[") else ""
    return next((endpoint.identify(store) for store in machine.host.datastores if store.name == name), None)


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
        uuid=f"6000C29{machine.config.uuid[7:]}",
    )
    return Data(
        "VirtualDisk",
        key=_disk_key(disk.bus, disk.controller, disk.unit),
        deviceInfo=_described(f"Hard disk {number}", f"{disk.capacity_kib:,} KB"),
        backing=backing,
        controllerKey=_CONTROLLER_KEYS[disk.bus] + disk.controller,
        unitNumber=disk.unit,
        capacityInKB=long(disk.capacity_kib),
        capacityInBytes=long(disk.capacity_kib << 10),
        shares=Data("SharesInfo", shares=1000, level="normal"),
    )


def _cdrom(machine: "Machine", cdrom: "Cdrom", number: int) -> Data:
    if cdrom.kind == "image":
        backing = Data("VirtualCdromIsoBackingInfo", fileName=machine.host.datastore_path(cdrom.file))
    elif cdrom.client:
        backing = Data("VirtualCdromRemotePassthroughBackingInfo", deviceName="", useAutoDetect=False, exclusive=False)
    else:
        backing = Data("VirtualCdromAtapiBackingInfo", deviceName=cdrom.file, useAutoDetect=False)
    connectable = Data(
        "VirtualDeviceConnectInfo",
        startConnected=cdrom.connected,
        allowGuestControl=True,
        connected=machine.running and cdrom.connected,
        status="untried",
    )
    return Data(
        "VirtualCdrom",
        key=_disk_key(cdrom.bus, cdrom.controller, cdrom.unit),
        deviceInfo=_described(f"CD/DVD drive {number}", "Remote device" if cdrom.client else f"ISO {cdrom.file}"),
        backing=backing,
        connectable=connectable,
        controllerKey=_CONTROLLER_KEYS[cdrom.bus] + cdrom.controller,
        unitNumber=cdrom.unit,
    )


def _nic(endpoint: "Endpoint", machine: "Machine", nic: "Nic") -> Data:
    type_name, _ = _NIC_TYPES.get(nic.model, _NIC_TYPES["vlance"])
    network = next((endpoint.identify(item) for item in machine.host.networks if item.name == nic.network), None)
    connectable = Data(
        "VirtualDeviceConnectInfo",
        migrateConnect="unset",
        startConnected=True,
        allowGuestControl=True,
        connected=machine.running,
        status="ok" if machine.running else "untried",
    )
    return Data(
        type_name,
        key=4000 + nic.index,
        deviceInfo=_described(f"Network adapter {nic.index + 1}", nic.network),
        backing=Data(
            "VirtualEthernetCardNetworkBackingInfo", deviceName=nic.network, useAutoDetect=False, network=network
        ),
        connectable=connectable,
        controllerKey=100,
        unitNumber=7 + nic.index,
        addressType=nic.address_type,
        macAddress=nic.mac,
        wakeOnLanEnabled=True,
    )
