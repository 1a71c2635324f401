"""Our command line on the real libvirt's test driver, beside the real virsh: commands that ESX has little for."""

import pytest

from tests.reference import harness


@pytest.mark.parametrize("line", harness.lines("test_driver"))
def test_the_command_line_alone_answers_as_virsh(line: str, on_libvirt: list[str], path: str) -> None:
    arguments = ["-c", "test:///default", *harness.arguments_of(line)]
    theirs = harness.virsh(arguments)
    ours = harness.run(on_libvirt, arguments, PYTHONPATH=path)
    harness.compare(line, "test", theirs, ours)
