"""``managedsave`` and ``managedsave-remove``: to VMware, a suspended machine and its memory."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.verbose import told
from esxvirt.cli.declare import Command, flag

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def save(virsh: Virsh, arguments: Arguments) -> None:
    """Save a domain where the server keeps it."""
    libvirt = virsh.libvirt
    domain, name = domain_of(virsh, arguments), arguments.required("domain")
    flags = 0
    for option, value in (
        ("bypass-cache", libvirt.VIR_DOMAIN_SAVE_BYPASS_CACHE),
        ("running", libvirt.VIR_DOMAIN_SAVE_RUNNING),
        ("paused", libvirt.VIR_DOMAIN_SAVE_PAUSED),
    ):
        if arguments.flag(option):
            flags |= value
    telling = told(virsh, "Managedsave") if arguments.flag("verbose") else nullcontext()
    with virsh.failing(f"Failed to save domain '{name}' state"), telling:
        domain.managedSave(flags)
    virsh.aside(f"\nDomain '{name}' state saved by libvirt\n")


def remove(virsh: Virsh, arguments: Arguments) -> None:
    """Discard what was saved."""
    domain, name = domain_of(virsh, arguments), arguments.required("domain")
    with virsh.failing("Failed to check for domain managed save image"):
        saved = domain.hasManagedSaveImage(0)
    if not saved:
        virsh.aside(f"Domain '{name}' has no manage save image; removal skipped")
        return
    with virsh.failing(f"Failed to remove managed save image for domain '{name}'"):
        domain.managedSaveRemove(0)
    virsh.aside(f"Removed managedsave image for domain '{name}'")


COMMANDS = (
    Command(
        "managedsave",
        "managed save of a domain state",
        save,
        "Save and destroy a running domain, so it can be restarted from\n"
        "    the same state at a later time.  When the virsh 'start'\n"
        "    command is next run for the domain, it will automatically\n"
        "    be started from this saved state.",
        (
            DOMAIN,
            flag("bypass-cache", "avoid file system cache when saving"),
            flag("running", "set domain to be running on next start"),
            flag("paused", "set domain to be paused on next start"),
            flag("verbose", "display the progress of save"),
        ),
    ),
    Command(
        "managedsave-remove",
        "Remove managed save of a domain",
        remove,
        "Remove an existing managed save state file from a domain",
        (DOMAIN,),
    ),
)
