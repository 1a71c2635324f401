"""libvirt's event loop: the default implementation, and a program's own.

This driver raises no events by itself, but programs register the default implementation, run it in a thread of their
own, and use it for their own descriptors and timers.
"""

import contextlib
import functools
import math
import operator
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from esxvirt.constants.errors import VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT
from esxvirt.constants.events import (
    VIR_EVENT_HANDLE_ERROR,
    VIR_EVENT_HANDLE_HANGUP,
    VIR_EVENT_HANDLE_READABLE,
    VIR_EVENT_HANDLE_WRITABLE,
)
from esxvirt.libvirt._arguments import to_int, to_int32
from esxvirt.libvirt._errors import libvirtError, report, virResetLastError
from esxvirt.libvirt._late import select, socket, traceback

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
_WRONG: Final = VIR_EVENT_HANDLE_ERROR | VIR_EVENT_HANDLE_HANGUP
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
        self._lock = threading.Lock()
        self._handles: dict[int, _Handle] = {}
        self._timers: dict[int, _Timer] = {}
        self._next = 1
        self._runner: int | None = None  # the thread that waits, which nobody has to wake
        self._wake_reader, self._wake_writer = socket.socketpair()
        self._wake_reader.setblocking(False)
        self._wake_writer.setblocking(False)

    def _number(self) -> int:
        number, self._next = self._next, self._next + 1
        return number

    def _wake(self) -> None:
        if self._runner in {None, threading.get_ident()}:
            return
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
        with self._lock:
            self._runner = threading.get_ident()
            handles = {watch: handle for watch, handle in self._handles.items() if handle.events}
            waits = [timer.due for timer in self._timers.values() if timer.interval >= 0]
        timeout = max(_LEAST_WAIT, min(waits) - time.monotonic()) if waits else None
        try:
            ready = self._wait(handles.values(), timeout)
        finally:
            self._runner = None
        self._run_timers()
        for watch, handle in handles.items():
            # As `poll` has it, what went wrong is told to everybody, asked for or not.
            events = ready.get(handle.fd, 0) & (handle.events | _WRONG)
            if events and self._is_watched(watch):
                _call(handle.callback, watch, handle.fd, events, handle.opaque)

    def _wait(self, handles: Iterable[_Handle], timeout: float | None) -> dict[int, int]:
        """Return, by descriptor, what it is ready for, and what is wrong with it; those that are none are left out."""
        wanted: dict[int, int] = {}
        for handle in handles:
            if handle.fd >= 0:
                wanted[handle.fd] = wanted.get(handle.fd, 0) | handle.events
        wanted[self._wake_reader.fileno()] = _READABLE
        ready = _poll(wanted, timeout)
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
            _call(timer.callback, number, timer.opaque)


def _poll(wanted: dict[int, int], timeout: float | None) -> dict[int, int]:
    if not hasattr(select, "poll"):  # Windows, where descriptors are sockets
        to_read = [fd for fd, events in wanted.items() if events & _READABLE]
        to_write = [fd for fd, events in wanted.items() if events & _WRITABLE]
        readable, writable, _ = select.select(to_read, to_write, [], timeout)
        return {fd: (fd in readable) * _READABLE | (fd in writable) * _WRITABLE for fd in {*readable, *writable}}
    pairs = (
        (select.POLLIN, _READABLE),
        (select.POLLOUT, _WRITABLE),
        (select.POLLERR, VIR_EVENT_HANDLE_ERROR),
        (select.POLLNVAL, VIR_EVENT_HANDLE_ERROR),  # closed by somebody: no other descriptor has to suffer for it
        (select.POLLHUP, VIR_EVENT_HANDLE_HANGUP),
    )
    poll = select.poll()
    for fd, events in wanted.items():
        poll.register(fd, sum(native for native, event in pairs[:2] if events & event))
    found = poll.poll(None if timeout is None else math.ceil(timeout * 1000))
    return {fd: functools.reduce(operator.or_, (ours for bit, ours in pairs if got & bit), 0) for fd, got in found}


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call what the program gave; as in libvirt-python, an exception is printed and ends nothing. It returns None."""
    try:
        return function(*arguments)
    except Exception:  # noqa: BLE001  whatever a callback raises
        traceback.print_exc()
        return None


def _invoke(number: int, *rest: Any) -> None:
    """Call back for a program's own loop: with the three things it was given as they are, or, as of old, one by one."""
    *arguments, last = rest
    if isinstance(last, _Opaque):
        callback, opaque = last[:2]
    else:
        *arguments, callback = arguments
        opaque = last
    _call(callback, number, *arguments, opaque)


class _Opaque(tuple[Any, Any, Any]):
    """What libvirt-python gives a program's own loop for each watch: callback, opaque value, what frees that."""

    __slots__ = ()


def _free(_opaque: Any) -> None:
    """Do nothing: Python frees what nobody holds."""


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


def has_implementation() -> bool:
    """Return whether an event loop is registered, the default one or a program's own."""
    return _registered.functions is not None


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
    functions = (addHandle, updateHandle, removeHandle, addTimeout, updateTimeout, removeTimeout)
    if not all(callable(function) for function in functions):
        raise TypeError("an event loop is six functions: one of the arguments cannot be called")
    if _registered.functions is None:
        _registered.functions = functions
    return 0


def virEventRunDefaultImpl() -> int:
    """Run one round of the default event loop: wait for something, call what it is for; 0."""
    if _registered.loop is None:
        raise report(VIR_ERR_INTERNAL_ERROR, VIR_FROM_EVENT, "the default event loop is not registered")
    _registered.loop.run_once()
    return 0


def _add(number: int, what: int, events: tuple[int, ...], cb: Any, opaque: Any, function: str) -> int:
    add = _registered.function(number)
    if _registered.loop is not None:
        return int(add(what, *events, cb, opaque))
    added = _call(add, what, *events, _invoke, _Opaque((cb, opaque, _free)))
    if added is None or to_int(added) == -1:
        raise _failed(function)
    return int(added)


def _remove(number: int, which: int, function: str) -> int:
    # A function that returns nothing has said nothing against it.
    removed = _call(_registered.function(number), to_int32(which))
    if removed is not None and to_int(removed) == -1:
        raise _failed(function)
    return int(removed or 0)


def _failed(function: str) -> libvirtError:
    virResetLastError()  # there is nothing more to tell
    return libvirtError(f"{function}() failed")


def virEventAddHandle(fd: int, events: int, cb: HandleCallback, opaque: Any) -> int:
    """Watch a descriptor: ``cb(watch, fd, events, opaque)`` on VIR_EVENT_HANDLE_*. Returns the watch's number."""
    return _add(0, to_int32(fd), (to_int32(events),), cb, opaque, "virEventAddHandle")


def virEventUpdateHandle(watch: int, events: int) -> None:
    """Change what a descriptor is watched for."""
    _call(_registered.function(1), to_int32(watch), to_int32(events))


def virEventRemoveHandle(watch: int) -> int:
    """Watch a descriptor no more; 0. Raises libvirtError if there is no such watch."""
    return _remove(2, watch, "virEventRemoveHandle")


def virEventAddTimeout(timeout: int, cb: TimeoutCallback, opaque: Any) -> int:
    """Call ``cb(timer, opaque)`` every `timeout` milliseconds, never if negative. Returns the timer's number."""
    return _add(3, to_int32(timeout), (), cb, opaque, "virEventAddTimeout")


def virEventUpdateTimeout(timer: int, timeout: int) -> None:
    """Change a timer's interval, in milliseconds; it starts anew."""
    _call(_registered.function(4), to_int32(timer), to_int32(timeout))


def virEventRemoveTimeout(timer: int) -> int:
    """Stop a timer; 0. Raises libvirtError if there is none of this number."""
    return _remove(5, timer, "virEventRemoveTimeout")


def virEventInvokeFreeCallback(opaque: Any) -> None:
    """Call the function that libvirt-python puts third in the opaque value of a watch or timer, if there is one."""
    if isinstance(opaque, tuple) and len(opaque) > 2 and callable(opaque[2]):
        opaque[2](opaque[1])
