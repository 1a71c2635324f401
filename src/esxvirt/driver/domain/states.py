"""Power states as libvirt's domain states."""

from typing import Final

__all__ = ["PAUSED", "RUNNING", "SHUTOFF", "domain_state"]

RUNNING: Final = 1
PAUSED: Final = 3
SHUTOFF: Final = 5
NOSTATE: Final = 0

_STATES: Final = {"poweredOn": RUNNING, "suspended": PAUSED, "poweredOff": SHUTOFF}


def domain_state(power_state: object) -> int:
    """Libvirt's number for a `VirtualMachinePowerState`, `NOSTATE` for what the server did not tell.

    A suspended machine is paused to libvirt (esxVI_VirtualMachinePowerState_ConvertToLibvirt).
    """
    return _STATES.get(str(power_state), NOSTATE)
