"""The private names of libvirt-python that the modules beside it use: what they write annotations and callbacks with.

libvirt_qemu and libvirtaio need the types to be imported at all. What C calls back in libvirt-python is there for
programs with an event loop of their own.
"""

from collections.abc import Callable
from typing import Any, TypeVar

__all__ = [
    "_T",
    "_BlkioParameter",
    "_DomainCB",
    "_EventAddHandleFunc",
    "_EventAddTimeoutFunc",
    "_EventCB",
    "_EventRemoveHandleFunc",
    "_EventRemoveTimeoutFunc",
    "_EventUpdateHandleFunc",
    "_EventUpdateTimeoutFunc",
    "_MemoryParameter",
    "_SchedParameter",
    "_TimerCB",
    "_TypedParameter",
    "_dispatchEventHandleCallback",
    "_dispatchEventTimeoutCallback",
    "_eventInvokeHandleCallback",
    "_eventInvokeTimeoutCallback",
]

_T = TypeVar("_T")
_EventCB = Callable[[int, int, int, _T], None]
_EventAddHandleFunc = Callable[[int, int, _EventCB[_T], _T], int]
_EventUpdateHandleFunc = Callable[[int, int], None]
_EventRemoveHandleFunc = Callable[[int], int]
_TimerCB = Callable[[int, _T], None]
_EventAddTimeoutFunc = Callable[[int, _TimerCB[_T], _T], int]
_EventUpdateTimeoutFunc = Callable[[int, int], None]
_EventRemoveTimeoutFunc = Callable[[int], int]
_DomainCB = Callable[[Any, Any, int, int, _T], int | None]
_BlkioParameter = dict[str, Any]
_MemoryParameter = dict[str, Any]
_SchedParameter = dict[str, Any]
_TypedParameter = dict[str, Any]


def _eventInvokeHandleCallback(watch: int, fd: int, event: int, opaque: Any, opaquecompat: Any = None) -> None:
    """Call what `virEventAddHandle` was given: in one tuple with its opaque value, or, as of old, apart from it."""
    callback, value = (opaque, opaquecompat) if opaquecompat else opaque[:2]
    callback(watch, fd, event, value)


def _eventInvokeTimeoutCallback(timer: int, opaque: Any, opaquecompat: Any = None) -> None:
    """Call what `virEventAddTimeout` was given, as `_eventInvokeHandleCallback` does."""
    callback, value = (opaque, opaquecompat) if opaquecompat else opaque[:2]
    callback(timer, value)


def _dispatchEventHandleCallback(watch: int, fd: int, events: int, cbData: dict[str, Any]) -> int:
    """Call a program's callback for a descriptor; 0."""
    cbData["cb"](watch, fd, events, cbData["opaque"])
    return 0


def _dispatchEventTimeoutCallback(timer: int, cbData: dict[str, Any]) -> int:
    """Call a program's callback for a timer; 0."""
    cbData["cb"](timer, cbData["opaque"])
    return 0
