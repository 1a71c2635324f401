"""``nodedev-list``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.trees import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import NodeDevice
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# virNodeDevCapType; the bits of VIR_CONNECT_LIST_NODE_DEVICES_CAP_* have the same order.
_CAPABILITIES = (
    "system", "pci", "usb_device", "usb", "net", "scsi_host", "scsi_target", "scsi", "storage", "fc_host", "vports",
    "scsi_generic", "drm", "mdev_types", "mdev", "ccw", "css", "vdpa", "ap_card", "ap_queue", "ap_matrix", "vpd",
    "ccwgroup", "ccwgroup_member",
)  # fmt: skip


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the names of devices, or draw what is behind what."""
    flags = _flags(virsh, arguments)
    try:
        found = virsh.connection.listAllDevices(flags)
    except virsh.libvirt.libvirtError as error:
        message = "Failed to count node devices" if virsh.unsupported(error) else "Failed to list node devices"
        raise Failed(message, cause=error) from error
    devices = sorted(found, key=_order)
    if arguments.flag("tree"):
        virsh.write(_tree(devices))
        return
    for device in devices:
        virsh.line(device.name())


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    text, tree, libvirt = arguments.raw("cap"), arguments.flag("tree"), virsh.libvirt
    inactive, every = arguments.flag("inactive"), arguments.flag("all")
    if every and inactive:
        raise Failed("Option --all is incompatible with --inactive")
    if tree and (text is not None or any(map(arguments.flag, ("inactive", "persistent", "transient")))):
        raise Failed("Option --tree is incompatible with --cap, --inactive, --persistent and --transient")
    flags = 0
    for name in text.split(",") if text else ():
        if name not in _CAPABILITIES:
            raise Failed("Invalid capability type")
        flags |= 1 << _CAPABILITIES.index(name)
    if inactive or every:
        flags |= libvirt.VIR_CONNECT_LIST_NODE_DEVICES_INACTIVE
    if not inactive:
        flags |= libvirt.VIR_CONNECT_LIST_NODE_DEVICES_ACTIVE
    for option in ("persistent", "transient"):
        if arguments.flag(option):
            flags |= getattr(libvirt, f"VIR_CONNECT_LIST_NODE_DEVICES_{option.upper()}")
    return flags


def _order(device: NodeDevice) -> bytes:
    """By name, whatever the case of its ASCII letters."""
    return device.name().encode("utf-8", "surrogateescape").lower()


def _tree(devices: Sequence[NodeDevice]) -> str:
    below: dict[str | None, list[str]] = {}
    for device in devices:
        below.setdefault(device.parent(), []).append(device.name())
    return "".join(
        draw(root, str, lambda name: below.get(name, []))
        + ("" if root in below else "\n")  # virsh's, behind the last of siblings that has nothing below it
        for root in below.get(None, [])
    )


COMMANDS = (
    Command(
        "nodedev-list",
        "enumerate devices on this host",
        show,
        "",
        (
            flag("tree", "list devices in a tree"),
            string("cap", "capability names, separated by comma"),
            flag("inactive", "list inactive devices"),
            flag("all", "list inactive & active devices"),
            flag("persistent", "list persistent devices"),
            flag("transient", "list transient devices"),
        ),
    ),
)
