"""What cannot be done, for the state that a machine or its host is in, beside the real virsh."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from esxvirt.libvirt_esx._inside import driver_of, handle_of
from esxvirt.sim import Simulator
from esxvirt.sim.state.host.autostart import PowerInfo
from tests.client import open_connection
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


@contextmanager
def busy(profile: str, *moved: str, **methods: str) -> Iterator[Simulator]:
    """A server on which another client has called a method of machines, by their names, whose tasks do not end.

    Those that have `moved` ask before.
    """
    with Simulator(profile, transport="http", password="secret") as simulator:
        for name in moved:
            simulator.trouble(name, "moved")
        simulator.tasks.seconds = 3600.0
        connection = open_connection(simulator.uri, simulator.username, simulator.password)
        for name, method in methods.items():
            driver, ref = driver_of(connection), handle_of(connection.lookupByName(name)).ref
            driver.session.call(ref, method)
        yield simulator
        connection.close()


@pytest.fixture(scope="module")
def pending() -> Iterator[Simulator]:
    with busy("esx-7.0", archive="PowerOnVM_Task", web="SuspendVM_Task") as simulator:
        yield simulator


@pytest.mark.parametrize("line", harness.lines("pending"))
def test_where_another_task_is_under_way(line: str, pending: Simulator, auth_file: Path) -> None:
    arguments = ["-c", pending.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, "busy", theirs, harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))


@pytest.fixture(params=["esx-7.0", "esx-3.5"])
def asking(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with busy(request.param, "archive", archive="PowerOnVM_Task") as simulator:
        yield simulator


@pytest.mark.parametrize("line", harness.lines("asking"))
def test_where_a_question_is_open(line: str, auth_file: Path) -> None:
    answers = []
    for program in (harness.virsh, harness.esxvirsh):
        with busy("esx-7.0", "archive", archive="PowerOnVM_Task") as simulator:
            arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
            answers.append(program(arguments, LIBVIRT_AUTH_FILE=str(auth_file)))
    harness.compare(line, "busy", *answers)


@pytest.mark.parametrize("line", harness.lines("answering"))
@pytest.mark.parametrize("program", [harness.virsh, harness.esxvirsh])
def test_where_an_open_question_gets_its_default(
    line: str, program: Callable[..., harness.Answer], asking: Simulator, auth_file: Path
) -> None:
    arguments = ["-c", f"{asking.uri}&auto_answer=1", *harness.arguments_of(line)]
    answer = program(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert answer.code == 1
    assert answer.stderr.endswith("error: Requested operation is not valid: Other tasks are pending for this domain\n")
    assert asking.calls.methods().count("AnswerVM") == 1
