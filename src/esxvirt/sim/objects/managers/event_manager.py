"""The event manager, and collectors that page through its events."""

import itertools
from typing import TYPE_CHECKING

from esxvirt.sim.objects.base import ManagedObject, provides
from esxvirt.sim.objects.managers import event_parts
from esxvirt.sim.state.site.events import Event
from esxvirt.sim.wire import schema
from esxvirt.sim.wire.values import Data, Fault, Ref

if TYPE_CHECKING:
    from esxvirt.sim.calls import Call
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.sessions import Session

__all__ = ["EventHistoryCollector", "EventManager"]

_MOST = 1000
_LARGEST_PAGE = 1000
_MOST_COLLECTORS = 32
_NUMBERS = itertools.count(1)
# The events that the simulator tells of, with their category.
_KINDS = {
    "VmPoweredOnEvent": "info", "VmPoweredOffEvent": "info", "VmSuspendedEvent": "info", "VmResettingEvent": "info",
    "VmGuestShutdownEvent": "info", "VmGuestRebootEvent": "info", "VmGuestStandbyEvent": "info",
    "VmReconfiguredEvent": "info", "VmMigratedEvent": "info", "VmRelocatedEvent": "info", "VmClonedEvent": "info",
    "VmRemovedEvent": "info", "VmCreatedEvent": "info", "VmRegisteredEvent": "info", "VmFailedToPowerOnEvent": "error",
    "VmFailedToPowerOffEvent": "error", "VmFailedToSuspendEvent": "error", "VmFailedToResetEvent": "error",
    "VmFailedMigrateEvent": "error", "VmRenamedEvent": "info", "TaskEvent": "info", "UserLoginSessionEvent": "info",
    "UserLogoutSessionEvent": "info", "BadUsernameSessionEvent": "error", "GeneralUserEvent": "user",
}  # fmt: skip


class EventManager(ManagedObject):
    """The events of an endpoint."""

    __slots__ = ()

    wsdl = "EventManager"

    @provides("latestEvent")
    def _get_latest_event(self) -> Data | None:
        found = [event for event in self.endpoint.site.events if event_parts.shown(self.endpoint, event)]
        return event_parts.describe(self.endpoint, found[-1]) if found else None

    @provides("maxCollector")
    def _get_max_collector(self) -> int:
        return _MOST_COLLECTORS

    @provides("description")
    def _get_description(self) -> Data:
        categories = [Data("ElementDescription", key=key, label=key.capitalize(), summary=key)
                      for key in ("info", "warning", "error", "user")]  # fmt: skip
        words = ("formatOnDatacenter", "formatOnComputeResource", "formatOnHost", "formatOnVm")
        details = [
            Data(
                "EventDescriptionEventDetail",
                key=kind,
                description=kind.removesuffix("Event"),
                category=category,
                fullFormat="{fullFormattedMessage}",
                **dict.fromkeys(words, "{fullFormattedMessage}"),
            )
            for kind, category in _KINDS.items()
        ]
        return Data("EventDescription", category=categories, eventInfo=details)

    def QueryEvents(self, call: "Call", filter: Data, eventViewSpec: Data | None = None) -> list[Data]:  # noqa: A002  # the wire's name
        """Return the events that the filter selects, oldest first; at most 1,000, the newest."""
        del eventViewSpec
        _check(call, filter)
        found = [event for event in call.endpoint.site.events if event_parts.wanted(call.endpoint, event, filter)]
        most = min(filter.maxCount or _MOST, _MOST)
        return [event_parts.describe(call.endpoint, event) for event in found[-most:]]

    def CreateCollectorForEvents(self, call: "Call", filter: Data) -> "EventHistoryCollector":  # noqa: A002  # the wire's name
        """Make a collector for the caller's session."""
        _check(call, filter)
        assert call.session is not None  # noqa: S101  # the method takes a login
        own = [item for item in call.session.objects.values() if isinstance(item, EventHistoryCollector)]
        if len(own) >= _MOST_COLLECTORS:
            raise Fault("InvalidState", f"A session has at most {_MOST_COLLECTORS} collectors: destroy one.")
        moid = f"session[{call.session.key}]events-{next(_NUMBERS)}"
        target = EventHistoryCollector(self.endpoint, moid, filter, call.session)
        call.session.objects[moid] = target
        return target

    def LogUserEvent(self, call: "Call", entity: Ref, msg: str) -> None:
        """Log a user's own event about an entity."""
        target = call.endpoint.find(entity, call.session)
        if target is None:
            raise Fault("ManagedObjectNotFound", f"The object '{entity}' does not exist.", obj=entity)
        machine, host = getattr(target, "machine", None), getattr(target, "host", None)
        where = {"machine": machine, "machine_name": machine.name, "host": machine.host} if machine else {"host": host}
        username = call.session.username if call.session else ""
        call.endpoint.site.events.add(
            "GeneralUserEvent", msg, username, category="user", more={"message": msg}, **where
        )
        call.endpoint.site.touch()


def _check(call: "Call", spec: Data) -> None:
    """Raise the fault for a filter that cannot be."""
    if spec.entity is not None and call.endpoint.find(spec.entity.entity, call.session) is None:
        gone = spec.entity.entity
        raise Fault("ManagedObjectNotFound", f"The object '{gone}' does not exist.", obj=gone)
    for kind in (*(spec.type or ()), *(name.rpartition(".")[2] for name in spec.eventTypeId or ())):
        if not schema.is_a(kind, "Event") and kind not in {"EventEx", "ExtendedEvent"}:
            text = f"A specified parameter was not correct: filter.eventTypeId: {kind} is no event."
            raise Fault("InvalidArgument", text, invalidProperty="filter.eventTypeId")
    if spec.maxCount is not None and spec.maxCount <= 0:
        text = "A specified parameter was not correct: filter.maxCount."
        raise Fault("InvalidArgument", text, invalidProperty="filter.maxCount")


class EventHistoryCollector(ManagedObject):
    """Pages through the events of a filter. Its position is the key of the event that was read last, 0 at the start."""

    __slots__ = ("_after", "_before", "_page", "_session", "_spec")

    wsdl = "EventHistoryCollector"

    def __init__(self, endpoint: "Endpoint", moid: str, spec: Data, session: "Session") -> None:
        super().__init__(endpoint, moid)
        self._spec = spec
        self._session = session
        self._page = 10
        # Reading on takes what is newer than `_after`, reading back what is older than `_before`, None for the end.
        self._after = 0
        self._before: int | None = 0

    def _events(self) -> list[Event]:
        return [event for event in self.endpoint.site.events if event_parts.wanted(self.endpoint, event, self._spec)]

    def _data(self, events: list[Event]) -> list[Data]:
        return [event_parts.describe(self.endpoint, event) for event in events]

    @provides("filter")
    def _get_filter(self) -> Data:
        return self._spec

    @provides("initialized")
    def _get_initialized(self) -> bool:
        return True

    @provides("latestPage")
    def _get_latest_page(self) -> list[Data]:
        return self._data(list(reversed(self._events()[-self._page :])))

    def SetCollectorPageSize(self, call: "Call", maxCount: int) -> None:
        """Set how many events the latest page has."""
        del call
        self._page = _positive(maxCount)

    def ReadNextEvents(self, call: "Call", maxCount: int) -> list[Data]:
        """Read the next newer events."""
        del call
        found = [event for event in self._events() if event.key > self._after][: _positive(maxCount)]
        if found:
            self._after, self._before = found[-1].key, found[0].key
        return self._data(found)

    def ReadPreviousEvents(self, call: "Call", maxCount: int) -> list[Data]:
        """Read the next older events, newest first."""
        del call
        before = self._before
        found = [event for event in self._events() if before is None or event.key < before][-_positive(maxCount) :]
        if found:
            self._before, self._after = found[0].key, found[-1].key
        return self._data(list(reversed(found)))

    def RewindCollector(self, call: "Call") -> None:
        """Go to the oldest event."""
        del call
        self._after, self._before = 0, 0

    def ResetCollector(self, call: "Call") -> None:
        """Go to the newest event."""
        del call
        events = self._events()
        self._after, self._before = (events[-1].key if events else 0), None

    def DestroyCollector(self, call: "Call") -> None:
        """End the collector."""
        del call
        self._session.objects.pop(self.ref.value, None)


def _positive(count: int) -> int:
    if not 0 < count <= _LARGEST_PAGE:
        text = f"A specified parameter was not correct: maxCount: from 1 to {_LARGEST_PAGE}."
        raise Fault("InvalidArgument", text, invalidProperty="maxCount")
    return count
