"""A task: work that takes a while, with progress, and can fail or be cancelled."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from esxvirt.records import record
from esxvirt.sim.holds import Claim
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["Blocked", "Task"]


class Blocked(Exception):  # noqa: N818  # it is a state, not an accident
    """What a task's work raises when it cannot go on yet: it is asked again by `state.site.tasks.Tasks.resume`."""


@record(eq=False)
class Task:
    """A task: `method` started it, `kind` is what it does ("VirtualMachine.powerOn").

    `state` is queued, running, success or error.
    """

    number: int
    method: str
    kind: str
    entity: Ref
    entity_name: str
    username: str
    queued: datetime
    state: str = "queued"
    progress: int | None = None
    result: Any = None
    error: Fault | None = None
    started: datetime | None = None
    completed: datetime | None = None
    cancelable: bool = True
    cancelled: bool = False
    interrupted: bool = False
    blocked: Callable[[], None] | None = None
    claim: Claim | None = None

    @property
    def done(self) -> bool:
        """Whether it has ended."""
        return self.state in {"success", "error"}
