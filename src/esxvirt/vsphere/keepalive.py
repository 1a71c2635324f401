"""Keeping a session alive that nothing else is asked of, and noticing that its server has gone."""

import contextlib
import threading
import time
import weakref
from collections.abc import Callable

from esxvirt.errors import EsxvirtError, ServerFault
from esxvirt.vsphere.session import SERVICE, Session

__all__ = ["KeepAlive"]


class KeepAlive:
    """Asks the server for its time whenever the session was silent for `interval` seconds, on a thread of its own.

    That counts as activity to the server, so the session does not expire. A session that expired all the same is
    renewed, as by any other call. When the server has not answered for `count` + 1 times in a row it is taken for
    gone: `lost` is called, once, on the thread, and nothing more is asked. Each question may take `interval` seconds.

    The thread holds no session: one that is closed, or forgotten, ends it, and it never keeps a process from ending.
    """

    def __init__(self, session: Session, interval: float, count: int, lost: Callable[[], None]) -> None:
        self._stopped = threading.Event()
        arguments = (weakref.ref(session), self._stopped, interval, count, lost)
        self._thread = threading.Thread(target=_watch, args=arguments, name="keepalive", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask nothing more; a question under way is not waited for. A second call does nothing."""
        self._stopped.set()


def _watch(
    reference: "weakref.ref[Session]",
    stopped: threading.Event,
    interval: float,
    count: int,
    lost: Callable[[], None],
) -> None:
    missed = 0
    pause = interval
    while not stopped.wait(pause):
        session = reference()
        if session is None:
            return
        silent = time.monotonic() - session.transport.last_answer
        if silent < interval:
            pause = interval - silent
            continue
        pause = interval
        missed = 0 if _ask(session, interval) else missed + 1
        if missed > count and not stopped.is_set():
            stopped.set()
            with contextlib.suppress(Exception):
                lost()
            return
        del session  # or it would live while this thread waits


def _ask(session: Session, seconds: float) -> bool:
    """Return whether the server answers at all: a refusal is an answer, too."""
    try:
        session.call(SERVICE, "CurrentTime", seconds=seconds)
    except ServerFault:
        return True
    except EsxvirtError:
        return False
    return True
