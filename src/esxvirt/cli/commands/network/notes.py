"""``net-desc`` and ``net-metadata``: what people note about a network, where the server keeps notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands import notes
from esxvirt.cli.commands.network.common import NETWORK, network_of, read_note
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Network
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_TOGETHER = "Flags 'VIR_NETWORK_UPDATE_AFFECT_LIVE' and 'VIR_NETWORK_UPDATE_AFFECT_CONFIG' are mutually exclusive"


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    arguments.exclusive("current", "live")
    arguments.exclusive("current", "config")
    flags = 0
    if arguments.flag("live"):
        flags |= virsh.libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
    if arguments.flag("config"):
        flags |= virsh.libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
    return flags


def _read(virsh: Virsh, arguments: Arguments, network: Network, kind: int, flags: int) -> str:
    if arguments.flag("live") and arguments.flag("config"):
        raise Failed(_TOGETHER)
    return read_note(virsh, network, kind, flags)


COMMANDS = notes.commands(
    notes.Noted(
        word="network",
        option=NETWORK,
        kinds="VIR_NETWORK_METADATA_",
        missing="VIR_ERR_NO_NETWORK_METADATA",
        flags=_flags,
        find=network_of,
        read=_read,
        tell=lambda virsh, text: virsh.write(text),
    ),
    "net-desc",
    "net-metadata",
)
