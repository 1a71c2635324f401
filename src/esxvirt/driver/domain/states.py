"""Power states as libvirt's domain states."""

from typing import Final

from esxvirt.constants.domains import VIR_DOMAIN_NOSTATE, VIR_DOMAIN_PAUSED, VIR_DOMAIN_RUNNING, VIR_DOMAIN_SHUTOFF

__all__ = ["PAUSED", "RUNNING", "SHUTOFF", "domain_state"]

RUNNING: Final = VIR_DOMAIN_RUNNING
PAUSED: Final = VIR_DOMAIN_PAUSED
SHUTOFF: Final = VIR_DOMAIN_SHUTOFF
NOSTATE: Final = VIR_DOMAIN_NOSTATE

_STATES: Final = {"poweredOn": RUNNING, "suspended": PAUSED, "poweredOff": SHUTOFF}


def domain_state(power_state: object) -> int:
    """Libvirt's number for a `VirtualMachinePowerState`, `NOSTATE` for what the server did not tell.

    A suspended machine is paused to libvirt (esxVI_VirtualMachinePowerState_ConvertToLibvirt).
    """
    return _STATES.get(str(power_state), NOSTATE)
