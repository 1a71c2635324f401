"""What starting costs: CPU of bare Python, of `esxvirsh --version`, of the module's import, of lists of 10 machines.

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
    with serving("esx-7.0", vms, 0.0) as server:
        listing = {program.name: program for program in installed().found if program.name != "pyVmomi"}
        for _ in range(repetitions):
            for name, command in commands.items():
                samples.setdefault(name, []).append(run(command, {}, server))
            for name, program in listing.items():
                taken = run(program.command(server.access), program.environment(server.access), server)
                samples.setdefault(f"{name}, {vms} machines", []).append(taken)
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
