"""What an account lacks, told with the names of things: a fault has the reference of the object only."""

import re
from typing import Any, Final

from esxvirt.errors import EsxvirtError, MissingPrivilegeError
from esxvirt.vsphere.faults import lacking
from esxvirt.vsphere.inventory import Query, retrieve
from esxvirt.vsphere.session import Session

__all__ = ["named"]

_KINDS: Final = {
    "VirtualMachine": "virtual machine",
    "HostSystem": "host",
    "ClusterComputeResource": "cluster",
    "DistributedVirtualPortgroup": "network",
    "VmwareDistributedVirtualSwitch": "distributed switch",
}


def named(session: Session, error: MissingPrivilegeError) -> MissingPrivilegeError:
    """Return the same error with the object's name, as far as the account may see it. At most one SOAP call."""
    found = getattr(error.detail, "object", None)
    if found is None or not getattr(error.detail, "privilegeId", None):
        return error
    unnamed = lacking(error.detail)
    if not str(error).endswith(unnamed):
        return error  # it was named already
    try:
        rows = retrieve(session, Query({found.type: ("name",)}, [found]))
    except EsxvirtError:
        return error  # it has no name, or nobody is told
    name = rows[0].get("name") if rows else None
    if not name:
        return error
    message = str(error).removesuffix(unnamed)
    told = f"{message}{lacking(error.detail, f'the {kind(found.type)} {name!r} ({found.value})')}"
    return MissingPrivilegeError(told, name=error.name, detail=error.detail)


def kind(type_name: Any) -> str:
    """Return a managed type's name in words: ``ResourcePool`` is a resource pool."""
    return _KINDS.get(type_name) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type_name).lower()
