"""`<domainCapabilities>`: what a domain may have on a host, as `virsh domcapabilities` prints it."""

from collections.abc import Mapping, Sequence

from esxvirt.records import field, record
from esxvirt.xml.text import Lines, escape

__all__ = ["DomainCapabilities", "format_domain_capabilities"]

# libvirt's modes of a virtual processor's model, of which VMware has none: a machine has the host's processor.
_CPU_MODES = ("host-passthrough", "maximum", "host-model", "custom")

Enumerations = Mapping[str, Sequence[str]]
"""The values that attributes may have, by libvirt's name of the enumeration."""


@record
class DomainCapabilities:
    """What a domain may have.

    Attributes:
        path: what runs it on the host.
        arch: ``x86_64`` or ``i686``.
        max_vcpus: how many virtual processors it may have; None or 0 if that is not known.
        firmware: what it may start with: ``bios``, ``efi``.
        devices: by kind (``disk``, ``video`` ...), in libvirt's order, what its attributes may be; None where a domain
            has no such device.
        features: by name, in libvirt's order, whether a domain may have it.
    """

    path: str
    arch: str
    max_vcpus: int | None
    firmware: Sequence[str] = ()
    devices: Mapping[str, Enumerations | None] = field(default_factory=dict)
    features: Mapping[str, bool] = field(default_factory=dict)


def format_domain_capabilities(capabilities: DomainCapabilities) -> str:
    """Write the XML, ending with a line end.

    Source: virDomainCapsFormat.
    """
    lines = Lines()
    lines.start("<domainCapabilities>")
    lines.add(f"<path>{escape(capabilities.path)}</path>")
    lines.add("<domain>vmware</domain>")
    lines.add(f"<arch>{escape(capabilities.arch)}</arch>")
    if capabilities.max_vcpus:
        lines.add(f"<vcpu max='{capabilities.max_vcpus}'/>")
    lines.add("<iothreads supported='no'/>")
    lines.start("<os supported='yes'>")
    _format_enumeration("firmware", capabilities.firmware, lines)
    lines.add("<loader supported='no'/>")
    lines.end("</os>")
    lines.start("<cpu>")
    for mode in _CPU_MODES:
        lines.add(f"<mode name='{mode}' supported='no'/>")
    lines.end("</cpu>")
    lines.add("<memoryBacking supported='no'/>")
    lines.start("<devices>")
    for kind, enumerations in capabilities.devices.items():
        if enumerations is None:
            lines.add(f"<{kind} supported='no'/>")
            continue
        lines.start(f"<{kind} supported='yes'>")
        for name, values in enumerations.items():
            _format_enumeration(name, values, lines)
        lines.end(f"</{kind}>")
    lines.end("</devices>")
    lines.start("<features>")
    for name, supported in capabilities.features.items():
        lines.add(f"<{name} supported='{'yes' if supported else 'no'}'/>")
    lines.end("</features>")
    lines.end("</domainCapabilities>")
    return str(lines)


def _format_enumeration(name: str, values: Sequence[str], lines: Lines) -> None:
    if not values:
        lines.add(f"<enum name='{name}'/>")
        return
    lines.start(f"<enum name='{name}'>")
    for value in values:
        lines.add(f"<value>{escape(value)}</value>")
    lines.end("</enum>")
