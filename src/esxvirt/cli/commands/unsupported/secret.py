"""The commands on secrets, which libvirt's daemon keeps and no host of VMware's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_UUID = re.compile(r"\s*(?:[- ]*[0-9A-Fa-f]{2}){16}\s*", re.ASCII)
_FILTERS = ("ephemeral", "no-ephemeral", "private", "no-private")


def check_secret(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no UUID, the only name of a secret."""
    given = arguments.required("secret")
    if not _UUID.fullmatch(given):
        complaint = "uuidstr in virSecretLookupByUUIDString must be a valid UUID"
        raise Failed(f"failed to get secret '{given}'", complaint)


def check_filters(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse to filter what can only be counted."""
    if any(map(arguments.flag, _FILTERS)):
        raise Failed("Filtering is not supported by this libvirt")


COMMANDS = commands(__file__, {"filters": check_filters, "secret": check_secret})
