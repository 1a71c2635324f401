"""The command as a process: plain, and at a pseudo-terminal."""

import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass

COMMAND = (sys.executable, "-m", "esxvirt.cli")

# The same with the signals that end a program as they are by default: what started the tests may ignore some.
_RESET = (
    "import os, signal, sys; "
    "[signal.signal(n, signal.SIG_DFL) for n in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM)]; "
    "os.execv(sys.argv[1], sys.argv[1:])"
)
FRESH = (sys.executable, "-c", _RESET, sys.executable)
MORTAL = (*FRESH[:-1], *COMMAND)

# Seconds after which a program that does not answer is given up; it answers within fractions of one.
_PATIENCE = 60


def esxvirsh(
    *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
) -> "subprocess.CompletedProcess[bytes]":
    """Run the command in a session of its own: there is no terminal to ask for passwords."""
    return subprocess.run(
        [*COMMAND, *arguments],
        input=stdin,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        check=False,
        start_new_session=True,
        timeout=_PATIENCE,
    )


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a program at a terminal showed, and how it ended (negative: by this signal)."""

    shown: str
    code: int


def _echoes(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


def converse(
    arguments: Sequence[str],
    script: Sequence[tuple[str, str]],
    program: Sequence[str] = MORTAL,
    **environment: str,
) -> Conversation:
    """Run the command at a terminal of its own.

    Args:
        arguments: of the command.
        script: what to wait for and what to type then, in order.
        program: another command.
        environment: more variables.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update({"TERM": "dumb", **environment})
        os.execv(program[0], [*program, *arguments])
    shown = b""
    position = 0
    waiting = False
    steps = list(script)
    end = time.monotonic() + _PATIENCE
    try:
        while time.monotonic() < end:
            ready, _, _ = select.select([terminal], [], [], 0.02 if waiting else 1)
            if ready:
                try:
                    part = os.read(terminal, 65536)
                except OSError:  # Linux's end of file on a terminal
                    break
                if not part:
                    break
                shown += part
            waiting = False
            while steps and (found := shown.find(steps[0][0].encode(), position)) >= 0:
                waiting = "password" in steps[0][0] and _echoes(terminal)
                if waiting:  # virsh shows its prompt before it turns echo off, and throws away what was typed meanwhile
                    break
                position = found + len(steps[0][0].encode())
                os.write(terminal, steps.pop(0)[1].encode())
        else:
            os.kill(process, signal.SIGKILL)
    finally:
        _, status = os.waitpid(process, 0)
        os.close(terminal)
    assert not steps, f"waited in vain for {steps[0][0]!r} in {shown!r}"
    return Conversation(shown.decode().replace("\r\n", "\n"), os.waitstatus_to_exitcode(status))
