"""What ``--version`` prints."""

from esxvirt import __version__

__all__ = ["LIBVIRT", "long", "short"]

# The libvirt whose interface this is; scripts compare `virsh --version` with it.
LIBVIRT = "11.3.0"


def short() -> str:
    """Return the version of libvirt's interface, as `virsh --version`."""
    return LIBVIRT


def long() -> str:
    """Return what this program is and what it serves."""
    return (
        f"esxvirsh of esxvirt {__version__}, with the interface of libvirt {LIBVIRT}\n"
        "\n"
        "Hypervisors: ESX, ESXi, GSX (VMware Server 2) and vCenter: esx://, gsx://, vpx://, sim://\n"
    )
