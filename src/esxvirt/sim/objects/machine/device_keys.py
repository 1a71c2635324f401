"""The keys by which the API calls a machine's devices: fixed numbers for each kind, bus and unit."""

from typing import TYPE_CHECKING

from esxvirt.sim.state.machine.vmxtext import drives

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.vmxtext import Config

__all__ = ["CONTROLLERS", "NIC", "PORTS", "UNITS", "controller_key", "drive_key", "prefixes"]

# The first key of each kind of controller, and of what hangs on it.
CONTROLLERS = {"ide": 200, "scsi": 1000, "sata": 15000}
_DRIVES = {"scsi": 2000, "ide": 3000, "sata": 16000}
UNITS = {"scsi": 16, "ide": 2, "sata": 30}
# The first key of other kinds.
PORTS = {"sound": 5000, "usb": 7000, "ehci": 7001, "usb_xhci": 14000, "serial": 9000, "parallel": 10000}
NIC = 4000
PASSTHROUGH = 13000
FLOPPY = 8000
SIO = 400
PCI = 100


def controller_key(bus: str, number: int) -> int:
    """Return the key of a controller of drives."""
    return CONTROLLERS[bus] + number


def drive_key(bus: str, controller: int, unit: int) -> int:
    """Return the key of a disk or CD-ROM drive."""
    return _DRIVES[bus] + controller * UNITS[bus] + unit


def prefixes(config: "Config") -> dict[int, str]:
    """Return the start of the VMX settings of each device that can change, by its key: "scsi0:1", "ethernet0"."""
    found = {controller_key("scsi", number): f"scsi{number}" for number in config.scsi}
    found |= {controller_key("sata", number): f"sata{number}" for number in config.sata}
    for drive in drives(config):
        found[drive_key(drive.bus, drive.controller, drive.unit)] = f"{drive.bus}{drive.controller}:{drive.unit}"
    found |= {NIC + nic.index: f"ethernet{nic.index}" for nic in config.nics}
    found |= {FLOPPY + floppy.index: f"floppy{floppy.index}" for floppy in config.floppies}
    found |= {PASSTHROUGH + device.index: f"pcipassthru{device.index}" for device in config.passed_through}
    for port in config.ports:
        numbered = port.kind in {"serial", "parallel"}
        found[PORTS[port.kind] + port.index] = f"{port.kind}{port.index}" if numbered else port.kind
    return found
