"""``net-info``, ``net-name``, ``net-uuid``, ``net-dumpxml`` and ``net-dhcp-leases``."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.common import BY_NAME, BY_UUID
from esxvirt.cli.commands.network.common import NETWORK, network_of, network_option, yes_or_no
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_IPV6 = 1  # VIR_IP_ADDR_TYPE_IPV6


def info(virsh: Virsh, arguments: Arguments) -> None:
    """Print what a network is."""
    network = network_of(virsh, arguments)
    virsh.field("Name:", network.name())
    virsh.field("UUID:", network.UUIDString())
    virsh.field("Active:", yes_or_no(network.isActive()))
    virsh.field("Persistent:", yes_or_no(network.isPersistent()))
    libvirt = virsh.libvirt
    try:
        autostart = yes_or_no(network.autostart())
    except libvirt.libvirtError:
        autostart = "no autostart"
    virsh.field("Autostart:", autostart)
    try:
        virsh.field("Bridge:", network.bridgeName())
    except libvirt.libvirtError:
        return  # a network without one


def name(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name of a network by its UUID."""
    virsh.line(network_of(virsh, arguments, BY_UUID).name())


def uuid(virsh: Virsh, arguments: Arguments) -> None:
    """Print the UUID of a network by its name."""
    virsh.line(network_of(virsh, arguments, BY_NAME).UUIDString())


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print the network's XML, or the parts of it that an XPath expression picks."""
    network = network_of(virsh, arguments)
    flags = virsh.libvirt.VIR_NETWORK_XML_INACTIVE if arguments.flag("inactive") else 0
    expression = arguments.raw("xpath")
    text = network.XMLDesc(flags)
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


def leases(virsh: Virsh, arguments: Arguments) -> None:
    """Print the addresses that a network's DHCP server has given."""
    mac = arguments.text("mac")
    network = network_of(virsh, arguments)
    with virsh.failing(f"Failed to get leases info for {arguments.required('network')}"):
        found: list[dict[str, Any]] = network.DHCPLeases(mac, 0)
    table = Table("Expiry Time", "MAC address", "Protocol", "IP address", "Hostname", "Client ID or DUID")
    for lease in sorted(found, key=lambda lease: lease.get("mac") or ""):
        table.add(
            _moment(lease["expirytime"]),
            lease.get("mac") or "-",
            "ipv6" if lease["type"] == _IPV6 else "ipv4",
            f"{lease['ipaddr']}/{lease['prefix']}",
            lease.get("hostname") or "-",
            lease.get("clientid") or "-",
        )
    virsh.table(table)


def _moment(seconds: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))


COMMANDS = (
    Command(
        "net-dhcp-leases",
        "print lease info for a given network",
        leases,
        "Print lease info for a given network",
        (NETWORK, string("mac", "MAC address")),
    ),
    Command(
        "net-dumpxml",
        "network information in XML",
        dump,
        "Output the network information as an XML dump to stdout.",
        (
            NETWORK,
            flag("inactive", "show inactive defined XML"),
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
    Command(
        "net-info",
        "network information",
        info,
        "Returns basic information about the network",
        (NETWORK,),
    ),
    Command("net-name", "convert a network UUID to network name", name, "", (network_option("network uuid"),)),
    Command(
        "net-uuid",
        "convert a network name to network UUID",
        uuid,
        "",
        (network_option("network name"),),
    ),
)
