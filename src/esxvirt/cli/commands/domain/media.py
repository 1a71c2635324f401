"""``change-media``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.affecting import affected
from esxvirt.cli.commands.domain.disk_names import named_disk
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.markup import node_text, original_xml

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_DONE = {
    "eject": "Successfully ejected media.",
    "insert": "Successfully inserted media.",
    "update": "Successfully updated media.",
}


def _put(disk: Any, source: str, *, block: bool) -> None:
    """Put a medium in a drive's XML, at its end, where virsh puts it."""
    old = disk.find("source")
    policy = None if old is None else old.get("startupPolicy")
    _take_out(disk)
    disk.set("type", "block" if block else "file")
    new = disk.makeelement("source")
    new.set("dev" if block else "file", source)
    if policy is not None:
        new.set("startupPolicy", policy)
    disk.append(new)


def _take_out(disk: Any) -> None:
    """Take the medium out, and leave the layout around it."""
    source = disk.find("source")
    if source is None:
        return
    before = source.getprevious()
    if before is None:
        disk.text = (disk.text or "") + (source.tail or "")
    else:
        before.tail = (before.tail or "") + (source.tail or "")
    disk.remove(source)


def change(virsh: Virsh, arguments: Arguments) -> None:
    """Put a medium in a drive, take it out, or change it."""
    libvirt = virsh.libvirt
    for first, second in (("eject", "insert"), ("eject", "update"), ("insert", "update"), ("eject", "block")):
        arguments.exclusive(first, second)
    flags = affected(virsh, arguments)
    force = libvirt.VIR_DOMAIN_DEVICE_MODIFY_FORCE if arguments.flag("force") else 0
    source = arguments.text("source")
    action = next((name for name in ("eject", "insert") if arguments.flag(name)), "update")
    if action == "update" and arguments.flag("update") and source is None:
        action = "eject"
    domain = domain_of(virsh, arguments)
    path = arguments.required("path")
    inactive = libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("config") else 0
    disk = named_disk(virsh, original_xml(virsh, domain, inactive), path, changeable=True)
    if source is None and action != "eject":
        raise Failed("New disk media source was not specified")
    old = disk.find("source")
    present = old is not None and bool(old.get("file") or old.get("dev"))
    if action == "eject":
        if not present:
            raise Failed(f"The disk device '{path}' doesn't have media")
        _take_out(disk)
    else:
        if action == "insert" and present:
            raise Failed(f"The disk device '{path}' already has media")
        _put(disk, source or "", block=arguments.flag("block"))
    if arguments.flag("print-xml"):
        virsh.write(node_text(disk))
        return
    with virsh.failing(f"Failed to complete action {action} on media"):
        domain.updateDeviceFlags(node_text(disk), flags | force)
    virsh.done(_DONE[action])


COMMANDS = (
    Command(
        "change-media",
        "Change media of CD or floppy drive",
        change,
        "Change media of CD or floppy drive.",
        (
            DOMAIN,
            data("path", "Fully-qualified path or target of disk device"),
            string("source", "source of the media", by_position=True),
            flag("eject", "Eject the media"),
            flag("insert", "Insert the media"),
            flag("update", "Update the media"),
            flag(
                "current", "can be either or both of --live and --config, depends on implementation hypervisor driver"
            ),
            flag("live", "alter live configuration of running domain"),
            flag("config", "alter persistent configuration, effect observed on next boot"),
            flag("force", "force media changing"),
            flag("print-xml", "print XML document rather than change media"),
            flag("block", "source media is a block device"),
        ),
    ),
)
