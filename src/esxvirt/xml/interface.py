"""`<interface>` of a host: a physical network card, as `virsh iface-dumpxml` prints it."""

from esxvirt.records import record
from esxvirt.xml.text import Lines, attributes, escape

__all__ = ["HostInterface", "format_interface"]


@record(frozen=True)
class HostInterface:
    """A physical network card.

    Attributes:
        name: its device, such as ``vmnic0``.
        mac: its MAC address, as the server writes it.
        address: the IPv4 address that the host has on it; None for none.
        prefix: how many bits of it are the network's; None if the server's mask does not tell.
        dhcp: whether the address comes from DHCP.
    """

    name: str
    mac: str
    address: str | None = None
    prefix: int | None = None
    dhcp: bool = False


def format_interface(interface: HostInterface) -> str:
    """Write the XML, ending with a line end.

    Source: virInterfaceDefFormat with what the ESX driver fills in.
    """
    lines = Lines()
    lines.start(f"<interface type='ethernet' name='{escape(interface.name)}'>")
    lines.add("<start mode='onboot'/>")
    if interface.dhcp or interface.address is not None:
        lines.start("<protocol family='ipv4'>")
        if interface.dhcp:
            lines.add("<dhcp peerdns='no'/>")
        if interface.address is not None:
            lines.add(f"<ip{attributes(address=interface.address, prefix=interface.prefix)}/>")
        lines.end("</protocol>")
    lines.add(f"<mac address='{escape(interface.mac)}'/>")
    lines.end("</interface>")
    return str(lines)
