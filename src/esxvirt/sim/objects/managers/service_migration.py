"""Asking whether a machine could run elsewhere, before anything moves."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.objects.machine.placement import destination, host_of, obstacles
from esxvirt.sim.objects.machine.virtual_machine import VirtualMachine
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call

__all__ = ["MigrationMethods"]

_COMPATIBLE = ["cpu", "software"]


class MigrationMethods(ManagedObject):
    """The methods of ``ServiceInstance`` about migration."""

    __slots__ = ()

    def ValidateMigration(
        self,
        call: "Call",
        vm: list[Ref],
        state: str | None = None,
        testType: list[str] | None = None,
        pool: Ref | None = None,
        host: Ref | None = None,
    ) -> list[Data]:
        """Return an error event for everything that keeps the machines from running at the destination."""
        del testType
        self._need_vcenter(call)
        if pool is None and host is None:
            raise Fault("InvalidArgument", "Give a host, a resource pool or both.", invalidProperty="host")
        events = []
        for ref in vm:
            target = self._machine(call, ref)
            machine = target.machine
            goal = destination(call, machine, pool, host)
            found = [] if goal.datacenter is machine.host.datacenter else [_OTHER_DATACENTER]
            found += obstacles(call.endpoint.site, machine, goal)
            if state is not None and machine.power != state:
                text = "The operation is not allowed in the current state."
                found.append(Fault("InvalidPowerState", text, requestedState=state, existingState=machine.power))
            username = call.session.username if call.session else ""
            events += [self._event(target, username, fault) for fault in found]
        return events

    def QueryVMotionCompatibility(
        self, call: "Call", vm: Ref, host: list[Ref], compatibility: list[str] | None = None
    ) -> list[Data]:
        """Tell of each host how far it fits the machine: here, all have the same processors and software."""
        self._need_vcenter(call)
        self._machine(call, vm)
        unknown = [word for word in compatibility or () if word not in _COMPATIBLE]
        if unknown:
            text = f"A specified parameter was not correct: compatibility: {unknown[0]}."
            raise Fault("InvalidArgument", text, invalidProperty="compatibility")
        for ref in host:
            host_of(call, ref)
        words = compatibility or _COMPATIBLE
        return [Data("HostVMotionCompatibility", host=ref, compatibility=words) for ref in host]

    def _machine(self, call: "Call", ref: Ref) -> VirtualMachine:
        found = call.endpoint.find(ref, call.session)
        if not isinstance(found, VirtualMachine):
            raise Fault("ManagedObjectNotFound", f"The object '{ref}' does not exist.", obj=ref)
        return found

    def _need_vcenter(self, call: "Call") -> None:
        if call.endpoint.host is not None:
            raise Fault("NotSupported", "The operation is not supported on the object: it takes a vCenter.")

    @staticmethod
    def _event(target: VirtualMachine, username: str, fault: Fault) -> Data:
        machine = target.machine
        return Data(
            "MigrationErrorEvent",
            key=0,
            chainId=0,
            createdTime=datetime.now(UTC),
            userName=username,
            vm=Data("VmEventArgument", name=machine.name, vm=target.ref),
            fullFormattedMessage=f"Migration of {machine.name}: {fault.message}",
            template=False,
            fault=Data("LocalizedMethodFault", fault=fault.data, localizedMessage=fault.message),
        )


_OTHER_DATACENTER = Fault("MigrationFault", "The host is in another datacenter: machines migrate within one.")
