"""``domfsinfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print what the guest has mounted."""
    domain = domain_of(virsh, arguments)
    with virsh.failing("Unable to get filesystem information"):
        filesystems = domain.fsInfo()
    if not filesystems:
        virsh.write("No filesystems are mounted in the domain")
        return
    table = Table("Mountpoint", "Name", "Type", "Target")
    for mountpoint, name, kind, targets in filesystems:
        table.add(mountpoint, name, kind, ",".join(targets or ()))
    virsh.table(table)


COMMANDS = (
    Command(
        "domfsinfo",
        "Get information of domain's mounted filesystems.",
        show,
        "Get information of domain's mounted filesystems.",
        (DOMAIN,),
    ),
)
