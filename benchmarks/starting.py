"""What starting costs: CPU of bare Python, of `esxvirsh --version`, of the module's import, of lists of 10 machines.

Beside the lists stands the least that they could take in Python: the same requests, by its own HTTP and TLS alone.

The least of many runs, which a busy machine changes little, and how many times bare Python it is, which holds on any
machine.
"""

import shutil
import sys
import sysconfig
from dataclasses import dataclass

from benchmarks.measure import Sample, run, serving
from benchmarks.programs import installed

__all__ = ["Start", "measure", "table"]

BARE = "bare Python"
LEAST = "`ssl` and `http.client` alone"
LATENCIES = (0.0, 0.01)  # seconds a call


@dataclass(frozen=True, slots=True)
class Start:
    """What one command costs at least: seconds of CPU, and of wall time."""

    command: str
    cpu: float
    wall: float


def measure(repetitions: int, vms: int = 10) -> list[Start]:
    """Measure; bare Python comes first."""
    esxvirsh = shutil.which("esxvirsh", path=sysconfig.get_path("scripts")) or "esxvirsh"
    commands = {
        BARE: [sys.executable, "-c", "pass"],
        "esxvirsh --version": [esxvirsh, "--version"],
        "import esxvirt.libvirt": [sys.executable, "-c", "import esxvirt.libvirt"],
    }
    samples: dict[str, list[Sample]] = {}
    for latency in LATENCIES:
        with serving("esx-7.0", vms, latency) as server:
            listing = [program for program in installed().found if program.name != "pyVmomi"]
            at = f", {vms} machines" + (f", {latency * 1000:.0f} ms" if latency else "")
            least = [sys.executable, "benchmarks/bare_https.py", str(server.access.port), server.access.username]
            for _ in range(repetitions):
                for name, command in commands.items():
                    samples.setdefault(name, []).append(run(command, {}, server))
                password = {"BENCHMARK_PASSWORD": server.access.password}
                samples.setdefault(LEAST + at, []).append(run(least, password, server))
                for program in listing:
                    taken = run(program.command(server.access), program.environment(server.access), server)
                    samples.setdefault(program.name + at, []).append(taken)
        commands = {}
    return [
        Start(name, min(sample.cpu for sample in taken), min(sample.wall for sample in taken))
        for name, taken in samples.items()
    ]


def table(starts: list[Start]) -> str:
    """The figures as a table in Markdown."""
    bare = next(start.cpu for start in starts if start.command == BARE)
    lines = [
        "Starting, the least of all runs:",
        "",
        "| command | CPU, ms | times bare Python | wall, ms |",
        "| :--- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {start.command} | {start.cpu * 1000:.0f} | {start.cpu / bare:.1f} | {start.wall * 1000:.0f} |"
        for start in starts
    ]
    return "\n".join(lines)
