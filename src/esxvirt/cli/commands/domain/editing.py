"""``edit``."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag
from esxvirt.cli.editor import edit_until_taken
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def edit(virsh: Virsh, arguments: Arguments) -> None:
    """Have the person edit the domain's XML, and define it so."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    flags = libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE
    before = domain.XMLDesc(flags)
    defined = []

    def take(xml: str, validate: bool) -> None:
        if domain.XMLDesc(flags) != before:
            raise Failed("ERROR: the XML configuration was changed by another user")
        wanted = libvirt.VIR_DOMAIN_DEFINE_VALIDATE if validate and not arguments.flag("skip-validate") else 0
        defined.append(virsh.connection.defineXMLFlags(xml, wanted))

    if edit_until_taken(virsh, before, take, relax=True) is None:
        # An edit that was killed may have written this, and the server not have read it: to define it repairs that.
        with suppress(libvirt.libvirtError):
            if not domain.isActive():
                virsh.connection.defineXMLFlags(before, 0)
        virsh.aside(f"Domain '{domain.name()}' XML configuration not changed.\n")
    else:
        virsh.aside(f"Domain '{defined[-1].name()}' XML configuration edited.\n")
        virsh.warn_of_definition()


COMMANDS = (
    Command(
        "edit",
        "edit XML configuration for a domain",
        edit,
        "Edit the XML configuration for a domain.",
        (DOMAIN, flag("skip-validate", "skip validation of the XML against the schema")),
    ),
)
