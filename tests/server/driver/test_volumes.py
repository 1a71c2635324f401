"""Volumes of every kind of product: lists, lookups, and what changes them; what goes wrong leaves nothing behind."""

from collections.abc import Iterator

import pytest
from lxml import etree

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pools, volume_files, volumes
from esxvirt.driver.storage.pools import PoolHandle
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    MissingPrivilegeError,
    ServerFault,
    TransportError,
    UnsupportedError,
    VolumeNotFoundError,
)
from esxvirt.sim import Simulator
from esxvirt.xml.storage import format_volume
from tests.server.driver.conftest import Opener
from tests.tools import require

PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")
MIB = 1 << 20


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


@pytest.fixture
def pool(connection: Connection) -> PoolHandle:
    return pools.lookup_by_name(connection, "local-storage")


def described(name: str, capacity: int = MIB, more: str = "") -> str:
    return (
        f"<volume><name>{name}</name><capacity>{capacity}</capacity>{more}"
        "<target><format type='vmdk'/></target></volume>"
    )


def names(connection: Connection, pool: PoolHandle) -> set[str]:
    return {volume.name for volume in volumes.list_volumes(connection, pool)}


def folders(server: Simulator) -> set[str]:
    return {name for name, below in server.site.datastores[0].names() if below}


def test_a_list_takes_one_search(server: Simulator, connection: Connection, pool: PoolHandle) -> None:
    for number in range(3):
        server.site.datastores[0].make_directory(f"a/b/c{number}")
    server.calls.clear()
    assert {"web/web.vmdk", "iso/install.iso"} <= names(connection, pool)
    methods = [call.method for call in server.calls]
    assert methods[0] == "SearchDatastoreSubFolders_Task"
    assert set(methods[1:3]) == {"RetrieveProperties"}
    slow = {"CreateFilter", "WaitForUpdates", "WaitForUpdatesEx", "DestroyPropertyFilter"}
    assert set(methods[3:]) <= slow  # what follows a search that takes long


def test_a_search_that_takes_long_is_waited_for(
    server: Simulator, connection: Connection, pool: PoolHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server.tasks, "seconds", 0.5)
    server.calls.clear()
    assert {"web/web.vmdk", "iso/install.iso"} <= names(connection, pool)
    methods = [call.method for call in server.calls]
    assert methods[:4] == ["SearchDatastoreSubFolders_Task", "RetrieveProperties", "RetrieveProperties", "CreateFilter"]
    assert methods[-1] == "DestroyPropertyFilter"


def test_a_volume_is_found_by_name_path_and_key(connection: Connection, pool: PoolHandle) -> None:
    volume = volumes.lookup_by_name(connection, pool, "web/web.vmdk")
    assert (volume.path, volume.format, volume.capacity) == ("[local-storage] web/web.vmdk", "vmdk", 16 << 30)
    assert volumes.lookup_by_path(connection, volume.path).name == volume.name
    assert volumes.lookup_by_path(connection, f"{pool.path}/web/web.vmdk").name == volume.name
    key = volumes.key_of(connection, volume)
    assert (key == volume.path) == (connection.product != "esx")
    assert volumes.lookup_by_key(connection, key).name == volume.name
    assert volumes.lookup_pool(connection, volume).uuid == pool.uuid


@pytest.mark.parametrize("name", ["web/nope.vmdk", "nope/nope.vmdk", "web/web*.vmdk", "web/web.vm?k", "WEB/web.vmdk"])
def test_no_other_volume_is_found(connection: Connection, pool: PoolHandle, name: str) -> None:
    with pytest.raises(VolumeNotFoundError, match="No storage volume with key or path"):
        volumes.lookup_by_name(connection, pool, name)
    with pytest.raises(VolumeNotFoundError):
        volumes.lookup_by_path(connection, f"[local-storage] {name}")


@pytest.mark.parametrize(
    "name", ["", "/web/web.vmdk", "web/../web.vmdk", "web//web.vmdk", "web/", "a/b\n.vmdk", "a\\b.vmdk", "./x"]
)
def test_names_that_lead_elsewhere_are_refused(connection: Connection, pool: PoolHandle, name: str) -> None:
    with pytest.raises(InvalidArgumentError, match="is no name of a volume"):
        volumes.lookup_by_name(connection, pool, name)
    if name.endswith(".vmdk"):
        before = names(connection, pool)
        with pytest.raises(EsxvirtError):
            volume_files.create(connection, pool, described(name))
        assert names(connection, pool) == before


@pytest.mark.parametrize(("more", "thin"), [("", False), ("<allocation>0</allocation>", True)])
def test_a_disk_is_made_described_copied_grown_wiped_and_deleted(
    server: Simulator, connection: Connection, pool: PoolHandle, more: str, thin: bool
) -> None:
    before = names(connection, pool)
    made = volume_files.create(connection, pool, described("new/deep/a.vmdk", MIB, more))
    try:
        assert (made.name, made.capacity, made.allocation < MIB) == ("new/deep/a.vmdk", MIB, thin)
        schema = etree.RelaxNG(etree.parse(f"{require('libvirt-schemas')}/storagevol.rng"))
        document = etree.fromstring(format_volume(volumes.describe(connection, made)))
        # libvirt's schema takes neither a slash in a name nor VMware's paths; libvirt's driver writes both.
        for path, text in (("name", "a.vmdk"), ("target/path", "/new/a.vmdk")):
            element = document.find(path)
            assert element is not None
            element.text = text
        assert schema.validate(document), schema.error_log
        clone = volume_files.copy(connection, pool, described("new/b.vmdk", 2 * MIB), made)
        assert clone.capacity == 2 * MIB
        volume_files.resize(connection, made, 3 * MIB - 5)
        assert volumes.read_again(connection, made).capacity == 3 * MIB
        with pytest.raises(InvalidArgumentError, match="do not shrink"):
            volume_files.resize(connection, volumes.read_again(connection, made), MIB)
        volume_files.wipe(connection, made)
        volume_files.delete(connection, clone)
        volume_files.delete(connection, made)
        assert names(connection, pool) == before
        with pytest.raises(ServerFault, match="Could not delete volume: FileNotFound"):
            volume_files.delete(connection, made)
    finally:
        server.site.datastores[0].delete_directory("new")


@pytest.mark.parametrize(
    ("xml", "error", "text"),
    [
        (described("x.vmdk"), EsxvirtError, "doesn't have expected format"),
        (described("x/y.img"), UnsupportedError, "has unsupported suffix"),
        (described("x/y.vmdk").replace("'vmdk'", "'raw'"), UnsupportedError, "Creation of raw volumes"),
        (described("x/y.vmdk", MIB, "<allocation>5</allocation>"), EsxvirtError, "capacity-to-allocation"),
        (described("x/y.vmdk").replace("<volume>", "<volume type='block'>"), UnsupportedError, "non-file volumes"),
        (described("x/y.vmdk", 5 << 40), ServerFault, "Could not create volume: NoDiskSpace|Could not create volume"),
        (described("web/web.vmdk"), ServerFault, "FileAlreadyExists"),
        (described("web/web.vmdk/y.vmdk"), ServerFault, "."),
    ],
)
def test_what_is_not_made_leaves_nothing_but_a_folder_that_is_named(
    server: Simulator, connection: Connection, pool: PoolHandle, xml: str, error: type[Exception], text: str
) -> None:
    before, there = names(connection, pool), folders(server)
    with pytest.raises(error, match=text) as raised:
        volume_files.create(connection, pool, xml)
    left = folders(server) - there
    named = {folder for folder in left if f"the folder '[local-storage] {folder}' is left behind" in str(raised.value)}
    for folder in left:
        server.site.datastores[0].delete_directory(folder)
    assert (names(connection, pool), left) == (before, named)


def test_a_folder_is_never_removed_with_what_another_client_has_put_there(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection, other = connect(server), connect(server)
        pool = pools.lookup_by_name(connection, "local-storage")
        server.faults.add(fault="NoDiskSpace", method="CreateVirtualDisk_Task", count=1)
        with pytest.raises(ServerFault, match=r"the folder '\[local-storage\] new' is left behind: remove it"):
            volume_files.create(connection, pool, described("new/deep/a.vmdk"))
        made = volume_files.create(other, pool, described("new/b.vmdk"))
        assert made.name == "new/b.vmdk"
        assert "DeleteDatastoreFile_Task" not in [call.method for call in server.calls]


def test_other_files_are_deleted_and_nothing_else(connection: Connection, pool: PoolHandle, server: Simulator) -> None:
    store = server.site.datastores[0]
    content = store.find("iso/install.iso")
    assert content is not None
    volume = volumes.lookup_by_name(connection, pool, "iso/install.iso")
    with pytest.raises(ConfigUnsupportedError, match="is no disk image"):
        volume_files.wipe(connection, volume)
    with pytest.raises(ConfigUnsupportedError, match="is no disk image"):
        volume_files.resize(connection, volume, 5 << 30)
    with pytest.raises(ConfigUnsupportedError, match="is no disk image"):
        volume_files.copy(connection, pool, described("x/y.vmdk"), volume)
    volume_files.delete(connection, volume)
    try:
        assert store.find("iso/install.iso") is None
    finally:
        store.put("iso/install.iso", content)


def test_a_disk_whose_making_nobody_confirmed_is_looked_for(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection = connect(server)
        pool = pools.lookup_by_name(connection, "local-storage")
        rule = server.faults.add(socket="truncate", method="CreateVirtualDisk_Task", count=1)
        made = volume_files.create(connection, pool, described("new/a.vmdk"))
        assert rule.seen == 1
        assert made.capacity == MIB
        server.faults.add(socket="refuse", method="CreateVirtualDisk_Task", count=1)
        unknown = r"nothing of it is to be seen so far.*; the folder '\[local-storage\] other' is left behind"
        with pytest.raises(TransportError, match=unknown):
            volume_files.create(connection, pool, described("other/b.vmdk"))
        assert volume_files.create(connection, pool, described("other/b.vmdk")).name == "other/b.vmdk"


def test_a_deletion_that_nobody_confirmed_is_looked_for(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection = connect(server)
        pool = pools.lookup_by_name(connection, "local-storage")
        volume = volume_files.create(connection, pool, described("new/a.vmdk"))
        server.faults.add(socket="refuse", method="DeleteVirtualDisk_Task", count=1)
        with pytest.raises(TransportError):
            volume_files.delete(connection, volume)
        volume_files.delete(connection, volume)
        assert "new/a.vmdk" not in names(connection, pool)


def test_a_missing_privilege_is_named(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection = connect(server)
        pool = pools.lookup_by_name(connection, "local-storage")
        server.faults.add(fault="NoPermission", method="MakeDirectory")
        with pytest.raises(MissingPrivilegeError):
            volume_files.create(connection, pool, described("new/a.vmdk"))


def test_an_expired_session_is_renewed_on_the_way(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection = connect(server)
        pool = pools.lookup_by_name(connection, "local-storage")
        server.expire_sessions()
        assert volume_files.create(connection, pool, described("new/a.vmdk")).capacity == MIB


@pytest.mark.parametrize("name", ["guest.img", "guest.raw"])
def test_a_raw_image_is_a_disk_in_a_folder_of_its_own(
    connection: Connection, pool: PoolHandle, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    xml = described(name).replace("'vmdk'", "'raw'")
    made = volume_files.create(connection, pool, xml)
    try:
        assert (made.name, made.format, made.capacity) == ("guest/guest.vmdk", "vmdk", MIB)
        assert f"volume '{name}': VMware's disk images are vmdk; it is 'guest/guest.vmdk'" in caplog.text
    finally:
        volume_files.delete(connection, made)


@pytest.mark.parametrize("name", ["x.vmdk", "x/y.img", ".img", "x.iso", "x", "../x.img", "a\\b.img"])
def test_other_raw_images_are_refused(connection: Connection, pool: PoolHandle, name: str) -> None:
    before = names(connection, pool)
    with pytest.raises(EsxvirtError):
        volume_files.create(connection, pool, described(name).replace("'vmdk'", "'raw'"))
    assert names(connection, pool) == before
