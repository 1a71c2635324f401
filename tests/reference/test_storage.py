"""Storage pools and volumes beside the real virsh, on every kind of product."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.volumes import fill

PROFILES = ("esx-3.5", "esx-5.0", "esx-8.0", "gsx-2.0", "vcenter-7.0")
# How many volumes, in how many folders: virsh asks the server up to twenty times for each of them.
VOLUMES, FOLDERS = (1000, 50) if harness.LARGE else (40, 10)


def simulator(profile: str) -> Simulator:
    """A server with all the storage that its product has."""
    storage = () if profile == "gsx-2.0" else ("nfs", "iscsi")
    return Simulator(profile, transport="http", password="secret", storage=storage)


def check(line: str, server: Simulator, auth_file: Path) -> None:
    arguments = ["-c", server.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, server.profile.name, theirs, ours)
    assert list(server.sessions) == []


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with simulator(request.param) as running:
        yield running


@pytest.fixture(scope="module")
def esx() -> Iterator[Simulator]:
    with simulator("esx-7.0") as running:
        yield running


@pytest.mark.parametrize("line", harness.lines("storage_everywhere"))
def test_reading_on_every_product(line: str, server: Simulator, auth_file: Path) -> None:
    check(line, server, auth_file)


@pytest.mark.parametrize("profile", PROFILES if harness.LARGE else ["esx-3.5", "vcenter-7.0"])
def test_a_pool_of_many_volumes(profile: str, auth_file: Path) -> None:
    """All lists of a large pool, and its volumes in the middle."""
    with Simulator(profile, transport="http", password="secret") as large:
        fill(large, VOLUMES, FOLDERS)
        arguments = ["-c", large.uri, "-q", "vol-list", "local-storage"]
        listed = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file)).stdout.splitlines()
        names = [line.split()[0] for line in listed if "image" in line]
        assert len(names) == VOLUMES
        for name in names[:: VOLUMES // 4]:
            check(f"'vol-dumpxml {name} local-storage; vol-info {name} local-storage --bytes'", large, auth_file)
        for line in ("pool-info local-storage", "vol-list local-storage", "vol-list local-storage --details"):
            check(line, large, auth_file)


@pytest.mark.parametrize("line", harness.lines("storage"))
def test_reading(line: str, esx: Simulator, auth_file: Path) -> None:
    check(line, esx, auth_file)


@pytest.mark.parametrize("profile", ["esx-7.0"])
def test_changing(profile: str, auth_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line after the other, on a server for each program; all that went wrong is told at once."""
    monkeypatch.chdir(harness.HERE.parent.parent)
    wrong = []
    with ExitStack() as stack:
        theirs, ours = (stack.enter_context(simulator(profile)) for _ in range(2))
        for line in harness.lines("volumes"):
            answers = [
                program(["-c", server.uri, *harness.arguments_of(line)], LIBVIRT_AUTH_FILE=str(auth_file))
                for program, server in ((harness.virsh, theirs), (harness.esxvirsh, ours))
            ]
            try:
                harness.compare(line, profile, *answers)
            except AssertionError as error:
                wrong.append(f"{line}: {error}\n{answers}")
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.parametrize("line", harness.lines("pool_changes"))
def test_changing_pools(line: str, auth_file: Path) -> None:
    with simulator("esx-7.0") as first:
        arguments = ["-c", first.uri, *harness.arguments_of(line)]
        theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    with simulator("esx-7.0") as second:
        arguments = ["-c", second.uri, *harness.arguments_of(line)]
        ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
        assert list(second.sessions) == []
    harness.compare(line, "esx-7.0", theirs, ours)
