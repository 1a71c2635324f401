"""Paths of `vpx://` URIs beside the real virsh: on every vCenter, with folders, clusters and hosts of all kinds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness

PROFILES = ("vcenter-2.5", "vcenter-4.0", "vcenter-5.0", "vcenter-7.0", "vcenter-8.0")
TREE = (
    "dc1/esx1",
    "dc1/row 1/prod+/esx2",
    "dc1/row 1/prod+/esx4",
    "eu/ost/dc%2f2:/esx%25",
    "eu/dc3:/Rack Süd/esx%2f3",
    "eu/dc3:/Rack Süd/Nord/büro+/esx5",
)
COMMANDS = "list --all; hostname; nodeinfo; uri"
FORMS = (
    "dc1/esx1",
    "/dc1//esx1/",
    "dc1/row%201/prod/esx2",
    "eu/ost/dc%252f2/esx%2525",
    "eu/dc3/Rack%20S%C3%BCd/esx%252f3",
    "eu/dc3/Rack%20S%C3%BCd/Nord/b%C3%BCro/esx5",
    # The folder that each datacenter has for its hosts, as govc prints it.
    "dc1/host/esx1",
    "/dc1/host//esx1/",
    "dc1/host/row%201/prod/esx2",
    "eu/ost/dc%252f2/host/esx%2525",
    "eu/dc3/host/Rack%20S%C3%BCd/Nord/b%C3%BCro/esx5",
)


@pytest.fixture(scope="module", params=PROFILES)
def vcenter(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret", vms=6, tree=TREE) as running:
        yield running


@pytest.fixture(scope="module")
def newest() -> Iterator[Simulator]:
    with Simulator("vcenter-8.0", transport="http", password="secret", vms=6, tree=TREE) as running:
        yield running


def both(server: Simulator, path: str, auth_file: Path) -> tuple[harness.Answer, harness.Answer]:
    """What virsh and we say of a path."""
    # The user names of the versions differ; both programs take the one that the URI has.
    user = server.username.replace("@", "%40")
    arguments = ["-c", f"vpx://{user}@{server.host}:{server.port}/{path}?transport=http", COMMANDS]
    own = auth_file.with_name("paths.conf")
    own.write_text("[credentials-x]\npassword=secret\n[auth-esx-default]\ncredentials=x\n", encoding="utf-8")
    environment = {"LIBVIRT_AUTH_FILE": str(own)}
    return harness.virsh(arguments, **environment), harness.esxvirsh(arguments, **environment)


@pytest.mark.parametrize("path", FORMS)
def test_paths_to_a_host(path: str, vcenter: Simulator, auth_file: Path) -> None:
    theirs, ours = both(vcenter, path, auth_file)
    assert ours == theirs
    assert ours.code == 0


@pytest.mark.parametrize(
    ("path", "fitting"),
    [
        ("nope", "'/' has 'dc1', 'eu/'"),
        ("DC1/esx1", "'/' has 'dc1', 'eu/'"),
        ("eu/dc9/x", "'/eu' has 'dc3', 'ost/'"),
        ("dc1/nope", "'/dc1' has 'esx1', 'row 1/'"),
        ("dc1/prod/esx2", "'/dc1' has 'esx1', 'row 1/'"),
        ("dc1/row%201/nope", "'/dc1/row 1' has 'prod'"),
        ("dc1/row%201/prod/nope", "'/dc1/row 1/prod' has 'esx2', 'esx4'"),
        ("dc1/esx1/more", ""),
        ("dc1/row%201/prod/esx2/more", ""),
        ("dc1/esx1 /", ""),
        ("dc1/host/nope", "'/dc1/host' has 'esx1', 'row 1/'"),
        ("dc1/host/row%201/nope", "'/dc1/host/row 1' has 'prod'"),
        ("dc1/host/esx1/more", ""),
    ],
)
def test_paths_that_lead_nowhere(path: str, fitting: str, newest: Simulator, auth_file: Path) -> None:
    """Our error is libvirt's, and behind it the names that there are."""
    theirs, ours = both(newest, path, auth_file)
    expected = theirs.stderr
    if fitting:
        expected = f"{theirs.stderr.rstrip()}; {fitting}\n"
    assert (ours.stdout, ours.stderr, ours.code) == (theirs.stdout, expected, theirs.code)
    assert ours.code == 1


@pytest.mark.parametrize(
    ("path", "hosts", "machines"),
    [
        ("", 6, 11),
        ("dc1", 3, 8),
        ("eu", 3, 3),
        ("eu/ost", 1, 1),
        ("dc1/row%201", 2, 2),
        ("dc1/row%201/prod", 2, 2),
        ("eu/dc3/Rack%20S%C3%BCd", 2, 2),
        ("dc1/esx1/esx1", 1, 6),
        ("dc1/host/esx1/esx1", 1, 6),
        ("dc1/host", 3, 8),
        ("dc1/host/row%201/prod", 2, 2),
        ("eu/ost/dc%2f2/esx%25", 1, 1),
    ],
)
def test_paths_that_libvirt_refuses(path: str, hosts: int, machines: int, newest: Simulator, auth_file: Path) -> None:
    """Those that end early, those that name a host twice, and `%2f` for a slash in a name."""
    theirs, ours = both(newest, path, auth_file)
    assert theirs.code == 1
    assert ours.code == 0
    lines = ours.stdout.splitlines()
    assert len(lines[2 : lines.index("")]) == machines
    assert f"CPU(s):              {8 * hosts}" in lines


@pytest.fixture(scope="module")
def folder_named_host() -> Iterator[Simulator]:
    """Serve a vCenter where somebody has made a folder of that name."""
    tree = ("dc1/esx1", "dc1/host/esx2", "dc1/host/host/esx3", "dc2/host+/esx4")
    with Simulator("vcenter-8.0", transport="http", password="secret", tree=tree) as running:
        yield running


@pytest.mark.parametrize("path", ["dc1/host/esx2", "dc1/host/host/esx3", "dc2/host/esx4"])
def test_a_folder_named_host(path: str, folder_named_host: Simulator, auth_file: Path) -> None:
    theirs, ours = both(folder_named_host, path, auth_file)
    assert ours == theirs
    assert ours.code == 0


@pytest.mark.parametrize("path", ["dc1/host/esx1", "dc1/host/host/esx2", "dc2/host/host/esx4"])
def test_beside_a_folder_named_host_the_datacenters_own_may_be_named(
    path: str, folder_named_host: Simulator, auth_file: Path
) -> None:
    """Where virsh gets lost in the folder that somebody has made."""
    ours = both(folder_named_host, path, auth_file)[1]
    assert ours.code == 0
    assert f"\n{path.rpartition('/')[2]}\n" in ours.stdout


def test_only_that_folder_is_passed_over(newest: Simulator, auth_file: Path) -> None:
    """Unlike virsh, which passes over any item that it does not find: a wrong one may be a mistake."""
    theirs, ours = both(newest, "dc1/Host/esx1", auth_file)
    assert theirs.code == 0
    assert ours.code == 1
    assert "'/dc1' has 'esx1', 'row 1/'" in ours.stderr
