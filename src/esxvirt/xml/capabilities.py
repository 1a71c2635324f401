"""`<capabilities>`: what a host is and which guests it takes, as `virsh capabilities` prints it."""

from esxvirt.records import record
from esxvirt.xml.bitmap import format_cpus
from esxvirt.xml.text import Lines, attributes, escape

__all__ = ["Capabilities", "Cell", "Cpu", "format_capabilities"]

_WORD_SIZES = {"i686": 32, "x86_64": 64}


@record(frozen=True)
class Cpu:
    """A logical processor of the host.

    Attributes:
        number: of it among all.
        socket: the number of its socket; None where the host does not tell where its processors are.
        core: the number of its core in the socket.
        siblings: the numbers of the processors of its core, itself among them.
    """

    number: int
    socket: int | None = None
    core: int = 0
    siblings: tuple[int, ...] = ()


@record(frozen=True)
class Cell:
    """A NUMA node of the host.

    Attributes:
        number: of it.
        memory: what is in it, in bytes.
        cpus: the logical processors in it.
    """

    number: int
    memory: int
    cpus: tuple[Cpu, ...] = ()


@record
class Capabilities:
    """An ESX host's capabilities.

    Attributes:
        uuid: the host's hardware UUID, in libvirt's form; None if it is not known.
        arch: ``x86_64`` if the processors run 64-bit guests, else ``i686``.
        cells: its NUMA nodes, which libvirt's driver does not tell.
    """

    uuid: str | None
    arch: str = "x86_64"
    cells: tuple[Cell, ...] = ()

    @property
    def guests(self) -> tuple[str, ...]:
        """The architectures of the guests."""
        return ("i686", "x86_64") if self.arch == "x86_64" else ("i686",)


def format_capabilities(capabilities: Capabilities) -> str:
    """Write the XML, ending with a line end.

    Source: virCapabilitiesFormatXML with what the ESX driver fills in.
    """
    lines = Lines()
    lines.start("<capabilities>")
    lines.blank()
    lines.start("<host>")
    if capabilities.uuid is not None:
        lines.add(f"<uuid>{escape(capabilities.uuid)}</uuid>")
    lines.start("<cpu>")
    lines.add(f"<arch>{capabilities.arch}</arch>")
    lines.end("</cpu>")
    lines.add("<power_management/>")
    lines.add("<iommu support='no'/>")
    lines.start("<migration_features>")
    lines.add("<live/>")
    lines.start("<uri_transports>")
    lines.add("<uri_transport>vpxmigr</uri_transport>")
    lines.end("</uri_transports>")
    lines.end("</migration_features>")
    if capabilities.cells:
        _format_topology(capabilities.cells, lines)
    lines.end("</host>")
    lines.blank()
    for arch in capabilities.guests:
        lines.start("<guest>")
        lines.add("<os_type>hvm</os_type>")
        lines.start(f"<arch name='{arch}'>")
        lines.add(f"<wordsize>{_WORD_SIZES[arch]}</wordsize>")
        lines.add("<domain type='vmware'/>")
        lines.end("</arch>")
        lines.end("</guest>")
        lines.blank()
    lines.end("</capabilities>")
    return str(lines)


def _format_topology(cells: tuple[Cell, ...], lines: Lines) -> None:
    """Write the NUMA nodes (virCapabilitiesHostNUMAFormat)."""
    lines.start("<topology>")
    lines.start(f"<cells num='{len(cells)}'>")
    for cell in cells:
        lines.start(f"<cell id='{cell.number}'>")
        lines.add(f"<memory unit='KiB'>{cell.memory // 1024}</memory>")
        lines.start(f"<cpus num='{len(cell.cpus)}'>")
        for cpu in cell.cpus:
            lines.add(f"<cpu{attributes(id=cpu.number)}{_place(cpu)}/>")
        lines.end("</cpus>")
        lines.end("</cell>")
    lines.end("</cells>")
    lines.end("</topology>")


def _place(cpu: Cpu) -> str:
    if cpu.socket is None:
        return ""
    siblings = format_cpus(cpu.siblings)
    return attributes(socket_id=cpu.socket, die_id=0, cluster_id=0, core_id=cpu.core, siblings=siblings)
