"""What the command line imports at first use."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from esxvirt import libvirt, libvirt_esx
else:
    libvirt = late("esxvirt.libvirt")
    libvirt_esx = late("esxvirt.libvirt_esx")

__all__ = [
    "libvirt",
    "libvirt_esx",
]
