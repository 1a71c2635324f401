"""A machine's snapshots: the methods of ``VirtualMachine`` about them, and what it tells of them."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import provides
from esxvirt.sim.objects.machine.snapshot_faults import as_snapshot_faults, check_name
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.machine.snapshot_tree import Snapshot
    from esxvirt.sim.state.site.site import Site

__all__ = ["SnapshotMethods", "revert"]

# How deep a chain of snapshots may get.
_LEVELS = 32


class SnapshotMethods(ManagedEntity):
    """The methods and properties of ``VirtualMachine`` that are about snapshots."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    @provides("snapshot")
    def _get_snapshot(self) -> Data | None:
        if self.machine.virtual or not self.machine.snapshots.roots:
            return None
        tree = self.machine.snapshots
        current = self._snapshot_ref(tree.current) if tree.current is not None else None
        roots = [self._tree_of(root) for root in tree.roots]
        return Data("VirtualMachineSnapshotInfo", currentSnapshot=current, rootSnapshotList=roots)

    @provides("rootSnapshot")
    def _get_root_snapshot(self) -> list[Ref]:
        return [] if self.machine.virtual else [self._snapshot_ref(root) for root in self.machine.snapshots.roots]

    def _snapshot_ref(self, snapshot: "Snapshot") -> Ref:
        return self.endpoint.ids.snapshot(self.machine, snapshot)

    def _tree_of(self, snapshot: "Snapshot") -> Data:
        return Data(
            "VirtualMachineSnapshotTree",
            snapshot=self._snapshot_ref(snapshot),
            vm=self.ref,
            name=snapshot.name,
            description=snapshot.description,
            id=snapshot.number,
            createTime=snapshot.created,
            state=snapshot.power,
            quiesced=snapshot.quiesced,
            childSnapshotList=[self._tree_of(child) for child in snapshot.children],
            replaySupported=False,
        )

    def CreateSnapshot_Task(
        self, call: "Call", name: str, memory: bool, quiesce: bool, description: str | None = None
    ) -> Ref:
        """Take a snapshot, with the memory of a machine that runs if `memory` is set."""
        check_name(name)

        def work(_: object) -> Ref:
            machine = self.machine
            self._check_room_for_another(memory)
            still = quiesce and not memory and machine.tools_running
            with as_snapshot_faults(machine):
                made = snapshots.create(machine, name, description or "", memory=memory, quiesced=still)
            self.endpoint.site.touch()
            return self._snapshot_ref(made)

        return self.start_task(call, "VirtualMachine.createSnapshot", self.ref, work, self.machine)

    def _check_room_for_another(self, memory: bool) -> None:
        machine = self.machine
        current = machine.snapshots.current
        if current is not None and machine.host.profile.is_gsx:
            text = "This virtual machine already has a snapshot: it can have one only."
            raise Fault("MultipleSnapshotsNotSupported", text)
        if current is not None and current.depth >= _LEVELS:
            raise Fault("TooManySnapshotLevels", f"A snapshot chain cannot be deeper than {_LEVELS} snapshots.")
        if memory and machine.running and any(disk.mode.startswith("independent") for disk in machine.config.disks):
            text = "Cannot take a memory snapshot, since the virtual machine is configured with independent disks."
            raise Fault("MemorySnapshotOnIndependentDisk", text)

    def RevertToCurrentSnapshot_Task(
        self, call: "Call", host: Ref | None = None, suppressPowerOn: bool | None = None
    ) -> Ref:
        """Go back to the snapshot that the machine goes on from."""
        del host

        def work(_: object) -> None:
            current = self.machine.snapshots.current
            if current is None:
                raise Fault("NotFound", "The virtual machine has no current snapshot.")
            revert(self.endpoint.site, self.machine, current, power_on=not suppressPowerOn)

        return self.start_task(call, "VirtualMachine.revertToCurrentSnapshot", self.ref, work, self.machine)

    def RemoveAllSnapshots_Task(self, call: "Call", consolidate: bool | None = None, spec: Data | None = None) -> Ref:
        """Remove all snapshots."""
        del consolidate, spec

        def work(_: object) -> None:
            with as_snapshot_faults(self.machine):
                snapshots.remove(self.machine, *self.machine.snapshots)
            self.endpoint.site.touch()

        return self.start_task(call, "VirtualMachine.removeAllSnapshots", self.ref, work, self.machine)


def revert(site: "Site", machine: "Machine", snapshot: "Snapshot", *, power_on: bool) -> None:
    """Go back to a snapshot, under the site's lock: configuration, disks, power."""
    with as_snapshot_faults(machine):
        snapshots.revert(machine, snapshot)
    power = snapshot.power if power_on or snapshot.power != "poweredOn" else "poweredOff"
    machine.power = power
    machine.boot_time = snapshot.created if power == "poweredOn" else None
    site.reindex()
