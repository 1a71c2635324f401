"""Standard output, standard error and the log file of a run.

Text goes out as UTF-8, whatever the locale: names are data. Bytes that came in through surrogates go out as they were.
What a full disk, or a terminal that is gone, does not take hides no result: of a log file there is one warning, and
what standard output did not take of what was done is said on standard error.
"""

from __future__ import annotations

import errno
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from esxvirt.cli.settings import DEBUG_LEVELS

if TYPE_CHECKING:
    from esxvirt.cli.settings import Settings

__all__ = ["LogFileError", "Output", "OutputError", "complain"]

DEBUG, INFO, NOTICE, WARNING, ERROR = range(5)

CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})
"""Numbers of the errors that a full or broken disk gives to whoever prints to a file on it."""
_NO_LOG = CANNOT_WRITE | {errno.EROFS}
"""Errors of a log file that are no mistake in its name."""


class LogFileError(Exception):
    """The log file cannot be opened."""


class OutputError(OSError):
    """Standard output does not take what is printed.

    Attributes:
        unsaid: what commands reported as done of which it may lack the line.
    """

    def __init__(self, error: OSError, unsaid: list[str]) -> None:
        super().__init__(error.errno, error.strerror)
        self.unsaid = unsaid

    def tell(self) -> None:
        """Say it on standard error, and what was done all the same."""
        complain(f"error: cannot write the output: {self.strerror}\n")
        for line in self.unsaid:
            complain(f"warning: the output may lack: {line}\n")


def complain(text: str) -> None:
    """Print to standard error; where that is not possible, nothing is."""
    stream = getattr(sys.stderr, "buffer", None)
    try:
        if stream is None:  # replaced by a text-only stream, as tests and embedding programs do
            sys.stderr.write(text)
        else:
            stream.write(text.encode("utf-8", "surrogateescape"))
        sys.stderr.flush()
    except OSError:
        pass  # nowhere is left where it could be said


class Output:
    """Where a run prints to."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._at_terminal = sys.stdout.isatty()
        self._reports: list[str] = []
        self.written = 0  # characters, those of debugging not counted
        self._log = None
        if settings.log_file:
            try:
                # Debug lines quote what the user typed; keep it to them, as virsh does.
                self._log = open(  # noqa: SIM115
                    settings.log_file, "a", encoding="utf-8", errors="surrogateescape", opener=_private
                )
            except OSError as error:
                if error.errno not in _NO_LOG:
                    raise LogFileError("failed to open the log file. check the log file path") from error
                self._give_log_up(error)

    def write(self, text: str) -> None:
        """Print text as it is, without a newline of its own.

        Only a terminal is shown it at once. A pipe gets it by the buffer: a reader that has seen enough, such as `grep
        -q`, leaves before the rest of a short list is written otherwise, and the program ends with SIGPIPE.

        Raises:
            OutputError: the disk is full, or the terminal is gone.
        """
        self.written += len(text)
        self._put(text)

    def _put(self, text: str) -> None:
        stream = getattr(sys.stdout, "buffer", None)
        try:
            if stream is None:  # replaced by a text-only stream, as tests and embedding programs do
                sys.stdout.write(text)
            else:
                left = memoryview(text.encode("utf-8", "surrogateescape"))
                while left:  # where Python does not buffer (PYTHONUNBUFFERED), a write may be of a part
                    left = left[stream.write(left) :]
        except OSError as error:
            raise self._lost(error) from error
        if self._at_terminal:
            self.flush()

    def done(self, text: str) -> None:
        """Print what was done, which is said on standard error if standard output does not take it."""
        self._reports.append(text)
        self.write(text)

    def aside(self, text: str) -> None:
        """Print what was done, as `done`, unless ``--quiet`` leaves it out."""
        if not self._settings.quiet:
            self.done(text)

    def heading(self, text: str) -> None:
        """Print what ``--quiet`` leaves out and is no news."""
        if not self._settings.quiet:
            self.write(text)

    def remember(self, text: str) -> None:
        """Take note of what was done without a word, in case that standard output lacks the words of others."""
        self._reports.append(text + "\n")

    def error(self, text: str) -> None:
        """Print one error to standard error, after all that was printed so far."""
        self._say(ERROR, text)

    def warning(self, text: str) -> None:
        """Print to standard error what the user should know although the command goes on."""
        self._say(WARNING, text)

    def _say(self, level: int, text: str) -> None:
        self._note(level, text)
        try:
            self.flush()
        finally:  # also where standard output is at an end
            complain(f"{DEBUG_LEVELS[level].lower()}: {text}\n")

    def debug(self, level: int, text: str) -> None:
        """Print a debugging line if the level asked for includes it."""
        if level < self._settings.debug:
            return
        self._note(level, text)
        try:
            self.flush()
        finally:
            complain(f"{text}\n")

    def flush(self) -> None:
        """Hand over what is still held back.

        Raises:
            OutputError: the disk is full, or the terminal is gone.
        """
        try:
            sys.stdout.flush()
        except OSError as error:
            raise self._lost(error) from error
        self._reports.clear()

    def _lost(self, error: OSError) -> OSError:
        if error.errno not in CANNOT_WRITE:
            return error
        return OutputError(error, [line for line in "".join(self._reports).splitlines() if line.strip()])

    def close(self) -> None:
        """Close the log file."""
        log, self._log = self._log, None
        if log is not None:
            try:
                log.close()
            except OSError as error:
                self._give_log_up(error)

    def _note(self, level: int, text: str) -> None:
        if self._log is None:
            return
        when = time.strftime("%Y.%m.%d %H:%M:%S", time.gmtime())
        try:
            self._log.write(f"[{when} {self._settings.program} {os.getpid()}] {DEBUG_LEVELS[level]} {text}\n")
            self._log.flush()
        except OSError as error:
            self._give_log_up(error)

    def _give_log_up(self, error: OSError) -> None:
        """Go on without a log file, after one warning."""
        log, self._log = self._log, None
        name = self._settings.log_file
        complain(f"warning: cannot write the log file '{name}': {error.strerror}; going on without it\n")
        if log is not None:
            with suppress(OSError):
                log.close()  # which tries once more to write


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
