"""Storage pools of every kind of product: what they are, how they are found, and what is wrong with them."""

from collections.abc import Iterator

import pytest
from lxml import etree

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pools
from esxvirt.errors import PoolNotFoundError
from esxvirt.sim import Simulator
from esxvirt.xml.storage import format_pool
from tests.server.driver.conftest import Opener
from tests.tools import require

TARGET = "iqn.2004-08.com.example:array1"
PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")


@pytest.fixture(scope="module", params=PROFILES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    storage = () if request.param == "gsx-2.0" else ("nfs", "iscsi")
    with Simulator(request.param, transport="http", storage=storage) as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


def test_all_pools_are_read_at_once(server: Simulator, connection: Connection) -> None:
    assert connection.scope.is_one_host
    server.calls.clear()
    found = {pool.name: pool.type for pool in pools.read_pools(connection)}
    assert len(server.calls) == 1
    if server.profile.is_gsx:
        assert found == {"local-storage": "dir"}
    else:
        assert found == {"local-storage": "fs", "nfs-storage": "netfs", "san-storage": "fs", TARGET: "iscsi"}


def test_a_pool_is_found_by_name_uuid_and_path(connection: Connection) -> None:
    pool = pools.lookup_by_name(connection, "local-storage")
    assert pool.path
    assert pools.lookup_by_uuid(connection, pool.uuid.replace("-", "")).name == pool.name
    assert pools.lookup_by_path(connection, pool.path + "/").name == pool.name
    for lookup, key in (
        (pools.lookup_by_name, "nope"),
        (pools.lookup_by_uuid, "0" * 32),
        (pools.lookup_by_path, "/nope"),
    ):
        with pytest.raises(PoolNotFoundError, match="Could not find storage pool with"):
            lookup(connection, key)


def test_its_xml_is_valid(connection: Connection) -> None:
    schema = etree.RelaxNG(etree.parse(f"{require('libvirt-schemas')}/storagepool.rng"))
    for pool in pools.read_pools(connection):
        document = etree.fromstring(format_pool(pools.describe(pool)))
        # What libvirt writes, which is compared beside virsh, lacks what its schema wants: a device and more.
        if pool.type == "iscsi":
            continue
        if pool.type == "fs":
            source = document.find("source")
            assert source is not None
            source.insert(0, etree.Element("device", path="/dev/sda1"))
        assert schema.validate(document), (schema.error_log, etree.tostring(document))


def test_a_datastore_that_the_host_cannot_reach_is_shown(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", storage=("nfs",)) as server:
        connection = connect(server)
        store = next(store for store in server.site.datastores if store.name == "nfs-storage")
        store.accessible = False
        pool = pools.lookup_by_name(connection, "nfs-storage")
        assert pools.info(pool) == pools.PoolInfo(pools.INACCESSIBLE)
        assert pool.problem == "the host cannot reach it"
        assert "<capacity unit='bytes'>0</capacity>" in format_pool(pools.describe(pool))


def test_a_datastore_without_a_mount_path_has_its_uuid_all_the_same(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http") as server:
        connection = connect(server)
        before = pools.lookup_by_name(connection, "local-storage")
        assert before.row is not None
        for mount in before.row.properties["host"]:
            assert mount.mountInfo.path
        row = before.row
        row.properties["host"] = []
        again = pools._of_datastore(row, connection.scope.hosts)
        assert (again.uuid, again.path) == (before.uuid, None)
        assert again.problem == "the server does not tell where the host has it mounted"
        assert "<path>" not in format_pool(pools.describe(again))


def test_refreshing_asks_the_server(server: Simulator, connection: Connection) -> None:
    server.calls.clear()
    for pool in pools.read_pools(connection):
        pools.refresh(connection, pool)
    methods = [call.method for call in server.calls]
    assert methods.count("RefreshDatastore") == (1 if server.profile.is_gsx else 3)
    assert methods.count("RescanHba") == (0 if server.profile.is_gsx else 1)
