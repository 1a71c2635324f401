"""libvirt's event loop: the default implementation, and a program's own.

This driver raises no events by itself, but programs register the default implementation, run it in a thread of their
own, and use it for their own descriptors and timers.
"""

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from esxvirt.libvirt.constants.errors import VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT
from esxvirt.libvirt.constants.events import VIR_EVENT_HANDLE_READABLE, VIR_EVENT_HANDLE_WRITABLE
from esxvirt.libvirt.errors import report

if TYPE_CHECKING:
    from selectors import BaseSelector

__all__ = [
    "virEventAddHandle",
    "virEventAddTimeout",
    "virEventInvokeFreeCallback",
    "virEventRegisterDefaultImpl",
    "virEventRegisterImpl",
    "virEventRemoveHandle",
    "virEventRemoveTimeout",
    "virEventRunDefaultImpl",
    "virEventUpdateHandle",
    "virEventUpdateTimeout",
]

HandleCallback = Callable[[int, int, int, Any], None]
TimeoutCallback = Callable[[int, Any], None]

_READABLE: Final = VIR_EVENT_HANDLE_READABLE
_WRITABLE: Final = VIR_EVENT_HANDLE_WRITABLE
_LEAST_WAIT: Final = 0.001  # seconds: a timer of no interval must not starve the descriptors


class _Handle:
    __slots__ = ("callback", "events", "fd", "opaque")

    def __init__(self, fd: int, events: int, callback: HandleCallback, opaque: Any) -> None:
        self.fd = fd
        self.events = events
        self.callback = callback
        self.opaque = opaque


class _Timer:
    """`interval` in milliseconds, negative for none; `due` on the monotonic clock, in seconds."""

    __slots__ = ("callback", "due", "interval", "opaque")

    def __init__(self, interval: int, callback: TimeoutCallback, opaque: Any) -> None:
        self.callback = callback
        self.opaque = opaque
        self.start(interval)

    def start(self, interval: int) -> None:
        self.interval = interval
        self.due = time.monotonic() + interval / 1000


class _Loop:
    """The default implementation: one thread runs it, any may change what it watches."""

    def __init__(self) -> None:
        import socket  # noqa: PLC0415  a program without a loop of its own does without

        self._lock = threading.Lock()
        self._handles: dict[int, _Handle] = {}
        self._timers: dict[int, _Timer] = {}
        self._next = 1
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)

    def _number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # it is full: the loop will wake up
            self._wake_writer.send(b"\0")

    def add_handle(self, fd: int, events: int, callback: HandleCallback, opaque: Any) -> int:
        with self._lock:
            watch = self._number()
            self._handles[watch] = _Handle(fd, events, callback, opaque)
        self._wake()
        return watch

    def update_handle(self, watch: int, events: int) -> None:
        with self._lock:
            if watch in self._handles:
                self._handles[watch].events = events
        self._wake()

    def remove_handle(self, watch: int) -> int:
        with self._lock:
            known = self._handles.pop(watch, None) is not None
        self._wake()
        return 0 if known else -1

    def add_timeout(self, interval: int, callback: TimeoutCallback, opaque: Any) -> int:
        with self._lock:
            timer = self._number()
            self._timers[timer] = _Timer(interval, callback, opaque)
        self._wake()
        return timer

    def update_timeout(self, timer: int, interval: int) -> None:
        with self._lock:
            if timer in self._timers:
                self._timers[timer].start(interval)
        self._wake()

    def remove_timeout(self, timer: int) -> int:
        with self._lock:
            known = self._timers.pop(timer, None) is not None
        self._wake()
        return 0 if known else -1

    def run_once(self) -> None:
        """Wait until something is ready or due, or something else is to be watched; then call what is ready and due."""
        import selectors  # noqa: PLC0415  see above

        with self._lock:
            handles = {watch: handle for watch, handle in self._handles.items() if handle.events}
            waits = [timer.due for timer in self._timers.values() if timer.interval >= 0]
        timeout = max(_LEAST_WAIT, min(waits) - time.monotonic()) if waits else None
        with selectors.DefaultSelector() as selector:
            ready = self._wait(selector, handles.values(), timeout)
        self._run_timers()
        for watch, handle in handles.items():
            events = ready.get(handle.fd, 0) & handle.events
            if events and self._is_watched(watch):
                handle.callback(watch, handle.fd, events, handle.opaque)

    def _wait(self, selector: "BaseSelector", handles: Iterable[_Handle], timeout: float | None) -> dict[int, int]:
        """Return, by descriptor, what it is ready for. An error or a hangup makes it readable, as `select` has it."""
        # A selector's own events are 1 for reading and 2 for writing, as libvirt's are.
        wanted: dict[int, int] = {}
        for handle in handles:
            events = handle.events & (_READABLE | _WRITABLE) or _READABLE
            wanted[handle.fd] = wanted.get(handle.fd, 0) | events
        selector.register(self._wake_reader, _READABLE)
        for fd, events in wanted.items():
            selector.register(fd, events)
        ready = {key.fd: events for key, events in selector.select(timeout)}
        if ready.pop(self._wake_reader.fileno(), None):
            with contextlib.suppress(BlockingIOError):  # it is empty
                while self._wake_reader.recv(4096):
                    pass
        return ready

    def _is_watched(self, watch: int) -> bool:
        with self._lock:
            return watch in self._handles

    def _run_timers(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = [number for number, timer in self._timers.items() if timer.interval >= 0 and timer.due <= now]
        for number in due:
            with self._lock:
                timer = self._timers.get(number)  # a callback may have removed it
                if timer is None:
                    continue
                timer.start(timer.interval)
            timer.callback(number, timer.opaque)


class _Registered:
    """The implementation in use: the six functions of a program's own, or the default loop."""

    def __init__(self) -> None:
        self.functions: tuple[Callable[..., Any], ...] | None = None
        self.loop: _Loop | None = None

    def function(self, number: int) -> Callable[..., Any]:
        if self.functions is None:
            raise report(VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT, "could not initialize domain event timer")
        return self.functions[number]


_registered = _Registered()


def virEventRegisterDefaultImpl() -> int:
    """Use the default event loop, which `virEventRunDefaultImpl` runs; 0. Only the first registration counts."""
    if _registered.functions is None:
        loop = _registered.loop = _Loop()
        _registered.functions = (
            loop.add_handle,
            loop.update_handle,
            loop.remove_handle,
            loop.add_timeout,
            loop.update_timeout,
            loop.remove_timeout,
        )
    return 0


def virEventRegisterImpl(
    addHandle: Callable[..., int],
    updateHandle: Callable[..., None],
    removeHandle: Callable[..., int],
    addTimeout: Callable[..., int],
    updateTimeout: Callable[..., None],
    removeTimeout: Callable[..., int],
) -> int:
    """Use a program's own event loop; 0. Only the first registration counts."""
    if _registered.functions is None:
        _registered.functions = (addHandle, updateHandle, removeHandle, addTimeout, updateTimeout, removeTimeout)
    return 0


def virEventRunDefaultImpl() -> int:
    """Run one round of the default event loop: wait for something, call what it is for; 0."""
    if _registered.loop is None:
        raise report(VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT, "the default event loop is not registered")
    _registered.loop.run_once()
    return 0


def virEventAddHandle(fd: int, events: int, cb: HandleCallback, opaque: Any) -> int:
    """Watch a descriptor: ``cb(watch, fd, events, opaque)`` on VIR_EVENT_HANDLE_*. Returns the watch's number."""
    return int(_registered.function(0)(fd, events, cb, opaque))


def virEventUpdateHandle(watch: int, events: int) -> None:
    """Change what a descriptor is watched for."""
    _registered.function(1)(watch, events)


def virEventRemoveHandle(watch: int) -> int:
    """Watch a descriptor no more; 0, or -1 if there is no such watch."""
    return int(_registered.function(2)(watch))


def virEventAddTimeout(timeout: int, cb: TimeoutCallback, opaque: Any) -> int:
    """Call ``cb(timer, opaque)`` every `timeout` milliseconds, never if negative. Returns the timer's number."""
    return int(_registered.function(3)(timeout, cb, opaque))


def virEventUpdateTimeout(timer: int, timeout: int) -> None:
    """Change a timer's interval, in milliseconds; it starts anew."""
    _registered.function(4)(timer, timeout)


def virEventRemoveTimeout(timer: int) -> int:
    """Stop a timer; 0, or -1 if there is none of this number."""
    return int(_registered.function(5)(timer))


def virEventInvokeFreeCallback(opaque: Any) -> None:
    """Call the function that libvirt-python puts third in the opaque value of a watch or timer, if there is one."""
    if isinstance(opaque, tuple) and len(opaque) > 2 and callable(opaque[2]):
        opaque[2](opaque[1])
