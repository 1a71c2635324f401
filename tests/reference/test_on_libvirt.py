"""Our command line on the real libvirt's test driver, beside the real virsh: commands that ESX has little for."""

import os
import subprocess
import sys
import sysconfig

import pytest

from tests.reference import harness
from tests.tools import ROOT, require


@pytest.fixture(scope="module")
def program() -> list[str]:
    """The system's Python, which has libvirt-python, with our sources and the lxml of our own Python."""
    python = require("libvirt-python")
    version = subprocess.run(
        [python, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, text=True, check=True
    ).stdout.split()
    if version != [str(number) for number in sys.version_info[:2]]:
        pytest.skip(f"the system's Python is {'.'.join(version)}, and cannot use the lxml of this one")
    return [python, str(harness.HERE / "on_libvirt.py")]


@pytest.mark.parametrize("line", harness.lines("test_driver"))
def test_the_command_line_alone_answers_as_virsh(line: str, program: list[str]) -> None:
    arguments = ["-c", "test:///default", *harness.arguments_of(line)]
    path = os.pathsep.join([str(ROOT / "src"), sysconfig.get_path("platlib")])
    theirs = harness.virsh(arguments)
    ours = harness.run(program, arguments, PYTHONPATH=path)
    harness.compare(line, "test", theirs, ours)
