"""How far a task is, for the person at the terminal: a bar on standard error, gone when the task has ended."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

from esxvirt.cli._late import rich_console, rich_progress

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from esxvirt.cli.esx_protocol import Esx
    from esxvirt.cli.protocols import Connection

__all__ = ["TaskProgress"]

_PATIENCE = 0.4
"""Seconds that a command may take before there is a bar: most are done before anybody has read one."""


class TaskProgress:
    """The bar of the command that runs; there is none away from a terminal, for the quiet, and for other libraries.

    Args:
        quiet: whether ``--quiet`` was given.
    """

    def __init__(self, *, quiet: bool) -> None:
        # A terminal that cannot move its cursor could not take the bar away again.
        self._wanted = not quiet and sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
        self._begin = 0.0
        self._command = ""
        self._bar: Progress | None = None
        self._task: TaskID | None = None

    def install(self, esx: Esx | None, connection: Connection) -> None:
        """Be told of the progress of the connection's tasks."""
        if esx is not None:
            esx.set_progress_callback(connection, self._tell if self._wanted else None)

    def begin(self, command: str) -> None:
        """A command begins."""
        self._begin, self._command = time.monotonic(), command

    def clear(self) -> None:
        """Take the bar away, for what is printed now."""
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.stop()

    def _tell(self, _connection: Connection, percent: int, _opaque: object) -> None:
        if percent >= 100:
            self.clear()
            return
        if self._bar is None:
            if time.monotonic() - self._begin < _PATIENCE:
                return
            self._bar, self._task = _make(self._command)
        if self._task is not None:
            self._bar.update(self._task, completed=percent)


def _make(command: str) -> tuple[rich_progress.Progress, TaskID]:

    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TaskProgressColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    bar = rich_progress.Progress(*columns, console=rich_console.Console(stderr=True), transient=True)
    bar.start()
    return bar, bar.add_task(command, total=100)
