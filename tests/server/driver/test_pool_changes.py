"""Making, mounting, unmounting and deleting storage pools, and what is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from esxvirt.auth import Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pool_changes, pools, vmfs, volume_files, volumes
from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    OperationFailedError,
    OperationInvalidError,
    OperationUnsupportedError,
    PoolNotFoundError,
    ServerFault,
    XmlError,
)
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from esxvirt.xml.storage import format_pool
from tests.server.driver.conftest import Opener

FREE = "/vmfs/devices/disks/naa.6001405a3c9e00007d1b4f02e8c6a590"
TAKEN = "/vmfs/devices/disks/naa.6001405a3c9e00017d1b4f02e8c6a590"
IMAGE = "<volume><name>a/b.vmdk</name><capacity unit='MiB'>1</capacity><target><format type='vmdk'/></target></volume>"


def export(name: str = "more", path: str = "/more", host: str = "nas", extra: str = "") -> str:
    source = f"<host name='{host}'/><dir path='{path}'/>{extra}"
    return f"<pool type='netfs'><name>{name}</name><source>{source}</source></pool>"


def volume(name: str = "made", device: str = FREE) -> str:
    return f"<pool type='fs'><name>{name}</name><source><device path='{device}'/></source></pool>"


@contextmanager
def connected(connect: Opener, profile: str) -> Iterator[Connection]:
    with Simulator(profile, transport="http", storage=("nfs", "iscsi")) as simulator:
        yield connect(simulator)


@pytest.fixture(params=["esx-3.5", "esx-7.0", "vcenter-7.0"])
def connection(request: pytest.FixtureRequest, connect: Opener) -> Iterator[Connection]:
    with connected(connect, request.param) as made:
        yield made


@pytest.fixture
def esx(connect: Opener) -> Iterator[Connection]:
    with connected(connect, "esx-7.0") as made:
        yield made


def test_what_is_on_an_export_stays(connection: Connection) -> None:
    pool = pool_changes.define(connection, export())
    assert pool.active
    assert pool_changes.start(connection, pool).active
    with pytest.raises(OperationInvalidError, match="storage pool 'more' is active"):
        pool_changes.start(connection, pool)
    volume_files.create(connection, pool, IMAGE)
    stopped = pool_changes.destroy(connection, pool)
    assert not stopped.active
    assert pools.info(stopped) == pools.PoolInfo(pools.INACTIVE)
    assert [one.active for one in pools.read_pools(connection) if one.name == "more"] == [False]
    pool_changes.delete(connection, stopped)  # nothing of an export is deleted
    with pytest.raises(OperationInvalidError, match="is not active"):
        pool_changes.destroy(connection, stopped)
    again = pool_changes.start(connection, stopped)
    assert again.uuid == pool.uuid
    assert [one.name for one in volumes.list_volumes(connection, again)] == ["a/b.vmdk"]
    pool_changes.undefine(connection, pool_changes.destroy(connection, again))
    with pytest.raises(PoolNotFoundError):
        pool_changes.undefine(connection, again)


def test_another_connection_knows_nothing_of_what_is_not_mounted(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", storage=("nfs",)) as simulator:
        one, other = connect(simulator), connect(simulator)
        pool_changes.destroy(one, pools.lookup_by_name(one, "nfs-storage"))
        with pytest.raises(PoolNotFoundError):
            pools.lookup_by_name(other, "nfs-storage")
        pool_changes.create(other, export("nfs-storage"))
        # What is there now is the other's.
        assert pools.lookup_by_name(one, "nfs-storage").active


def test_a_description_is_taken_back(connection: Connection) -> None:
    pool = pools.lookup_by_name(connection, "nfs-storage")
    xml = format_pool(pools.describe(pool))
    assert pool_changes.define(connection, xml).uuid == pool.uuid
    with pytest.raises(OperationUnsupportedError, match="cannot be changed while it is there"):
        pool_changes.define(connection, xml.replace("filer.example.com", "other.example.com"))
    with pytest.raises(OperationFailedError, match="already exists with uuid"):
        pool_changes.define(connection, export("nfs-storage"))
    with pytest.raises(OperationFailedError, match="Storage source conflict with pool: 'nfs-storage'"):
        pool_changes.define(connection, xml.replace("<name>nfs-storage", "<name>other"))
    pool_changes.destroy(connection, pool)
    assert pool_changes.create(connection, xml).uuid == pool.uuid


@pytest.mark.parametrize(
    ("xml", "kind", "message"),
    [
        ("<pool type='dir'><name>a</name></pool>", ConfigUnsupportedError, "there are netfs"),
        ("<pool type='x'><name>a</name></pool>", XmlError, "Invalid value for attribute 'type'"),
        ("<pool><name>a</name></pool>", XmlError, "Missing required attribute 'type'"),
        ("<pool type='netfs'/>", XmlError, "missing pool source name element"),
        ("<pool type='netfs'><name>a/b</name></pool>", XmlError, "name a/b cannot contain '/'"),
        ("<pool type='netfs'><name>a</name></pool>", XmlError, "missing storage pool source host name"),
        (export(path=""), XmlError, "missing storage pool source path"),
        (export(path="more"), ConfigUnsupportedError, "no absolute path"),
        (export(extra="<host name='b'/>"), ConfigUnsupportedError, "exactly 1 host"),
        (export(extra="<format type='vmfs'/>"), ConfigUnsupportedError, "unknown pool format type vmfs"),
        (export(extra="<format type='cifs'/>"), ConfigUnsupportedError, "hosts mount no cifs"),
        (export(extra="<protocol ver='x'/>"), ConfigUnsupportedError, "no version 'x'"),
        (export(extra="<format type='nfs4'/><protocol ver='3'/>"), ConfigUnsupportedError, "no version '3'"),
        (export(extra="<auth type='chap' username='u'/>"), ConfigUnsupportedError, "leave <auth> out"),
        (export().replace("<name>", "<uuid>zz</uuid><name>"), XmlError, "malformed uuid element"),
        (export(host="nas.invalid"), ServerFault, "unable to connect"),
        ("<pool type='fs'><name>a</name></pool>", XmlError, "missing storage pool source device name"),
        (volume(device=""), XmlError, "missing storage pool source device path"),
        (volume(device=TAKEN), OperationFailedError, "Storage source conflict with pool: 'san-storage'"),
        (volume(device="/dev/none"), OperationInvalidError, "no disk that could take a volume"),
        (
            volume().replace("</source>", "<format type='ext4'/></source>"),
            ConfigUnsupportedError,
            "no pools of the format",
        ),
    ],
)
def test_what_cannot_be_is_refused(esx: Connection, xml: str, kind: type[EsxvirtError], message: str) -> None:
    before = [pool.name for pool in pools.read_pools(esx)]
    with pytest.raises(kind, match=message):
        pool_changes.create(esx, xml, overwrite="'fs'" in xml)
    assert [pool.name for pool in pools.read_pools(esx)] == before


@pytest.mark.parametrize("extra", ["<format type='nfs4'/>", "<protocol ver='4'/>", "<protocol ver='4.1'/>"])
def test_nfs_4(connection: Connection, extra: str) -> None:
    if connection.session.about.version < "6":
        with pytest.raises(ConfigUnsupportedError, match=r"NFS 4\.1 came with vSphere 6\.0"):
            pool_changes.create(connection, export(extra=extra))
        return
    pool = pool_changes.create(connection, export(extra=extra))
    assert "<protocol ver='4.1'/>" in format_pool(pools.describe(pool))
    assert pool_changes.define(connection, format_pool(pools.describe(pool))).uuid == pool.uuid


def test_a_volume_is_made_by_building_it_and_removed_by_deleting_it(connection: Connection) -> None:
    assert vmfs.find_sources(connection) == [FREE]
    assert vmfs.find_sources(connection, "/dev/none") == []
    pool = pool_changes.define(connection, volume())
    assert not pool.active
    for act in (pool_changes.start, pool_changes.build):
        with pytest.raises(OperationInvalidError, match="with --overwrite"):
            act(connection, pool)
    with pytest.raises(OperationInvalidError, match="no volume 'made' yet"):
        pool_changes.delete(connection, pool)
    assert vmfs.find_sources(connection) == [FREE]
    built = pool_changes.build(connection, pool, overwrite=True)
    assert (built.type, built.active, vmfs.find_sources(connection)) == ("fs", True, [])
    with pytest.raises(OperationInvalidError, match="is active"):
        pool_changes.build(connection, built, overwrite=True)
    with pytest.raises(OperationInvalidError, match="is active"):
        pool_changes.undefine(connection, built)
    volume_files.create(connection, built, IMAGE)
    pool_changes.delete(connection, built)
    assert vmfs.find_sources(connection) == [FREE]
    assert "made" not in [one.name for one in pools.read_pools(connection)]


def test_a_volume_is_unmounted_and_mounted(connection: Connection) -> None:
    pool = pool_changes.create(connection, volume(), overwrite=True)
    if connection.session.about.version < "5":
        with pytest.raises(OperationUnsupportedError, match=r"since vSphere 5\.0"):
            pool_changes.destroy(connection, pool)
        return
    volume_files.create(connection, pool, IMAGE)
    stopped = pool_changes.destroy(connection, pool)
    assert not stopped.active
    assert not pools.read_again(connection, pool).active
    assert vmfs.find_sources(connection) == []
    for act in (pool_changes.delete, pool_changes.undefine, pool_changes.destroy):
        with pytest.raises((OperationInvalidError, OperationUnsupportedError), match=r"mounted|not active"):
            act(connection, stopped)
    started = pool_changes.start(connection, stopped)
    assert [one.name for one in volumes.list_volumes(connection, started)] == ["a/b.vmdk"]


def test_what_machines_are_on_stays(connection: Connection) -> None:
    pool = pools.lookup_by_name(connection, "local-storage")
    with pytest.raises(OperationInvalidError, match=r"files of machines on it: .*Fedora11\.vmx"):
        pool_changes.delete(connection, pool)
    with pytest.raises(OperationInvalidError, match="is active"):
        pool_changes.build(connection, pool, overwrite=True)
    with pytest.raises((ServerFault, OperationUnsupportedError), match=r"in use|since vSphere"):
        pool_changes.destroy(connection, pool)
    assert pools.lookup_by_name(connection, "local-storage").active


def test_a_machine_elsewhere_with_a_disk_on_it_keeps_a_volume(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", storage=("iscsi",)) as simulator:
        connection = connect(simulator)
        san = next(store for store in simulator.site.datastores if store.name == "san-storage")
        machine = simulator.site.find_machine("archive")
        machine.materialise()
        machine.config.disks[0].file = f"{san.mount}/archive.vmdk"
        pool = pools.lookup_by_name(connection, "san-storage")
        with pytest.raises(OperationInvalidError, match="there are machines on it: 'archive'"):
            pool_changes.delete(connection, pool)
        assert san in simulator.site.datastores


def test_one_of_several_hosts_is_named(request: pytest.FixtureRequest) -> None:
    with Simulator("vcenter-7.0", transport="http", hosts=2, storage=("nfs", "iscsi")) as simulator:
        credentials = Credentials(simulator.username, Secret(simulator.password))
        connection = Connection.open(parse(simulator.vcenter_uri or ""), lambda **_: credentials)
        request.addfinalizer(connection.close)
        with pytest.raises(InvalidArgumentError, match=r"2 hosts; name one with --host"):
            pool_changes.define(connection, export())
        with pytest.raises(InvalidArgumentError, match="2 hosts have 'nfs-storage' mounted; name one with --host"):
            pool_changes.destroy(connection, pools.lookup_by_name(connection, "nfs-storage"))
        connection.narrow("esx1.example.com")
        pool_changes.destroy(connection, pools.lookup_by_name(connection, "nfs-storage"))
        connection.narrow("esx2.example.com")
        assert pools.lookup_by_name(connection, "nfs-storage").active


def test_targets_and_hosted_products(esx: Connection, connect: Opener) -> None:
    target = pools.lookup_by_name(esx, "iqn.2004-08.com.example:array1")
    for act in (pool_changes.start, pool_changes.destroy, pool_changes.build, pool_changes.delete):
        with pytest.raises(OperationUnsupportedError, match="is an iSCSI target"):
            act(esx, target)
    with Simulator("gsx-2.0", transport="http") as simulator:
        hosted = connect(simulator)
        local = pools.lookup_by_name(hosted, "local-storage")
        with pytest.raises(OperationUnsupportedError, match="a directory of the server's"):
            pool_changes.destroy(hosted, local)
        for make in (lambda: pool_changes.create(hosted, export()), lambda: vmfs.find_sources(hosted)):
            with pytest.raises(ConfigUnsupportedError, match="VMware Server mounts no exports"):
                make()
