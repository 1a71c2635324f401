"""What needs no server, beside the real virsh or, where the newest is missing, beside what was recorded of it."""

import pytest

from tests.reference import harness
from tests.reference.golden import GOLDEN, LINES, TOPICS, answers, lines_of, recorded
from tests.tools import NEWEST, find


def _reference(topic: str, line: str) -> harness.Answer:
    if harness.newest() and find(f"virsh-{NEWEST}") is None:
        return recorded(topic, line)
    return harness.virsh(harness.arguments_of(line))


@pytest.mark.parametrize(("topic", "line"), LINES)
def test_esxvirsh_answers_as_virsh(topic: str, line: str) -> None:
    harness.compare(line, "", _reference(topic, line), harness.esxvirsh(harness.arguments_of(line)))


def test_every_line_is_recorded() -> None:
    assert {path.stem for path in GOLDEN.glob("*.json")} == set(TOPICS)
    assert {topic: set(answers(topic)) for topic in TOPICS} == {topic: set(lines_of(topic)) for topic in TOPICS}
