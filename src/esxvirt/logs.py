"""The library's loggers: Python's own `logging`, which is imported when there is something to log.

Most runs log nothing, and `logging` with what it imports is 5 ms.
"""

from collections.abc import Callable
from typing import Any, Final

from esxvirt.late import late

__all__ = ["Log", "before_first"]

_logging: Final = late("logging")
_prepare: list[Callable[[], None]] = []


class Log:
    """A logger by its name, for %-formatted messages."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, message: str, *arguments: Any) -> None:
        """Log what went well in an unusual way."""
        self._logger().info(message, *arguments, stacklevel=2)

    def warning(self, message: str, *arguments: Any) -> None:
        """Log what whoever runs the program should know."""
        self._logger().warning(message, *arguments, stacklevel=2)

    def _logger(self) -> Any:
        while _prepare:
            _prepare.pop()()
        return _logging.getLogger(self._name)


def before_first(prepare: Callable[[], None]) -> None:
    """Have `prepare` called before anything is logged from now on: it may add handlers.

    Only the last that asked is called, once.
    """
    _prepare[:] = [prepare]
