"""The data objects that describe a host's PCI devices, and which of them guests can have.

They are those of the server that the simulator plays: numbers and names as its devices have them. VMware Server, a
program on Linux, tells of none.
"""

from typing import TYPE_CHECKING, NamedTuple

from esxvirt.sim.wire.values import Data

if TYPE_CHECKING:
    from esxvirt.sim.state.host.host import Host

__all__ = ["devices", "devices_near", "nic_address", "passthrough"]

_INTEL, _MATROX, _LSI, _NVIDIA = 0x8086, 0x102B, 0x1000, 0x10DE
_VENDORS = {
    _INTEL: "Intel Corporation",
    _MATROX: "Matrox Electronics Systems Ltd.",
    _LSI: "LSI Logic / Symbios Logic",
    _NVIDIA: "NVIDIA Corporation",
}
_DELL = 0x1028
_BRIDGE = 0x0604
_NIC = 0x0200
_SECOND_SOCKET = 0x80  # the first bus of the second socket
_FIRST_NIC_BUS = 4

_WITH_VIRTUAL_FUNCTIONS = 63  # of a port of an 82599


class _Device(NamedTuple):
    """A device; `leader` is the one that it can be given to a guest with, None for one that the host keeps."""

    address: str
    class_id: int
    vendor: int
    device: int
    name: str
    bridge: str = ""
    leader: str | None = None
    active: bool = False
    virtual_functions: int = 0


_PORT = "Xeon E7 v3/Xeon E5 v3/Core i7 PCI Express Root Port"
_CHIPSET = "C610/X99 series chipset"
_FIXED = (
    _Device("0000:00:00.0", 0x0600, _INTEL, 0x2F00, "Xeon E7 v3/Xeon E5 v3/Core i7 DMI2"),
    _Device("0000:00:01.0", _BRIDGE, _INTEL, 0x2F02, f"{_PORT} 1"),
    _Device("0000:00:03.0", _BRIDGE, _INTEL, 0x2F08, f"{_PORT} 3"),
    _Device("0000:00:1a.0", 0x0C03, _INTEL, 0x8D2D, f"{_CHIPSET} USB Enhanced Host Controller #2", "", "0000:00:1a.0"),
    _Device("0000:00:1c.0", _BRIDGE, _INTEL, 0x8D10, f"{_CHIPSET} PCI Express Root Port #1"),
    _Device("0000:00:1f.0", 0x0601, _INTEL, 0x8D44, f"{_CHIPSET} LPC Controller"),
    _Device("0000:00:1f.2", 0x0106, _INTEL, 0x8D02, f"{_CHIPSET} 6-Port SATA Controller [AHCI mode]"),
    _Device("0000:03:00.0", 0x0104, _LSI, 0x005F, "MegaRAID SAS-3 3008 [Fury]", "0000:00:01.0"),
    _Device("0000:0a:00.0", 0x0300, _MATROX, 0x0534, "G200eR2", "0000:00:1c.0"),
)
# Two cards in the slots of the second socket: one whose ports guests can have one by one, one of which they get all.
_ADDED = (
    _Device("0000:80:02.0", _BRIDGE, _INTEL, 0x2F04, f"{_PORT} 2"),
    _Device("0000:80:03.0", _BRIDGE, _INTEL, 0x2F08, f"{_PORT} 3"),
    _Device(
        "0000:81:00.0", _NIC, _INTEL, 0x10FB, "82599ES 10-Gigabit SFI/SFP+ Network Connection", "0000:80:02.0",
        "0000:81:00.0", active=True, virtual_functions=_WITH_VIRTUAL_FUNCTIONS,
    ),
    _Device(
        "0000:81:00.1", _NIC, _INTEL, 0x10FB, "82599ES 10-Gigabit SFI/SFP+ Network Connection", "0000:80:02.0",
        "0000:81:00.1", virtual_functions=_WITH_VIRTUAL_FUNCTIONS,
    ),
    _Device(
        "0000:82:00.0", 0x0300, _NVIDIA, 0x11FA, "GK106GL [Quadro K4000]", "0000:80:03.0", "0000:82:00.0",
    ),
    _Device(
        "0000:82:00.1", 0x0403, _NVIDIA, 0x0E0B, "GK106 HDMI Audio Controller", "0000:80:03.0", "0000:82:00.0",
    ),
)  # fmt: skip


def nic_address(index: int) -> str:
    """Return where a physical network card is."""
    return f"0000:{_FIRST_NIC_BUS + index:02x}:00.0"


def devices(host: "Host") -> list[Data]:
    """Make all PCI devices of a host."""
    return [_data(device) for device in _devices(host)]


def passthrough(host: "Host") -> list[Data]:
    """Make what is told of each device and guests: whether they can have it, and do, and with which other."""
    return [_passthrough(device) for device in _devices(host)]


def devices_near(host: "Host", node: int) -> list[str]:
    """Return the devices that are near to a NUMA node: each socket has its own buses."""
    return [
        device.address
        for device in _devices(host)
        if host.numa_nodes == 1 or node == (1 if _bus(device) >= _SECOND_SOCKET else 0)
    ]


def _devices(host: "Host") -> list[_Device]:
    if host.profile.is_gsx:
        return []
    cards = [
        _Device(nic_address(index), _NIC, _INTEL, 0x10D3, "82574L Gigabit Network Connection", "0000:00:03.0",
                nic_address(index))
        for index in range(len(host.nics))
    ]  # fmt: skip
    added = _ADDED if host.sockets > 1 else ()
    return sorted((*_FIXED, *cards, *added))


def _bus(device: _Device) -> int:
    return int(device.address.split(":")[1], 16)


def _signed(value: int, bits: int) -> int:
    """Return a number as the API has it, whose bytes and shorts have a sign."""
    return value - (1 << bits) if value >> (bits - 1) else value


def _data(device: _Device) -> Data:
    slot, function = device.address.rpartition(":")[2].split(".")
    return Data(
        "HostPciDevice",
        id=device.address,
        classId=_signed(device.class_id, 16),
        bus=_signed(_bus(device), 8),
        slot=int(slot, 16),
        function=int(function),
        vendorId=_signed(device.vendor, 16),
        subVendorId=_signed(_DELL, 16),
        vendorName=_VENDORS[device.vendor],
        deviceId=_signed(device.device, 16),
        subDeviceId=_signed(0x0639, 16),
        parentBridge=device.bridge or None,
        deviceName=device.name,
    )


def _passthrough(device: _Device) -> Data:
    known = {
        "id": device.address,
        "dependentDevice": device.leader or device.address,
        "passthruEnabled": device.active,
        "passthruCapable": device.leader is not None,
        "passthruActive": device.active,
    }
    if not device.virtual_functions:
        return Data("HostPciPassthruInfo", **known)
    return Data(
        "HostSriovInfo",
        **known,
        sriovEnabled=False,
        sriovCapable=True,
        sriovActive=False,
        numVirtualFunctionRequested=0,
        numVirtualFunction=0,
        maxVirtualFunctionSupported=device.virtual_functions,
    )
