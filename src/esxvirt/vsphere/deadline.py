"""A point in time by which a call must have its answer, however slowly the bytes drip in."""

import time
from typing import Final

from esxvirt.errors import DeadlineError

__all__ = ["NEVER", "Deadline", "IdleDeadline"]


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
        """Whether it is over."""
        return self._end is not None and time.monotonic() >= self._end


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
