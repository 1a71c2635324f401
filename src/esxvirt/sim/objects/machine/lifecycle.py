"""Machines that change, get another name, or leave the inventory."""

from contextlib import suppress
from typing import TYPE_CHECKING

from esxvirt.names import unescape
from esxvirt.sim.objects.machine.change import change, check_permitted, reload_or_fault
from esxvirt.sim.objects.machine.names import check_name, find_vmx
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.objects.storage.datastore_paths import as_faults, find_place
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.state.storage import disks
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine

__all__ = ["LifecycleMethods"]


class LifecycleMethods(ManagedEntity):
    """The methods of ``VirtualMachine`` that change its configuration and its place in the inventory."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def _refuse_unless_off(self) -> None:
        power = self.machine.power
        if power != "poweredOff":
            text = "The attempted operation cannot be performed in the current state."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=power)

    def _refuse_busy(self) -> None:
        if self.endpoint.leases.of(self.machine) is not None:
            raise Fault("TaskInProgress", "The operation is not allowed in the current state: it is being exported.")
        if self.machine.busy is not None:
            text = "The operation is not allowed in the current state: another task is already in progress."
            raise Fault("TaskInProgress", text, task=self.endpoint.show_task(self.machine.busy))

    def ReconfigVM_Task(self, call: "Call", spec: Data) -> Ref:
        """Change the configuration: the VMX file, and disks where `spec` says so."""
        check_permitted(call, self.ref, spec, self.machine.host)
        return self.start_task(
            call, "VirtualMachine.reconfigure", self.ref, lambda _: change(call, self.machine, spec), self.machine
        )

    def Rename_Task(self, call: "Call", newName: str) -> Ref:
        """Give the machine another name; its files keep theirs."""
        require(call, "VirtualMachine.Config.Rename", self.ref)

        def work(_: object) -> None:
            folder = self.endpoint.folder_of(self.machine)
            check_name(self.endpoint, unescape(newName), folder, self.machine)
            change(call, self.machine, Data("VirtualMachineConfigSpec", name=newName))

        return self.start_task(call, "ManagedEntity.rename", self.ref, work, self.machine)

    def UnregisterVM(self, call: "Call") -> None:
        """Take the machine out of the inventory; its files stay."""
        del call
        self._refuse_busy()
        self._refuse_unless_off()
        self._leave()

    def _leave(self) -> None:
        machine = self.machine
        site = self.endpoint.site
        machine.materialise()
        if machine.config.location_uuid and "moved" not in machine.troubles:
            site.locations[machine.config.location_uuid] = machine.vmx_path
        site.remove_machine(machine)

    def Destroy_Task(self, call: "Call") -> Ref:
        """Delete the machine with all its files, but not disks that are kept apart from its snapshots."""
        require(call, "VirtualMachine.Inventory.Delete", self.ref)

        def work(_: object) -> None:
            self._refuse_unless_off()
            with suppress(FileNotFoundError, disks.NoDiskError):
                # Their branches of disks go first; where files are missing, what can be found goes below.
                snapshots.remove(self.machine, *self.machine.snapshots)
            self._leave()
            self._delete_files()

        return self.start_task(call, "ManagedEntity.destroy", self.ref, work, self.machine)

    def _delete_files(self) -> None:
        machine = self.machine
        shared = {
            other.disk_path(disk)
            for other in self.endpoint.site.machines.values()
            if not other.untouched
            for disk in other.config.disks
        }
        for disk in machine.config.disks:
            path = machine.disk_path(disk)
            if path in shared or disk.mode.startswith("independent"):
                continue
            self._delete_disk(path)
        store, home = machine.datastore, machine.home
        own = [machine.vmx_name, *(f"{machine.stem}{end}" for end in (".vmxf", ".nvram", ".vmsd", ".vswp"))]
        own += [name for name, below in store.names(home) if name.endswith((".log", ".vmsn", ".vmss")) and not below]
        for name in own:
            path = f"{home}/{name}".lstrip("/")
            if store.find(path) is not None:
                store.delete(path)
        if home and store.is_directory(home) and not list(store.names(home)):
            store.delete_directory(home)
        self.endpoint.site.touch()

    def _delete_disk(self, path: str) -> None:
        try:
            place = find_place(path, self.machine.host.datastores, self.endpoint)
        except Fault:
            # A disk that is nowhere needs no deleting.
            return
        try:
            for link in list(disks.chain(place.store, place.path)):
                disks.delete(place.store, link)
        except (FileNotFoundError, disks.NoDiskError):
            return

    def Reload(self, call: "Call") -> None:
        """Read the VMX file again, which somebody may have written."""
        reload_or_fault(self.machine)
        call.endpoint.site.reindex()

    def reloadVirtualMachineFromPath_Task(self, call: "Call", configurationPath: str) -> Ref:
        """Take another VMX file for the machine's."""

        def work(_: object) -> None:
            self._refuse_unless_off()
            place = find_vmx(self.endpoint, self.machine.host, configurationPath)
            with as_faults(place):
                if place.store.find(place.path) is None:
                    raise FileNotFoundError(place.path)
            machine = self.machine
            machine.materialise()
            before = machine.datastore, machine.home, machine.vmx_name
            machine.datastore = place.store
            machine.home, _, machine.vmx_name = place.path.rpartition("/")
            try:
                reload_or_fault(machine)
            except Fault:
                machine.datastore, machine.home, machine.vmx_name = before
                raise
            machine.configuration_changed()
            self.endpoint.site.reindex()

        return self.start_task(call, "VirtualMachine.reloadFromPath", self.ref, work, self.machine)
