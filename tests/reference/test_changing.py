"""Command lines that change something, beside the real virsh: the same answer, and the same machines afterwards."""

from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from tests.client import open_connection
from tests.reference import harness

PROFILE = "esx-7.0"


def machines(simulator: Simulator) -> dict[str, Any]:
    """State and XML of every machine."""
    with open_connection(simulator.uri, simulator.username, simulator.password) as connection:
        return {
            domain.name(): (domain.state(), domain.autostart(), domain.name() == "broken" or domain.XMLDesc())
            for domain in connection.listAllDomains()
        }


@pytest.mark.parametrize("line", [*harness.lines("lifecycle"), *harness.lines("tuning")])
def test_esxvirsh_does_as_virsh(line: str, auth_file: Path) -> None:
    answers, results = [], []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator(PROFILE, transport="http", password="secret") as simulator:
            arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
            answers.append(program(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
            assert list(simulator.sessions) == []
            results.append(machines(simulator))
    harness.compare(line, PROFILE, *answers)
    if harness.known(line, PROFILE) is None:
        assert results[1] == results[0]
