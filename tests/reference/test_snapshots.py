"""Snapshots beside the real virsh: on every product, at trees of 1, 10 and 200, and the same trees after changes."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.reference.harness import Answer
from tests.snapshots import grow_many, grow_one, grow_ten

PROFILES = ("esx-3.5", "esx-5.0", "esx-8.0", "gsx-2.0", "vcenter-7.0")
PROFILE = "esx-8.0"
# What every reader of the tree asks for.
TREE = ("snapshot-list archive --tree", "snapshot-list archive", "snapshot-list archive --parent --from n000")

_MOMENT = re.compile(r"\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\b")
_SECONDS = re.compile(r"\b1\d{9}\b")


def without_times(answer: Answer) -> Answer:
    """An answer in which all moments are the same."""
    stdout, stderr = (_SECONDS.sub("S", _MOMENT.sub("T", text)) for text in (answer.stdout, answer.stderr))
    return Answer(stdout, stderr, answer.code)


def both(simulator: Simulator, line: str, auth_file: Path, **environment: str) -> list[Answer]:
    """What the two programs answer on the same server."""
    arguments = ["-c", simulator.uri, *harness.arguments_of(line)]
    return [
        program(arguments, LIBVIRT_AUTH_FILE=str(auth_file), **environment)
        for program in (harness.virsh, harness.esxvirsh)
    ]


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret") as simulator:
        grow_ten(simulator)
        yield simulator


@pytest.fixture(scope="module")
def host() -> Iterator[Simulator]:
    with Simulator(PROFILE, transport="http", password="secret") as simulator:
        grow_ten(simulator)
        yield simulator


def alone(section: str) -> list[str]:
    """The lines of a section that a run of their own is needed for: they have global options, or differ."""
    return [line for line in harness.lines(section) if line.startswith("-") or harness.differs(line, PROFILE)]


def together(section: str) -> str:
    """All other lines as one run of the program, for it is the start of the programs that takes its time."""
    lines = [line for line in harness.lines(section) if line not in alone(section)]
    return "; ".join(f"echo 'No. {number}:'; {line}" for number, line in enumerate(lines))


def check_together(section: str, server: Simulator, auth_file: Path) -> None:
    answers = [run(program, server, together(section), auth_file) for program in (harness.virsh, harness.esxvirsh)]
    assert answers[1] == answers[0]
    assert "No. 9:" in answers[1].stdout
    assert list(server.sessions) == []


def test_a_tree_of_ten(server: Simulator, auth_file: Path) -> None:
    check_together("snapshots_read", server, auth_file)


def test_everything_that_is_read(host: Simulator, auth_file: Path) -> None:
    check_together("snapshots_once", host, auth_file)


def test_everything_that_is_refused(host: Simulator, auth_file: Path) -> None:
    before = seen_by_virsh(host, auth_file)
    check_together("snapshots_refused", host, auth_file)
    assert seen_by_virsh(host, auth_file) == before


@pytest.mark.parametrize("line", [*alone("snapshots_once"), *alone("snapshots_refused")])
def test_what_differs_or_has_global_options(line: str, host: Simulator, auth_file: Path) -> None:
    harness.compare(line, PROFILE, *both(host, line, auth_file))
    assert list(host.sessions) == []


def test_times_are_of_the_zone_that_is_set(host: Simulator, auth_file: Path) -> None:
    theirs, ours = both(host, "snapshot-list archive", auth_file, TZ="America/St_Johns")
    assert ours == theirs
    assert re.search(r"-0[23]30 ", ours.stdout)


@pytest.mark.parametrize("grow", [grow_one, grow_many])
@pytest.mark.parametrize("profile", PROFILES if harness.LARGE else ["esx-3.5", "vcenter-7.0"])
def test_a_tree_of_1_and_of_200(profile: str, grow: Callable[[Simulator], None], auth_file: Path) -> None:
    with Simulator(profile, transport="http", password="secret") as simulator:
        grow(simulator)
        for line in TREE:
            theirs, ours = both(simulator, line, auth_file)
            assert ours == theirs, line
            assert ours.stdout.count("\n") > (200 if grow is grow_many and "--from" not in line else 1) or theirs.code


@pytest.mark.parametrize("line", harness.lines("snapshots_changing"))
def test_changes(line: str, auth_file: Path) -> None:
    answers, results = [], []
    for program in (harness.virsh, harness.esxvirsh):
        with Simulator(PROFILE, transport="http", password="secret") as simulator:
            grow_ten(simulator)
            answers.append(without_times(run(program, simulator, line, auth_file)))
            assert list(simulator.sessions) == []
            results.append(seen_by_virsh(simulator, auth_file))
    harness.compare(line, PROFILE, *answers)
    if harness.known(line, PROFILE) is None:
        assert results[1] == results[0]


def run(program: Callable[..., Answer], simulator: Simulator, line: str, auth_file: Path) -> Answer:
    """Run several commands as one line."""
    arguments = [line] if ";" in line else harness.arguments_of(line)
    return program(["-c", simulator.uri, *arguments], LIBVIRT_AUTH_FILE=str(auth_file))


def seen_by_virsh(simulator: Simulator, auth_file: Path) -> str:
    """All trees, and the machines' states, as the real virsh sees them."""
    names = ("archive", "web", "builder")
    shown = "; ".join(f"snapshot-list {name} --parent; snapshot-current {name}" for name in names)
    answer = run(harness.virsh, simulator, f"list --all; {shown}", auth_file)
    return without_times(answer).stdout
