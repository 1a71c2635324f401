"""`make faults`: all trials of the campaign, and their figures, printed and written into `docs/reliability.md`.

usage: python -m tests.faults.figures [PYTEST-ARGUMENT...]
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.tools import ROOT

__all__ = ["BEGIN", "COLUMNS", "END", "FILES", "PAGE"]

PAGE = ROOT / "docs" / "reliability.md"
BEGIN = "<!-- figures: written by `make faults` -->"
END = "<!-- end of figures -->"
FILES = {"two_faults": "Two faults in a row", "two_clients": "Two clients at once", "killed": "Killed"}
COLUMNS = {
    "trials": "Trials",
    "false": "False statements",
    "lost": "Lost",
    "left": "Left over",
    "twice": "Started twice",
    "session": "Sessions left",
}


def read(directory: Path) -> dict[str, Counter[str]]:
    """The figures of each file of tests: trials, and how many of them went wrong in which way."""
    found = {file: Counter[str]() for file in FILES}
    for path in sorted(directory.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            figures = json.loads(line)
            found[figures["file"]].update({column: figures.get(column, 0) for column in COLUMNS})
    return found


def table(figures: dict[str, Counter[str]]) -> str:
    """The figures as the page has them."""
    lines = [f"| | {' | '.join(COLUMNS.values())} |", f"| --- |{' ---: |' * len(COLUMNS)}"]
    for file, name in FILES.items():
        numbers = " | ".join(f"{figures[file][column]:,}" for column in COLUMNS)
        lines.append(f"| {name} (`tests/faults/test_{file}.py`) | {numbers} |")
    return "\n".join(lines)


def write(text: str) -> None:
    """Put the table into the page."""
    page = PAGE.read_text(encoding="utf-8")
    head, _, rest = page.partition(BEGIN)
    PAGE.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Run all trials; the exit code is pytest's."""
    tests = [f"tests/faults/test_{file}.py" for file in FILES]
    with tempfile.TemporaryDirectory() as name:
        environment = {**os.environ, "ESXVIRT_FAULTS": "all", "ESXVIRT_FAULTS_FIGURES": name}
        # One test is all trials of one operation: the last ones to run should not be all that one process has left.
        command = [sys.executable, "-m", "pytest", "-n", "auto", "--maxprocesses=8", "--dist=worksteal"]
        code = subprocess.run([*command, *arguments, *tests], env=environment, cwd=ROOT, check=False).returncode
        text = table(read(Path(name)))
    sys.stdout.write(f"\n{text}\n")
    write(text)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
