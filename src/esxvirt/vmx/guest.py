"""The guest operating system on its way through domain XML, which has no word for it: in `<metadata>`.

There libosinfo's element names it, as virt-install and virt-manager do; where that says another system than the VMX
file, or libosinfo has no name for it, an element of our own does, with VMware's name.
"""

import re
from typing import Final

from esxvirt.vmx.guest_systems import guest_of, osinfo_of
from esxvirt.xml.domain.metadata import find_element, set_metadata
from esxvirt.xml.text import escape

__all__ = ["NAMESPACE", "is_named", "named_guest", "osinfo_in", "with_guest", "without_guest"]

NAMESPACE: Final = "urn:esxvirt:domain:1.0"
"""Of our own element: `<esxvirt:guest os='ubuntu-64'/>`."""
_OSINFO: Final = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PLAIN: Final = frozenset({"", "other", "other-64"})
"""What says no more than the architecture."""


def named_guest(metadata: str | None, arch: str) -> str | None:
    """Return the guest system that a domain's metadata name, as VMX files call it; None if they name none.

    Our own element counts before libosinfo's.
    """
    own = _own_in(metadata)
    if own is not None:
        return own
    osinfo = osinfo_in(metadata)
    return None if osinfo is None else guest_of(osinfo, arch)


def osinfo_in(metadata: str | None) -> str | None:
    """Return libosinfo's identifier of the system in a domain's metadata, None without one."""
    if metadata is None or _OSINFO not in metadata:
        return None
    found = find_element(metadata, _OSINFO)
    system = None if found is None else found.find(f"{{{_OSINFO}}}os")
    return None if system is None else system.get("id")


def with_guest(metadata: str | None, guest: str, arch: str, *, always: bool) -> str | None:
    """Return a domain's metadata that name a guest system of a VMX file.

    Args:
        metadata: As they are.
        guest: The system, as VMX files call it.
        arch: The domain's architecture.
        always: Whether the system is to be named even if the metadata name none.
    """
    named = named_guest(metadata, arch)
    if guest.lower() in _PLAIN or not _NAME.fullmatch(guest) or (named or "").lower() == guest.lower():
        return metadata
    if named is None and not always:
        return metadata
    osinfo = osinfo_of(guest)
    if osinfo is not None and osinfo_in(metadata) is None:
        element = f"<libosinfo:libosinfo xmlns:libosinfo='{_OSINFO}'><libosinfo:os id='{escape(osinfo)}'/>"
        return set_metadata(metadata, _OSINFO, "libosinfo", f"{element}</libosinfo:libosinfo>")
    return set_metadata(metadata, NAMESPACE, "esxvirt", f"<guest os='{guest}'/>")


def is_named(metadata: str | None, guest: str, arch: str) -> bool:
    """Return whether a domain's metadata and architecture say all that the name of a guest system says."""
    return guest.lower() in _PLAIN or (named_guest(metadata, arch) or "").lower() == guest.lower()


def without_guest(metadata: str | None) -> str | None:
    """Return a domain's metadata without our own element, which is the VMX file's `guestOS` there."""
    if metadata is None or NAMESPACE not in metadata:
        return metadata
    return set_metadata(metadata, NAMESPACE, None, None)


def _own_in(metadata: str | None) -> str | None:
    if metadata is None or NAMESPACE not in metadata:
        return None
    found = find_element(metadata, NAMESPACE)
    guest = None if found is None else found.get("os")
    return guest if guest is not None and _NAME.fullmatch(guest) else None
