"""``iface-list``, ``iface-dumpxml``, ``iface-mac`` and ``iface-name``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.common import BY_NAME
from esxvirt.cli.commands.interface.common import BY_MAC, INTERFACE, interface_of
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the network cards as a table."""
    arguments.exclusive("all", "inactive")
    libvirt = virsh.libvirt
    active, inactive = libvirt.VIR_CONNECT_LIST_INTERFACES_ACTIVE, libvirt.VIR_CONNECT_LIST_INTERFACES_INACTIVE
    flags = inactive if arguments.flag("inactive") else active
    if arguments.flag("all"):
        flags = active | inactive
    with virsh.failing("Failed to list interfaces"):
        interfaces = virsh.connection.listAllInterfaces(flags)
    table = Table("Name", "State", "MAC Address")
    for interface in sorted(interfaces, key=lambda interface: interface.name().lower()):
        table.add(interface.name(), "active" if interface.isActive() else "inactive", interface.MACString())
    virsh.table(table)


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print the card's XML, or the parts of it that an XPath expression picks."""
    interface = interface_of(virsh, arguments)
    flags = virsh.libvirt.VIR_INTERFACE_XML_INACTIVE if arguments.flag("inactive") else 0
    expression = arguments.raw("xpath")
    text = interface.XMLDesc(flags)
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


def mac(virsh: Virsh, arguments: Arguments) -> None:
    """Print the MAC address of a card by its name."""
    virsh.line(interface_of(virsh, arguments, BY_NAME).MACString())


def name(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name of a card by its MAC address."""
    virsh.line(interface_of(virsh, arguments, BY_MAC).name())


COMMANDS = (
    Command(
        "iface-dumpxml",
        "interface information in XML",
        dump,
        "Output the physical host interface information as an XML dump to stdout.",
        (
            INTERFACE,
            flag("inactive", "show inactive defined XML"),
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "iface-list",
        "list physical host interfaces",
        show,
        "Returns list of physical host interfaces.",
        (flag("inactive", "list inactive interfaces"), flag("all", "list inactive & active interfaces")),
    ),
    Command(
        "iface-mac",
        "convert an interface name to interface MAC address",
        mac,
        "",
        (data("interface", "interface name"),),
    ),
    Command(
        "iface-name",
        "convert an interface MAC address to interface name",
        name,
        "",
        (data("interface", "interface mac"),),
    ),
)
