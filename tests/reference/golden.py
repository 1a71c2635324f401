"""The newest virsh's answers where no server is needed, kept for machines that have none: a file a topic.

`python -m tests.reference.golden [TOPIC...]` records them anew.
"""

import dataclasses
import json
import sys

from tests.reference import harness

GOLDEN = harness.HERE / "golden"

# the directory that virsh was recorded in, and what stands for it
_HERE, _MARK = str(harness.HERE.parent.parent), "@ROOT@"


def lines_of(topic: str) -> tuple[str, ...]:
    """The lines of a topic that need no server."""
    sections = harness.sections(topic)
    return (*(f"help {name}" for name in sections.get("help", ())), *sections.get("alone", ()))


TOPICS = tuple(topic for topic in harness.topics() if lines_of(topic))
LINES = tuple((topic, line) for topic in TOPICS for line in lines_of(topic))


def answers(topic: str) -> dict[str, dict[str, str | int]]:
    """What was recorded for a topic, by line."""
    recorded_ones: dict[str, dict[str, str | int]] = json.loads((GOLDEN / f"{topic}.json").read_text(encoding="utf-8"))
    return recorded_ones


def recorded(topic: str, line: str) -> harness.Answer:
    """What virsh answered to a line."""
    answer = answers(topic)[line]
    return harness.Answer(str(answer["stdout"]).replace(_MARK, _HERE), str(answer["stderr"]), int(answer["code"]))


def record(topic: str) -> None:
    """Ask the real virsh and write its answers down."""
    found = {line: dataclasses.asdict(harness.virsh(harness.arguments_of(line))) for line in lines_of(topic)}
    text = json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True)
    (GOLDEN / f"{topic}.json").write_text(text.replace(_HERE, _MARK) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:] or TOPICS:
        record(name)
