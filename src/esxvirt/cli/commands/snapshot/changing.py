"""``snapshot-delete`` and ``snapshot-revert``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.snapshot.common import snapshot_of
from esxvirt.cli.declare import Command, flag, string

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def delete(virsh: Virsh, arguments: Arguments) -> None:
    """Remove a snapshot, what is below it, or both."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    snapshot = snapshot_of(arguments, domain)
    flags = 0
    for option, value in (
        ("children", libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN),
        ("children-only", libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_CHILDREN_ONLY),
        ("metadata", libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY),
    ):
        if arguments.flag(option):
            flags |= value
    name = snapshot.getName()
    with virsh.failing(f"Failed to delete snapshot {name}"):
        snapshot.delete(flags)
    what = f"Domain snapshot {name} children deleted\n" if arguments.flag("children-only") else None
    virsh.aside(what or f"Domain snapshot {name} deleted\n")


def revert(virsh: Virsh, arguments: Arguments) -> None:
    """Give the domain the state of a snapshot."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    snapshot = snapshot_of(arguments, domain)
    flags = 0
    for option, value in (
        ("running", libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING),
        ("paused", libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED),
        ("reset-nvram", libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RESET_NVRAM),
    ):
        if arguments.flag(option):
            flags |= value
    name = snapshot.getName()
    with virsh.failing(f"Failed to revert snapshot {name}"):
        try:
            domain.revertToSnapshot(snapshot, flags)
        except libvirt.libvirtError as error:
            # Force is for what is too risky without, and some drivers know no force.
            if not arguments.flag("force") or error.get_error_code() != libvirt.VIR_ERR_SNAPSHOT_REVERT_RISKY:
                raise
            domain.revertToSnapshot(snapshot, flags | libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE)
    virsh.aside(f"Domain snapshot {name} reverted\n")


COMMANDS = (
    Command(
        "snapshot-delete",
        "Delete a domain snapshot",
        delete,
        "Snapshot Delete",
        (
            DOMAIN,
            string("snapshotname", "snapshot name", by_position=True),
            flag("current", "delete current snapshot"),
            flag("children", "delete snapshot and all children"),
            flag("children-only", "delete children but not snapshot"),
            flag("metadata", "delete only libvirt metadata, leaving snapshot contents behind"),
        ),
    ),
    Command(
        "snapshot-revert",
        "Revert a domain to a snapshot",
        revert,
        "Revert domain to snapshot",
        (
            DOMAIN,
            string("snapshotname", "snapshot name", by_position=True),
            flag("current", "revert to current snapshot"),
            flag("running", "after reverting, change state to running"),
            flag("paused", "after reverting, change state to paused"),
            flag("force", "try harder on risky reverts"),
            flag("reset-nvram", "re-initialize NVRAM from its pristine template"),
        ),
    ),
)
