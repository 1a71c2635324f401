"""``nodedev-dumpxml`` and ``nodedev-info``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.nodedev.common import DEVICE, device_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print the device's XML, or the parts of it that an XPath expression picks."""
    expression = arguments.raw("xpath")
    if expression == "":  # as virsh, without a word
        raise Failed
    device = device_of(virsh, arguments)
    flags = virsh.libvirt.VIR_NODE_DEVICE_XML_INACTIVE if arguments.flag("inactive") else 0
    with virsh.failing():
        text = device.XMLDesc(flags)
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


def info(virsh: Virsh, arguments: Arguments) -> None:
    """Print what a device is."""
    device = device_of(virsh, arguments)
    virsh.field("Name:", device.name())
    virsh.field("Parent:", _told(virsh, device.parent, "") or "")
    # As virsh has it: what a driver cannot tell is so.
    virsh.field("Active:", "yes" if _told(virsh, device.isActive, 1) else "no")
    virsh.field("Persistent:", "yes" if _told(virsh, device.isPersistent, 1) else "no")
    autostart = _told(virsh, device.autostart, None)
    virsh.field("Autostart:", "no autostart" if autostart is None else "yes" if autostart else "no")


def _told(virsh: Virsh, ask: Callable[[], object], unknown: object) -> object:
    try:
        return ask()
    except virsh.libvirt.libvirtError:
        return unknown


COMMANDS = (
    Command(
        "nodedev-dumpxml",
        "node device details in XML",
        dump,
        "Output the node device details as an XML dump to stdout.",
        (
            DEVICE,
            flag("inactive", "show inactive defined XML"),
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "nodedev-info",
        "node device information",
        info,
        "Returns basic information about the node device",
        (DEVICE,),
    ),
)
