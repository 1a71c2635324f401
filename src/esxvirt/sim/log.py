"""The log of calls: what methods were called, on what, by whom, and for how long."""

import threading
from collections.abc import Iterator

from esxvirt.records import field, record

__all__ = ["CallLog", "CallRecord"]


@record(frozen=True)
class CallRecord:
    """A call that was: `object` as "VirtualMachine:1", `session` the session's key or None, `seconds` in the server."""

    method: str
    object: str
    session: str | None
    seconds: float
    fault: str | None = None
    endpoint: str = field(default="", compare=False)


class CallLog:
    """Every SOAP call, in the order in which the answers were ready; thread-safe.

    A server that runs for long forgets the oldest when there are more than `limit`.
    """

    def __init__(self, limit: int = 1_000_000) -> None:
        self._limit = limit
        self._records: list[CallRecord] = []
        self._lock = threading.Lock()

    def append(self, record: CallRecord) -> None:
        """Add a call."""
        with self._lock:
            self._records.append(record)
            if len(self._records) > self._limit:
                del self._records[: self._limit // 10]

    def clear(self) -> None:
        """Forget all calls."""
        with self._lock:
            self._records.clear()

    def methods(self) -> list[str]:
        """Return the methods' names, in order."""
        return [record.method for record in self]

    def __len__(self) -> int:
        return len(self._records)

    def __iter__(self) -> Iterator[CallRecord]:
        with self._lock:
            return iter(list(self._records))

    def __getitem__(self, index: int) -> CallRecord:
        return self._records[index]

    def __repr__(self) -> str:
        return f"<CallLog of {len(self)}: {', '.join(self.methods())}>"
