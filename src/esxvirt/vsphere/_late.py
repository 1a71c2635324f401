"""What this package imports only when it is used.

pyVmomi takes longer to import than most commands to run. OpenSSL's hashes are for pinned certificates and the names of
kept sessions, `ssl` is for HTTPS, lxml for large answers.
"""

from typing import TYPE_CHECKING, Any

from esxvirt.late import late

if TYPE_CHECKING:
    import hashlib
    import json
    import ssl

    from lxml import etree
else:
    hashlib = late("hashlib")
    json = late("json")
    ssl = late("ssl")
    etree = late("lxml.etree")

privileges: Any = late("esxvirt.vsphere.privileges")
typed: Any = late("esxvirt.vsphere.typed")
"""Without their types: they stand on modules that use this one."""

__all__ = ["etree", "hashlib", "json", "privileges", "ssl", "typed"]
