"""Waiting for changes: the filters of one collector of one session, and the versions of what they have reported."""

import time
from typing import TYPE_CHECKING, Protocol

from esxvirt.sim.wire.values import Fault, Raw, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.properties.select import Selection
    from esxvirt.sim.state.site.site import Site

__all__ = ["Updates", "Watched"]


class Watched(Protocol):
    """What a client watches: a property filter."""

    ref: Ref

    def changes(self, call: "Call") -> str:
        """Return what differs from the last report, "" if nothing does, and remember it."""
        ...

    def forget(self) -> None:
        """Report everything anew the next time."""
        ...


class Updates:
    """A session's filters in one collector. `pages` are the rests of paged reads, by token.

    The site's lock guards it.
    """

    def __init__(self) -> None:
        self.filters: list[Watched] = []
        self.pages: dict[str, tuple[list[Selection], int]] = {}
        self._version = 0
        self._last: tuple[int, Raw] | None = None
        self._cancelled = 0

    def cancel(self, site: "Site") -> None:
        """End the waits that are under way."""
        self._cancelled += 1
        site.changed.notify_all()

    def wait(self, call: "Call", version: str, seconds: float | None) -> Raw | None:
        """Return an ``UpdateSet`` of what has changed since `version`; None after `seconds` (None: never).

        The fault is ``InvalidCollectorVersion`` for a version that this collector has not given last,
        ``RequestCanceled`` for a wait that was cancelled.
        """
        if version and self._last is not None and version == str(self._last[0] - 1):
            # The client has not seen the last answer: it gets that one again.
            return self._last[1]
        if version not in {"", str(self._version)}:
            raise Fault("InvalidCollectorVersion", f'The version "{version}" is not known.')
        if not version:
            for target in self.filters:
                target.forget()
        deadline = None if seconds is None else time.monotonic() + seconds
        started = self._cancelled
        while True:
            site = call.endpoint.site
            if call.session is not None and not call.endpoint.sessions.holds(call.session):
                raise Fault("NotAuthenticated", "The session is not authenticated.", object=call.this)
            revision = site.revision
            changes = "".join(target.changes(call) for target in list(self.filters))
            if changes:
                self._version += 1
                answer = Raw(f"<version>{self._version}</version>{changes}")
                self._last = (self._version, answer)
                return answer
            while site.revision == revision and self._cancelled == started and not (site.closing or call.abandoned()):
                left = None if deadline is None else deadline - time.monotonic()
                if left is not None and left <= 0:
                    return None
                site.changed.wait(left)
            if self._cancelled != started or site.closing or call.abandoned():
                raise Fault("RequestCanceled", "The request was canceled.")
