"""`<network>`: a virtual switch, as `virsh net-dumpxml` prints it and `virsh net-define` takes it."""

from esxvirt.records import field, record
from esxvirt.xml.text import Lines, attributes, escape

__all__ = ["ALL_VLANS", "Bandwidth", "Network", "PortGroup", "Vlan", "format_network"]

ALL_VLANS = 4095
"""The VLAN of a port group whose machines see the tags of all VLANs."""


@record(frozen=True)
class Bandwidth:
    """How traffic is limited: KiB a second on average and at most, KiB in a burst; None for what is not limited."""

    average: int | None = None
    peak: int | None = None
    burst: int | None = None

    def _line(self, tag: str) -> str:
        return f"<{tag}{attributes(average=self.average, peak=self.peak or None, burst=self.burst or None)}/>"

    def format(self, lines: Lines) -> None:
        """Write it; VMware has one limit for both directions."""
        lines.start("<bandwidth>")
        if self.average:  # as libvirt: a limit below 1 KiB a second is none to tell of
            lines.add(self._line("inbound"))
            lines.add(self._line("outbound"))
        lines.end("</bandwidth>")


@record(frozen=True)
class Vlan:
    """The VLANs of a port group; a `trunk` leaves their tags on the traffic."""

    tags: tuple[int, ...]
    trunk: bool = False

    def format(self, lines: Lines) -> None:
        """Write it."""
        lines.start("<vlan trunk='yes'>" if self.trunk else "<vlan>")
        for tag in self.tags:
            lines.add(f"<tag id='{tag}'/>")
        lines.end("</vlan>")


@record(frozen=True)
class PortGroup:
    """A port group; `vlan` None for none."""

    name: str
    vlan: Vlan | None = None
    bandwidth: Bandwidth | None = None


@record
class Network:
    """A virtual switch.

    Attributes:
        name: its name.
        uuid: in libvirt's form; None in a description of one that is to be made.
        forward: the forward mode, ``bridge`` for a switch with physical network cards; None without.
        interfaces: the devices of those cards, such as ``vmnic0``.
        mtu: the largest frame in bytes; None for the usual 1500.
        bandwidth: the limit of each port.
        port_groups: in the server's order.
        foreign_devices: whether a card is named that is no network device, but a PCI address.
        ignored: elements of a description that a virtual switch has no place for.
    """

    name: str
    uuid: str | None = None
    forward: str | None = None
    interfaces: list[str] = field(default_factory=list)
    mtu: int | None = None
    bandwidth: Bandwidth | None = None
    port_groups: list[PortGroup] = field(default_factory=list)
    foreign_devices: bool = False
    ignored: list[str] = field(default_factory=list)


def format_network(network: Network) -> str:
    """Write the XML, ending with a line end.

    Source: virNetworkDefFormat with what the ESX driver fills in.
    """
    lines = Lines()
    lines.start("<network>")
    lines.add(f"<name>{escape(network.name)}</name>")
    if network.uuid is not None:
        lines.add(f"<uuid>{network.uuid}</uuid>")
    if network.forward is None:
        lines.add("<bridge stp='off' delay='0'/>")
    else:
        _format_forward(network, lines)
    if network.mtu is not None:
        lines.add(f"<mtu size='{network.mtu}'/>")
    if network.bandwidth is not None:
        network.bandwidth.format(lines)
    for group in network.port_groups:
        lines.start(f"<portgroup name='{escape(group.name)}'>")
        if group.vlan is not None:
            group.vlan.format(lines)
        if group.bandwidth is not None:
            group.bandwidth.format(lines)
        lines.end("</portgroup>")
    lines.end("</network>")
    return str(lines)


def _format_forward(network: Network, lines: Lines) -> None:
    if not network.interfaces:
        lines.add(f"<forward mode='{network.forward}'/>")
        return
    lines.start(f"<forward dev='{escape(network.interfaces[0])}' mode='{network.forward}'>")
    for device in network.interfaces:
        lines.add(f"<interface dev='{escape(device)}'/>")
    lines.end("</forward>")
