"""Decoded values back as pyVmomi's objects: what is to be changed is sent as it was read, but for the change."""

from typing import Any

from pyVmomi import VmomiSupport

from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.session import Session

__all__ = ["knows", "to_pyvmomi"]


def to_pyvmomi(session: Session, value: Any) -> Any:
    """Make pyVmomi's objects of a value as `esxvirt.vsphere.decode` gives it. No SOAP call.

    What pyVmomi's tables do not know, of servers newer than they, is left out.
    """
    if isinstance(value, list):
        return [to_pyvmomi(session, item) for item in value]
    if isinstance(value, Ref):
        return session.reference(value.type, value.value)
    if not isinstance(value, Data):
        return value
    made = VmomiSupport.GetWsdlType("urn:vim25", value.kind)()
    known = {field.name for field in made._GetPropertyList()}  # noqa: SLF001  pyVmomi has no other name for it
    for name, item in value.fields().items():
        if name in known:
            setattr(made, name, to_pyvmomi(session, item))
    return made


def knows(session: Session, kind: Any) -> bool:
    """Whether the version of the API that is spoken has a type of pyVmomi's; it would send an older one for it."""
    known: Any = VmomiSupport
    return bool(known.IsChildVersion(session.version, kind._version))  # noqa: SLF001  its only name
