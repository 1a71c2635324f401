"""The running program: what commands print through, and where they get their connection from."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from esxvirt.cli import commands, grammar
from esxvirt.cli.failures import Failed
from esxvirt.cli.output import CANNOT_WRITE, DEBUG, INFO, Output
from esxvirt.cli.task_progress import TaskProgress
from esxvirt.late import late

if TYPE_CHECKING:
    from collections.abc import Iterator

    from esxvirt.cli import api, connection
    from esxvirt.cli.esx_protocol import Esx
    from esxvirt.cli.protocols import Connection, Libvirt
    from esxvirt.cli.settings import Settings
    from esxvirt.cli.tables import Table
else:  # commands without a connection do without them
    api = late("esxvirt.cli.api")
    connection = late("esxvirt.cli.connection")

__all__ = ["Virsh"]


class Virsh:
    """One run of the program; every command gets it.

    Args:
        settings: the global options.
        output: where everything goes.
        interactive: whether commands come from the shell.
    """

    def __init__(self, settings: Settings, output: Output, *, interactive: bool = False) -> None:
        self.settings = settings
        self.output = output
        self.interactive = interactive
        self.read_only = settings.read_only
        self.leaving = False
        self.uri = settings.uri
        self._connection: Connection | None = None
        self._libvirt: Libvirt | None = None
        self._esx: Esx | None = None
        self.progress = TaskProgress(quiet=settings.quiet)

    # -- printing ---------------------------------------------------------------------------------------------------

    def write(self, text: str) -> None:
        """Print text as it is."""
        self.output.write(text)

    def line(self, text: str) -> None:
        """Print a line."""
        self.output.write(text + "\n")

    def field(self, title: str, value: object, *, width: int = 15) -> None:
        """Print ``Title:   value``."""
        self.output.write(f"{title:<{width}} {value}\n")

    def done(self, text: str) -> None:
        """Print what was done; it is told even if it cannot be written."""
        self.output.done(text)

    def aside(self, text: str) -> None:
        """Print what was done, unless quiet; it is told even if it cannot be written."""
        self.output.aside(text)

    def heading(self, text: str) -> None:
        """Print what is no news, unless quiet."""
        self.output.heading(text)

    def table(self, table: Table) -> None:
        """Print a table, without its header when quiet."""
        self.output.write(table.text(header=not self.settings.quiet))

    def note(self, command: str, text: str) -> None:
        """Print a line for those who debug at level 1 or below."""
        self.output.debug(INFO, f"{command}: {text}")

    def trace(self, command: str, text: str) -> None:
        """Print a line for those who debug at level 0."""
        self.output.debug(DEBUG, f"{command}: {text}")

    # -- the connection ---------------------------------------------------------------------------------------------

    @property
    def libvirt(self) -> Libvirt:
        """The module with libvirt-python's names."""
        if self._libvirt is None:
            self._libvirt, self._esx = api.load(self.output)
        return self._libvirt

    @property
    def esx(self) -> Esx | None:
        """What our library has besides; None on the real libvirt-python."""
        _ = self.libvirt
        return self._esx

    @property
    def ours(self) -> Esx:
        """What our library has besides, for a command that is nothing without it.

        Raises:
            Failed: the library is the real libvirt-python.
        """
        esx = self.esx
        if esx is None:
            raise Failed("this command is esxvirt's own: libvirt has no function for it")
        return esx

    @property
    def connection(self) -> Connection:
        """The connection, opened if need be.

        Raises:
            Failed: it cannot be opened.
        """
        if self._connection is None:
            self.connect(self.uri, read_only=self.read_only)
            assert self._connection is not None  # noqa: S101  it is opened, or `Failed` is raised
        return self._connection

    @property
    def connected(self) -> bool:
        """Whether there is a connection now."""
        return self._connection is not None

    def connect(self, uri: str | None, *, read_only: bool) -> None:
        """Open a connection in place of the present one.

        Raises:
            Failed: it cannot be opened; the present one is closed all the same, as virsh does.
        """
        self.disconnect()
        self._connection = self.open(uri, read_only=read_only)
        self.uri, self.read_only = uri, read_only

    def open(self, uri: str | None, *, read_only: bool) -> Connection:
        """Open a connection beside the present one.

        Raises:
            Failed: it cannot be opened.
        """
        return connection.connect(
            self.libvirt, self.esx, self.settings, self.output, uri, read_only=read_only, progress=self.progress
        )

    def disconnect(self) -> None:
        """Close the connection, if there is one; a server that does not answer any more is no error here."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.close()
            except self.libvirt.libvirtError as error:
                self.output.debug(INFO, f"Failed to disconnect from the hypervisor: {error}")

    @contextmanager
    def failing(self, *messages: str) -> Iterator[None]:
        """Let the libvirtErrors of the body fail the command with these messages in front."""
        try:
            yield
        except self.libvirt.libvirtError as error:
            raise Failed(*messages, cause=error) from error

    def unsupported(self, error: BaseException) -> bool:
        """Return whether a libvirtError says that the driver has no such function."""
        return bool(getattr(error, "get_error_code", int)() == self.libvirt.VIR_ERR_NO_SUPPORT)

    # -- running ----------------------------------------------------------------------------------------------------

    def parse(self, words: Iterator[str | None]) -> list[grammar.Invocation]:
        """Parse a whole command line.

        Raises:
            GrammarError: it is none.
        """
        return grammar.parse(words, commands.find, commands.find(grammar.HELP), note=self._note_option)

    def _note_option(self, command: str, option: str, value: str | None, number: int | None) -> None:
        kind = "optdata" if number is None else f"argv: {number}"
        self.output.debug(
            INFO, f"{command}: {option}(bool)" if value is None else f"{command}: {option}({kind}): {value}"
        )

    def run_line(self, words: Iterator[str | None]) -> bool:
        """Parse and run a command line; errors are printed.

        Returns:
            Whether the last command that ran succeeded.
        """
        try:
            invocations = self.parse(words)
        except grammar.GrammarError as error:
            for message in error.args:
                self.output.error(message)
            return False
        return self.run(invocations)

    def run(self, invocations: list[grammar.Invocation]) -> bool:
        """Run commands one after the other, whatever became of those before, until one of them quits."""
        succeeded = True
        for invocation in invocations:
            begin, written = time.perf_counter(), self.output.written
            succeeded = self._run_one(invocation)
            if succeeded and self.output.written == written:
                self.output.remember(f"'{invocation.command.name}' succeeded")
            if self.leaving:
                break
            if self.settings.timing:
                self.write(f"\n(Time: {(time.perf_counter() - begin) * 1000:.3f} ms)\n\n")
            else:
                self.aside("\n")
        return succeeded

    def _changes(self) -> int:
        """Return how many changes were made by way of the connection; the real libvirt does not count them."""
        if self._connection is None or self._esx is None:
            return 0
        return self._esx.changes_made(self._connection)

    def warn_of_definition(self) -> None:
        """Print what the definition that was just made left out or guessed; the real libvirt does not tell."""
        for note in () if self.esx is None else self.esx.definition_notes(self.connection):
            self.output.warning(note)

    def _run_one(self, invocation: grammar.Invocation) -> bool:
        before = 0
        try:
            if invocation.command.needs_connection:
                _ = self.connection
            before = self._changes()
            self.progress.begin(invocation.command.name)
            try:
                invocation.command.run(self, invocation.arguments)
            finally:
                self.progress.clear()
        except Failed as failure:
            self.report(failure)
            return False
        except KeyboardInterrupt as interrupt:
            if not interrupt.args and self._changes() > before:
                interrupt.args = ("interrupted, but it had been done already, as far as it went: look at it",)
            for message in interrupt.args:  # what became of the task that was waited for
                self.output.error(message)
            raise
        except Exception as error:
            if self._libvirt is not None and isinstance(error, self._libvirt.libvirtError):
                self.output.error(str(error))
                return False
            if isinstance(error, BrokenPipeError) or getattr(error, "errno", None) in CANNOT_WRITE:
                raise  # our output, not the command
            if self.settings.debug == DEBUG:
                raise
            name = invocation.command.name
            self.output.error(f"{name} met a defect of esxvirt, {type(error).__name__}: {error} (-d 0 shows where)")
            return False
        return True

    def report(self, failure: Failed) -> None:
        """Print a failure: its messages, then libvirt's error behind it."""
        for message in failure.messages:
            self.output.error(message)
        if failure.cause is not None:
            self.output.error(str(failure.cause))
