"""A machine's power: on, off, suspended, and what its guest does about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.managed_entity import ManagedEntity
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.objects.task import Task
    from esxvirt.sim.state.machine import Machine

__all__ = ["PowerMethods"]

_WORDS = {"poweredOn": "Powered on", "poweredOff": "Powered off", "suspended": "Suspended"}


class PowerMethods(ManagedEntity):
    """The methods of ``VirtualMachine`` that change its power state."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def PowerOnVM_Task(self, call: "Call", host: Ref | None = None) -> "Task":
        """Start the machine, or resume it."""
        del host
        return self._change(call, "powerOn", {"poweredOff", "suspended"}, "poweredOn", self._on)

    def PowerOffVM_Task(self, call: "Call") -> "Task":
        """Stop the machine, whatever its guest does; a suspended one forgets its state."""
        return self._change(call, "powerOff", {"poweredOn", "suspended"}, "poweredOff", self._off)

    def SuspendVM_Task(self, call: "Call") -> "Task":
        """Suspend the machine."""
        return self._change(call, "suspend", {"poweredOn"}, "suspended", self._suspend)

    def ResetVM_Task(self, call: "Call") -> "Task":
        """Restart the machine without asking its guest."""
        return self._change(call, "reset", {"poweredOn"}, "poweredOn", self._restart)

    def ShutdownGuest(self, call: "Call") -> None:
        """Ask the guest to shut down: done a moment later."""
        self._ask_guest(call, "shutdownGuest", self._off)

    def RebootGuest(self, call: "Call") -> None:
        """Ask the guest to restart: done a moment later."""
        self._ask_guest(call, "rebootGuest", self._restart)

    def StandbyGuest(self, call: "Call") -> None:
        """Ask the guest to go to sleep: done a moment later."""
        self._ask_guest(call, "standbyGuest", self._suspend)

    def _on(self) -> None:
        if self.machine.vmx_missing:
            file = self.machine.vmx_path
            raise Fault("FileNotFound", f"File {file} was not found", file=file)
        if self.machine.power == "poweredOff":
            self.machine.boot_time = datetime.now(UTC)
        self.machine.power = "poweredOn"

    def _off(self) -> None:
        self.machine.power = "poweredOff"
        self.machine.boot_time = None

    def _suspend(self) -> None:
        self.machine.power = "suspended"

    def _restart(self) -> None:
        self.machine.boot_time = datetime.now(UTC)

    def _check(self, allowed: set[str], wanted: str) -> None:
        power = self.machine.power
        if power not in allowed:
            text = f"The attempted operation cannot be performed in the current state ({_WORDS[power]})."
            raise Fault("InvalidPowerState", text, requestedState=wanted, existingState=power)

    def _change(self, call: "Call", kind: str, allowed: set[str], wanted: str, effect: Callable[[], None]) -> "Task":
        def work(_: object) -> None:
            self._check(allowed, wanted)
            effect()
            self.endpoint.site.touch(self.machine)

        return self.endpoint.start_task(call, f"VirtualMachine.{kind}", self, work, self.machine)

    def _ask_guest(self, call: "Call", kind: str, effect: Callable[[], None]) -> None:
        self._check({"poweredOn"}, "poweredOn")
        if not self.machine.tools_running:
            text = "Cannot complete operation because VMware Tools is not running in this virtual machine."
            raise Fault("ToolsUnavailable", text)
        self.endpoint.start_task(call, f"VirtualMachine.{kind}", self, lambda _: effect(), self.machine)
