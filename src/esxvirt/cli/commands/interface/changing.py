"""``iface-define``, ``-undefine``, ``-edit``, ``-start``, ``-destroy``, ``-begin``, ``-commit`` and ``-rollback``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.interface.common import INTERFACE, interface_of
from esxvirt.cli.declare import Command, data, flag
from esxvirt.cli.editor import edit
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def define(virsh: Virsh, arguments: Arguments) -> None:
    """Make an interface from a file."""
    file = arguments.required("file")
    xml = read_file(file)
    flags = virsh.libvirt.VIR_INTERFACE_DEFINE_VALIDATE if arguments.flag("validate") else 0
    with virsh.failing(f"Failed to define interface from {file}"):
        interface = virsh.connection.interfaceDefineXML(xml, flags)
    virsh.aside(f"Interface {interface.name()} defined from {file}\n")


def undefine(virsh: Virsh, arguments: Arguments) -> None:
    """Remove an interface."""
    interface = interface_of(virsh, arguments)
    name = arguments.required("interface")
    with virsh.failing(f"Failed to undefine interface {name}"):
        interface.undefine()
    virsh.aside(f"Interface {name} undefined\n")


def start(virsh: Virsh, arguments: Arguments) -> None:
    """Start an interface."""
    interface = interface_of(virsh, arguments)
    name = arguments.required("interface")
    with virsh.failing(f"Failed to start interface {name}"):
        interface.create(0)
    virsh.aside(f"Interface {name} started\n")


def destroy(virsh: Virsh, arguments: Arguments) -> None:
    """Stop an interface."""
    interface = interface_of(virsh, arguments)
    name = arguments.required("interface")
    with virsh.failing(f"Failed to destroy interface {name}"):
        interface.destroy(0)
    virsh.aside(f"Interface {name} destroyed\n")


def change(virsh: Virsh, arguments: Arguments) -> None:
    """Have a person change an interface's description."""
    interface = interface_of(virsh, arguments)
    before = interface.XMLDesc(virsh.libvirt.VIR_INTERFACE_XML_INACTIVE)
    if edit(virsh, before, lambda text: virsh.connection.interfaceDefineXML(text, 0)):
        virsh.aside(f"Interface {interface.name()} XML configuration edited.\n")
    else:
        virsh.aside(f"Interface {interface.name()} XML configuration not changed.\n")


def begin(virsh: Virsh, _arguments: Arguments) -> None:
    """Begin changes that can be taken back."""
    with virsh.failing("Failed to begin network config change transaction"):
        virsh.connection.changeBegin(0)
    virsh.aside("Network config change transaction started\n")


def commit(virsh: Virsh, _arguments: Arguments) -> None:
    """Keep the changes since `begin`."""
    with virsh.failing("Failed to commit network config change transaction"):
        virsh.connection.changeCommit(0)
    virsh.aside("Network config change transaction committed\n")


def roll_back(virsh: Virsh, _arguments: Arguments) -> None:
    """Take back the changes since `begin`."""
    with virsh.failing("Failed to rollback network config change transaction"):
        virsh.connection.changeRollback(0)
    virsh.aside("Network config change transaction rolled back\n")


COMMANDS = (
    Command(
        "iface-begin",
        "create a snapshot of current interfaces settings, which can be later committed (iface-commit) or restored "
        "(iface-rollback)",
        begin,
        "Create a restore point for interfaces settings",
    ),
    Command(
        "iface-commit",
        "commit changes made since iface-begin and free restore point",
        commit,
        "commit changes and free restore point",
    ),
    Command(
        "iface-define",
        "define an inactive persistent physical host interface or modify an existing persistent one from an XML file",
        define,
        "Define or modify a persistent physical host interface.",
        (
            data("file", "file containing an XML interface description"),
            flag("validate", "validate the XML against the schema"),
        ),
    ),
    Command(
        "iface-destroy",
        'destroy a physical host interface (disable it / "if-down")',
        destroy,
        "forcefully stop a physical host interface.",
        (INTERFACE,),
    ),
    Command(
        "iface-edit",
        "edit XML configuration for a physical host interface",
        change,
        "Edit the XML configuration for a physical host interface.",
        (INTERFACE,),
    ),
    Command(
        "iface-rollback",
        "rollback to previous saved configuration created via iface-begin",
        roll_back,
        "rollback to previous restore point",
    ),
    Command(
        "iface-start",
        'start a physical host interface (enable it / "if-up")',
        start,
        "start a physical host interface.",
        (INTERFACE,),
    ),
    Command(
        "iface-undefine",
        "undefine a physical host interface (remove it from configuration)",
        undefine,
        "undefine an interface.",
        (INTERFACE,),
    ),
)
