"""``domrename``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import domain_of
from esxvirt.cli.declare import Command, data

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def rename(virsh: Virsh, arguments: Arguments) -> None:
    """Give a domain another name."""
    domain = domain_of(virsh, arguments)
    domain.rename(arguments.required("new-name"), 0)
    virsh.aside("Domain successfully renamed\n")


COMMANDS = (
    Command(
        "domrename",
        "rename a domain",
        rename,
        "Rename an inactive domain.",
        (data("domain", "domain name or uuid"), data("new-name", "new domain name")),
    ),
)
