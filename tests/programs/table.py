"""Run the programs on both sides and write down what works: `python -m tests.programs.table [NAME...]`.

Rows of programs that are not run, or cannot be had, stay as they were. NAMES are parts of programs' names.
"""

import re
import sys
from pathlib import Path

from tests.programs.environments import MissingError
from tests.programs.programs import PROGRAMS
from tests.programs.running import OURS, THEIRS, Outcome, Program, run
from tests.tools import ROOT

PAGE: Path = ROOT / "docs" / "programs.md"
BEGIN, END = "<!-- programs: made by `make programs` -->", "<!-- end of programs -->"
_WIDTH = 160
TRIES = 3


def _cell(outcome: Outcome, *, timed: bool) -> str:
    if not outcome.problem:
        return f"yes, in {outcome.seconds:.2f} s" if timed else "yes"
    text = re.sub(r"^[\w.]+Error: ", "", outcome.problem)
    text = re.sub(r"127(\.\d+){3}(:\d+)?", "HOST", text)
    text = re.sub(r"/\S*/(tmp\w+|\.cache)/", ".../", text)
    text = text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
    for letter in "|<>[]*`":
        text = text.replace(letter, f"\\{letter}")
    return f"no: {text}"


def _best(tries: tuple[Outcome, ...]) -> Outcome:
    """Return the quickest of those that worked: other work of the machine only makes a program slower."""
    return min(tries, key=lambda outcome: (bool(outcome.problem), outcome.seconds))


def rows_of(program: Program) -> list[str]:
    """Run a program on both sides, and return its rows.

    Raises:
        MissingError: It cannot be had here.
    """
    environment = program.environment()
    timed = program.machines > 0
    tries = [tuple(run(program, side, environment) for side in (OURS, THEIRS)) for _ in range(TRIES if timed else 1)]
    ours, theirs = ([_best(step) for step in zip(*side, strict=True)] for side in zip(*tries, strict=True))
    name = f"{program.name} ({program.source})"
    return [
        f"| {name} | {one.step.what} | {_cell(one, timed=timed)} | {_cell(other, timed=timed)} |"
        for one, other in zip(ours, theirs, strict=True)
    ]


def main(names: list[str]) -> int:
    """Write the table; 1 if a program that was named cannot be had."""
    text = PAGE.read_text(encoding="utf-8")
    head, rest = text.split(BEGIN)
    table, tail = rest.split(END)
    before = [line for line in table.splitlines() if line.startswith("| ")][1:]
    rows: list[str] = []
    missing = 0
    for program in PROGRAMS:
        of_before = [line for line in before if line.startswith(f"| {program.name} (")]
        if names and not any(name in program.name for name in names):
            rows += of_before
            continue
        print(f"{program.name} ...", file=sys.stderr)
        try:
            rows += rows_of(program)
        except MissingError as error:
            print(f"{program.name}: not here: {error}", file=sys.stderr)
            rows += of_before
            missing += 1
    title = "| Program | What it does | on esxvirt | with libvirt-python |\n| --- | --- | --- | --- |\n"
    PAGE.write_text(
        f"{head}{BEGIN}\n\n{title}" + "".join(f"{row}\n" for row in rows) + f"\n{END}{tail}", encoding="utf-8"
    )
    return int(bool(names and missing))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
