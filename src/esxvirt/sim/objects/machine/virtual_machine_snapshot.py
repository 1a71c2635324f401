"""Snapshots of machines."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.machine import parts
from esxvirt.sim.objects.machine.snapshot_faults import as_snapshot_faults, check_name
from esxvirt.sim.objects.machine.snapshots import revert
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.snapshot_tree import Snapshot

__all__ = ["VirtualMachineSnapshot"]


class VirtualMachineSnapshot(ManagedObject):
    """A snapshot as one endpoint shows it."""

    __slots__ = ("machine", "snapshot")

    wsdl = "VirtualMachineSnapshot"

    def __init__(self, endpoint: "Endpoint", moid: str, machine: "Machine", snapshot: "Snapshot") -> None:
        super().__init__(endpoint, moid)
        self.machine = machine
        self.snapshot = snapshot

    @provides("config")
    def _get_config(self) -> Data:
        with as_snapshot_faults(self.machine):
            text = snapshots.text_of(self.machine, self.snapshot)
        return parts.config(self.endpoint, self.machine.at(text))

    @provides("childSnapshot")
    def _get_child_snapshot(self) -> list[Ref]:
        return [self.endpoint.ids.snapshot(self.machine, child) for child in self.snapshot.children]

    @provides("vm")
    def _get_vm(self) -> Ref:
        return self.endpoint.ids.of(self.machine)

    def RenameSnapshot(self, call: "Call", name: str | None = None, description: str | None = None) -> None:
        """Change the snapshot's name or its description."""
        if name is not None:
            check_name(name)
        self._refuse_busy()
        snapshots.rename(self.machine, self.snapshot, name, description)
        call.endpoint.site.touch()

    def _refuse_busy(self) -> None:
        if self.machine.busy is not None:
            text = "The operation is not allowed in the current state: another task is already in progress."
            raise Fault("TaskInProgress", text, task=self.endpoint.show_task(self.machine.busy))

    def RevertToSnapshot_Task(self, call: "Call", host: Ref | None = None, suppressPowerOn: bool | None = None) -> Ref:
        """Go back to the snapshot."""
        del host

        def back() -> None:
            revert(self.endpoint.site, self.machine, self.snapshot, power_on=not suppressPowerOn)

        return self._start(call, "revertToSnapshot", back)

    def RemoveSnapshot_Task(self, call: "Call", removeChildren: bool, consolidate: bool | None = None) -> Ref:
        """Remove the snapshot, and with `removeChildren` those below it; without, these stay."""
        del consolidate

        def remove() -> None:
            # Leaves first, so that a child never takes the place of one that goes, too.
            gone = list(self.snapshot.walk())[::-1] if removeChildren else [self.snapshot]
            with as_snapshot_faults(self.machine):
                snapshots.remove(self.machine, *gone)

        return self._start(call, "removeSnapshot", remove)

    def _start(self, call: "Call", kind: str, effect: "Callable[[], None]") -> Ref:
        def work(_: object) -> None:
            if self.machine.snapshots.find(self.snapshot.number) is not self.snapshot:
                text = f"The object '{self.ref}' has already been deleted or has not been completely created"
                raise Fault("ManagedObjectNotFound", text, obj=self.ref)
            effect()
            self.endpoint.site.touch()

        target = self.endpoint.ids.of(self.machine)
        return self.start_task(call, f"VirtualMachineSnapshot.{kind}", target, work, self.machine)
