"""What the modules at the bottom import only when it is used: parts of Python that few runs need."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    import hashlib
    import hmac
    import ipaddress
    import uuid
else:
    hashlib = late("hashlib")
    hmac = late("hmac")
    ipaddress = late("ipaddress")
    uuid = late("uuid")

__all__ = ["hashlib", "hmac", "ipaddress", "uuid"]
