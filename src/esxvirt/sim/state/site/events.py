"""What has happened at a site: the log of events that a server tells of."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from esxvirt.records import field, record
from esxvirt.sim.state.host.host import Host
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.task import Task
from esxvirt.sim.wire.values import Fault

__all__ = ["Event", "EventLog"]

_KEPT = 10_000
# What a task that succeeds is in the log, by its kind: the event's type and its words.
_DONE = {
    "VirtualMachine.powerOn": ("VmPoweredOnEvent", "{vm} on {host} in {dc} is powered on"),
    "VirtualMachine.powerOff": ("VmPoweredOffEvent", "{vm} on {host} in {dc} is powered off"),
    "VirtualMachine.suspend": ("VmSuspendedEvent", "{vm} on {host} in {dc} is suspended"),
    "VirtualMachine.reset": ("VmResettingEvent", "{vm} on {host} in {dc} is reset"),
    "VirtualMachine.shutdownGuest": ("VmGuestShutdownEvent", "Guest OS shut down for {vm} on {host} in {dc}"),
    "VirtualMachine.rebootGuest": ("VmGuestRebootEvent", "Guest OS reboot for {vm} on {host} in {dc}"),
    "VirtualMachine.standbyGuest": ("VmGuestStandbyEvent", "Guest OS standby for {vm} on {host} in {dc}"),
    "VirtualMachine.reconfigure": ("VmReconfiguredEvent", "Reconfigured {vm} on {host} in {dc}"),
    "VirtualMachine.migrate": ("VmMigratedEvent", "Migration of virtual machine {vm} to {host} in {dc} completed"),
    "VirtualMachine.relocate": ("VmRelocatedEvent", "Completed the relocation of the virtual machine {vm} to {host}"),
    "VirtualMachine.clone": ("VmClonedEvent", "Virtual machine {vm} was cloned on {host} in {dc}"),
    "ManagedEntity.destroy": ("VmRemovedEvent", "Removed {vm} on {host} from {dc}"),
    "ManagedEntity.rename": ("VmRenamedEvent", "Renamed {old} to {vm} in {dc}"),
    "Folder.createVm": ("VmCreatedEvent", "Created virtual machine {vm} on {host} in {dc}"),
    "Folder.registerVm": ("VmRegisteredEvent", "Registered {vm} on {host} in {dc}"),
}
_FAILED = {
    "VirtualMachine.powerOn": ("VmFailedToPowerOnEvent", "Cannot power on {vm} on {host} in {dc}: {why}"),
    "VirtualMachine.powerOff": ("VmFailedToPowerOffEvent", "Cannot power off {vm} on {host} in {dc}: {why}"),
    "VirtualMachine.suspend": ("VmFailedToSuspendEvent", "Cannot suspend {vm} on {host} in {dc}: {why}"),
    "VirtualMachine.reset": ("VmFailedToResetEvent", "Cannot reset {vm} on {host} in {dc}: {why}"),
    "VirtualMachine.migrate": ("VmFailedMigrateEvent", "Cannot migrate {vm} from {host} in {dc}: {why}"),
}


@record(frozen=True, eq=False)
class Event:
    """An event: `kind` is its type in the API, `category` "info", "warning", "error" or "user".

    `machine` and `host` are what it is about, if anything; `machine_name` is what the machine was called. `more` are
    fields of its type whose values are no references; `task` says which task it tells of: number, method and kind.
    """

    key: int
    chain: int
    kind: str
    text: str
    username: str
    category: str = "info"
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    machine: Machine | None = None
    machine_name: str = ""
    host: Host | None = None
    source: Host | None = None
    task: tuple[int, str, str] | None = None
    more: dict[str, Any] = field(default_factory=dict)


class EventLog:
    """The events of a site, oldest first; old ones are forgotten. The site's lock guards it."""

    def __init__(self) -> None:
        self._events: list[Event] = []
        self._last = 0
        # Where machines were when their tasks began, by the task's number.
        self._sources: dict[int, Host] = {}

    def __iter__(self) -> Iterator[Event]:
        return iter(list(self._events))

    def __len__(self) -> int:
        return len(self._events)

    def add(self, kind: str, text: str, username: str, *, chain: int = 0, **more: Any) -> Event:
        """Add an event; `more` are `Event`'s other fields."""
        self._last += 1
        event = Event(self._last, chain or self._last, kind, text, username, **more)
        self._events.append(event)
        if len(self._events) > _KEPT:
            del self._events[: _KEPT // 10]
        return event

    def task_started(self, task: Task, machine: Machine | None) -> None:
        """Note that a task was asked for."""
        words = f"Task: {task.method.removesuffix('_Task')}"
        where: dict[str, Any] = {}
        if machine is not None:
            where = {"machine": machine, "machine_name": machine.name, "host": machine.host}
            self._sources[task.number] = machine.host
        named = (task.number, task.method, task.kind)
        self.add("TaskEvent", words, task.username, chain=task.number, task=named, **where)

    def task_ended(self, task: Task, machine: Machine | None, result: Machine | None) -> None:
        """Note what became of a task of `machine`; `result` is the machine that it has made, if it has made one."""
        source = self._sources.pop(task.number, None)
        table = _DONE if task.error is None else _FAILED
        if task.kind not in table:
            return
        origin = None
        if result is not None:
            origin, machine = machine, result
        if machine is None:
            return
        kind, words = table[task.kind]
        datacenter = machine.host.datacenter.name if machine.host.datacenter else ""
        why = task.error.message if task.error else ""
        text = words.format(vm=machine.name, host=machine.host.full_name, dc=datacenter, why=why, old=task.entity_name)
        more: dict[str, Any] = {}
        if kind == "VmRenamedEvent":
            more = {"oldName": task.entity_name, "newName": machine.name}
        if task.error is not None:
            more["reason"] = task.error
        if origin is not None:
            more["source"] = (origin, origin.name)
        self.add(
            kind,
            text,
            task.username,
            chain=task.number,
            category="info" if task.error is None else "error",
            machine=machine,
            machine_name=machine.name,
            host=machine.host,
            source=source,
            more=more,
        )


def reason_of(event: Event) -> Fault | None:
    """Return why what the event tells of has failed."""
    found = event.more.get("reason")
    return found if isinstance(found, Fault) else None
