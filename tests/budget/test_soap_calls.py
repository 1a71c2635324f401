"""How many SOAP calls an operation takes, counted by the server: exact, and the same on every machine.

Login and logout are included; a GET of a file, or of an old server's `vimServiceVersions.xml`, is none.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file
from tests.volumes import fill

_FREE = "/vmfs/devices/disks/naa.6001405a3c9e00007d1b4f02e8c6a590"
PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")


@pytest.fixture(scope="module", params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", vms=10) as running:
        yield running


@pytest.fixture(scope="module", params=PROFILES)
def large_simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", vms=1000) as running:
        yield running


def calls(simulator: Simulator, tmp_path: Path, *command: str) -> list[str]:
    """Run one esxvirsh, which must succeed and leave no session; the methods that it called."""
    auth = write_auth_file(tmp_path, simulator.username, simulator.password)
    simulator.calls.clear()
    answer = esxvirsh("-c", simulator.uri, *command, auth_file=auth)
    assert answer.returncode == 0, answer.stderr
    assert simulator.sessions == []
    return [call.method for call in simulator.calls]


LISTS = pytest.mark.parametrize(
    "command",
    [
        ("list", "--all"),
        ("list", "--all", "--name"),
        ("domstats",),
        ("net-list", "--all"),
        ("net-info", "vSwitch0"),
        ("iface-list",),
    ],
    ids=" ".join,
)


@LISTS
def test_lists_of_10(simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    check_list(simulator, tmp_path, command)


@LISTS
def test_lists_of_1000(large_simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    check_list(large_simulator, tmp_path, command)


def check_list(simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    made = calls(simulator, tmp_path, *command)
    if simulator.profile.is_vcenter:
        assert len(made) <= 7, made
    else:
        reads = "RetrieveProperties" if simulator.profile.name in {"esx-3.5", "gsx-2.0"} else "RetrievePropertiesEx"
        # What lists machines finds the host on its way to them.
        wanted = [reads] if command[0] in {"list", "domstats"} else [reads, reads]
        assert made == ["RetrieveServiceContent", "Login", *wanted, "Logout"]


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--all", "--autostart"),
        ("list", "--all", "--with-snapshot"),
        ("list", "--all", "--with-managed-save"),
        ("list", "--all", "--managed-save"),
        ("list", "--all", "--state-paused", "--uuid"),
        ("list", "--inactive", "--title"),
    ],
    ids=" ".join,
)
def test_filtered_lists(simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert len(calls(simulator, tmp_path, *command)) <= 7


@pytest.mark.parametrize(
    "command", ["dominfo", "domstate", "domid", "domname", "domuuid", "dumpxml", "domblklist", "domiflist"]
)
def test_one_domain(simulator: Simulator, tmp_path: Path, command: str) -> None:
    argument = "50115e16-9bdc-49d7-f171-53c4d7f91710" if command == "domname" else "Fedora11"
    made = calls(simulator, tmp_path, command, argument)
    assert len(made) <= 7, made


HOST = ("nodeinfo", "capabilities", "freecell", "freecell --cellno 1", "nodecpumap", "maxvcpus", "domcapabilities")


@pytest.mark.parametrize(
    "command", ["hostname", "uri", "version", *HOST, "sysinfo", "nodedev-list", "nodedev-list --tree"]
)
def test_the_host(simulator: Simulator, tmp_path: Path, command: str) -> None:
    made = calls(simulator, tmp_path, *command.split())
    assert len(made) <= 5, made


def test_the_free_memory_of_each_node(simulator: Simulator, tmp_path: Path) -> None:
    made = calls(simulator, tmp_path, "freecell", "--all")
    assert len(made) <= 6, made


@pytest.mark.parametrize("command", ["nodedev-info", "nodedev-dumpxml"])
def test_a_device_of_the_host(simulator: Simulator, tmp_path: Path, command: str) -> None:
    made = calls(simulator, tmp_path, command, "computer")
    assert len(made) <= 6, made


@pytest.mark.parametrize(
    ("command", "name"), [("start", "archive"), ("destroy", "web"), ("suspend", "web"), ("managedsave", "web")]
)
@pytest.mark.parametrize("profile", PROFILES)
def test_power(profile: str, tmp_path: Path, command: str, name: str) -> None:
    with Simulator(profile, transport="http", vms=10) as fresh:
        made = calls(fresh, tmp_path, command, name)
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= 9, made


@pytest.mark.parametrize("command", [("managedsave-remove", "builder"), ("destroy", "builder", "--discard-state")])
@pytest.mark.parametrize("profile", PROFILES)
def test_discarding_a_state(profile: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    with Simulator(profile, transport="http", vms=10, discards_state=True) as fresh:
        made = calls(fresh, tmp_path, *command)
    # It looks before whether there is a state, and afterwards whether another client has resumed the machine.
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= 13, made


@pytest.mark.parametrize("profile", PROFILES)
def test_creating(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, transport="http", vms=10) as fresh:
        made = calls(fresh, tmp_path, "create", "tests/reference/xml/demo.xml")
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= 21, made


@pytest.mark.parametrize("command", [("domblkinfo", "web", "sda"), ("maxvcpus",), ("domifaddr", "web")], ids=" ".join)
def test_what_programs_ask(simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    made = calls(simulator, tmp_path, *command)
    # A server older than vSphere 4.0 does not tell what files take: a search does.
    searched = command[0] == "domblkinfo" and simulator.profile.name in {"esx-3.5", "gsx-2.0"}
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= (12 if searched else 7), made


@pytest.mark.parametrize(
    "command",
    [
        ("schedinfo", "archive", "shares=5"),
        ("setmem", "archive", "524288", "--config"),
        ("setmaxmem", "archive", "2G"),
        ("memtune", "archive", "--min-guarantee", "102400"),
        ("setvcpus", "archive", "2"),
        ("setvcpus", "archive", "2", "--config"),
        ("autostart", "archive"),
        ("undefine", "archive"),
        ("attach-disk", "archive", "[local-storage] web/web.vmdk", "sdb", "--config"),
        ("attach-interface", "archive", "bridge", "VM Network", "--config"),
        ("detach-disk", "archive", "sda", "--config"),
        ("domrename", "archive", "other"),
        ("desc", "archive", "words"),
        ("desc", "archive", "--title", "words"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("profile", PROFILES)
def test_changes(profile: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    with Simulator(profile, transport="http", vms=10) as fresh:
        made = calls(fresh, tmp_path, *command)
    # `schedinfo` reads before and after.
    assert len([method for method in made if not method.startswith("WaitForUpdates")]) <= 11, made


@pytest.fixture(scope="module", params=["vcenter-2.5", "vcenter-7.0"])
def site(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Serve 50 hosts in two datacenters."""
    with Simulator(request.param, transport="http", hosts=50, datacenters=2, clusters=4, vms=200) as running:
        yield running


def site_calls(site: Simulator, tmp_path: Path, *command: str) -> list[str]:
    """As `calls`, on the whole vCenter."""
    auth = write_auth_file(tmp_path, site.username, site.password)
    site.calls.clear()
    answer = esxvirsh("-c", site.vcenter_uri or "", *command, auth_file=auth)
    assert answer.returncode == 0, answer.stderr
    assert site.sessions == []
    return [call.method for call in site.calls]


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--all"),
        ("list", "--all", "--host", "--cluster"),
        ("list", "--all", "--autostart"),
        ("domstats",),
        ("hosts",),
        ("tree", "--machines"),
        *(tuple(command.split()) for command in HOST),
        ("freecell", "--all"),
        ("nodedev-list",),
        ("nodedev-dumpxml", "esx2.example.com/computer"),
        ("dominfo", "archive"),
        ("dumpxml", "archive"),
        ("schedinfo", "archive"),
    ],
    ids=" ".join,
)
def test_fifty_hosts(site: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    made = site_calls(site, tmp_path, *command)
    assert len(made) <= 7, made


def test_one_page_has_all_machines_of_fifty_hosts(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", transport="http", hosts=50, datacenters=2, clusters=4, vms=9_990) as site:
        auth = write_auth_file(tmp_path, site.username, site.password)
        answer = esxvirsh("-c", site.vcenter_uri or "", "list", "--all", auth_file=auth)
        assert len(answer.stdout.splitlines()) == 9_995 + 3
        reads = ["RetrievePropertiesEx"] * 2
        assert [call.method for call in site.calls] == ["RetrieveServiceContent", "Login", *reads, "Logout"]


@pytest.mark.parametrize("profile", ["vcenter-2.5", "vcenter-7.0"])
def test_migration(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, transport="http", hosts=2, vms=10, shared=True) as fresh:
        there = fresh.uri.replace("/esx1.", "/esx2.")
        made = calls(fresh, tmp_path, "migrate", "vm-0001", there)
        waited = [method for method in made if not method.startswith("WaitForUpdates")]
        # Two connections; the domain, its machine, what is in the way, the task, which vCenter, the domain there.
        assert len(waited) <= 16, made
        fresh.tasks.seconds = 0.0
        assert len(calls(fresh, tmp_path, "-c", there, "domjobinfo", "vm-0001", "--completed")) <= 7


@pytest.fixture(scope="module", params=PROFILES)
def large_pool(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """Serve a datastore with 1,000 volumes in 50 folders, of folders."""
    with Simulator(request.param, transport="http") as running:
        fill(running)
        yield running


@pytest.mark.parametrize("command", [("pool-list",), ("pool-list", "--details"), ("pool-list", "--uuid")], ids=" ".join)
def test_pools(simulator: Simulator, tmp_path: Path, command: tuple[str, ...]) -> None:
    assert len(calls(simulator, tmp_path, *command)) <= 5


@pytest.mark.parametrize("command", ["pool-info", "pool-dumpxml", "pool-uuid", "pool-refresh"])
def test_one_pool(simulator: Simulator, tmp_path: Path, command: str) -> None:
    assert len(calls(simulator, tmp_path, command, "local-storage")) <= 7


def test_one_volume_is_searched_for_once(simulator: Simulator, tmp_path: Path) -> None:
    for command in ("vol-info", "vol-path", "vol-dumpxml"):
        made = calls(simulator, tmp_path, command, "iso/install.iso", "local-storage")
        assert [method for method in made if method.startswith("Search")] == ["SearchDatastore_Task"], made
    made = calls(simulator, tmp_path, "vol-info", "[local-storage] iso/install.iso")
    assert [method for method in made if method.startswith("Search")] == ["SearchDatastore_Task"], made


def test_changes_of_volumes(tmp_path: Path) -> None:
    pool, name = "local-storage", "new/a.vmdk"
    waiting = {"RetrieveProperties", "CreateFilter", "WaitForUpdatesEx", "DestroyPropertyFilter"}
    with Simulator("esx-7.0", transport="http") as fresh:
        for command, expected in (
            (("vol-create-as", pool, name, "1M", "--format", "vmdk"), 9),
            (("vol-clone", name, "new/b.vmdk", pool), 11),
            (("vol-resize", name, "2M", pool), 8),
            (("vol-wipe", name, pool), 7),
            (("vol-delete", name, pool), 7),
        ):
            made = calls(fresh, tmp_path, *command)
            # How tasks are waited for depends on how long they take.
            others = [method for method in made if method not in waiting]
            assert len(others) == expected, (command, made)


@pytest.mark.parametrize("details", [(), ("--details",)])
def test_volumes(large_pool: Simulator, tmp_path: Path, details: tuple[str, ...]) -> None:
    # How often a search is looked at depends on how long the server takes: a busy machine gets another chance or two.
    tries = 0
    while len(made := calls(large_pool, tmp_path, "vol-list", "local-storage", *details)) > 8:
        tries += 1
        assert tries < 3, made
    assert made.count("SearchDatastoreSubFolders_Task") == 1


@pytest.mark.parametrize(
    ("command", "most"),
    [
        (("find-storage-pool-sources", "fs"), 6),
        (("pool-define-as", "more", "netfs", "--source-host", "nas", "--source-path", "/more"), 8),
        (("pool-create-as", "made", "fs", "--source-dev", _FREE, "--build", "--overwrite"), 10),
        # Looked up, looked at again, the host's part, and the call.
        (("pool-destroy", "nfs-storage"), 8),
        (("pool-destroy", "san-storage"), 8),
        # And what machines are on it: a search, and what the server knows.
        (("pool-delete", "san-storage"), 11),
    ],
    ids=lambda value: " ".join(value[:2]) if isinstance(value, tuple) else "",
)
@pytest.mark.parametrize("profile", ["esx-7.0", "vcenter-7.0"])
def test_changes_of_pools(profile: str, tmp_path: Path, command: tuple[str, ...], most: int) -> None:
    with Simulator(profile, transport="http", vms=10, storage=("nfs", "iscsi")) as fresh:
        made = calls(fresh, tmp_path, *command)
    assert len(made) <= most + (profile == "vcenter-7.0"), made
