"""Privileges that a method needs beside its own."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.wire.values import Ref

__all__ = ["require"]


def require(call: "Call", privilege: str, ref: "Ref") -> None:
    """Raise the fault ``NoPermission`` unless the caller has `privilege` on `ref`."""
    if call.session is not None:
        call.endpoint.access.check(call.session.username, privilege, ref)
