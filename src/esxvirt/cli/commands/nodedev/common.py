"""What the commands on devices of the host share: the device that an option names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.declare import data
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import NodeDevice
    from esxvirt.cli.virsh import Virsh

__all__ = ["DEVICE", "device_of", "named_device"]

DEVICE = data("device", "device name or wwn pair in 'wwnn,wwpn' format")

_WWN = re.compile(r"[0-9A-Fa-f]{16}")
_PAIR = 2


def device_of(virsh: Virsh, arguments: Arguments) -> NodeDevice:
    """Return the device that the option `device` names, or that has a pair of world wide names.

    Raises:
        Failed: there is none, the pair is none, or the server could not be asked.
    """
    text = arguments.required("device")
    if "," not in text:
        return named_device(virsh, arguments)
    names = text.split(",")
    if len(names) != _PAIR:
        raise Failed(f"Malformed device value '{text}'")
    for name in names:
        if not _WWN.fullmatch(name):
            raise Failed(f"internal error: Malformed wwn: {name}")
    node, port = names
    with virsh.failing(f"Could not find matching device '{text}'"):
        device: NodeDevice = virsh.connection.nodeDeviceLookupSCSIHostByWWN(node, port, 0)
    return device


def named_device(virsh: Virsh, arguments: Arguments) -> NodeDevice:
    """Return the device that the option `device` names.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    text = arguments.required("device")
    with virsh.failing(f"Could not find matching device '{text}'"):
        return virsh.connection.nodeDeviceLookupByName(text)
