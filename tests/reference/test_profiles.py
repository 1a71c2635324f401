"""The most used command lines on other products and versions, beside the real virsh."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness


@pytest.fixture(scope="module", params=["esx-3.5", "gsx-2.0", "vcenter-7.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret") as simulator:
        yield simulator


@pytest.mark.parametrize("line", harness.lines("everywhere"))
def test_esxvirsh_answers_as_virsh(line: str, server: Simulator, auth_file: Path) -> None:
    arguments = ["-c", server.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, server.profile.name, theirs, ours)
