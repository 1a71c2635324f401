"""Run a program against the simulator, and take its time, its CPU and its SOAP calls."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Access:
    """How to log in to the simulator."""

    port: int
    username: str
    password: str
    thumbprint: str
    auth_file: Path  # libvirt's, with the same account


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: seconds of wall time, seconds of CPU (user and system, of the program and its children), SOAP calls."""

    wall: float
    cpu: float
    calls: int
    output: str


class Server:
    """The simulator in its own process."""

    def __init__(self, process: "subprocess.Popen[str]", directory: Path) -> None:
        self._process = process
        answer: dict[str, Any] = self._answer()
        auth_file = directory / "auth.conf"
        auth_file.write_text(
            f"[credentials-simulator]\nusername={answer['username']}\npassword={answer['password']}\n"
            "[auth-esx-default]\ncredentials=simulator\n",
            encoding="utf-8",
        )
        self.access = Access(answer["port"], answer["username"], answer["password"], answer["thumbprint"], auth_file)

    def take_calls(self) -> int:
        """How many SOAP calls there were since this was last asked."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        calls: dict[str, int] = self._answer()
        return sum(calls.values())

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the simulator ended; what it said stands above")
        return json.loads(line)


@contextmanager
def serving(profile: str, vms: int, latency: float, hosts: int = 1) -> Iterator[Server]:
    """Run the simulator, with so many machines, hosts, and seconds of latency a request, until the block ends."""
    command = [sys.executable, "-m", "benchmarks.server", profile, str(vms), str(latency), str(hosts)]
    with (
        tempfile.TemporaryDirectory() as directory,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process,
    ):
        try:
            yield Server(process, Path(directory))
        finally:
            process.communicate()


# What would make Python programs run otherwise than they do where they are installed.
_SETTINGS_OF_PYTHON = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONDEVMODE", "PYTHONWARNINGS")


def run(command: list[str], environment: Mapping[str, str], server: Server) -> Sample:
    """Run a command once. Ends the benchmark if the command fails."""
    server.take_calls()
    variables = {name: value for name, value in os.environ.items() if name not in _SETTINGS_OF_PYTHON}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env={**variables, **environment}, cwd=ROOT
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            raise SystemExit(f"{' '.join(command)} failed ({process.returncode}):\n{errors.read().decode()}")
        text = output.read().decode()
    return Sample(wall, usage.ru_utime + usage.ru_stime, server.take_calls(), text)


def median(samples: list[Sample]) -> Sample:
    """The median of each measurement."""
    return Sample(
        statistics.median(sample.wall for sample in samples),
        statistics.median(sample.cpu for sample in samples),
        statistics.median_high(sample.calls for sample in samples),
        samples[0].output,
    )
