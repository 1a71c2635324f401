"""The one place where the command line meets `esxvirt.libvirt`, and the only one that imports it.

It is imported when the first connection is opened: ``esxvirsh --version`` and ``help`` do without.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import ModuleType

    from esxvirt.cli.output import Output

__all__ = ["Connection", "Domain", "Interface", "Network", "load"]

# libvirt-python's classes are not typed, and ours answer to its names: commands treat both as they come.
Connection = Any
Domain = Any
Network = Any
Interface = Any


def load(output: Output) -> ModuleType:
    """The module with libvirt-python's names.

    Its errors are raised and not printed by itself; its warnings, of what could not be read or was guessed, go to
    `output`.
    """
    from esxvirt import libvirt  # noqa: PLC0415  see above

    libvirt.registerErrorHandler(_silent, None)
    logger = logging.getLogger("esxvirt")
    for handler in [handler for handler in logger.handlers if isinstance(handler, _Warnings)]:
        logger.removeHandler(handler)
    logger.addHandler(_Warnings(output))
    return libvirt


class _Warnings(logging.Handler):
    """Prints each warning once a run: several calls may meet the same trouble."""

    def __init__(self, output: Output) -> None:
        super().__init__(logging.WARNING)
        self._output = output
        self._said: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if text not in self._said:
            self._said.add(text)
            self._output.warning(text)


def _silent(_context: object, _error: object) -> None:
    """libvirt-python prints every error to stderr unless told otherwise; here the commands do it."""
