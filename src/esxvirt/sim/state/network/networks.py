"""The virtual switches of a host and the port groups on them.

What machines see is a network: the port groups of one name on the hosts of a datacenter are one.
"""

from esxvirt.records import field, record

__all__ = ["Network", "OpaqueNetwork", "PhysicalNic", "PortGroup", "Shaping", "Switch"]


@record(eq=False)
class Network:
    """What machines attach to."""

    name: str
    number: int

    @property
    def key(self) -> str:
        """What a machine's card names it by."""
        return self.name


@record(eq=False)
class OpaqueNetwork(Network):
    """A network that another product manages, NSX; `identifier` and `kind` are that product's."""

    identifier: str
    kind: str = "nsx.LogicalSwitch"

    @property
    def key(self) -> str:
        """What a machine's card names it by."""
        return self.identifier


@record(frozen=True)
class Shaping:
    """How traffic is limited: bits a second on average and at most, bytes in a burst."""

    average: int
    peak: int
    burst: int


@record(eq=False)
class PortGroup:
    """A port group of a host on its virtual switch `switch`.

    `system` is what the host itself has on it: "host" for the kernel's network card, "systemManagement" for the service
    console's, "" for nothing.
    """

    network: Network
    switch: str
    vlan: int = 0
    shaping: Shaping | None = None
    system: str = ""

    @property
    def name(self) -> str:
        """Its name, which is its network's."""
        return self.network.name


@record
class Switch:
    """A virtual switch."""

    name: str
    ports: int
    uplinks: list[str] = field(default_factory=list)
    mtu: int = 1500
    shaping: Shaping | None = None


@record
class PhysicalNic:
    """A network card of the host; speed in Mbit/s, 0 for no link."""

    device: str
    driver: str
    mac: str
    speed: int = 1000
