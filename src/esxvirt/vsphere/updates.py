"""Property updates: being told what changes, instead of asking again and again."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

from pyVmomi import vmodl

from esxvirt.errors import DeadlineError, EsxvirtError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.session import Session

__all__ = ["Changes", "Updates", "watching"]

_LONGEST_WAIT: Final = 60
"""Seconds that one call waits on the server: less than what firewalls allow a silent connection."""
_GRACE: Final = 30.0
"""Seconds more that its answer may take to arrive."""

_Collector = vmodl.query.PropertyCollector

Changes = dict[tuple[str, str], Any]
"""New values by the object's reference (its identifier) and the property's path; None where one was unset."""


class Updates:
    """What the server tells of the objects of one `watching`."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._collector = session.content.propertyCollector
        self._version = ""

    def wait(self, deadline: Deadline) -> Changes:
        """The next changes; at the first call, all values.

        Raises:
            DeadlineError: Nothing changed until then.
            ServerFault: The server refused.
            TransportError: It broke off.
        """
        while True:
            found = self._wait_once(deadline)
            if found is None:
                deadline.remaining()
                continue
            self._version = found.version
            return {
                (update.obj._moId, change.name): change.val  # noqa: SLF001  pyVmomi has no other name for it
                for filter_set in found.filterSet or ()
                for update in filter_set.objectSet or ()
                for change in update.changeSet or ()
            }

    def _wait_once(self, deadline: Deadline) -> Any:
        left = deadline.remaining()
        if not self._session.paged:
            # VI API 2.5 and 4.0 wait without a limit of their own: leaving the connection is what ends that.
            return self._session.call(self._collector, "WaitForUpdates", self._version, seconds=left or 1e9)
        seconds = _LONGEST_WAIT if left is None else max(1, min(_LONGEST_WAIT, int(left)))
        options = _Collector.WaitOptions(maxWaitSeconds=seconds)
        answer = self._session.call(
            self._collector, "WaitForUpdatesEx", self._version, options, seconds=seconds + _GRACE
        )
        if answer is None and left is not None and left <= seconds:
            raise DeadlineError(f"nothing changed within {deadline.seconds:g} seconds")
        return answer


@contextmanager
def watching(session: Session, wanted: Mapping[Any, Sequence[str]]) -> Iterator[Updates]:
    """Have the server watch properties of pyVmomi objects. One SOAP call, and one more at the end.

    Raises:
        ServerFault: The server refused.
        TransportError: It broke off.
    """
    kinds: dict[type, set[str]] = {}
    for managed, paths in wanted.items():
        kinds.setdefault(type(managed), set()).update(paths)
    specification = _Collector.FilterSpec(
        propSet=[_Collector.PropertySpec(type=kind, pathSet=sorted(paths)) for kind, paths in kinds.items()],
        objectSet=[_Collector.ObjectSpec(obj=managed) for managed in wanted],
    )
    watched = session.call(session.content.propertyCollector, "CreateFilter", specification, True)
    try:
        yield Updates(session)
    finally:
        with suppress(EsxvirtError):
            session.call(watched, "DestroyPropertyFilter")
