"""What needs no server, beside the real virsh or, where it is missing, beside what it answered when it was recorded."""

import json

import pytest

from tests.reference import harness
from tests.reference.golden import GOLDEN, LINES, recorded
from tests.tools import find


def _reference(line: str) -> harness.Answer:
    if find("virsh") is None:
        return recorded(line)
    return harness.virsh(harness.arguments_of(line))


@pytest.mark.parametrize("line", LINES)
def test_esxvirsh_answers_as_virsh(line: str) -> None:
    harness.compare(line, "", _reference(line), harness.esxvirsh(harness.arguments_of(line)))


def test_every_line_is_recorded() -> None:
    assert set(json.loads(GOLDEN.read_text(encoding="utf-8"))) == set(LINES)
