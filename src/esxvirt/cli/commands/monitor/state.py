"""``domstate`` and ``domcontrol``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.states import reason_text, state_text

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_CONNECTED = "connected"
_CONTROL = ("ok", "background job", "occupied", "error")
_CONTROL_ERROR = 3
_CONTROL_DETAILS = ("", "", "monitor failure", "internal (locking) error")


def show_state(virsh: Virsh, arguments: Arguments) -> None:
    """Print the state, with its reason if asked for."""
    domain = domain_of(virsh, arguments)
    state, reason = domain.state()[:2]
    if arguments.flag("reason"):
        connection = _CONNECTED if virsh.esx is None else virsh.esx.connection_state(domain)
        why = reason_text(state, reason) if connection == _CONNECTED else connection
        virsh.line(f"{state_text(state)} ({why})")
    else:
        virsh.line(state_text(state))


def show_control(virsh: Virsh, arguments: Arguments) -> None:
    """Print what the hypervisor's control interface to the domain is doing."""
    state, details, milliseconds = domain_of(virsh, arguments).controlInfo()
    text = _CONTROL[state] if 0 <= state < len(_CONTROL) else "unknown"
    if state not in {0, _CONTROL_ERROR}:
        text += f" ({milliseconds / 1000:.3f}s)"
    elif state == _CONTROL_ERROR and details > 0:
        text += f": {_CONTROL_DETAILS[details] if details < len(_CONTROL_DETAILS) else 'unknown'}"
    virsh.line(text)


COMMANDS = (
    Command(
        "domcontrol",
        "domain control interface state",
        show_control,
        "Returns state of a control interface to the domain.",
        (DOMAIN,),
    ),
    Command(
        "domstate",
        "domain state",
        show_state,
        "Returns state about a domain.",
        (DOMAIN, flag("reason", "also print reason for the state")),
    ),
)
