"""What Ctrl-C has interrupted, told by the exception itself: in words, and whether it was done all the same.

Where a write is one step of several, whoever has the steps tells the end of all of them instead.
"""

from typing import Final

__all__ = ["DONE", "is_done", "tell"]

DONE: Final = "interrupted, but it had been done already"

_MARK: Final = "was_done"


def tell(interrupt: KeyboardInterrupt, text: str = "", *, done: bool = False) -> None:
    """Say what became of what was interrupted; with no text nothing is said of it."""
    interrupt.args = (text,) if text else ()
    interrupt.__dict__[_MARK] = done


def is_done(interrupt: BaseException) -> bool:
    """Return whether what was interrupted was done all the same."""
    return bool(interrupt.__dict__.get(_MARK, False))
