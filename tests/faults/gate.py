"""Tasks that run when a trial lets them: whether one has ended when somebody looks is no matter of chance."""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from functools import partial
from typing import Any

from esxvirt.sim import Simulator

__all__ = ["TaskGate"]


class TaskGate(Executor):
    """Keeps the tasks of a simulator until `open` runs them, to their ends, on the caller's thread.

    A task that was started is there, and has not begun, until then; `shut` keeps it so for a number of `open`s.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._waiting: deque[Callable[[], Any]] = deque()
        self._shut = 0
        self._lock = threading.RLock()
        simulator.tasks.seconds = 0.0
        simulator.tasks.attach(self)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Keep a task; nobody waits for the future."""
        self._waiting.append(partial(fn, *args, **kwargs))
        return Future()

    def shut(self, times: int) -> None:
        """Let the next so many `open`s run nothing."""
        self._shut = times

    @contextmanager
    def parked(self) -> Iterator[None]:
        """Let the tasks that wait now go on waiting meanwhile; others do not."""
        with self._lock:
            parked, self._waiting = self._waiting, deque()
        try:
            yield
        finally:
            with self._lock:
                self._waiting.extendleft(reversed(parked))

    def open(self, *, wide: bool = False) -> None:
        """Run what waits, and what that starts; `wide`, also if it is shut."""
        with self._lock:
            if self._shut and not wide:
                self._shut -= 1
                return
            self._shut = 0
            while self._waiting:
                self._waiting.popleft()()
