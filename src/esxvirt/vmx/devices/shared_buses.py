"""Whether other machines share what is on a SCSI controller: `scsi1.sharedBus`.

libvirt's XML has no word for it: it travels in `<metadata>`, in an element of our own.
"""

from typing import TYPE_CHECKING, Final

from esxvirt.xml.domain.metadata import find_element, set_metadata

if TYPE_CHECKING:
    from esxvirt.xml.domain.model import Domain

__all__ = ["NAMESPACE", "SHARED", "keep_shared_buses", "shared_buses", "with_shared_buses", "without_shared_buses"]

NAMESPACE: Final = "urn:esxvirt:devices:1.0"
"""Of the element ``<devices:devices><devices:scsi index='1' sharedBus='virtual'/></devices:devices>``."""
SHARED: Final = ("virtual", "physical")
"""Shared on one host, and between hosts."""
_WORDS: Final = frozenset({"none", *SHARED})


def shared_buses(metadata: str | None) -> dict[int, str]:
    """Return what a domain's metadata say of SCSI controllers, by number: one of `SHARED`, or ``none``."""
    found = None if metadata is None or NAMESPACE not in metadata else find_element(metadata, NAMESPACE)
    if found is None:
        return {}
    buses = {}
    for element in found.findall(f"{{{NAMESPACE}}}scsi"):
        index, word = element.get("index", ""), element.get("sharedBus", "")
        if index.isascii() and index.isdigit() and len(index) < 4 and word in _WORDS:
            buses[int(index)] = word
    return buses


def with_shared_buses(metadata: str | None, buses: dict[int, str]) -> str | None:
    """Return a domain's metadata that say so of SCSI controllers, and nothing of others."""
    if not buses:
        return without_shared_buses(metadata)
    inner = "".join(f"<scsi index='{number}' sharedBus='{word}'/>" for number, word in sorted(buses.items()))
    return set_metadata(metadata, NAMESPACE, "devices", f"<devices>{inner}</devices>")


def without_shared_buses(metadata: str | None) -> str | None:
    """Return a domain's metadata without our element, which the VMX file has in keys of VMware's."""
    if metadata is None or NAMESPACE not in metadata:
        return metadata
    return set_metadata(metadata, NAMESPACE, None, None)


def keep_shared_buses(domain: "Domain", current: "Domain") -> None:
    """Have a changed domain share what it shared, unless it says that it does not."""
    buses = shared_buses(current.metadata) | shared_buses(domain.metadata)
    if buses:
        domain.metadata = with_shared_buses(domain.metadata, buses)
