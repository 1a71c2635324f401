"""Whether a change is meant for the running domain, for its configuration, or for what there is.

VMware keeps one value for both, so all of it comes to the same, and only what cannot be meant is refused. libvirt's
driver takes none of these flags, which leaves some of virsh's commands without any use.
"""

from typing import Final

from esxvirt.constants.domains import VIR_DOMAIN_AFFECT_CONFIG, VIR_DOMAIN_AFFECT_LIVE
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF
from esxvirt.errors import OperationInvalidError

__all__ = ["LIVE", "LIVE_OTHERWISE", "check_live", "live_state", "states_for"]

LIVE: Final = VIR_DOMAIN_AFFECT_LIVE
LIVE_OTHERWISE: Final = "domain is not running"
"""What is said if that is asked of a domain which does not run."""
_CONFIG: Final = VIR_DOMAIN_AFFECT_CONFIG
_CONFIG_OTHERWISE: Final = (
    "the domain is running, and VMware has one value for it and for its configuration: change both, with "
    "VIR_DOMAIN_AFFECT_LIVE and VIR_DOMAIN_AFFECT_CONFIG (--live --config), or stop the domain first"
)


def live_state(flags: int) -> int | None:
    """Return the state that a domain must be in for these VIR_DOMAIN_AFFECT_* flags, None for any."""
    return RUNNING if flags & LIVE else None


def states_for(flags: int) -> tuple[frozenset[int] | None, str]:
    """The states that a domain may be in for these flags, None for any, and what is said of one that is in another.

    What changes at once where a domain runs cannot be meant for its next start alone.
    """
    if flags & LIVE:
        return frozenset({RUNNING}), LIVE_OTHERWISE
    if flags & _CONFIG:
        return frozenset({SHUTOFF, PAUSED}), _CONFIG_OTHERWISE
    return None, ""


def check_live(flags: int, state: int) -> None:
    """Refuse to read what a domain has now that does not run.

    Raises:
        OperationInvalidError: It does not run.
    """
    if flags & LIVE and state != RUNNING:
        raise OperationInvalidError(LIVE_OTHERWISE)
