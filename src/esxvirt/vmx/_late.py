"""What this package imports only when it is used: whoever reads VMX files parses no XML."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    from urllib import parse as urls

    from esxvirt.xml.domain import parse as domain_xml
else:
    urls = late("urllib.parse")
    domain_xml = late("esxvirt.xml.domain.parse")

__all__ = ["domain_xml", "urls"]
