"""`list --all` by esxvirsh, the real virsh, govc and a plain pyVmomi script, on one simulator, in one run.

Prints a table in Markdown: number of machines, added latency, and for each program the medians of wall time, CPU
time and SOAP calls. Then whether esxvirsh is ahead of virsh and govc, what starting costs beside bare Python, how many
conversions of VMX files and domain XML esxvirt and the real libvirt-python do a second, and how fast a volume goes up
and down beside curl. It measures; it is no test, and fails for no number.
"""

import argparse
import os
import platform
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks import conversions, starting, transfers, whole_vcenter
from benchmarks.measure import Sample, median, run, serving
from benchmarks.programs import Program, installed

PROFILE = "esx-7.0"
# A program whose first run takes longer (seconds) is run three times only.
SLOW = 5.0


@dataclass(frozen=True, slots=True)
class Cell:
    """What one program took with one server."""

    vms: int
    latency: float
    program: str
    sample: Sample


def measure(vms: int, latency: float, programs: list[Program], repetitions: int) -> list[Cell]:
    """Measure all programs on one server, turn by turn, so that a busy moment of the machine is nobody's alone."""
    expected = 0
    samples: dict[str, list[Sample]] = {program.name: [] for program in programs}
    with serving(PROFILE, vms, latency) as server:
        for repetition in range(repetitions):
            for program in programs:
                taken = samples[program.name]
                if repetition >= 3 and taken[0].wall > SLOW:
                    continue
                sample = run(program.command(server.access), program.environment(server.access), server)
                shown = program.count(sample.output)
                # The simulator may have some machines of its own besides; whatever it has, all must show the same.
                expected = expected or shown
                if shown != expected or shown < vms:
                    raise SystemExit(f"{program.name} shows {shown} machines of {expected}:\n{sample.output[:2000]}")
                taken.append(sample)
            print(".", end="", file=sys.stderr, flush=True)
    return [Cell(vms, latency, name, median(taken)) for name, taken in samples.items()]


def table(cells: list[Cell]) -> str:
    """The cells as a table in Markdown."""
    lines = [
        "| machines | latency, ms | program | wall, s | CPU, s | SOAP calls |",
        "| ---: | ---: | :--- | ---: | ---: | ---: |",
    ]
    lines += [
        f"| {cell.vms:,} | {cell.latency * 1000:.0f} | {cell.program} "
        f"| {cell.sample.wall:.3f} | {cell.sample.cpu:.3f} | {cell.sample.calls:,} |"
        for cell in cells
    ]
    return "\n".join(lines)


def verdict(cells: list[Cell]) -> str:
    """How esxvirsh's wall time compares with virsh's and govc's, server by server."""
    walls = {(cell.vms, cell.latency, cell.program): cell.sample.wall for cell in cells}
    lines = []
    for (vms, latency, program), theirs in walls.items():
        if program in {"virsh", "govc collect", "govc vm.info"}:
            ours = walls[vms, latency, "esxvirsh"]
            word = f"{theirs / ours:.1f} times as fast as" if ours < theirs else f"behind ({ours / theirs:.1f} times)"
            lines.append(f"- {vms:,} machines, {latency * 1000:.0f} ms: esxvirsh is {word} {program}")
    return "\n".join(lines)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--vms", type=int, nargs="+", default=[10, 100, 1000], help="numbers of machines")
    parser.add_argument("--latency", type=float, nargs="+", default=[0, 10], help="milliseconds added to a request")
    parser.add_argument("--repetitions", type=int, default=7, help="runs of each program")
    parser.add_argument("--only", nargs="+", help="programs, as in the table")
    parser.add_argument("--conversions", type=float, default=2, help="seconds for each conversion; 0 leaves them out")
    parser.add_argument("--site", type=int, default=10_000, help="machines of a vCenter of 50 hosts; 0 leaves it out")
    parser.add_argument("--transfer", type=int, default=2048, help="MiB of a volume that goes up and down; 0: none")
    parser.add_argument("--starts", type=int, default=20, help="runs of what is only started; 0 leaves them out")
    parser.add_argument("--output", type=Path, help="write the table to this file, too")
    arguments = parser.parse_args()

    programs = installed()
    chosen = [program for program in programs.found if not arguments.only or program.name in arguments.only]
    cells = []
    for latency in arguments.latency:
        for vms in arguments.vms:
            cells += measure(vms, latency / 1000, chosen, arguments.repetitions)
    print(file=sys.stderr)
    heading = (
        f"`list --all` on {PROFILE}, over HTTPS; medians of {arguments.repetitions} runs (of 3 past {SLOW:.0f} s); "
        f"Python {platform.python_version()}, {os.cpu_count()} CPUs."
    )
    parts = [heading, table(cells), verdict(cells)]
    parts += [f"Not installed here: {', '.join(programs.missing)}."] if programs.missing else []
    if arguments.starts > 0:
        parts.append(starting.table(starting.measure(arguments.starts)))
    if arguments.site > 0:
        parts.append(whole_vcenter.table(whole_vcenter.measure(arguments.site, 0.0), arguments.site))
    if arguments.conversions > 0:
        parts.append(conversions.table(conversions.measure(arguments.conversions)))
    if arguments.transfer > 0:
        taken, idle = transfers.measure(arguments.transfer, 3)
        parts.append(transfers.table(taken, idle, arguments.transfer))
    text = "\n\n".join(part for part in parts if part) + "\n"
    print(text, end="")
    if arguments.output:
        arguments.output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
