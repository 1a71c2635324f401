"""Holds: calls and file requests that wait until a test lets them go.

with sim.hold("RegisterVM_Task") as hold:
    ...  # a client registers a machine, on a thread or in a process of its own
    hold.wait()  # its call has come, and nothing is done yet
    ...  # what another client does meanwhile
"""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from types import TracebackType
from typing import Any, Self, TypeVar

from esxvirt.records import record
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["Claim", "HeldCall", "Hold", "Holds", "StoppedError", "stopping"]

_VERBS = frozenset({"GET", "HEAD", "PUT", "DELETE", "*"})
_Value = TypeVar("_Value")


class StoppedError(Exception):
    """The server stops before what was held has been done."""


@record(frozen=True)
class HeldCall:
    """What is held: a method's name or an HTTP verb, the object ("VirtualMachine:1") or the URL's path, the session.

    A task has none.
    """

    method: str
    object: str
    session: str | None


class Claim:
    """One call in a hold, from when it comes until it is carried out."""

    def __init__(self, hold: "Hold", call: HeldCall) -> None:
        self.call = call
        self._hold = hold
        # Whether to go on (True), or to end because the server stops (False).
        self._let_go: Future[bool] = Future()
        # A waiter that is cancelled must not cancel this: it is the test that ends the hold.
        self._let_go.set_running_or_notify_cancel()
        self.done = False

    @property
    def waiting(self) -> bool:
        """Whether it has not been let go."""
        return not self._let_go.done()

    def let_go(self, *, go_on: bool) -> None:
        """Let it go on, or end where the server stops; the second time does nothing."""
        with suppress(InvalidStateError):
            self._let_go.set_result(go_on)

    def around(self, work: Callable[[], _Value]) -> _Value:
        """Do `work` when it is let go, or hold the answer of what is done at once; block the thread meanwhile.

        Raises:
            StoppedError: the server stops before it is done.
        """
        try:
            if not self._hold.answer:
                self._hold.reached(self)
                self._go_on(self._let_go.result())
                return work()
            try:
                return work()
            finally:
                self._hold.reached(self)
                self._let_go.result()
        finally:
            self._hold.finished(self)

    async def around_async(self, work: Callable[[], _Value]) -> _Value:
        """Do `work` as `around` does, without blocking the event loop.

        A client that goes away meanwhile takes nothing back: its request has come whole, and is carried out when it
        is let go.
        """
        waiting = asyncio.wrap_future(self._let_go)
        if self._hold.answer:
            try:
                done = work()
            finally:
                self._hold.reached(self)
                try:
                    await waiting
                finally:
                    self._hold.finished(self)
            return done
        self._hold.reached(self)
        try:
            go_on = await waiting
        except asyncio.CancelledError:
            self._let_go.add_done_callback(lambda future: self._without_client(work, go_on=future.result()))
            raise
        try:
            self._go_on(go_on)
            return work()
        finally:
            self._hold.finished(self)

    def _without_client(self, work: Callable[[], Any], *, go_on: bool) -> None:
        # Nobody is there to hear what goes wrong.
        with suppress(Exception):
            if go_on:
                work()
        self._hold.finished(self)

    @staticmethod
    def _go_on(go_on: bool) -> None:
        if not go_on:
            raise StoppedError


@record(frozen=True)
class _Wanted:
    """What a hold is for: a `stage` of its own, "call", "task" or "file"; a method or verb, "*" for all; where."""

    stage: str
    name: str
    object: str | None
    path: str

    def matches(self, stage: str, call: HeldCall) -> bool:
        if stage != self.stage or self.name not in {call.method, "*"}:
            return False
        if stage == "file":
            return call.object.startswith(self.path)
        return self.object in {None, call.object, call.object.partition(":")[2]}


class Hold:
    """A hold on calls, as `Simulator.hold` returns it; leaving it as a context manager releases it.

    With `answer` the work of a call is done before it is held, else nothing is.
    """

    def __init__(self, holds: "Holds", wanted: "_Wanted", *, answer: bool, count: int, skip: int) -> None:
        self.answer = answer
        self._holds = holds
        self._wanted = wanted
        self._left = count
        self._skip = skip
        # All that have come, and those that are held or were: with `answer` these have been carried out first.
        self._claims: list[Claim] = []
        self._reached: list[Claim] = []
        self._released = False

    @property
    def calls(self) -> list[HeldCall]:
        """All that has been held, in the order in which it came."""
        with self._holds.changed:
            return [claim.call for claim in self._reached]

    @property
    def held(self) -> bool:
        """Whether anything is held now."""
        with self._holds.changed:
            return any(claim.waiting for claim in self._reached)

    def wait(self, timeout: float = 10.0, count: int = 1) -> HeldCall:
        """Block until a call is held, or so many, and return the last of these.

        Raises:
            TimeoutError: none has come in `timeout` seconds, or none can come any more: the hold is released.
        """
        with self._holds.changed:
            self._holds.changed.wait_for(lambda: len(self._reached) >= count or self._released, timeout)
            if len(self._reached) < count:
                raise TimeoutError(f"{len(self._reached)} of {count} calls have come to be held")
            return self._reached[count - 1].call

    def wait_done(self, timeout: float = 10.0) -> None:
        """Block until all that was held has been carried out, be its client there or not; tasks may still run.

        Raises:
            TimeoutError: it has not been in `timeout` seconds.
        """
        with self._holds.changed:
            if not self._holds.changed.wait_for(lambda: all(claim.done for claim in self._claims), timeout):
                raise TimeoutError("what was held has not been carried out")

    def release(self) -> None:
        """Let all go that is held, and hold nothing any more; safe to call twice."""
        self.end(go_on=True)

    def end(self, *, go_on: bool) -> None:
        """Release it; without `go_on` what has not been done is not done."""
        with self._holds.changed:
            self._released = True
            self._holds.forget(self)
            claims = list(self._claims)
            self._holds.changed.notify_all()
        for claim in claims:
            claim.let_go(go_on=go_on)

    def claim(self, stage: str, call: HeldCall) -> Claim | None:
        """Return a claim for a call if this hold is for it; `Holds` calls it under its lock."""
        if not self._left or not self._wanted.matches(stage, call):
            return None
        if self._skip:
            self._skip -= 1
            return None
        self._left -= 1
        claim = Claim(self, call)
        self._claims.append(claim)
        return claim

    def reached(self, claim: Claim) -> None:
        """Note that a call has come to where it is held."""
        with self._holds.changed:
            if claim.waiting:
                self._reached.append(claim)
                self._holds.changed.notify_all()

    def finished(self, claim: Claim) -> None:
        """Note that a call has been carried out."""
        with self._holds.changed:
            claim.done = True
            self._holds.changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


class Holds:
    """The holds in force, oldest first: the first that matches holds a call. Thread-safe.

    The lock of `changed` is never kept while anything waits to be let go.
    """

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._holds: list[Hold] = []

    def add(
        self,
        method: str | None = None,
        *,
        http: str | None = None,
        path: str | None = None,
        object: str | Ref | None = None,  # noqa: A002  # the word that `sim.calls` uses, too
        answer: bool = False,
        task: bool = False,
        count: int = 1,
        skip: int = 0,
    ) -> Hold:
        """Hold calls; the arguments are those of `Simulator.hold`.

        Raises:
            ValueError: for what can never be held.
        """
        if (method is None) == (http is None):
            raise ValueError("hold either a method or an HTTP verb")
        if (http is None and path is not None) or (http is not None and object is not None):
            raise ValueError("a path chooses file requests, an object chooses calls")
        if task and (http is not None or answer):
            raise ValueError("a task is that of a method, and has no answer: choose task or answer")
        if count < 1 or skip < 0:
            raise ValueError("count is at least 1, skip at least 0")
        if method is not None and method != "*" and not schema.wire_method_versions(method):
            raise ValueError(f"{method!r} is no method of the vSphere API")
        if http is not None and http.upper() not in _VERBS:
            raise ValueError(f"no requests for files with {http!r}: choose one of {', '.join(sorted(_VERBS))}")
        stage = "file" if http is not None else "task" if task else "call"
        target = str(object) if object is not None else None
        wanted = _Wanted(stage, (http or "").upper() or method or "", target, path or "")
        hold = Hold(self, wanted, answer=answer, count=count, skip=skip)
        with self.changed:
            self._holds.append(hold)
        return hold

    def claim(self, stage: str, method: str, where: str, session: str | None) -> Claim | None:
        """Return the claim of a "call", a "task" or a request for a "file" that is to be held, or None."""
        if not self._holds:
            return None
        call = HeldCall(method, where, session)
        with self.changed:
            return next(filter(None, (hold.claim(stage, call) for hold in self._holds)), None)

    def forget(self, hold: Hold) -> None:
        """Take a hold out, under the lock."""
        self._holds = [other for other in self._holds if other is not hold]

    def close(self) -> None:
        """Let all go, as the server stops: what has not been done is not done."""
        with self.changed:
            holds = list(self._holds)
        for hold in holds:
            hold.end(go_on=False)


def stopping() -> Fault:
    """Return the fault of a call that was held when the server stopped."""
    return Fault("SystemError", "A general system error occurred: the server stops.", reason="the server stops")
