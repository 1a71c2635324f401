"""What this package imports only when it is used.

pyVmomi takes longer to import than most commands to run. OpenSSL's hashes are for pinned certificates and the names of
kept sessions, `ssl` is for HTTPS, lxml for large answers.
"""

from typing import TYPE_CHECKING, Any

from esxvirt.late import late

if TYPE_CHECKING:
    import fcntl
    import hashlib
    import json
    import ssl

    import python_socks
    from lxml import etree
    from python_socks import sync as python_socks_sync
else:
    fcntl = late("fcntl")
    hashlib = late("hashlib")
    json = late("json")
    ssl = late("ssl")
    etree = late("lxml.etree")
    python_socks = late("python_socks")
    python_socks_sync = late("python_socks.sync")

privileges: Any = late("esxvirt.vsphere.privileges")
typed: Any = late("esxvirt.vsphere.typed")
"""Without their types: they stand on modules that use this one."""

__all__ = ["etree", "fcntl", "hashlib", "json", "privileges", "python_socks", "python_socks_sync", "ssl", "typed"]
