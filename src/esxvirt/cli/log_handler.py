"""Warnings of the library as lines of the command line."""

import logging

from esxvirt.cli.output import Output

__all__ = ["attach"]


def attach(output: Output) -> None:
    """Print the warnings of the library from now on, and no longer where an earlier call said."""
    logger = logging.getLogger("esxvirt")
    for handler in [handler for handler in logger.handlers if isinstance(handler, _Warnings)]:
        logger.removeHandler(handler)
    logger.addHandler(_Warnings(output))


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
