"""The real command in a process that can be killed: forked from one that has loaded it, as `tests.reference.forking`.

`python -m tests.faults.forked` reads a request a line, and answers each with two: the process's number when it has
begun, and how it ended.
"""

import gc
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.reference import forking
from tests.tools import ROOT

__all__ = ["Command", "Forker"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, where it runs, and its environment; what it prints is kept in files there."""

    arguments: tuple[str, ...]
    directory: Path
    environment: dict[str, str]


class Forker:
    """Runs commands one after the other."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.faults.forked"]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT, start_new_session=True
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def start(self, command: Command) -> int:
        """Begin; the number of its process."""
        request = {
            "arguments": list(command.arguments), "directory": str(command.directory),
            "environment": command.environment,
        }  # fmt: skip
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def wait(self, command: Command) -> tuple[int, str, str]:
        """The exit code of what was begun, negative for a signal, and what it has said on stdout and on stderr."""
        code = int(self._answer())
        told, said = ((command.directory / name).read_text(encoding="utf-8") for name in ("stdout", "stderr"))
        return code, told, said

    def run(self, command: Command) -> tuple[int, str, str]:
        """Begin, and wait."""
        self.start(command)
        return self.wait(command)

    def _answer(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the process that forks has ended"
        return line


def _serve() -> None:
    requests, answers = os.fdopen(os.dup(0), "r", encoding="utf-8"), os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    forking.load()
    gc.freeze()
    for line in requests:
        request: dict[str, Any] = json.loads(line)
        child = os.fork()
        if child == 0:
            streams = tuple(
                os.open(os.path.join(request["directory"], name), os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)  # noqa: PTH118
                for name in ("stdin", "stdout", "stderr")
            )
            forking._run(request, (streams[0], streams[1], streams[2]))
        answers.write(f"{child}\n")
        answers.flush()
        _, status = os.waitpid(child, 0)
        answers.write(f"{os.waitstatus_to_exitcode(status)}\n")
        answers.flush()


if __name__ == "__main__":
    _serve()
