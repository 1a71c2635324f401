"""`<sysinfo>` of a host: what its firmware tells of the hardware, as `virsh sysinfo` prints it."""

from collections.abc import Mapping, Sequence

from esxvirt.records import field, record
from esxvirt.xml.text import Lines, escape

__all__ = ["Entries", "SystemInformation", "format_sysinfo"]

Entries = Mapping[str, str | None]
"""The values of a table by libvirt's names, in its order; what is None or empty is not known, and left out."""


@record
class SystemInformation:
    """The tables of a host's firmware, as far as they are known.

    Attributes:
        bios: vendor, version, date, release.
        system: manufacturer, product, serial, uuid, family.
        chassis: asset.
        processors: a table a socket.
        memory: a table a part of the memory.
        oem_strings: free texts of who built it.
    """

    bios: Entries = field(default_factory=dict)
    system: Entries = field(default_factory=dict)
    chassis: Entries = field(default_factory=dict)
    processors: Sequence[Entries] = ()
    memory: Sequence[Entries] = ()
    oem_strings: Sequence[str] = ()


def format_sysinfo(information: SystemInformation) -> str:
    """Write the XML, ending with a line end.

    Source: virSysinfoFormat.
    """
    lines = Lines()
    lines.start("<sysinfo type='smbios'>")
    _format_table("bios", information.bios, lines)
    _format_table("system", information.system, lines)
    _format_table("chassis", information.chassis, lines)
    for processor in information.processors:
        _format_table("processor", processor, lines)
    for part in information.memory:
        _format_table("memory_device", part, lines)
    if information.oem_strings:
        lines.start("<oemStrings>")
        for text in information.oem_strings:
            lines.add(f"<entry>{escape(text)}</entry>")
        lines.end("</oemStrings>")
    lines.end("</sysinfo>")
    return str(lines)


def _format_table(name: str, entries: Entries, lines: Lines) -> None:
    known = {key: value for key, value in entries.items() if value}
    if not known:
        return
    lines.start(f"<{name}>")
    for key, value in known.items():
        lines.add(f"<entry name='{key}'>{escape(value)}</entry>")
    lines.end(f"</{name}>")
