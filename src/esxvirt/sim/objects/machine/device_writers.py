"""Devices of the API to VMX settings: one function for each kind, for devices that come new and for edited ones.

Each returns the settings without the prefix ("present", "fileName"); "" takes one out. What the API says and hosts do
not take raises ValueError with the name of the device's property.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine.devices import NIC_TYPES, SCSI_TYPES, standard
from esxvirt.sim.state.containers import escape_name
from esxvirt.sim.state.host.paths import host_path
from esxvirt.sim.state.network.distributed import DistributedGroup
from esxvirt.sim.state.network.networks import OpaqueNetwork

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.wire.values import Data

__all__ = ["WRITERS", "Settings", "sharing"]

Settings = dict[str, str]
_MAC = re.compile(r"[0-9a-fA-F]{2}(:[0-9a-fA-F]{2}){5}")
_SOUND = {"VirtualSoundBlaster16": "", "VirtualEnsoniq1371": "es1371", "VirtualHdAudioCard": "hdaudio"}
# What names a card's network, of whatever kind.
_NO_NETWORK = dict.fromkeys(
    ("networkName", "dvs.switchId", "dvs.portgroupId", "dvs.portId", "dvs.connectionId", "opaqueNetwork.id",
     "opaqueNetwork.type"), "",
)  # fmt: skip
_ADDRESS_TYPES = {"manual": "static", "assigned": "vpx", "generated": "generated"}


def _truth(value: object) -> str:
    return "TRUE" if value else "FALSE"


def _connection(device: "Data") -> Settings:
    connectable = device.connectable
    return {} if connectable is None else {"startConnected": _truth(connectable.startConnected)}


def _base(machine: "Machine", device: "Data", *, clients: bool = True) -> tuple[str, Settings]:
    """Return the kind of a backing ("file", "device", "pipe", "network") and the settings that name it."""
    backing = device.backing
    if backing is None:
        raise ValueError("backing")
    if backing.is_a("VirtualDeviceFileBackingInfo"):
        return "file", {"fileName": host_path(machine.host, backing.fileName or ""), "clientDevice": ""}
    if backing.is_a("VirtualDeviceRemoteDeviceBackingInfo"):
        if not clients:
            raise ValueError("backing")
        return "device", {"fileName": backing.deviceName or "", "clientDevice": "TRUE"}
    if backing.is_a("VirtualDeviceDeviceBackingInfo"):
        found = {"fileName": backing.deviceName or "", "clientDevice": ""}
        return "device", found | {"autodetect": "TRUE" if backing.useAutoDetect else ""}
    if backing.is_a("VirtualDevicePipeBackingInfo"):
        return "pipe", {"fileName": backing.pipeName or ""}
    if backing.is_a("VirtualDeviceURIBackingInfo"):
        return "network", {"fileName": backing.serviceURI or "", "network.endPoint": backing.direction or "client"}
    raise ValueError("backing")


def cdrom(machine: "Machine", device: "Data") -> Settings:
    """Write a CD-ROM drive."""
    kind, found = _base(machine, device)
    found["fileName"] = found["fileName"] or ("auto detect" if found.get("autodetect") else "emptyBackingString")
    atapi = "Atapi" in device.backing.type_name
    found["deviceType"] = "cdrom-image" if kind == "file" else "atapi-cdrom" if atapi else "cdrom-raw"
    return {"present": "TRUE"} | found | _connection(device)


def sharing(device: "Data") -> Settings:
    """Write whether other machines may write on a disk at once; nothing where the client does not say it."""
    if not hasattr(device.backing, "sharing") or not device.backing.sharing:
        return {}
    words = {"sharingNone": "", "sharingMultiWriter": "multi-writer"}
    if device.backing.sharing not in words:
        raise ValueError("backing.sharing")
    return {"sharing": words[device.backing.sharing]}


def floppy(machine: "Machine", device: "Data") -> Settings:
    """Write a floppy drive."""
    kind, found = _base(machine, device)
    return {"present": "TRUE", "fileType": kind} | found | _connection(device)


def serial(machine: "Machine", device: "Data") -> Settings:
    """Write a serial port."""
    kind, found = _base(machine, device, clients=False)
    if kind == "pipe":
        found["pipe.endPoint"] = getattr(device.backing, "endpoint", None) or "client"
    yielding = {"yieldOnMsrRead": _truth(device.yieldOnPoll)} if device.yieldOnPoll is not None else {}
    return {"present": "TRUE", "fileType": kind} | found | yielding | _connection(device)


def parallel(machine: "Machine", device: "Data") -> Settings:
    """Write a parallel port."""
    kind, found = _base(machine, device, clients=False)
    if kind not in {"file", "device"}:
        raise ValueError("backing")
    return {"present": "TRUE", "fileType": kind} | found | _connection(device)


def sound(machine: "Machine", device: "Data") -> Settings:
    """Write a sound card."""
    del machine
    return {"present": "TRUE", "virtualDev": _SOUND.get(device.type_name, ""), "autodetect": "TRUE"}


def usb(machine: "Machine", device: "Data") -> Settings:
    """Write a USB controller."""
    del machine, device
    return {"present": "TRUE"}


def scsi(machine: "Machine", device: "Data") -> Settings:
    """Write a SCSI controller."""
    del machine
    models = {type_name: model for model, (type_name, _) in SCSI_TYPES.items()}
    if device.type_name not in models:
        raise ValueError("type")
    shared = {"virtualSharing": "virtual", "physicalSharing": "physical"}.get(device.sharedBus or "", "none")
    return {"present": "TRUE", "virtualDev": models[device.type_name], "sharedBus": shared}


def sata(machine: "Machine", device: "Data") -> Settings:
    """Write a SATA controller."""
    del machine, device
    return {"present": "TRUE"}


def _check_port(machine: "Machine", port: "Data") -> None:
    """Refuse a port of a switch, or of a group, that the host has not, and one for the host's own cards."""
    groups = [item for item in machine.host.networks if isinstance(item, DistributedGroup)]
    found = [group for group in groups if group.switch.uuid == port.switchUuid]
    if not found:
        raise ValueError("backing.port.switchUuid")
    if port.portgroupKey is None and port.portKey is None:
        raise ValueError("backing.port.portgroupKey")
    if port.portgroupKey is not None and not any(
        group.key == port.portgroupKey and not group.uplink for group in found
    ):
        raise ValueError("backing.port.portgroupKey")


def nic(machine: "Machine", device: "Data") -> Settings:
    """Write a network card."""
    models = {type_name: model for model, (type_name, _) in NIC_TYPES.items()}
    if device.type_name not in models:
        raise ValueError("type")
    backing = device.backing
    if backing is None:
        raise ValueError("backing")
    found = {"present": "TRUE", "virtualDev": models[device.type_name]}
    if backing.is_a("VirtualEthernetCardNetworkBackingInfo"):
        # Only those of virtual switches: others have backings of their own. The name is as the API shows it, or plain.
        known = {name: item.name for item in standard(machine.host) for name in (escape_name(item.name), item.name)}
        if backing.deviceName not in known:
            raise ValueError("backing.deviceName")
        found |= {**_NO_NETWORK, "networkName": known[backing.deviceName]}
    elif backing.is_a("VirtualEthernetCardDistributedVirtualPortBackingInfo"):
        port = backing.port
        _check_port(machine, port)
        found |= {
            **_NO_NETWORK,
            "dvs.switchId": port.switchUuid,
            "dvs.portgroupId": port.portgroupKey or "",
            "dvs.portId": port.portKey or "",
            "dvs.connectionId": str(port.connectionCookie or 0),
        }
    elif backing.is_a("VirtualEthernetCardOpaqueNetworkBackingInfo"):
        wanted = backing.opaqueNetworkId, backing.opaqueNetworkType
        opaque = (item for item in machine.host.networks if isinstance(item, OpaqueNetwork))
        if wanted not in {(item.identifier, item.kind) for item in opaque}:
            raise ValueError("backing.opaqueNetworkId")
        found |= {**_NO_NETWORK, "opaqueNetwork.id": wanted[0], "opaqueNetwork.type": wanted[1]}
    else:
        raise ValueError("backing")
    if device.wakeOnLanEnabled is not None:
        found["wakeOnPcktRcv"] = _truth(device.wakeOnLanEnabled)
    return found | _connection(device)


def mac(device: "Data", *, generated: str) -> Settings:
    """Write a card's address; `generated` is the host's, where the caller leaves it to the host."""
    kind = (device.addressType or ("manual" if device.macAddress else "generated")).lower()
    if kind not in _ADDRESS_TYPES:
        raise ValueError("addressType")
    address = device.macAddress or ""
    if address and not _MAC.fullmatch(address):
        raise ValueError("macAddress")
    if kind == "manual":
        if not address or int(address[:2], 16) & 1:
            raise ValueError("macAddress")
        return {"addressType": "static", "address": address.lower(), "generatedAddress": ""}
    chosen = address.lower() if kind == "assigned" and address else generated
    return {"addressType": _ADDRESS_TYPES[kind], "generatedAddress": chosen, "address": ""}


# By the type that a device is of; the first that fits counts.
WRITERS: tuple[tuple[str, Callable[["Machine", "Data"], Settings]], ...] = (
    ("VirtualCdrom", cdrom),
    ("VirtualFloppy", floppy),
    ("VirtualSerialPort", serial),
    ("VirtualParallelPort", parallel),
    ("VirtualSoundCard", sound),
    ("VirtualUSBController", usb),
    ("VirtualUSBXHCIController", usb),
    ("VirtualSCSIController", scsi),
    ("VirtualSATAController", sata),
    ("VirtualEthernetCard", nic),
)
