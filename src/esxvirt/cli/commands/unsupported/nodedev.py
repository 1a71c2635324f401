"""The commands on devices of the host: VMware's API shows them, libvirt's ESX driver and ours do not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# virNodeDevCapType
_CAPABILITIES = {
    "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host", "vports",
    "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue", "ap_matrix", "vpd",
}  # fmt: skip
_WWN = re.compile(r"[0-9A-Fa-f]{16}")
_PAIR = 2


def check_device(_virsh: Virsh, arguments: Arguments, /, *_: str) -> str | None:
    """Tell a device's name from a pair of world wide names, which another function looks up."""
    given = arguments.required("device")
    if "," not in given:
        return None
    names = given.split(",")
    if len(names) != _PAIR:
        raise Failed(f"Malformed device value '{given}'")
    for name in names:
        if not _WWN.fullmatch(name):
            raise Failed(f"internal error: Malformed wwn: {name}")
    return "virNodeDeviceLookupSCSIHostByWWN"


def check_capabilities(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse filters that do not go together, or that nobody knows."""
    text, tree = arguments.raw("cap"), arguments.flag("tree")
    if arguments.flag("all") and arguments.flag("inactive"):
        raise Failed("Option --all is incompatible with --inactive")
    if tree and (text is not None or any(map(arguments.flag, ("inactive", "persistent", "transient")))):
        raise Failed("Option --tree is incompatible with --cap, --inactive, --persistent and --transient")
    if text and not _CAPABILITIES.issuperset(text.split(",")):
        raise Failed("Invalid capability type")


COMMANDS = commands(__file__, {"capabilities": check_capabilities, "device": check_device})
