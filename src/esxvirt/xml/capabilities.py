"""`<capabilities>`: what a host is and which guests it takes, as `virsh capabilities` prints it."""

from esxvirt.records import record
from esxvirt.xml.text import Lines, escape

__all__ = ["Capabilities", "format_capabilities"]

_WORD_SIZES = {"i686": 32, "x86_64": 64}


@record
class Capabilities:
    """An ESX host's capabilities.

    Attributes:
        uuid: the host's hardware UUID, in libvirt's form; None if it is not known.
        arch: ``x86_64`` if the processors run 64-bit guests, else ``i686``.
    """

    uuid: str | None
    arch: str = "x86_64"

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
