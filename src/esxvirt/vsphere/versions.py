"""Which version of the vSphere API to speak: the highest that the server and pyVmomi both know, down to VI API 2.5."""

from typing import Final

from lxml import etree
from pyVmomi import VmomiSupport

__all__ = [
    "FALLBACK",
    "SERVICE_VERSIONS",
    "at_least",
    "has_distributed_switches",
    "has_usb_scan_codes",
    "negotiate",
    "tells_licences",
]

SERVICE_VERSIONS: Final = "/sdk/vimServiceVersions.xml"
"""Where a server lists the API versions that it serves."""

FALLBACK: Final = "vim.version.version2"
"""VI API 2.5 in pyVmomi's tables: what every product of the manual speaks."""

_4_0: Final = "vim.version.version5"
_4_1: Final = "vim.version.version6"
_6_5: Final = "vim.version.version11"


def negotiate(document: bytes | None) -> str:
    """PyVmomi's name of the version to use, from the server's `vimServiceVersions.xml` (None: it has none).

    A document that cannot be read, or names no version that pyVmomi knows, means `FALLBACK`.
    """
    if document is None:
        return FALLBACK
    try:
        root = etree.fromstring(document, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        return FALLBACK
    offered = {
        (version.text or "").strip()
        for namespace in root.iter("namespace")
        if (namespace.findtext("name") or "").strip() == "urn:vim25"
        for version in namespace.iter("version")
    }
    known = [VmomiSupport.versionMap[f"vim25/{v}"] for v in offered if f"vim25/{v}" in VmomiSupport.versionMap]
    # A later version has every earlier one as an ancestor.
    return max(known, key=lambda version: len(VmomiSupport.parentMap[version]), default=FALLBACK)


def at_least(version: str, needed: str) -> bool:
    """Whether `version` has all that `needed` has (both pyVmomi's names)."""
    return version == needed or needed in VmomiSupport.parentMap[version]


def has_retrieve_properties_ex(version: str) -> bool:
    """Whether property reads are paged (`RetrievePropertiesEx`, since vSphere API 4.1)."""
    return at_least(version, _4_1)


def has_distributed_switches(version: str) -> bool:
    """Whether a vCenter may have distributed switches (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def tells_licences(version: str) -> bool:
    """Whether a server lists its licences by name (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def has_usb_scan_codes(version: str) -> bool:
    """Whether keys of machines can be pressed (`PutUsbScanCodes`, since vSphere API 6.5)."""
    return at_least(version, _6_5)
