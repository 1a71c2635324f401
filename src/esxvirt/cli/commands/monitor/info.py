"""``dominfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command
from esxvirt.cli.states import state_text

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_NO_LIMIT = 2**32 - 1  # what libvirt's drivers give as maximum memory where there is none


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print what there is to know about a domain; what the driver cannot tell is left out."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    number = domain.ID()
    virsh.field("Id:", "-" if number < 0 else number)
    virsh.field("Name:", domain.name())
    virsh.field("UUID:", domain.UUIDString())
    try:
        virsh.field("OS Type:", domain.OSType())
    except libvirt.libvirtError as error:
        virsh.trace("dominfo", str(error))
    state, maximum, memory, cpus, nanoseconds = domain.info()
    virsh.field("State:", state_text(state))
    virsh.field("CPU(s):", cpus)
    if nanoseconds:
        virsh.field("CPU time:", f"{nanoseconds / 1e9:.1f}s")
    virsh.field("Max memory:", "no limit" if maximum == _NO_LIMIT else f"{maximum} KiB")
    virsh.field("Used memory:", f"{memory} KiB")
    _lasting(virsh, domain, state)
    _security(virsh, domain)
    _messages(virsh, domain)


def _lasting(virsh: Virsh, domain: Domain, state: int) -> None:
    """What is kept of the domain: its definition, whether it starts by itself, a saved state."""
    libvirt = virsh.libvirt
    try:
        persistent = int(domain.isPersistent())
    except libvirt.libvirtError:
        persistent = -1
    virsh.output.debug(0, f"Domain persistent flag value: {persistent}")
    virsh.field("Persistent:", _yes_no(persistent))
    try:
        virsh.field("Autostart:", "enable" if domain.autostart() else "disable")
    except libvirt.libvirtError as error:
        virsh.trace("dominfo", str(error))
    try:
        # VMware keeps the memory of what is suspended, and of nothing else: that was asked already.
        saved = domain.hasManagedSaveImage() if virsh.esx is None else int(state == libvirt.VIR_DOMAIN_PAUSED)
    except libvirt.libvirtError:
        saved = -1
    virsh.field("Managed save:", _yes_no(saved))


def _yes_no(value: int) -> str:
    return "unknown" if value < 0 else "yes" if value else "no"


def _security(virsh: Virsh, domain: Domain) -> None:
    libvirt = virsh.libvirt
    try:
        model, doi = virsh.connection.getSecurityModel()
    except libvirt.libvirtError as error:
        if virsh.unsupported(error):
            return
        raise
    if model:
        virsh.field("Security model:", model)
        virsh.field("Security DOI:", doi)
        label, enforcing = domain.securityLabel()
        if label:
            virsh.field("Security label:", f"{label} ({'enforcing' if enforcing else 'permissive'})")


def _messages(virsh: Virsh, domain: Domain) -> None:
    try:
        messages = domain.messages(0)
    except virsh.libvirt.libvirtError:  # most drivers have none
        return
    for title, message in zip(["Messages:"] + [""] * len(messages), messages, strict=False):
        virsh.field(title, message)


COMMANDS = (
    Command(
        "dominfo",
        "domain information",
        show,
        "Returns basic information about the domain.",
        (DOMAIN,),
    ),
)
