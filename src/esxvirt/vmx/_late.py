"""What this package imports only when it is used: whoever reads VMX files parses no XML."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from urllib import parse as urls

    from esxvirt.vmx import description
else:
    urls = late("urllib.parse")
    description = late("esxvirt.vmx.description")

__all__ = ["description", "urls"]
