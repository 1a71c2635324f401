"""Devices of the host: beside the real virsh on ESX, where it has none, and on libvirt's test driver, where it has."""

from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness


@pytest.mark.parametrize("line", harness.lines("nodedev"))
def test_esxvirsh_beside_virsh(line: str, esx: Simulator, auth_file: Path) -> None:
    arguments = ["-c", esx.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, "esx-7.0", theirs, ours)
    assert list(esx.sessions) == []


@pytest.mark.parametrize("line", harness.lines("nodedev_on_test_driver"))
def test_the_command_line_alone_answers_as_virsh(line: str, on_libvirt: list[str], path: str) -> None:
    arguments = ["-c", "test:///default", *harness.arguments_of(line)]
    theirs = harness.virsh(arguments)
    ours = harness.run(on_libvirt, arguments, PYTHONPATH=path)
    harness.compare(line, "test", theirs, ours)
