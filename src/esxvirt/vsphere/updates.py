"""Property updates: being told what changes, instead of asking again and again."""

import random
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from esxvirt.errors import (
    BadAnswerError,
    DeadlineError,
    EsxvirtError,
    MissingPrivilegeError,
    ServerFault,
    TransportError,
)
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.faults import is_missing_privilege, lacking
from esxvirt.vsphere.inventory import Query, specification
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.soap import escape

__all__ = ["Changes", "Updates", "watching"]

_LONGEST_WAIT: Final = 60
"""Seconds that one call waits on the server: less than what firewalls allow a silent connection."""
_GRACE: Final = 30.0
"""Seconds more that its answer may take to arrive."""
_LATE: Final = 5.0
"""The same where what is waited for has a deadline, which a silent server must not stretch much."""
_ATTEMPTS: Final = 3
"""How often an answer may get lost, one after the other."""
_FORGOTTEN: Final = frozenset({"InvalidCollectorVersion", "NotAuthenticated"})
"""What a server says that has lost what it knew of our filter, with its session or without."""
_FAREWELL_SECONDS: Final = 10.0
_BRIEF_FAREWELL_SECONDS: Final = 1.0

Changes = dict[tuple[Ref, str], Any]
"""New values by the object's reference and the property's path; None where one was unset."""


class Updates:
    """What the server tells of the objects of one `watching`."""

    def __init__(self, session: Session, query: Query) -> None:
        self._session = session
        self._query = query
        self._collector = session.content.propertyCollector
        self._filter: Any = None
        self._generation = 0
        self._version = ""
        self._silent = False

    def tell_anew(self) -> None:
        """Have the next `wait` return all values again, changed or not."""
        self._version = ""

    def wait(self, deadline: Deadline) -> Changes:
        """Return the next changes; at the first call, all values.

        An answer that gets lost is no loss: what has become of everything is told anew then, and also once a session
        that had expired is renewed.

        Raises:
            DeadlineError: Nothing changed until then.
            ServerFault: The server refused.
            TransportError: It broke off, again and again.
        """
        failures = 0
        while True:
            try:
                found = self._wait_once(deadline)
            except TransportError as error:
                self._silent = isinstance(error, DeadlineError)
                failures += 1
                if failures == _ATTEMPTS or deadline.expired():
                    raise
                time.sleep(random.uniform(0, 0.1 * 2**failures))  # noqa: S311  no secret
                self._version = ""
                continue
            except ServerFault as fault:
                failures += 1
                if failures == _ATTEMPTS or fault.name not in _FORGOTTEN:
                    raise
                self._filter, self._version = None, ""
                continue
            if found is None:
                deadline.remaining()
                continue
            self._version, changes = found
            return changes

    def _wait_once(self, deadline: Deadline) -> tuple[str, Changes] | None:
        session, left = self._session, deadline.remaining()
        if self._filter is None or self._generation != session.transport.generation:
            self._version = ""
            self._filter = session.ask(
                self._collector,
                "CreateFilter",
                f"<spec>{specification(self._query)}</spec><partialUpdates>true</partialUpdates>",
            )
            self._generation = session.transport.generation
        if not session.paged:
            # VI API 2.5 and 4.0 wait without a limit of their own: leaving the connection is what ends that.
            return self._told("WaitForUpdates", "", left or 1e9)
        wait = _LONGEST_WAIT if left is None else max(1, min(_LONGEST_WAIT, int(left)))
        options = f"<options><maxWaitSeconds>{wait}</maxWaitSeconds></options>"
        seconds = wait + _GRACE if left is None else min(wait + _GRACE, left + _LATE)
        return self._told("WaitForUpdatesEx", options, seconds)

    def _told(self, method: str, options: str, seconds: float) -> tuple[str, Changes] | None:
        """Return what an answer tells: its version, and the changes; None if nothing changed."""
        version = f"<version>{escape(self._version)}</version>"
        found = self._session.ask(self._collector, method, version + options, seconds=seconds)
        if found is None:
            return None
        try:
            _check_told(found)
            return str(found.version), {
                (update.obj, change.name): change.val
                for filter_set in found.filterSet or ()
                for update in filter_set.objectSet or ()
                for change in update.changeSet or ()
            }
        except (ValueError, TypeError, AttributeError, RecursionError) as error:
            shown = self._session.endpoint.shown
            raise BadAnswerError(f"the answer of {shown} to '{method}' cannot be read: {error}") from error

    def end(self) -> None:
        """Have the server forget it. One SOAP call, if there was any other; a silent server is not waited for."""
        if self._filter is not None:
            seconds = _BRIEF_FAREWELL_SECONDS if self._silent else _FAREWELL_SECONDS
            with suppress(EsxvirtError):
                self._session.call(self._filter, "DestroyPropertyFilter", seconds=seconds)


def _check_told(found: Data) -> None:
    """Refuse to wait for what the account is not told: that would be forever."""
    for filter_set in found.filterSet or ():
        for update in filter_set.objectSet or ():
            missing = update.missingSet or ()
            fault = missing[0].fault.fault if missing and not update.changeSet else None
            if update.obj.type == "Task" and fault is not None and is_missing_privilege(fault.kind):
                on = f"the task '{update.obj.value}'"
                raise MissingPrivilegeError(
                    f"The task was started, but what becomes of it is not told{lacking(fault, on)}",
                    name="NoPermission",
                    detail=fault,
                )


@contextmanager
def watching(session: Session, wanted: Mapping[Ref, Sequence[str]]) -> Iterator[Updates]:
    """Have the server watch properties of objects. One SOAP call at the first wait, and one at the end."""
    kinds: dict[str, set[str]] = {}
    for ref, paths in wanted.items():
        kinds.setdefault(ref.type, set()).update(paths)
    query = Query({kind: sorted(paths) for kind, paths in kinds.items()}, list(wanted))
    updates = Updates(session, query)
    try:
        yield updates
    finally:
        updates.end()
