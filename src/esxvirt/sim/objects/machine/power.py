"""A machine's power: on, off, suspended, and what its guest does about it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from esxvirt.sim.objects.machine.admission import check_reservations
from esxvirt.sim.objects.machine.change import reload_or_fault
from esxvirt.sim.objects.machine.mac_addresses import give_addresses
from esxvirt.sim.objects.machine.questions import QuestionMethods
from esxvirt.sim.objects.machine.templates import refuse_template
from esxvirt.sim.state.host.paths import find_file
from esxvirt.sim.wire.values import Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.state.machine.machine import Machine
    from esxvirt.sim.state.task import Task

__all__ = ["PowerMethods"]

_Effect = Callable[["Task"], None]
_WORDS = {"poweredOn": "Powered on", "poweredOff": "Powered off", "suspended": "Suspended"}


class PowerMethods(QuestionMethods):
    """The methods of ``VirtualMachine`` that change its power state."""

    __slots__ = ()

    if TYPE_CHECKING:
        machine: Machine

    def PowerOnVM_Task(self, call: "Call", host: Ref | None = None) -> Ref:
        """Start the machine, or resume it."""
        del host
        allowed = {"poweredOff", "suspended"}

        def prepare(task: "Task") -> None:
            self._check(allowed, "poweredOn")
            self._prepare_start(task)

        return self._change(call, "powerOn", allowed, "poweredOn", self._on, prepare)

    def PowerOffVM_Task(self, call: "Call") -> Ref:
        """Stop the machine, whatever its guest does.

        The API's reference wants it to be on, and some servers take a suspended one all the same, which forgets its
        state then: the simulator refuses unless it was told otherwise.
        """
        allowed = {"poweredOn", "suspended"} if self.endpoint.tasks.discards_state else {"poweredOn"}
        return self._change(call, "powerOff", allowed, "poweredOff", self._off)

    def SuspendVM_Task(self, call: "Call") -> Ref:
        """Suspend the machine."""
        return self._change(call, "suspend", {"poweredOn"}, "suspended", self._suspend)

    def ResetVM_Task(self, call: "Call") -> Ref:
        """Restart the machine without asking its guest."""
        return self._change(call, "reset", {"poweredOn"}, "poweredOn", self._restart)

    def ShutdownGuest(self, call: "Call") -> None:
        """Ask the guest to shut down: done a moment later."""
        self._ask_guest(call, "shutdownGuest", "shuttingDown", self._off)

    def RebootGuest(self, call: "Call") -> None:
        """Ask the guest to restart: done a moment later."""
        self._ask_guest(call, "rebootGuest", "resetting", self._restart)

    def StandbyGuest(self, call: "Call") -> None:
        """Ask the guest to go to sleep: done a moment later."""
        self._ask_guest(call, "standbyGuest", "standby", self._suspend)

    def _prepare_start(self, task: "Task") -> None:
        """See that the machine can start, and ask what there is to ask."""
        machine = self.machine
        refuse_template(machine)
        # The process that runs a machine reads the file itself.
        known = machine.change_version
        reload_or_fault(machine)
        if machine.change_version != known:
            self.endpoint.site.reindex()
        check_reservations(self.endpoint.site, machine, starting=True)
        if machine.power == "poweredOff":
            self._ask_questions(task)
            self._check_disks()
            give_addresses(machine)

    def _on(self, _: "Task") -> None:
        machine = self.machine
        if machine.power == "poweredOff":
            machine.accepted.clear()
            machine.boot_time = datetime.now(UTC)
        machine.power = "poweredOn"
        machine.guest_state = ""

    def _check_disks(self) -> None:
        """Refuse to start without the files of the disks."""
        machine = self.machine
        for disk in machine.config.disks:
            path = machine.disk_path(disk)
            if path.startswith("[") and find_file(machine.host, path) is None:
                raise Fault("FileNotFound", f"File {path} was not found", file=path)

    def _off(self, _: "Task") -> None:
        self.machine.power = "poweredOff"
        self.machine.boot_time = None
        self.machine.guest_state = ""

    def _suspend(self, _: "Task") -> None:
        self.machine.power = "suspended"
        self.machine.guest_state = ""

    def _restart(self, _: "Task") -> None:
        self.machine.boot_time = datetime.now(UTC)
        self.machine.guest_state = ""

    def _check(self, allowed: set[str], wanted: str) -> None:
        power = self.machine.power
        if power not in allowed:
            text = f"The attempted operation cannot be performed in the current state ({_WORDS[power]})."
            raise Fault("InvalidPowerState", text, requestedState=wanted, existingState=power)

    def _change(
        self,
        call: "Call",
        kind: str,
        allowed: set[str],
        wanted: str,
        effect: "_Effect",
        prepare: "_Effect | None" = None,
    ) -> Ref:
        def work(task: "Task") -> None:
            self._check(allowed, wanted)
            effect(task)
            self.endpoint.site.touch()

        return self.start_task(call, f"VirtualMachine.{kind}", self.ref, work, self.machine, prepare)

    def _ask_guest(self, call: "Call", kind: str, state: str, effect: "_Effect") -> None:
        self._check({"poweredOn"}, "poweredOn")
        if not self.machine.tools_running:
            text = "Cannot complete operation because VMware Tools is not running in this virtual machine."
            raise Fault("ToolsUnavailable", text)
        now = self.machine.guest_state

        def work(task: "Task") -> None:
            # Somebody may have pulled the plug meanwhile.
            if self.machine.running:
                effect(task)
            self.endpoint.site.touch()

        self.machine.guest_state = state
        try:
            self.start_task(call, f"VirtualMachine.{kind}", self.ref, work, self.machine)
        except Fault:
            self.machine.guest_state = now
            raise
