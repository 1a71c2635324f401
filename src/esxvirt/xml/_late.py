"""What this package imports only when it is used: whoever writes XML needs no parser."""

from typing import TYPE_CHECKING, Any

from esxvirt.late import late

if TYPE_CHECKING:
    import ipaddress
    import secrets

    from lxml import etree
else:
    etree = late("lxml.etree")
    ipaddress = late("ipaddress")
    secrets = late("secrets")

schema: Any = late("esxvirt.xml.schema")
"""Without its type: it stands on modules that use this one."""

__all__ = ["etree", "ipaddress", "schema", "secrets"]
