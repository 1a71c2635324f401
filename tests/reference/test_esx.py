"""Every command line on one profile, beside the real virsh."""

import re
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.tools import NEWEST


@pytest.mark.parametrize("line", [*harness.lines("everywhere"), *harness.lines("once")])
def test_esxvirsh_answers_as_virsh(line: str, esx: Simulator, auth_file: Path) -> None:
    arguments = ["-c", esx.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, "esx-7.0", theirs, ours)
    assert list(esx.sessions) == []


def test_every_known_difference_is_of_a_line_that_is_tried() -> None:
    tried = {
        f"help {line}" if section == "help" else line
        for topic in harness.topics()
        for section, lines in harness.sections(topic).items()
        for line in lines
    }
    assert {difference.line for difference in harness.known_differences() if difference.line} <= tried
    patterns = {difference.matching for difference in harness.known_differences() if difference.matching}
    assert [pattern for pattern in patterns if not any(re.search(pattern, line) for line in tried)] == []


def test_every_known_difference_has_its_reason() -> None:
    # In nothing that is printed, where it is in what is done.
    assert all(
        difference.reason and (difference.ours or NEWEST not in difference.versions)
        for difference in harness.known_differences()
    )
