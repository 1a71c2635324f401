"""libvirt's event loop on asyncio, with the names of libvirt-python's libvirtaio.

After ``libvirtaio.virEventRegisterAsyncIOImpl()``, inside or before a running loop, what libvirt watches and times is
watched and timed by that loop. Registering works from any thread.
"""

import asyncio
import itertools
import logging
import warnings
from collections.abc import Callable
from typing import Any, ClassVar

from esxvirt import libvirt

__all__ = [
    "getCurrentImpl",
    "virEventAsyncIOImpl",
    "virEventRegisterAsyncIOImpl",
]

_BOTH = libvirt.VIR_EVENT_HANDLE_READABLE | libvirt.VIR_EVENT_HANDLE_WRITABLE


class Callback:
    """What is called, and with what.

    Args:
        impl: The implementation that it belongs to.
        cb: The callback.
        opaque: What libvirt wants to have back.
    """

    _numbers: ClassVar["itertools.count[int]"] = itertools.count()

    def __init__(self, impl: "virEventAsyncIOImpl", cb: Callable[..., Any], opaque: Any) -> None:
        self.iden = next(self._numbers)
        self.impl = impl
        self.cb = cb
        self.opaque = opaque

    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden}>"

    def close(self) -> None:
        """Have the opaque value freed, when the loop comes to it."""
        self.impl.schedule_ff_callback(self.iden, self.opaque)


class FDCallback(Callback):
    """A callback for a descriptor, which is called on `event` (VIR_EVENT_HANDLE_*)."""

    def __init__(
        self, impl: "virEventAsyncIOImpl", cb: Callable[..., Any], opaque: Any, *, descriptor: "Descriptor", event: int
    ) -> None:
        super().__init__(impl, cb, opaque)
        self.descriptor = descriptor
        self.event = event

    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden} fd={self.descriptor.fd} event={self.event}>"

    def update(self, event: int) -> None:
        """Be called on other events from now on."""
        self.event = event
        self.descriptor.update()


class TimeoutCallback(Callback):
    """A callback for a timer, which is called every `timeout` milliseconds; never if negative."""

    def __init__(self, impl: "virEventAsyncIOImpl", cb: Callable[..., Any], opaque: Any) -> None:
        super().__init__(impl, cb, opaque)
        self.timeout = -1
        self._due: asyncio.Handle | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} iden={self.iden} timeout={self.timeout}>"

    def update(self, timeout: int) -> None:
        """Start anew with another interval, or stop."""
        self.timeout = timeout
        if self._due is not None:
            self._due.cancel()
            self._due = None
        if timeout >= 0:
            loop = self.impl.loop
            self._due = loop.call_later(timeout / 1000, self._fire) if timeout else loop.call_soon(self._fire)

    def _fire(self) -> None:
        self.update(self.timeout)  # first: the callback may change it
        self.cb(self.iden, self.opaque)

    def close(self) -> None:
        """Stop, and have the opaque value freed."""
        self.update(-1)
        super().close()


class Descriptor:
    """A descriptor that the loop watches for all callbacks that it has."""

    def __init__(self, impl: "virEventAsyncIOImpl", fd: int) -> None:
        self.impl = impl
        self.fd = fd
        self.callbacks: dict[int, FDCallback] = {}

    def update(self) -> None:
        """Have the loop watch for what the callbacks are for."""
        wanted = 0
        for callback in self.callbacks.values():
            wanted |= callback.event
        if wanted & ~_BOTH:
            told = "The only event supported are VIR_EVENT_HANDLE_READABLE and VIR_EVENT_HANDLE_WRITABLE"
            warnings.warn(told, UserWarning, stacklevel=2)
        loop, readable, writable = self.impl.loop, libvirt.VIR_EVENT_HANDLE_READABLE, libvirt.VIR_EVENT_HANDLE_WRITABLE
        if wanted & readable:
            loop.add_reader(self.fd, self._handle, readable)
        else:
            loop.remove_reader(self.fd)
        if wanted & writable:
            loop.add_writer(self.fd, self._handle, writable)
        else:
            loop.remove_writer(self.fd)

    def _handle(self, event: int) -> None:
        for callback in list(self.callbacks.values()):
            if callback.event & event:
                callback.cb(callback.iden, self.fd, event, callback.opaque)

    def add_handle(self, callback: FDCallback) -> None:
        """Watch for one more callback."""
        self.callbacks[callback.iden] = callback
        self.update()

    def remove_handle(self, iden: int) -> FDCallback:
        """Watch for one callback less, and return it."""
        callback = self.callbacks.pop(iden)
        self.update()
        return callback


class DescriptorDict(dict[int, Descriptor]):
    """The descriptors of an implementation, each made when it is first asked for."""

    def __init__(self, impl: "virEventAsyncIOImpl") -> None:
        super().__init__()
        self.impl = impl

    def __missing__(self, fd: int) -> Descriptor:
        descriptor = self[fd] = Descriptor(self.impl, fd)
        return descriptor


class virEventAsyncIOImpl:
    """An event loop for `libvirt.virEventRegisterImpl`.

    Args:
        loop: asyncio's; None for the current one.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        self.loop = loop or asyncio.get_event_loop()
        self.callbacks: dict[int, Callback] = {}
        self.descriptors = DescriptorDict(self)
        self.log = logging.getLogger(type(self).__name__)
        self._pending = 0  # what was added and whose opaque value is not freed yet
        self._finished: asyncio.Event | None = None  # set when nothing is; there as long as `drain` waits

    def __repr__(self) -> str:
        return f"<{type(self).__name__} callbacks={self.callbacks} descriptors={self.descriptors}>"

    def register(self) -> "virEventAsyncIOImpl":
        """Have libvirt use this implementation."""
        self.log.debug("register()")
        libvirt.virEventRegisterImpl(
            self._add_handle,
            self._update_handle,
            self._remove_handle,
            self._add_timeout,
            self._update_timeout,
            self._remove_timeout,
        )
        return self

    def schedule_ff_callback(self, iden: int, opaque: Any) -> None:
        """Have an opaque value freed in the next round of the loop: not now, where libvirt may hold its locks."""
        self.log.debug("schedule_ff_callback(iden=%d)", iden)
        self.loop.call_soon_threadsafe(self._free, opaque)

    def _free(self, opaque: Any) -> None:
        libvirt.virEventInvokeFreeCallback(opaque)
        self._pending -= 1
        if not self._pending and self._finished is not None:
            self._finished.set()

    async def drain(self) -> None:
        """Wait until nothing is watched or timed, and all opaque values are freed."""
        self.log.debug("drain()")
        while self._pending:
            if self._finished is None:
                self._finished = asyncio.Event()
            await self._finished.wait()
            self._finished = None
        self.log.debug("drain ended")

    def is_idle(self) -> bool:
        """Return whether nothing is watched or timed, and all opaque values are freed."""
        return not self.callbacks and not self._pending

    def _in_loop(self, action: Callable[..., Any], *arguments: Any) -> None:
        """Do something on the loop's own thread, which asyncio asks for."""
        try:
            is_here = asyncio.get_running_loop() is self.loop
        except RuntimeError:
            is_here = False
        if is_here or not self.loop.is_running():
            action(*arguments)
        else:
            self.loop.call_soon_threadsafe(action, *arguments)

    def _add(self, callback: Callback) -> int:
        self.callbacks[callback.iden] = callback
        self._pending += 1
        return callback.iden

    def _add_handle(self, fd: int, event: int, cb: Callable[..., Any], opaque: Any) -> int:
        descriptor = self.descriptors[fd]
        callback = FDCallback(self, cb, opaque, descriptor=descriptor, event=event)
        self.log.debug("add_handle(fd=%d, event=%d) = %d", fd, event, callback.iden)
        self._in_loop(descriptor.add_handle, callback)
        return self._add(callback)

    def _update_handle(self, watch: int, event: int) -> None:
        self.log.debug("update_handle(watch=%d, event=%d)", watch, event)
        callback = self.callbacks.get(watch)
        if isinstance(callback, FDCallback):
            self._in_loop(callback.update, event)

    def _remove_handle(self, watch: int) -> int:
        self.log.debug("remove_handle(watch=%d)", watch)
        callback = self.callbacks.get(watch)
        if not isinstance(callback, FDCallback):
            self.log.warning("remove_handle(): no such handle: %r", watch)
            return -1
        del self.callbacks[watch]
        self._in_loop(self._unwatch, callback)
        return 0

    def _unwatch(self, callback: FDCallback) -> None:
        descriptor = callback.descriptor
        descriptor.remove_handle(callback.iden)
        if not descriptor.callbacks:
            self.descriptors.pop(descriptor.fd, None)
        callback.close()

    def _add_timeout(self, timeout: int, cb: Callable[..., Any], opaque: Any) -> int:
        callback = TimeoutCallback(self, cb, opaque)
        self.log.debug("add_timeout(timeout=%d) = %d", timeout, callback.iden)
        self._in_loop(callback.update, timeout)
        return self._add(callback)

    def _update_timeout(self, timer: int, timeout: int) -> None:
        self.log.debug("update_timeout(timer=%d, timeout=%d)", timer, timeout)
        callback = self.callbacks.get(timer)
        if isinstance(callback, TimeoutCallback):
            self._in_loop(callback.update, timeout)

    def _remove_timeout(self, timer: int) -> int:
        self.log.debug("remove_timeout(timer=%d)", timer)
        callback = self.callbacks.get(timer)
        if not isinstance(callback, TimeoutCallback):
            self.log.warning("remove_timeout(): no such timeout: %r", timer)
            return -1
        del self.callbacks[timer]
        self._in_loop(callback.close)
        return 0


class _Current:
    impl: virEventAsyncIOImpl | None = None


def getCurrentImpl() -> virEventAsyncIOImpl | None:
    """Return the implementation that was registered last; None if none was."""
    return _Current.impl


def virEventRegisterAsyncIOImpl(loop: asyncio.AbstractEventLoop | None = None) -> virEventAsyncIOImpl:
    """Have libvirt use an asyncio loop, the current one if none is given; what does it is returned."""
    _Current.impl = virEventAsyncIOImpl(loop=loop).register()
    return _Current.impl
