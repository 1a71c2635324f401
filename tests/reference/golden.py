"""The real virsh's answers where no server is needed, kept for machines that have no virsh.

`python -m tests.reference.golden` records them anew.
"""

import dataclasses
import json

from tests.reference import harness

GOLDEN = harness.HERE / "golden.json"

LINES = (*(f"help {name}" for name in harness.lines("help")), *harness.lines("alone"))
# the directory that virsh was recorded in, and what stands for it
_HERE, _MARK = str(harness.HERE.parent.parent), "@ROOT@"


def recorded(line: str) -> harness.Answer:
    """What virsh answered to a line."""
    answer = json.loads(GOLDEN.read_text(encoding="utf-8"))[line]
    return harness.Answer(answer["stdout"].replace(_MARK, _HERE), answer["stderr"], answer["code"])


def record() -> None:
    """Ask the real virsh and write its answers down."""
    answers = {line: dataclasses.asdict(harness.virsh(harness.arguments_of(line))) for line in LINES}
    text = json.dumps(answers, indent=1, ensure_ascii=False, sort_keys=True)
    GOLDEN.write_text(text.replace(_HERE, _MARK) + "\n", encoding="utf-8")


if __name__ == "__main__":
    record()
