"""Who is logged in."""

import secrets
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from esxvirt.records import field, record

__all__ = ["Session", "Sessions"]


@record(eq=False)
class Session:
    """A session: `key` names it in the API, `cookie` is its secret on the wire.

    `objects` are the managed objects that live and die with it: property filters, views, collectors.
    """

    key: str
    cookie: str
    username: str
    locale: str
    login_time: datetime
    address: str
    agent: str
    last_used: float
    call_count: int = 0
    # Calls that are being carried out: as long as there are any, it is not idle.
    active: int = 0
    objects: dict[str, Any] = field(default_factory=dict)


class Sessions:
    """The sessions of one server. One that is idle for `idle_timeout` seconds is gone; thread-safe."""

    def __init__(self, idle_timeout: float = 1800.0) -> None:
        self.idle_timeout = idle_timeout
        self._by_cookie: dict[str, Session] = {}
        self._tickets: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, username: str, locale: str, address: str, agent: str) -> Session:
        """Open a session."""
        now = datetime.now(UTC)
        cookie = secrets.token_hex(20)
        session = Session(str(uuid.uuid4()), cookie, username, locale, now, address, agent, time.monotonic())
        with self._lock:
            self._by_cookie[cookie] = session
        return session

    def find(self, cookie: str | None) -> Session | None:
        """Return the live session of `cookie` and mark it used; None if there is none, or none any more."""
        if not cookie:
            return None
        now = time.monotonic()
        with self._lock:
            session = self._by_cookie.get(cookie)
            if session is None:
                return None
            if not session.active and now - session.last_used > self.idle_timeout:
                del self._by_cookie[cookie]
                return None
            session.last_used = now
            return session

    @contextmanager
    def use(self, session: Session) -> Iterator[None]:
        """Let a session not be idle meanwhile."""
        with self._lock:
            session.active += 1
        try:
            yield
        finally:
            with self._lock:
                session.active -= 1
                session.last_used = time.monotonic()

    def holds(self, session: Session) -> bool:
        """Return whether a session has not ended."""
        return session.cookie in self._by_cookie

    def ticket(self, session: Session) -> str:
        """Make a ticket with which somebody may have a session like this one, once."""
        made = f"cst-{secrets.token_hex(16)}--{secrets.token_hex(8)}"
        with self._lock:
            self._tickets[made] = session
        return made

    def redeem(self, ticket: str) -> Session | None:
        """Take a ticket back and return whose it is; None for one that is unknown, spent, or of an ended session."""
        with self._lock:
            session = self._tickets.pop(ticket, None)
        return self.find(session.cookie) if session else None

    def by_key(self, key: str) -> Session | None:
        """Return the live session of that key."""
        return next((session for session in self if session.key == key), None)

    def close(self, session: Session) -> None:
        """End a session."""
        with self._lock:
            self._by_cookie.pop(session.cookie, None)

    def expire(self) -> None:
        """End all sessions, as a restart of the server would."""
        with self._lock:
            self._by_cookie.clear()
            self._tickets.clear()

    def __iter__(self) -> Iterator[Session]:
        oldest = time.monotonic() - self.idle_timeout
        with self._lock:
            for cookie, session in list(self._by_cookie.items()):
                if not session.active and session.last_used < oldest:
                    del self._by_cookie[cookie]
            return iter(list(self._by_cookie.values()))

    def __len__(self) -> int:
        return len(list(iter(self)))
