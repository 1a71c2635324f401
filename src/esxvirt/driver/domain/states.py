"""Power states as libvirt's domain states."""

from typing import Final

from esxvirt.constants.domains import VIR_DOMAIN_NOSTATE, VIR_DOMAIN_PAUSED, VIR_DOMAIN_RUNNING, VIR_DOMAIN_SHUTOFF

__all__ = ["CONNECTED", "CONNECTION", "DISCONNECTED", "PAUSED", "RUNNING", "SHUTOFF", "domain_state", "why_lost"]

RUNNING: Final = VIR_DOMAIN_RUNNING
PAUSED: Final = VIR_DOMAIN_PAUSED
SHUTOFF: Final = VIR_DOMAIN_SHUTOFF
NOSTATE: Final = VIR_DOMAIN_NOSTATE

CONNECTION: Final = "runtime.connectionState"
"""The property that says whether the server reaches a machine, and has its configuration."""

CONNECTED: Final = "connected"
DISCONNECTED: Final = "disconnected"

_WHY: Final = {
    DISCONNECTED: (
        "is disconnected: the vCenter does not reach its host, and tells what it knew last; reconnect the host, or "
        "connect to the host itself"
    ),
    "inaccessible": (
        "is inaccessible: its host cannot read its files; look whether its datastore is there, or undefine it if they "
        "are gone for good"
    ),
    "invalid": (
        "is invalid: its host cannot make sense of its VMX file; mend the file and have the host read it again "
        "(vim-cmd vmsvc/reload), or undefine it"
    ),
    "orphaned": (
        "is orphaned: its host does not know it any more; undefine it, and define it again if its files are still there"
    ),
}

_STATES: Final = {"poweredOn": RUNNING, "suspended": PAUSED, "poweredOff": SHUTOFF}


def domain_state(power_state: object) -> int:
    """Return libvirt's number for a `VirtualMachinePowerState`, `NOSTATE` for what the server did not tell.

    A suspended machine is paused to libvirt (esxVI_VirtualMachinePowerState_ConvertToLibvirt).
    """
    return _STATES.get(str(power_state), NOSTATE)


def why_lost(connection_state: object) -> str | None:
    """Return what is wrong with a machine by its `VirtualMachineConnectionState`, and what helps; None if nothing is.

    It reads as what follows a name: ``is inaccessible: ...``.
    """
    state = CONNECTED if connection_state is None else str(connection_state)
    return None if state == CONNECTED else _WHY.get(state, f"is {state}")
