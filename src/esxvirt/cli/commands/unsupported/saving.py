"""Commands on saved states, which VMware keeps to itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import domain_of
from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import Done

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def look_for_image(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Look whether there is a saved state to remove.

    Raises:
        Done: there is none, which is fine.
    """
    domain, name = domain_of(virsh, arguments), arguments.required("domain")
    if not domain.hasManagedSaveImage(0):
        virsh.aside(f"Domain '{name}' has no manage save image; removal skipped")
        raise Done


COMMANDS = commands(__file__, {"image": look_for_image})
