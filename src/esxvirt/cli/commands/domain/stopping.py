"""``shutdown``, ``reboot``, ``reset``, ``destroy``, ``suspend`` and ``resume``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# In the order of their bits, the same for VIR_DOMAIN_SHUTDOWN_* and VIR_DOMAIN_REBOOT_*.
_MODES = {"acpi": 1, "agent": 2, "initctl": 4, "signal": 8, "paravirt": 16}
_MODE = string("mode", "shutdown mode: acpi|agent|initctl|signal|paravirt", by_position=True)


def _named(arguments: Arguments) -> str:
    """Return the domain as it was named on the command line: so virsh names it, too."""
    return arguments.required("domain")


def _modes(arguments: Arguments, expected: str) -> int:
    """Return the flags that ``--mode`` stands for.

    Raises:
        Failed: one of its words is none.
    """
    text = arguments.text("mode")
    flags = 0
    for word in text.split(",") if text is not None else ():
        if word not in _MODES:
            raise Failed(f"Unknown mode {word} value, expecting {expected}")
        flags |= _MODES[word]
    return flags


def shut_down(virsh: Virsh, arguments: Arguments) -> None:
    """Ask the guest to shut down."""
    flags = _modes(arguments, "'acpi', 'agent', 'initctl', 'signal', or 'paravirt'")
    domain = domain_of(virsh, arguments)
    with virsh.failing(f"Failed to shutdown domain '{_named(arguments)}'"):
        if flags:
            domain.shutdownFlags(flags)
        else:
            domain.shutdown()
    virsh.aside(f"Domain '{_named(arguments)}' is being shutdown\n")


def reboot(virsh: Virsh, arguments: Arguments) -> None:
    """Ask the guest to restart."""
    flags = _modes(arguments, "'acpi', 'agent', 'initctl', 'signal' or 'paravirt'")
    domain = domain_of(virsh, arguments)
    with virsh.failing(f"Failed to reboot domain '{_named(arguments)}'"):
        domain.reboot(flags)
    virsh.aside(f"Domain '{_named(arguments)}' is being rebooted\n")


def reset(virsh: Virsh, arguments: Arguments) -> None:
    """Restart without asking the guest."""
    domain = domain_of(virsh, arguments)
    with virsh.failing(f"Failed to reset domain '{_named(arguments)}'"):
        domain.reset(0)
    virsh.aside(f"Domain '{_named(arguments)}' was reset\n")


def destroy(virsh: Virsh, arguments: Arguments) -> None:
    """Power off at once."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    flags = 0
    for option, value in (
        ("graceful", libvirt.VIR_DOMAIN_DESTROY_GRACEFUL),
        ("remove-logs", libvirt.VIR_DOMAIN_DESTROY_REMOVE_LOGS),
    ):
        if arguments.flag(option):
            flags |= value
    with virsh.failing(f"Failed to destroy domain '{_named(arguments)}'"):
        if arguments.flag("discard-state") and domain.state()[0] == libvirt.VIR_DOMAIN_PAUSED:
            domain.managedSaveRemove()
        elif flags:
            domain.destroyFlags(flags)
        else:
            domain.destroy()
    virsh.aside(f"Domain '{_named(arguments)}' destroyed\n")


def suspend(virsh: Virsh, arguments: Arguments) -> None:
    """Suspend to a file."""
    domain = domain_of(virsh, arguments)
    with virsh.failing(f"Failed to suspend domain '{_named(arguments)}'"):
        domain.suspend()
    virsh.aside(f"Domain '{_named(arguments)}' suspended\n")


def resume(virsh: Virsh, arguments: Arguments) -> None:
    """Let a suspended domain go on."""
    domain = domain_of(virsh, arguments)
    with virsh.failing(f"Failed to resume domain '{_named(arguments)}'"):
        domain.resume()
    virsh.aside(f"Domain '{_named(arguments)}' resumed\n")


COMMANDS = (
    Command(
        "shutdown",
        "gracefully shutdown a domain",
        shut_down,
        "Run shutdown in the target domain.",
        (DOMAIN, _MODE),
    ),
    Command(
        "reboot",
        "reboot a domain",
        reboot,
        "Run a reboot command in the target domain.",
        (DOMAIN, _MODE),
    ),
    Command(
        "reset",
        "reset a domain",
        reset,
        "Reset the target domain as if by power button",
        (DOMAIN,),
    ),
    Command(
        "destroy",
        "destroy (stop) a domain",
        destroy,
        "Forcefully stop a given domain, but leave its resources intact.",
        (
            DOMAIN,
            flag("graceful", "terminate gracefully"),
            flag("remove-logs", "remove domain logs"),
            flag("discard-state", "destroy a suspended domain, too; what its memory holds is lost"),
        ),
    ),
    Command("suspend", "suspend a domain", suspend, "Suspend a running domain.", (DOMAIN,)),
    Command(
        "resume",
        "resume a domain",
        resume,
        "Resume a previously suspended domain.",
        (DOMAIN,),
    ),
)
