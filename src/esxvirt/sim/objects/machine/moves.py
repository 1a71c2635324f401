"""Moving a machine to another host or datastore, and copying it: what only a vCenter can."""

from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine.change import change
from esxvirt.sim.objects.machine.placement import destination, machine_folder, obstacles, store_of
from esxvirt.sim.objects.machine.power import PowerMethods
from esxvirt.sim.objects.machine.templates import customised, refuse_template
from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.objects.permissions import require
from esxvirt.sim.state.machine import snapshots
from esxvirt.sim.state.site import copies
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.host.host import Host
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.storage.datastores import Datastore

__all__ = ["MoveMethods"]


class MoveMethods(ManagedEntity):
    """The methods of ``VirtualMachine`` that move or copy it."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def MigrateVM_Task(
        self, call: "Call", priority: str, pool: Ref | None = None, host: Ref | None = None, state: str | None = None
    ) -> Ref:
        """Let another host run the machine, whose files stay; `state` is the power state in which alone it moves."""
        del priority
        self._need_vcenter(call)
        refuse_template(self.machine)
        self._need(call, "Resource.HotMigrate" if self.machine.running else "Resource.ColdMigrate")
        if pool is None and host is None:
            raise Fault("InvalidArgument", "Give a host, a resource pool or both.", invalidProperty="host")
        target = destination(call, self.machine, pool, host)

        def work(_: object) -> None:
            if state is not None and self.machine.power != state:
                text = "The operation is not allowed in the current state."
                raise Fault("InvalidPowerState", text, requestedState=state, existingState=self.machine.power)
            self._check_datacenter(target)
            self._check_obstacles(target)
            self.endpoint.site.move_machine(self.machine, target)

        return self.start_task(call, "VirtualMachine.migrate", self.ref, work, self.machine)

    def RelocateVM_Task(self, call: "Call", spec: Data, priority: str | None = None) -> Ref:
        """Move the machine's files to another datastore, the machine to another host, or both."""
        del priority
        self._need_vcenter(call)
        if self.machine.running:
            self._need(call, "Resource.HotMigrate")
        target = destination(call, self.machine, spec.pool, spec.host, "spec.")
        store = store_of(call, spec.datastore) if spec.datastore else self.machine.datastore
        self._need_targets(call, spec)
        self._check_store(target, store, "spec.datastore")
        elsewhere = [item for item in spec.disk or () if store_of(call, item.datastore) is not store]
        if elsewhere:
            raise Fault("NotSupported", "All disks move with the machine: leave spec.disk out.")

        def work(_: object) -> None:
            both = target is not self.machine.host and store is not self.machine.datastore
            if both and self.machine.running and self.endpoint.profile.release < (5, 1):
                text = "The operation is not allowed in the current state: power the machine off first."
                raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=self.machine.power)
            self._check_obstacles(target, frozenset({self.machine.datastore}))
            try:
                copies.relocate(self.machine, store)
            except copies.NoSpaceError as error:
                text = f"Insufficient disk space on datastore '{store.name}'."
                raise Fault("NoDiskSpace", text, file=self.machine.vmx_path, datastore=store.name) from error
            if target is not self.machine.host:
                self.endpoint.site.move_machine(self.machine, target)
            self.endpoint.site.touch()

        return self.start_task(call, "VirtualMachine.relocate", self.ref, work, self.machine)

    def CloneVM_Task(self, call: "Call", folder: Ref, name: str, spec: Data) -> Ref:
        """Copy the machine: a new one of the `name` in the `folder`, powered off unless the spec says otherwise."""
        self._need_vcenter(call)
        self._need(call, f"VirtualMachine.Provisioning.{self._kind_of_clone(spec)}")
        into = machine_folder(call, folder)
        location = spec.location
        self._need_targets(call, location)
        if location.pool is None and not spec.template:
            text = "A specified parameter was not correct: spec.location.pool: a machine needs one."
            raise Fault("InvalidArgument", text, invalidProperty="spec.location.pool")
        target = destination(call, self.machine, location.pool, location.host, "spec.location.")
        store = store_of(call, location.datastore) if location.datastore else self.machine.datastore
        self._check_store(target, store, "spec.location.datastore")
        if into.datacenter is not target.datacenter:
            text = "A specified parameter was not correct: folder: it is in another datacenter than the host."
            raise Fault("InvalidArgument", text, invalidProperty="folder")
        if spec.template and spec.powerOn:
            text = "A specified parameter was not correct: spec.powerOn: a template does not run."
            raise Fault("InvalidArgument", text, invalidProperty="spec.powerOn")
        source = self._source(call, spec.snapshot)
        guest = customised(source, spec.customization) if spec.customization is not None else None
        if not name or "/" in name or "\\" in name or len(name) > 80:
            raise Fault("InvalidName", f"The name '{name}' is not valid.", name=name)

        def work(_: object) -> Ref:
            self._refuse_clone(name, folder)
            try:
                made = copies.clone(self.endpoint.site, source, name, target, store)
            except copies.NoSpaceError as error:
                text = f"Insufficient disk space on datastore '{store.name}'."
                raise Fault("NoDiskSpace", text, file=self.machine.vmx_path, datastore=store.name) from error
            except FileNotFoundError as error:
                text = f"File {error} was not found"
                raise Fault("FileNotFound", text, file=str(error)) from error
            if spec.config is not None:
                self._configure(call, made, spec.config)
            if guest is not None:
                made.customised = guest
            if spec.template:
                made.mark_template(True)
            if into.folder is not None:
                self.endpoint.site.machine_folders[made.number] = into.folder
            if spec.powerOn:
                shown = self.endpoint.find(self.endpoint.ids.of(made), None)
                assert isinstance(shown, PowerMethods)  # noqa: S101  # it is a machine
                shown.PowerOnVM_Task(call)
            return self.endpoint.ids.of(made)

        return self.start_task(call, "VirtualMachine.clone", self.ref, work, self.machine)

    def _refuse_clone(self, name: str, folder: Ref) -> None:
        """Refuse a copy whose name is taken, and one of a machine that runs where that cannot be."""
        for other in self.endpoint.site.machines.values():
            if other.name == name and self.endpoint.folder_of(other) == folder:
                text = f"The name '{name}' already exists."
                raise Fault("DuplicateName", text, name=name, object=self.endpoint.ids.of(other))
        if self.machine.power != "poweredOff" and self.endpoint.profile.release < (4, 0):
            text = "The attempted operation cannot be performed in the current state: power the machine off first."
            raise Fault("InvalidPowerState", text, requestedState="poweredOff", existingState=self.machine.power)

    def _kind_of_clone(self, spec: Data) -> str:
        """Return the privilege that a copy takes."""
        if self.machine.template:
            return "CloneTemplate" if spec.template else "DeployTemplate"
        return "CreateTemplateFromVM" if spec.template else "Clone"

    def _source(self, call: "Call", ref: Ref | None) -> "Machine":
        """Return the machine as it is, or as one of its snapshots has it."""
        if ref is None:
            return self.machine
        found = call.endpoint.snapshot_of(ref.value)
        if found is None or found[0] is not self.machine:
            raise Fault("InvalidArgument", "A specified parameter was not correct: spec.snapshot",
                        invalidProperty="spec.snapshot")  # fmt: skip
        try:
            return self.machine.at(snapshots.text_of(*found))
        except FileNotFoundError as error:
            raise Fault("FileNotFound", f"File {error} was not found", file=str(error)) from error

    def _configure(self, call: "Call", made: "Machine", config: Data) -> None:
        """Change a copy as its specification says; without success there is no copy."""
        try:
            change(call, made, config)
        except Fault:
            self.endpoint.site.remove_machine(made)
            made.datastore.delete_directory(made.home)
            raise

    def _need_vcenter(self, call: "Call") -> None:
        if call.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: it takes a vCenter.")

    def _need(self, call: "Call", privilege: str) -> None:
        require(call, privilege, self.ref)

    @staticmethod
    def _need_targets(call: "Call", location: Data) -> None:
        """Refuse who may not use the pool and the datastore that a specification names."""
        if location.pool is not None:
            require(call, "Resource.AssignVMToPool", location.pool)
        if location.datastore is not None:
            require(call, "Datastore.AllocateSpace", location.datastore)

    def _check_datacenter(self, host: "Host") -> None:
        own = self.machine.host.datacenter
        if own is None or host.datacenter is own or host.datacenter is None:
            return
        endpoint = self.endpoint
        stranger = Data(
            "DatacenterMismatchArgument",
            entity=endpoint.ids.of(host),
            inputDatacenter=endpoint.ids.datacenter(host.datacenter),
        )
        text = "The input arguments had entities that did not belong to the same datacenter."
        expected = endpoint.ids.datacenter(own)
        raise Fault("DatacenterMismatch", text, invalidArgument=[stranger], expectedDatacenter=expected)

    def _check_obstacles(self, host: "Host", moved: "frozenset[Datastore]" = frozenset()) -> None:
        found = obstacles(self.endpoint.site, self.machine, host, moved)
        if found:
            raise found[0]

    def _check_store(self, host: "Host", store: "Datastore", where: str) -> None:
        if not store.accessible:
            raise Fault("InvalidDatastore", f"The datastore {store.name} is not accessible.", name=store.name)
        if store not in host.datastores:
            text = f"A specified parameter was not correct: {where}: {host.full_name} does not reach {store.name}."
            raise Fault("InvalidArgument", text, invalidProperty=where)
