"""What no healthy machine has, on demand."""

from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.machine.vmxtext import Cdrom

__all__ = ["TROUBLES", "cause"]

TROUBLES = {
    "missing": "its VMX file is gone",
    "unreadable": "its properties are refused",
    "moved": "it asks when it starts whether it was moved or copied",
    "cdrom": "it asks when it starts what to do without its CD-ROM's image, which is gone",
    "full": "it asks when it starts what to do without space for its disk, and has no default answer",
    "notools": "it has no VMware Tools",
    "oldtools": "it has old VMware Tools",
    "deadtools": "its VMware Tools do not run",
    "inaccessible": "its files cannot be reached",
    "invalid": "its VMX file cannot be read",
    "orphaned": "its host does not know it any more; only a vCenter has such",
    "disconnected": "its host is not connected to the vCenter",
}
_LOST = ("inaccessible", "invalid", "orphaned")
_TOOLS = {"notools": "toolsNotInstalled", "oldtools": "toolsOld", "deadtools": "toolsNotRunning"}


def cause(machine: Machine, trouble: str) -> None:
    """Give a machine one of `TROUBLES`, by name; ValueError for another."""
    if trouble not in TROUBLES:
        raise ValueError(f"no such trouble as {trouble}: choose of {', '.join(TROUBLES)}")
    if trouble == "missing":
        machine.vmx_missing = True
    elif trouble == "unreadable":
        machine.unreadable = True
    elif trouble in _TOOLS:
        machine.tools = _TOOLS[trouble]
    elif trouble in _LOST:
        machine.connection = trouble
    elif trouble == "disconnected":
        machine.host.connection = trouble
    elif trouble == "cdrom":
        _lose_image(machine)
    else:
        machine.troubles.add(trouble)


def _lose_image(machine: Machine) -> None:
    image = f"{machine.datastore.mount}/iso/gone.iso"
    drives = machine.config.cdroms
    drive = drives[0] if drives else Cdrom("ide", 1, 0, "image")
    slot = f"{drive.bus}{drive.controller}:{drive.unit}"
    values = {"present": "TRUE", "deviceType": "cdrom-image", "fileName": image, "startConnected": "TRUE"}
    machine.set_values({f"{slot}.{key}": value for key, value in {**values, "clientDevice": "FALSE"}.items()})
