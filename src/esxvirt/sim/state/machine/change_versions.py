"""What the API calls the states of a machine's configuration: times, of which none is given out twice."""

import threading
from datetime import UTC, datetime, timedelta

__all__ = ["FIRST", "fresh"]

# That of all machines that nobody has changed since the simulator made them.
FIRST = "2024-03-01T08:00:00.000000Z"
_START = datetime(1970, 1, 1, tzinfo=UTC)


class _Clock:
    """Gives out each microsecond once, so that a version is never that of another state of the same machine."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = datetime.now(UTC) - _START

    def tick(self) -> datetime:
        with self._lock:
            self._last = max(datetime.now(UTC) - _START, self._last + timedelta(microseconds=1))
            return _START + self._last


_CLOCK = _Clock()


def fresh() -> str:
    """Return a change version that no machine has had."""
    return f"{_CLOCK.tick():%Y-%m-%dT%H:%M:%S.%fZ}"
