"""What the commands on physical network cards share: the card that an option names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import BY_NAME
from esxvirt.cli.declare import data
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Interface
    from esxvirt.cli.virsh import Virsh

__all__ = ["BY_MAC", "INTERFACE", "interface_of"]

INTERFACE = data("interface", "interface name or MAC address")
BY_MAC = 8

_MAC = re.compile(r"\s*[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}")


def interface_of(
    virsh: Virsh, arguments: Arguments, by: int = BY_NAME | BY_MAC, option: str = "interface"
) -> Interface:
    """Return the interface that an option names: by its MAC address if it looks like one, else by its name.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    text = arguments.required(option)
    command = arguments.command.name
    virsh.note(command, f"found option <{option}>: {text}")
    is_mac = _MAC.fullmatch(text) is not None
    trouble: BaseException | None = None
    try:
        if not is_mac and by & BY_NAME:
            virsh.trace(command, f"<{option}> trying as interface NAME")
            return virsh.connection.interfaceLookupByName(text)
        if is_mac and by & BY_MAC:
            virsh.trace(command, f"<{option}> trying as interface MAC")
            return virsh.connection.interfaceLookupByMACString(text)
    except virsh.libvirt.libvirtError as error:
        trouble = error
    raise Failed(f"failed to get interface '{text}'", cause=trouble)
