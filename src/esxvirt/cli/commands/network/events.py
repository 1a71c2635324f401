"""``net-event``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import BY_NAME, BY_UUID
from esxvirt.cli.commands.network.common import find_network
from esxvirt.cli.commands.unsupported.declared import refuse
from esxvirt.cli.declare import Command, flag, number, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_EVENTS = ("lifecycle", "metadata-change")


def wait(virsh: Virsh, arguments: Arguments) -> None:
    """Wait for what happens to networks; on VMware, where nobody tells, the driver refuses."""
    if arguments.flag("list"):
        virsh.write("".join(f"{name}\n" for name in _EVENTS))
        return
    event = arguments.text("event")
    if event is None:
        raise Failed("either --list or --event <type> is required")
    if event not in _EVENTS:
        raise Failed(f"unknown event type {event}")
    seconds = arguments.number("timeout")
    if seconds is not None and seconds <= 0:
        raise Failed(f"Numeric value '{arguments.raw('timeout')}' for <timeout> option is malformed or out of range")
    name = arguments.text("network")
    if name is not None:
        virsh.note(arguments.command.name, f"found option <network>: {name}")
        find_network(virsh, arguments.command.name, name, BY_UUID | BY_NAME)
    refuse(virsh, "virConnectNetworkEventRegisterAny")  # a callback would be kept, and never called


COMMANDS = (
    Command(
        "net-event",
        "Network Events",
        wait,
        "List event types, or wait for network events to occur",
        (
            string("network", "filter by network name or uuid"),
            string("event", "which event type to wait for"),
            flag("loop", "loop until timeout or interrupt, rather than one-shot"),
            number("timeout", "timeout seconds"),
            flag("list", "list valid event types"),
            flag("timestamp", "show timestamp for each printed event"),
        ),
    ),
)
