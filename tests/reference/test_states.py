"""What cannot be done, for the state that a machine or its host is in, beside the real virsh."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.autostart import PowerInfo
from tests.reference import harness
from tests.reference.test_changing import machines


@pytest.fixture(scope="module", params=["esx-7.0", "esx-3.5"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret") as simulator:
        simulator.trouble("web", "notools")
        yield simulator


@pytest.mark.parametrize("line", harness.lines("refused"))
def test_what_is_refused(line: str, server: Simulator, auth_file: Path) -> None:
    arguments = ["-c", server.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, f"{server.profile.name} without VMware Tools", theirs, ours)
    assert server.sessions == []


@pytest.mark.parametrize("line", harness.lines("autostart_off"))
def test_autostart_that_is_off_with_others_in_the_list(line: str, auth_file: Path) -> None:
    answers, results = [], []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator("esx-5.5", transport="http", password="secret") as simulator:
            settings = simulator.site.hosts[0].autostart
            settings.machines[simulator.site.find_machine("Fedora11").number] = PowerInfo(start_action="powerOn")
            arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
            answers.append(program(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
            results.append((settings.enabled, settings.machines, machines(simulator)))
    harness.compare(line, "esx-5.5", *answers)
    assert results[1] == results[0]
