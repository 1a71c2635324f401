"""What this package imports only when it is used: reading needs no pyVmomi and parses no XML, and few keep sessions."""

from typing import TYPE_CHECKING

from esxvirt.late import late

if TYPE_CHECKING:
    import ipaddress
    import socket
    import weakref

    from pyVmomi import vim

    from esxvirt import sim as simulation
    from esxvirt.vmx import description
    from esxvirt.vsphere import keepalive
    from esxvirt.vsphere import session_cache as kept
    from esxvirt.xml import network_parse as network_xml
    from esxvirt.xml import schema
    from esxvirt.xml.domain import device as device_xml
    from esxvirt.xml.storage import pool_parse as pool_xml
else:
    description = late("esxvirt.vmx.description")
    device_xml = late("esxvirt.xml.domain.device")
    ipaddress = late("ipaddress")
    keepalive = late("esxvirt.vsphere.keepalive")
    network_xml = late("esxvirt.xml.network_parse")
    pool_xml = late("esxvirt.xml.storage.pool_parse")
    schema = late("esxvirt.xml.schema")
    socket = late("socket")
    simulation = late("esxvirt.sim")
    weakref = late("weakref")
    kept = late("esxvirt.vsphere.session_cache")
    vim = late("pyVmomi", "vim")

__all__ = [
    "description",
    "device_xml",
    "ipaddress",
    "keepalive",
    "kept",
    "network_xml",
    "pool_xml",
    "schema",
    "simulation",
    "socket",
    "vim",
    "weakref",
]
