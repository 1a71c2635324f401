"""libvirt-python's libvirt_lxc: names that programs import. What is LXC's own no VMware product has.

Each function raises libvirtError VIR_ERR_NO_SUPPORT.
"""

from esxvirt import libvirt
from esxvirt.libvirt._methods import refuse

__all__ = ["lxcEnterCGroup", "lxcOpenNamespace"]


def lxcEnterCGroup(domain: libvirt.virDomain, flags: int) -> int:
    """Refuse: there are no containers. libvirt takes the domain's id for a process of this machine."""
    _ = flags
    refuse(domain, "virDomainLxcEnterCGroup")


def lxcOpenNamespace(domain: libvirt.virDomain, flags: int) -> list[int]:
    """Refuse: there are no containers."""
    _ = flags
    refuse(domain, "virDomainLxcOpenNamespace")
