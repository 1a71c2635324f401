"""Which version of the vSphere API to speak: the highest that the server and we both know, down to VI API 2.5."""

from typing import Final

from esxvirt.vsphere.api_schema import versions
from esxvirt.vsphere.soap import parse

__all__ = [
    "FALLBACK",
    "SERVICE_VERSIONS",
    "at_least",
    "has_apps",
    "has_distributed_switches",
    "has_nfs_41",
    "has_passthrough",
    "has_usb_scan_codes",
    "negotiate",
    "soap_action",
    "tells_file_owners",
    "tells_file_sizes",
    "tells_licences",
    "unmounts_volumes",
    "version_called",
]

SERVICE_VERSIONS: Final = "/sdk/vimServiceVersions.xml"
"""Where a server lists the API versions that it serves."""

FALLBACK: Final = "vim.version.version2"
"""VI API 2.5, in pyVmomi's words: what every product of the manual speaks."""

_4_0: Final = "vim.version.version5"
_4_1: Final = "vim.version.version6"
_5_0: Final = "vim.version.version7"
_6_0: Final = "vim.version.version10"
_6_5: Final = "vim.version.version11"


def version_called(name: object) -> str | None:
    """Return pyVmomi's name of the version that a server's `AboutInfo.apiVersion` gives; None if that does not say.

    It does not where it is one that we do not know; nor before 4.0: VMware Server calls 2.5 what is more.
    """
    wanted = f"vim25/{name}"
    found = next((version for version, (wire, _) in versions().items() if wire == wanted), None)
    return found if found is not None and at_least(found, _4_0) else None


def negotiate(document: bytes | None) -> str:
    """Return pyVmomi's name of the version to use, from the server's `vimServiceVersions.xml` (None: it has none).

    A document that cannot be read, or names no version that we know, means `FALLBACK`.
    """
    if document is None:
        return FALLBACK
    try:
        root = parse(document)
    except ValueError:
        return FALLBACK
    offered = {
        "vim25/" + (version.text or "").strip()
        for namespace in root.iter("namespace")
        if (namespace.findtext("name") or "").strip() == "urn:vim25"
        for version in namespace.iter("version")
    }
    known = {name: contained for name, (wire, contained) in versions().items() if wire in offered}
    # A later version contains every earlier one.
    return max(known, key=lambda name: len(known[name]), default=FALLBACK)


def soap_action(version: str) -> str:
    """Return the `SOAPAction` of requests in a version, such as ``"urn:vim25/7.0"``."""
    return f'"urn:{versions()[version][0]}"'


def at_least(version: str, needed: str) -> bool:
    """Return whether `version` has all that `needed` has (both pyVmomi's names)."""
    return version == needed or needed in versions()[version][1]


def has_retrieve_properties_ex(version: str) -> bool:
    """Return whether property reads are paged (`RetrievePropertiesEx`, since vSphere API 4.1)."""
    return at_least(version, _4_1)


def has_nfs_41(version: str) -> bool:
    """Return whether exports may be mounted by NFS 4.1 (since vSphere API 6.0)."""
    return at_least(version, _6_0)


def unmounts_volumes(version: str) -> bool:
    """Return whether a VMFS volume can be unmounted, and mounted again (since vSphere API 5.0)."""
    return at_least(version, _5_0)


def has_distributed_switches(version: str) -> bool:
    """Return whether a vCenter may have distributed switches (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def has_apps(version: str) -> bool:
    """Whether a server may have vApps, in vApps, and tells of a machine in which it is (since vSphere API 4.1)."""
    return at_least(version, _4_1)


def has_passthrough(version: str) -> bool:
    """Return whether hosts tell which of their PCI devices a guest can have (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def tells_file_owners(version: str) -> bool:
    """Return whether a search says, and must be told whether to say, whose files are (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def tells_file_sizes(version: str) -> bool:
    """Return whether a machine tells what its files take (`layoutEx`, since vSphere API 4.0)."""
    return at_least(version, _4_0)


def tells_licences(version: str) -> bool:
    """Return whether a server lists its licences by name (since vSphere API 4.0)."""
    return at_least(version, _4_0)


def has_usb_scan_codes(version: str) -> bool:
    """Return whether keys of machines can be pressed (`PutUsbScanCodes`, since vSphere API 6.5)."""
    return at_least(version, _6_5)
