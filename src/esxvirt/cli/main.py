"""The process: from its arguments to its exit code."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from typing import TYPE_CHECKING, NoReturn

from esxvirt.cli import startup
from esxvirt.late import late

if TYPE_CHECKING:
    import signal
    from types import FrameType

    from esxvirt.cli import failures, grammar, shell, usage, versions
    from esxvirt.cli import output as outputs
    from esxvirt.cli import virsh as runner
    from esxvirt.cli.output import Output
else:  # ``--version`` does without most of the command line
    failures = late("esxvirt.cli.failures")
    grammar = late("esxvirt.cli.grammar")
    outputs = late("esxvirt.cli.output")
    runner = late("esxvirt.cli.virsh")
    signal = late("signal")
    shell = late("esxvirt.cli.shell")
    usage = late("esxvirt.cli.usage")
    versions = late("esxvirt.cli.versions")

__all__ = ["main", "run"]

_SUCCESS, _FAILURE = 0, 1


def main() -> NoReturn:
    """The installed command: `run`, in a process that is its own.

    Loading pyVmomi makes a great many objects that live as long as the process. Looking through them for garbage again
    and again, and taking them apart one by one at the end, would be a third of what `esxvirsh list` costs.
    """
    gc.set_threshold(100_000, 50, 50)
    code = run()
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        sys.stderr.flush()
    atexit._run_exitfuncs()  # noqa: SLF001  what is registered must run; only the interpreter's own end is left out
    os._exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run `esxvirsh`.

    Args:
        arguments: without the program's name; those of the process by default.

    Returns:
        The exit code: 0, or 1 when the (last) command failed. A signal ends the process as that signal does, after
        the connection was closed: no session is left behind on the server.
    """
    program = os.path.basename(sys.argv[0]) if sys.argv and sys.argv[0] else "esxvirsh"  # noqa: PTH119  no pathlib
    if program in {"__main__.py", "-c", "-m"}:
        program = "esxvirsh"
    _open_nowhere()
    try:
        _catch_termination()
        code = _run(sys.argv[1:] if arguments is None else arguments, program)
        sys.stdout.flush()
    except KeyboardInterrupt as interrupt:
        return _die(getattr(interrupt, "number", 2))
    except BrokenPipeError:
        _drop_output()  # whoever read our output has gone
        return _die(13)
    except OSError as error:
        if error.errno not in outputs.CANNOT_WRITE:
            raise
        _drop_output()
        (error if isinstance(error, outputs.OutputError) else outputs.OutputError(error, [])).tell()
        return _FAILURE
    return code


def _drop_output() -> None:
    """Let what is still to be written go nowhere: nothing more can be said, not even at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _open_nowhere() -> None:
    """Stand in for streams that whoever started us has closed: what is written there is lost, and nothing is read."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  for the process's life


def _run(arguments: list[str], program: str) -> int:
    try:
        start = startup.read(arguments, program=program)
    except startup.StartupError as error:
        print(f"error: {error}", file=sys.stderr)
        return _FAILURE
    for complaint in start.complaints:
        print(f"error: {complaint}", file=sys.stderr)
    if start.show in {"version", "long-version"}:
        sys.stdout.write(versions.long() if start.show == "long-version" else versions.short() + "\n")
        return _SUCCESS
    if start.show == "help":
        sys.stdout.write(usage.text(program))
        return _SUCCESS

    try:
        output = outputs.Output(start.settings)
    except outputs.LogFileError as error:
        print(f"error: {error}", file=sys.stderr)
        return _FAILURE
    try:
        code = _converse(start, output)
        output.flush()
    except OSError:
        raise
    except BaseException:  # a signal ends the process: what was done is told all the same
        try:
            output.flush()
        except outputs.OutputError as error:
            _drop_output()
            error.tell()
        except OSError:
            pass
        raise
    finally:
        output.close()
    return code


def _converse(start: startup.Start, output: Output) -> int:
    """Run the commands given, or the shell."""
    virsh = runner.Virsh(start.settings, output, interactive=not start.words)
    try:
        invocations = []
        if len(start.words) == 1:
            output.debug(outputs.INFO, f'commands: "{start.words[0]}"')
            invocations = virsh.parse(grammar.words_of_string(start.words[0]))
            if not start.words[0]:
                return _FAILURE  # as virsh does, without a word
        elif start.words:
            invocations = virsh.parse(grammar.words_of_arguments(start.words))
        alone = bool(invocations) and all(invocation.command.before_connection for invocation in invocations)
        if start.settings.uri_named and not alone:  # open it now, whatever the commands need
            virsh.connect(start.settings.uri, read_only=start.settings.read_only)
        if virsh.interactive:
            shell.run(virsh)
            return _SUCCESS
        return _SUCCESS if virsh.run(invocations) else _FAILURE
    except grammar.GrammarError as error:
        for message in error.args:
            output.error(message)
        return _FAILURE
    except failures.Failed as failure:
        virsh.report(failure)
        return _FAILURE
    finally:
        virsh.disconnect()


def _catch_termination() -> None:
    """Turn the signals that end a process into an exception, so that the connection is closed."""
    terminated = failures.Terminated  # imported now: not in the middle of whatever a signal finds

    def terminate(number: int, _frame: FrameType | None) -> None:
        raise terminated(number)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, terminate)


def _die(number: int) -> int:
    """End as the signal would have ended us, so that shells and scripts see it."""
    if hasattr(signal, "SIGKILL"):  # POSIX
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
    return 128 + number
