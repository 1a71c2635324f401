"""Standard output, standard error and the log file of a run.

Text goes out as UTF-8, whatever the locale: names are data. Bytes that came in through surrogates go out as they were.
"""

from __future__ import annotations

import errno
import sys
from typing import TYPE_CHECKING

from esxvirt.cli.settings import DEBUG_LEVELS

if TYPE_CHECKING:
    from esxvirt.cli.settings import Settings

__all__ = ["LogFileError", "Output"]

DEBUG, INFO, NOTICE, WARNING, ERROR = range(5)

CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Numbers of the errors that a full or broken disk gives to whoever prints to a file on it."""


class LogFileError(Exception):
    """The log file cannot be opened."""


class Output:
    """Where a run prints to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._at_terminal = sys.stdout.isatty()
        self._log = None
        if settings.log_file:
            try:
                # Debug lines quote what the user typed; keep it to them, as virsh does.
                self._log = open(settings.log_file, "a", encoding="utf-8", opener=_private)  # noqa: SIM115
            except OSError as error:
                raise LogFileError("failed to open the log file. check the log file path") from error

    def write(self, text: str) -> None:
        """Print text as it is, without a newline of its own.

        Only a terminal is shown it at once. A pipe gets it by the buffer: a reader that has seen enough, such as `grep
        -q`, leaves before the rest of a short list is written otherwise, and the program ends with SIGPIPE.
        """
        data = text.encode("utf-8", "surrogateescape")
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:  # replaced by a text-only stream, as tests and embedding programs do
            sys.stdout.write(text)
        else:
            stream.write(data)
            if self._at_terminal:
                stream.flush()

    def aside(self, text: str) -> None:
        """Print what ``--quiet`` leaves out."""
        if not self._settings.quiet:
            self.write(text)

    def error(self, text: str) -> None:
        """Print one error to standard error, after all that was printed so far."""
        self._note(ERROR, text)
        self.flush()
        line = f"error: {text}\n"
        stream = getattr(sys.stderr, "buffer", None)
        if stream is None:
            sys.stderr.write(line)
        else:
            stream.write(line.encode("utf-8", "surrogateescape"))
        sys.stderr.flush()

    def warning(self, text: str) -> None:
        """Print to standard error what the user should know although the command goes on."""
        self._note(WARNING, text)
        self.flush()
        sys.stderr.write(f"warning: {text}\n")
        sys.stderr.flush()

    def debug(self, level: int, text: str) -> None:
        """Print a debugging line if the level asked for includes it."""
        if level < self._settings.debug:
            return
        self._note(level, text)
        self.flush()
        stream = getattr(sys.stderr, "buffer", None)
        if stream is None:
            sys.stderr.write(text + "\n")
        else:
            stream.write((text + "\n").encode("utf-8", "surrogateescape"))
        sys.stderr.flush()

    def flush(self) -> None:
        """Hand over what is still held back."""
        sys.stdout.flush()

    def close(self) -> None:
        """Close the log file."""
        if self._log:
            self._log.close()
            self._log = None

    def _note(self, level: int, text: str) -> None:
        if not self._log:
            return
        import os  # noqa: PLC0415  only with a log file
        import time  # noqa: PLC0415  only with a log file

        when = time.strftime("%Y.%m.%d %H:%M:%S", time.gmtime())
        self._log.write(f"[{when} {self._settings.program} {os.getpid()}] {DEBUG_LEVELS[level]} {text}\n")
        self._log.flush()


def _private(path: str, flags: int) -> int:
    import os  # noqa: PLC0415  only with a log file

    return os.open(path, flags, 0o600)
