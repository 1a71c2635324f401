"""How often volumes are searched for when programs look them up and ask for their sizes, and by which paths."""

from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pools, volume_files, volume_looks, volume_search, volumes
from esxvirt.errors import EsxvirtError, InvalidArgumentError, ServerFault, VolumeNotFoundError
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")
GIB, MIB = 1 << 30, 1 << 20
WEB = "[local-storage] web/web.vmdk"
FREE = "[local-storage] new/a.vmdk"
XML = "<volume><name>{}</name><capacity unit='MiB'>16</capacity><target><format type='vmdk'/></target></volume>"


@pytest.fixture(params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


@pytest.fixture
def other(server: Simulator, connect: Opener) -> Connection:
    """Another client; it has made a disk that no machine has."""
    other = connect(server)
    volume_files.create(other, pools.lookup_by_name(other, "local-storage"), XML.format("new/a.vmdk"))
    return other


def searches(server: Simulator) -> int:
    return sum(call.method.startswith("SearchDatastore") for call in server.calls)


def grow(server: Simulator, other: Connection, mebibytes: int) -> None:
    volume_files.resize(other, volumes.lookup_by_path(other, FREE), mebibytes * MIB, allocate=False)
    server.calls.clear()


def test_lookup_and_sizes_take_one_search(server: Simulator, connection: Connection) -> None:
    server.calls.clear()
    volume = volumes.lookup_by_path(connection, WEB)
    assert volumes.current(connection, volume).capacity == 16 * GIB
    assert searches(server) == 1


def test_what_is_listed_is_not_searched_for_again(server: Simulator, connection: Connection) -> None:
    server.calls.clear()
    listed = volumes.list_volumes(connection, pools.lookup_by_name(connection, "local-storage"))
    assert [volumes.current(connection, volume).name for volume in listed] == [volume.name for volume in listed]
    assert searches(server) == 1


def test_the_second_time_it_is_asked_for_as_it_is_now(
    server: Simulator, connection: Connection, other: Connection
) -> None:
    volume = volumes.current(connection, volumes.lookup_by_path(connection, FREE))
    grow(server, other, 17)
    volume = volumes.current(connection, volume)
    assert (volume.capacity, searches(server)) == (17 * MIB, 1)
    grow(server, other, 18)
    assert (volumes.current(connection, volume).capacity, searches(server)) == (18 * MIB, 1)
    grow(server, other, 19)
    assert (volumes.lookup_by_path(connection, FREE).capacity, searches(server)) == (19 * MIB, 1)


def test_no_old_look_answers(
    server: Simulator, connection: Connection, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    volume = volumes.lookup_by_path(connection, FREE)
    grow(server, other, 17)
    monkeypatch.setattr(volume_search, "_MOMENT", 0.0)
    assert volumes.current(connection, volume).capacity == 17 * MIB


def test_a_change_by_way_of_the_connection_ends_all_looks(other: Connection) -> None:
    volume, same = (volumes.lookup_by_path(other, FREE) for _ in range(2))
    volume_files.resize(other, same, 17 * MIB, allocate=False)
    other.changes += 1  # as the API above does
    assert volumes.current(other, volume).capacity == 17 * MIB


def test_the_disks_of_a_folder_are_searched_for_once(
    server: Simulator, connection: Connection, other: Connection
) -> None:
    pool = pools.lookup_by_name(other, "local-storage")
    for name in "bc":
        volume_files.create(other, pool, XML.format(f"new/{name}.vmdk"))
    server.calls.clear()
    for name in "abc":
        assert volumes.lookup_by_path(connection, f"[local-storage] new/{name}.vmdk").capacity == 16 * MIB
    assert searches(server) == 1
    volume_files.delete(other, volumes.lookup_by_path(other, FREE))
    with pytest.raises(VolumeNotFoundError):
        volumes.lookup_by_path(connection, FREE)


def test_where_datastores_are_is_read_once_and_again_where_it_does_not_hold(
    server: Simulator, connection: Connection
) -> None:
    volumes.lookup_by_path(connection, WEB)
    server.calls.clear()
    volumes.lookup_by_path(connection, "[local-storage] iso/install.iso")
    assert server.calls[0].method == "SearchDatastore_Task"
    server.site.datastores[0].name = "renamed"
    assert volumes.lookup_by_path(connection, "[renamed] web/web.vmdk").name == "web/web.vmdk"
    with pytest.raises(EsxvirtError, match="local-storage"):
        volumes.lookup_by_path(connection, WEB)


@pytest.mark.parametrize("folder", ["", "/home/me/", "/", "/srv/[a] b/", "/srv/[local]/", "C:\\Users\\me\\"])
def test_paths_that_were_made_absolute(connection: Connection, folder: str) -> None:
    path = folder + (WEB.replace("/", "\\") if "\\" in folder else WEB)
    assert volumes.lookup_by_path(connection, path).path == WEB


def test_paths_where_the_datastore_is_mounted(connection: Connection) -> None:
    pool = pools.lookup_by_name(connection, "local-storage")
    for path in (f"{pool.path}/web/web.vmdk", "/vmfs/volumes/local-storage/web/web.vmdk"):
        assert volumes.lookup_by_path(connection, path).path == WEB


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("web/web.vmdk", InvalidArgumentError, "Unexpected volume path format: web/web.vmdk"),
        ("home/[local-storage web/web.vmdk", InvalidArgumentError, "Unexpected volume path format"),
        ("", InvalidArgumentError, "Unexpected volume path format"),
        ("/home/me/web.vmdk", VolumeNotFoundError, "with key or path '/home/me/web.vmdk'"),
        ("/home/me/[local-storage]", VolumeNotFoundError, "with key or path"),
        ("/home/me/[nope] web/web.vmdk", EsxvirtError, "Could not find datastore with name 'nope'"),
        ("/home/me/[local-storage] web/nope.vmdk", VolumeNotFoundError, "with key or path '/home/me/"),
        ("/vmfs/volumes/local-storage10/web/web.vmdk", VolumeNotFoundError, "with key or path"),
        ("/vmfs/volumes/local-storage/../web.vmdk", VolumeNotFoundError, "with key or path"),
    ],
)
def test_other_paths_are_refused(connection: Connection, path: str, error: type[EsxvirtError], message: str) -> None:
    with pytest.raises(error, match=message.replace("[", r"\[")):
        volumes.lookup_by_path(connection, path)


@pytest.fixture
def walked(server: Simulator, connection: Connection, other: Connection) -> list[str]:
    """Paths of disks in folders of their own, of which a dozen were asked for one after the other."""
    pool = pools.lookup_by_name(other, "local-storage")
    paths = [f"[local-storage] m{number}/d.vmdk" for number in range(16)]
    for number in range(16):
        volume_files.create(other, pool, XML.format(f"m{number}/d.vmdk"))
    server.calls.clear()
    for path in paths[:12]:
        assert volumes.lookup_by_path(connection, path).path == path
    return paths


def methods(server: Simulator) -> list[str]:
    return [call.method for call in server.calls if call.method.startswith("Search")]


def test_a_walk_through_a_datastore_ends_in_one_search_of_it(
    server: Simulator, connection: Connection, walked: list[str]
) -> None:
    assert methods(server) == [*["SearchDatastore_Task"] * 12, "SearchDatastoreSubFolders_Task"]
    volumes.lookup_by_path(connection, walked[12])  # which may come before the search has ended
    while connection.looks._task is not None:
        connection.looks._take_whole(connection)
    server.calls.clear()
    for path in walked[13:]:
        assert volumes.lookup_by_path(connection, path).capacity == 16 * MIB
    assert methods(server) == []


def test_what_the_walk_has_seen_already_is_looked_for_again(
    connection: Connection, other: Connection, walked: list[str]
) -> None:
    while connection.looks._task is not None:
        connection.looks._take_whole(connection)
    volume_files.resize(other, volumes.lookup_by_path(other, walked[3]), 17 * MIB, allocate=False)
    assert volumes.lookup_by_path(connection, walked[3]).capacity == 17 * MIB
    volume_files.delete(other, volumes.lookup_by_path(other, walked[4]))
    with pytest.raises(VolumeNotFoundError):
        volumes.lookup_by_path(connection, walked[4])
    assert "m5/d.vmdk" not in connection.looks.found
    assert "m15/d.vmdk" in connection.looks.found


def test_a_search_that_takes_too_long_is_given_up(
    server: Simulator, connection: Connection, walked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(volume_looks, "_SECONDS", 0.0)
    monkeypatch.setattr(volume_looks, "look", lambda _session, _task: None)
    assert volumes.lookup_by_path(connection, walked[12]).path == walked[12]
    monkeypatch.setattr(volume_looks, "_SECONDS", 10.0)
    for path in walked:
        volumes.lookup_by_path(connection, path)
    assert methods(server).count("SearchDatastoreSubFolders_Task") == 1


def test_an_account_that_may_not_search_the_whole_walks_on(
    server: Simulator, connection: Connection, other: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise ServerFault("no", name="NoPermission")

    monkeypatch.setattr(volume_looks, "begin", refuse)
    for _ in range(15):
        assert volumes.lookup_by_path(connection, FREE).path == FREE
    assert methods(server)[-15:] == ["SearchDatastore_Task"] * 15
    assert other.looks is None
