"""The tasks of a site: starts them, carries them out, cancels them."""

import functools
import itertools
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime
from typing import Any

from esxvirt.records import field, record
from esxvirt.sim.holds import Holds, StoppedError
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.site.site import Site
from esxvirt.sim.state.task import Blocked, Task
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["Tasks"]

_KEPT = 200
_STEPS = (10, 40, 75)
# How far a task is that waits for an answer.
_BLOCKED_AT = 95
_LOG = logging.getLogger(__name__)


@record(eq=False)
class Tasks:
    """The tasks of one site. Each takes `seconds`, in a few steps; the site's lock guards them.

    `registration` says when one that registers a machine reads its VMX file: at its "start" or at its "end";
    `discards_state` whether one that powers off takes a suspended machine, whose memory is lost then.
    """

    site: Site
    seconds: float = 0.02
    registration: str = "end"
    discards_state: bool = False
    holds: Holds = field(default_factory=Holds)
    recent: list[Task] = field(default_factory=list)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _pool: Executor | None = None
    _stopped: threading.Event = field(default_factory=threading.Event)

    def attach(self, pool: Executor | None) -> None:
        """Let tasks run on the threads of `pool`; None ends the waiting of those that run."""
        self._pool = pool
        if pool is None:
            self._stopped.set()
        else:
            self._stopped.clear()

    def start(
        self,
        method: str,
        kind: str,
        entity: Ref,
        entity_name: str,
        username: str,
        work: Callable[[Task], Any],
        owner: Any = None,
        prepare: Callable[[Task], None] | None = None,
    ) -> Task:
        """Start a task whose effect is `work`, done under the site's lock at its end; a `Fault` it raises is its error.

        `prepare` is done, under the lock, when it begins to run: a `Fault` is its end, and while it raises `Blocked`
        the task waits for `resume`.
        `owner` is something with a ``busy`` attribute, which holds the task until it has ended: the fault is
        ``TaskInProgress`` where there is one already.
        """
        if owner is not None and owner.busy is not None:
            text = "The operation is not allowed in the current state: another task is already in progress."
            raise Fault("TaskInProgress", text)
        task = Task(next(self._numbers), method, kind, entity, entity_name, username, datetime.now(UTC))
        self.recent.append(task)
        del self.recent[:-_KEPT]
        if owner is not None:
            owner.busy = task
        self.site.events.task_started(task, owner if isinstance(owner, Machine) else None)
        self.site.touch()
        begin = functools.partial(self._run, task, work, owner, prepare or _nothing)
        if self._pool is None:
            # Nobody waits: an in-process caller without a running server.
            begin()
        else:
            self._pool.submit(begin)
        return task

    def cancel(self, task: Task) -> None:
        """Ask a task to end; the fault is ``NotSupported`` if it cannot."""
        if task.done or not task.cancelable:
            raise Fault("NotSupported", "The task cannot be cancelled.")
        task.cancelled = True
        self.site.touch()
        self.resume(task)
        if task.claim is not None:
            task.claim.let_go(go_on=True)

    def interrupt(self) -> None:
        """Let all tasks that have not ended fail, under the site's lock, as a server does that restarts."""
        for task in self.recent:
            if not task.done:
                task.interrupted = True
                self.resume(task)
                if task.claim is not None:
                    task.claim.let_go(go_on=True)

    def resume(self, task: Task) -> None:
        """Let a blocked task try again, under the site's lock; nothing happens to one that is not blocked."""
        again, task.blocked = task.blocked, None
        if again is not None:
            again()

    def _run(self, task: Task, work: Callable[[Task], Any], owner: Any, prepare: Callable[[Task], None]) -> None:
        with self.site.lock:
            task.state, task.started = "running", datetime.now(UTC)
            ready = self._prepare(task, work, owner, prepare)
            self.site.touch()
        if ready:
            self._advance(task, work, owner)

    def _prepare(self, task: Task, work: Callable[[Task], Any], owner: Any, prepare: Callable[[Task], None]) -> bool:
        """Do what comes before the work; whether the task can go on."""

        def again() -> None:
            if task.cancelled or task.interrupted:
                self._finish(task, work, owner)
            elif self._prepare(task, work, owner, prepare):
                if self._pool is None:
                    self._finish(task, work, owner)
                else:
                    self._pool.submit(self._advance, task, work, owner)

        try:
            prepare(task)
        except Blocked:
            task.progress, task.blocked = _BLOCKED_AT, again
            self.site.touch()
            return False
        except Fault as fault:
            self._end(task, owner, fault)
            return False
        return True

    def _advance(self, task: Task, work: Callable[[Task], Any], owner: Any) -> None:
        for progress in _STEPS if self._pool is not None else ():
            self._stopped.wait(self.seconds / len(_STEPS))
            with self.site.lock:
                if task.cancelled or task.interrupted:
                    break
                task.progress = max(progress, task.progress or 0)
                self.site.touch()
        self._finish_when_let_go(task, work, owner)

    def _finish_when_let_go(self, task: Task, work: Callable[[Task], Any], owner: Any) -> None:
        """Finish a task, once a test that holds it lets it go; it fails where the server stops instead."""
        with self.site.lock:
            if self._pool is not None and not (task.cancelled or task.interrupted):
                task.claim = self.holds.claim("task", task.method, str(task.entity), None)
        if task.claim is None:
            self._finish(task, work, owner)
            return
        try:
            task.claim.around(lambda: self._finish(task, work, owner))
        except StoppedError:
            task.interrupted = True
            self._finish(task, work, owner)

    def _finish(self, task: Task, work: Callable[[Task], Any], owner: Any) -> None:
        with self.site.lock:
            error: Fault | None = None
            try:
                if task.interrupted:
                    text = "A general system error occurred: the server has been restarted."
                    raise Fault("SystemError", text, reason="the server has been restarted")  # noqa: TRY301  # as any
                if task.cancelled:
                    raise Fault("RequestCanceled", "The task was canceled by a user.")  # noqa: TRY301  # as any other
                task.result = work(task)
            except Fault as fault:
                error = fault
            except Exception as accident:  # noqa: BLE001  # as for calls: an answer, and the server lives
                # Whoever waits for the task must hear of the accident.
                error = Fault("SystemError", f"A general system error occurred: {accident}", reason=str(accident))
                _LOG.exception("the task %s failed", task.kind)
            self._end(task, owner, error)

    def _end(self, task: Task, owner: Any, error: Fault | None) -> None:
        task.state, task.error, task.progress = ("error", error, None) if error else ("success", None, 100)
        task.completed = datetime.now(UTC)
        if owner is not None:
            owner.busy = None
        self.site.events.task_ended(task, owner if isinstance(owner, Machine) else None, self._result(task))
        self.site.touch()

    def _result(self, task: Task) -> Machine | None:
        """Return the machine that a task has made, if it has made one."""
        ref = task.result
        if task.error is not None or not isinstance(ref, Ref) or ref.type != "VirtualMachine":
            return None
        # A vCenter's identifiers begin with "vm-", a host's are numbers in its own steps.
        digits = ref.value.removeprefix("vm-")
        step = 1 if ref.value.startswith("vm-") else self.site.hosts[0].profile.moid_step
        return self.site.machines.get(int(digits) // step) if digits.isdecimal() else None


def _nothing(_: Task) -> None:
    """Prepare nothing."""
