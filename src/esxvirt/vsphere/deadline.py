"""How long a call may take: all of it, or each of its steps."""

import time
from typing import Final

from esxvirt.errors import DeadlineError

__all__ = ["NEVER", "Deadline", "IdleDeadline", "SteadyDeadline"]

_SLOWEST: Final = 1024
"""Bytes a second that a small file comes or goes with at least."""


class Deadline:
    """`seconds` from now, or never with None.

    A socket's own timeout starts anew with every byte; this one does not.
    """

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._end = None if seconds is None else time.monotonic() + seconds

    def remaining(self) -> float | None:
        """Seconds left, more than 0, or None for never.

        Raises:
            DeadlineError: It is over.
        """
        if self._end is None:
            return None
        left = self._end - time.monotonic()
        if left <= 0:
            raise DeadlineError(f"no complete answer within {self.seconds:g} seconds")
        return left

    def expired(self) -> bool:
        """Return whether it is over."""
        return self._end is not None and time.monotonic() >= self._end

    def moved(self, count: int) -> None:
        """Take note of bytes that came or went."""


NEVER: Final = Deadline(None)
"""The deadline of what may take as long as it likes."""


class IdleDeadline(Deadline):
    """`seconds` for every step of a transfer, however long the whole of it takes; None is for ever."""

    __slots__ = ()

    def remaining(self) -> float | None:
        """Seconds for the next step."""
        return self.seconds

    def expired(self) -> bool:
        """Never: a step that takes too long fails by itself."""
        return False


class SteadyDeadline(IdleDeadline):
    """`seconds` for every step of a transfer, as long as it gets on; None is for ever.

    What drips is not waited for: after twice the `seconds`, the whole must have come with 1 KiB a second or more.
    """

    __slots__ = ("_begin", "_moved")

    def __init__(self, seconds: float | None) -> None:
        super().__init__(seconds)
        self._begin = time.monotonic()
        self._moved = 0

    def _left(self, seconds: float) -> float:
        return 2 * seconds + self._moved / _SLOWEST - (time.monotonic() - self._begin)

    def remaining(self) -> float | None:
        """Seconds for the next step.

        Raises:
            DeadlineError: Too little has come so far.
        """
        if self.seconds is None:
            return None
        left = self._left(self.seconds)
        if left <= 0:
            raise DeadlineError(f"no more than {self._moved} bytes in {time.monotonic() - self._begin:.0f} seconds")
        return min(self.seconds, left)

    def expired(self) -> bool:
        """Return whether too little has come for too long."""
        return self.seconds is not None and self._left(self.seconds) <= 0

    def moved(self, count: int) -> None:
        """Take note of bytes that came or went."""
        self._moved += count
