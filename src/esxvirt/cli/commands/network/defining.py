"""``net-create``, ``net-define``, ``net-undefine``, ``net-edit`` and ``net-update``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.network.common import NETWORK, VALIDATE, network_of
from esxvirt.cli.declare import Command, data, flag, number
from esxvirt.cli.editor import edit
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# what `net-update` calls them, by their numbers in libvirt's API
_UPDATES = ("none", "modify", "delete", "add-last", "add-first")
_SECTIONS = (
    "none", "bridge", "domain", "ip", "ip-dhcp-host", "ip-dhcp-range", "forward", "forward-interface", "forward-pf",
    "portgroup", "dns-host", "dns-txt", "dns-srv",
)  # fmt: skip


def create(virsh: Virsh, arguments: Arguments) -> None:
    """Make a network that is gone once it is stopped."""
    file = arguments.required("file")
    xml = read_file(file)
    with virsh.failing(f"Failed to create network from {file}"):
        if arguments.flag("validate"):
            network = virsh.connection.networkCreateXMLFlags(xml, virsh.libvirt.VIR_NETWORK_CREATE_VALIDATE)
        else:
            network = virsh.connection.networkCreateXML(xml)
    virsh.aside(f"Network {network.name()} created from {file}\n")


def define(virsh: Virsh, arguments: Arguments) -> None:
    """Make a network from a file."""
    file = arguments.required("file")
    xml = read_file(file)
    with virsh.failing(f"Failed to define network from {file}"):
        if arguments.flag("validate"):
            network = virsh.connection.networkDefineXMLFlags(xml, virsh.libvirt.VIR_NETWORK_DEFINE_VALIDATE)
        else:
            network = virsh.connection.networkDefineXML(xml)
    virsh.aside(f"Network {network.name()} defined from {file}\n")


def undefine(virsh: Virsh, arguments: Arguments) -> None:
    """Remove a network."""
    network = network_of(virsh, arguments)
    name = arguments.required("network")
    with virsh.failing(f"Failed to undefine network {name}"):
        network.undefine()
    virsh.aside(f"Network {name} has been undefined\n")


def change(virsh: Virsh, arguments: Arguments) -> None:
    """Have a person change a network's description."""
    libvirt = virsh.libvirt
    network = network_of(virsh, arguments)
    before = network.XMLDesc(libvirt.VIR_NETWORK_XML_INACTIVE)
    if edit(virsh, before, virsh.connection.networkDefineXML):
        virsh.aside(f"Network {network.name()} XML configuration edited.\n")
    else:
        virsh.aside(f"Network {network.name()} XML configuration not changed.\n")


def update(virsh: Virsh, arguments: Arguments) -> None:
    """Change one part of a network."""
    libvirt = virsh.libvirt
    arguments.exclusive("current", "live")
    arguments.exclusive("current", "config")
    network = network_of(virsh, arguments)
    word = arguments.required("command")
    command = 3 if word == "add" else _UPDATES.index(word) if word in _UPDATES else 0
    if command <= 0:
        raise Failed(f"unrecognized command name '{word}'")
    section = arguments.required("section")
    if section not in _SECTIONS[1:]:
        raise Failed(f"unrecognized section name '{section}'")
    parent = arguments.number("parent-index")
    xml = arguments.required("xml")
    if not xml.startswith("<"):
        xml = read_file(xml)
    live, config = arguments.flag("live"), arguments.flag("config")
    flags = (libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE if live else 0) | (
        libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG if config else 0
    )
    name = network.name()
    with virsh.failing(f"Failed to update network {name}"):
        network.update(command, _SECTIONS.index(section), -1 if parent is None else parent, xml, flags)
    what = "persistent config and live state" if live and config else "persistent config" if config else "live state"
    virsh.aside(f"Updated network {name} {what}\n")


COMMANDS = (
    Command(
        "net-create",
        "create a network from an XML file",
        create,
        "Create a network.",
        (data("file", "file containing an XML network description"), flag("validate", VALIDATE)),
    ),
    Command(
        "net-define",
        "define an inactive persistent virtual network or modify an existing persistent one from an XML file",
        define,
        "Define or modify a persistent virtual network.",
        (data("file", "file containing an XML network description"), flag("validate", VALIDATE)),
    ),
    Command(
        "net-edit",
        "edit XML configuration for a network",
        change,
        "Edit the XML configuration for a network.",
        (NETWORK,),
    ),
    Command(
        "net-undefine",
        "undefine a persistent network",
        undefine,
        "Undefine the configuration for a persistent network.",
        (NETWORK,),
    ),
    Command(
        "net-update",
        "update parts of an existing network's configuration",
        update,
        "",
        (
            NETWORK,
            data("command", "type of update (add-first, add-last (add), delete, or modify)"),
            data("section", "which section of network configuration to update"),
            data(
                "xml",
                "name of file containing xml (or, if it starts with '<', the complete xml element itself) "
                "to add/modify, or to be matched for search",
            ),
            number("parent-index", "which parent object to search through"),
            flag("config", "affect next network startup"),
            flag("live", "affect running network"),
            flag("current", "affect current state of network"),
        ),
    ),
)
