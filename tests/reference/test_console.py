"""Screens and keyboards beside the real virsh."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("line", harness.lines("console"))
def test_esxvirsh_answers_as_virsh(line: str, esx: Simulator, auth_file: Path) -> None:
    arguments = ["-c", esx.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, esx.profile.name, theirs, ours)
    assert not Path("nothing.png").exists()


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-7.0"])
def test_the_same_picture_in_the_same_file(profile: str, auth_file: Path, tmp_path: Path) -> None:
    with Simulator(profile, transport="http", password="secret") as simulator:
        pictures = []
        for program in (harness.virsh, harness.esxvirsh):
            file = tmp_path / "there already.png"
            file.write_bytes(b"x" * 100_000)
            answer = program(["-c", simulator.uri, "screenshot", "web", str(file)], LIBVIRT_AUTH_FILE=str(auth_file))
            assert answer == harness.Answer(f"Screenshot saved to {file}, with type of image/png\n", "", 0)
            pictures.append(file.read_bytes())
        assert pictures[0].startswith(PNG)
        assert pictures[1] == pictures[0]
        assert simulator.sessions == []


def test_a_file_is_named_after_the_machine_and_the_time(esx: Simulator, auth_file: Path, tmp_path: Path) -> None:
    for program in (harness.virsh_program(), list(harness.OURS)):
        answer = subprocess.run(
            [*program, "-c", esx.uri, "screenshot", "web"],
            env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth_file)},
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        found = re.fullmatch(
            r"Screenshot saved to (web-\d{4}-\d\d-\d\d-\d\d:\d\d:\d\d\.png), with type of image/png\n", answer.stdout
        )
        assert found, answer
        assert (tmp_path / found[1]).read_bytes().startswith(PNG)
