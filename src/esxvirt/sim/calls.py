"""Calls: one on its way through the stages, and the log of those that were."""

import threading
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from esxvirt.sim.wire.encode import Encoder
from esxvirt.sim.wire.schema import Method
from esxvirt.sim.wire.values import Ref

if TYPE_CHECKING:
    from esxvirt.sim.endpoint import Endpoint
    from esxvirt.sim.sessions import Session

__all__ = ["CURRENT", "Call", "CallLog", "CallRecord", "Peer"]


@dataclass(frozen=True, slots=True)
class Peer:
    """Who calls: its address, its user agent and the session cookie that it shows."""

    address: str = "in-process"
    agent: str = ""
    cookie: str | None = None


@dataclass(slots=True)
class Call:
    """One call of method `name` on `this`. `arguments` are by name on the wire; `encoder` writes the answer.

    `session` is None before login; Login sets it, and whoever carries the call hands its cookie to the caller.
    """

    endpoint: "Endpoint"
    name: str
    this: Ref
    arguments: dict[str, Any]
    peer: Peer
    encoder: Encoder
    session: "Session | None" = None
    method: Method | None = None
    decode: Any = None
    # Whether nobody waits for the answer any more.
    abandoned: Callable[[], bool] = lambda: False


# The call that is being carried out, for the few properties that depend on who asks.
CURRENT: ContextVar[Call | None] = ContextVar("CURRENT", default=None)


@dataclass(frozen=True, slots=True)
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
