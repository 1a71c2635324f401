"""Exporting a machine's disks."""

import itertools
from typing import TYPE_CHECKING

from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.storage.http_nfc_lease import HttpNfcLease
from esxvirt.sim.wire.values import Fault

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["ExportMethods"]

_NUMBERS = itertools.count(1)


class ExportMethods(ManagedEntity):
    """The method of ``VirtualMachine`` that lends its disks."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def ExportVm(self, call: "Call") -> HttpNfcLease:
        """Lend the disks of a machine that does not run; one lease at a time."""
        if self.machine.power != "poweredOff":
            text = "The attempted operation cannot be performed in the current state (Powered on)."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=self.machine.power)
        if self.machine.busy is not None or call.endpoint.leases.of(self.machine) is not None:
            text = "The operation is not allowed in the current state: another task is already in progress."
            raise Fault("TaskInProgress", text)
        assert call.session is not None  # noqa: S101  # the method takes a login
        try:
            lease = call.endpoint.leases.open(self.machine, call.session.username)
        except FileNotFoundError as error:
            raise Fault("FileNotFound", f"File {error} was not found", file=str(error)) from error
        moid = f"session[{call.session.key}]lease-{next(_NUMBERS)}"
        target = HttpNfcLease(self.endpoint, moid, lease, call.session)
        call.session.objects[moid] = target
        return target
