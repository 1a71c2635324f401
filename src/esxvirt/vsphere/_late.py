"""What this package imports only when it is used.

pyVmomi takes longer to import than most commands to run. OpenSSL's hashes are for pinned certificates and the names of
kept sessions, `ssl` is for HTTPS, lxml for large answers.
"""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    import hashlib
    import json
    import ssl

    from lxml import etree

    from esxvirt.vsphere import typed
else:
    hashlib = late("hashlib")
    json = late("json")
    ssl = late("ssl")
    etree = late("lxml.etree")
    typed = late("esxvirt.vsphere.typed")

__all__ = ["etree", "hashlib", "json", "ssl", "typed"]
