"""Volumes that go up and come down: whole, in part, resumed, broken off, and those that cannot."""

import hashlib
import logging
from typing import Any

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pools, volume_files, volumes
from esxvirt.driver.storage.transfer import ResumingReader, download, upload
from esxvirt.driver.storage.volumes import VolumeHandle
from esxvirt.errors import (
    ArgumentUnsupportedError,
    ConfigUnsupportedError,
    InvalidArgumentError,
    OperationFailedError,
    TransportError,
    UnsupportedError,
)
from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from tests.server.driver.conftest import Opener

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(16_384))
MIB = len(CONTENT)


@pytest.fixture(params=["esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0"])
def server(request: pytest.FixtureRequest) -> Any:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


@pytest.fixture
def disk(connection: Connection) -> VolumeHandle:
    xml = f"<volume><name>new/a.vmdk</name><capacity>{MIB}</capacity><target><format type='vmdk'/></target></volume>"
    return volume_files.create(connection, pools.lookup_by_name(connection, "local-storage"), xml)


@pytest.fixture
def image(connection: Connection) -> VolumeHandle:
    return volumes.lookup_by_path(connection, "[local-storage] iso/install.iso")


def put(connection: Connection, volume: VolumeHandle, content: bytes, length: int = 0) -> None:
    sink = upload(connection, volume, 0, length)
    for start in range(0, len(content), 100_000):
        sink.write(memoryview(content)[start : start + 100_000])
    sink.finish()


def get(connection: Connection, volume: VolumeHandle, offset: int = 0, length: int = 0) -> bytes:
    source = download(connection, volume, offset, length)
    content = b"".join(iter(lambda: source.read(77_777), b""))
    source.close()
    return content


def test_a_disk_goes_up_and_comes_down(server: Simulator, connection: Connection, disk: VolumeHandle) -> None:
    put(connection, disk, CONTENT)
    assert get(connection, disk) == CONTENT
    assert get(connection, disk, 1000, 5) == CONTENT[1000:1005]
    assert get(connection, disk, MIB - 3) == CONTENT[-3:]
    assert get(connection, disk, MIB - 3, 100) == CONTENT[-3:]
    descriptor = server.site.datastores[0].find("new/a.vmdk")
    assert descriptor is not None
    assert b"a-flat.vmdk" in descriptor.read()


def test_what_is_not_sent_of_a_disk_is_zeros(connection: Connection, disk: VolumeHandle) -> None:
    put(connection, disk, CONTENT)
    put(connection, disk, b"new")
    assert get(connection, disk) == b"new" + bytes(MIB - 3)
    with pytest.raises(InvalidArgumentError, match="are too many"):
        upload(connection, disk, 0, MIB + 1)
    sink = upload(connection, disk, 0, 0)
    with pytest.raises(InvalidArgumentError, match="more than the"):
        sink.write(bytes(MIB + 1))
    sink.abort()


@pytest.mark.parametrize("length", [0, len(CONTENT)])
def test_an_image_has_the_size_of_what_was_sent(connection: Connection, image: VolumeHandle, length: int) -> None:
    put(connection, image, CONTENT, length)
    assert get(connection, image) == CONTENT
    assert volumes.read_again(connection, image).capacity == MIB


def test_what_cannot_be(connection: Connection, disk: VolumeHandle, image: VolumeHandle) -> None:
    with pytest.raises(ArgumentUnsupportedError, match="an offset is not supported"):
        upload(connection, image, 5, 0)
    with pytest.raises(InvalidArgumentError, match="ends before byte"):
        download(connection, disk, MIB + 1, 0)
    for offset, length in ((-1, 0), (0, -1)):
        with pytest.raises(InvalidArgumentError, match="not negative"):
            download(connection, disk, offset, length)
    with pytest.raises(InvalidArgumentError, match="not negative"):
        upload(connection, disk, 0, -1)


@pytest.mark.parametrize(
    "extents",
    [
        b'RW 1 VMFSSPARSE "a-delta.vmdk"',
        b'RW 1 FLAT "a-f1.vmdk" 0\nRW 1 FLAT "a-f2.vmdk" 0',
        b'RW 1 FLAT "a-f1.vmdk" 63',
        b"RW 1 ZERO",
        b"",
    ],
)
def test_disks_of_other_forms_are_refused(
    server: Simulator, connection: Connection, disk: VolumeHandle, extents: bytes
) -> None:
    store = server.site.datastores[0]
    store.put("new/a.vmdk", File.of(b"# Disk DescriptorFile\nversion=1\n" + extents + b"\n"))
    with pytest.raises(ConfigUnsupportedError, match="no disk in one flat file"):
        download(connection, disk, 0, 0)
    store.put("new/a.vmdk", File.of(b'# Disk DescriptorFile\nRW 1 FLAT "../b-flat.vmdk" 0\n'))
    with pytest.raises(ConfigUnsupportedError, match="in another folder"):
        upload(connection, disk, 0, 0)
    store.put("new/a.vmdk", File.of(b"KDMV" + bytes(100)))
    assert get(connection, disk) == b"KDMV" + bytes(100)


def test_a_lun_has_no_stream(connect: Opener) -> None:
    with Simulator("esx-7.0", transport="http", storage=("iscsi",)) as server:
        connection = connect(server)
        lun = volumes.lookup_by_path(connection, "/vmfs/devices/disks/naa.6001405a3c9e00007d1b4f02e8c6a590")
        with pytest.raises(UnsupportedError, match="does not support streams"):
            download(connection, lun, 0, 0)


def whole(source: Any) -> bytes:
    return b"".join(iter(lambda: source.read(100_000), b""))


@pytest.mark.parametrize("kind", ["reset", "truncate"])
def test_a_download_that_is_cut_goes_on(
    server: Simulator, connection: Connection, image: VolumeHandle, kind: str
) -> None:
    large = CONTENT * 8
    put(connection, image, large)
    rule = server.faults.add(socket=kind, count=5)
    source = download(connection, image, 0, 0)
    content = whole(source)
    assert isinstance(source, ResumingReader)
    assert (rule.seen, source.resumed) == (5, 5)
    assert hashlib.sha256(content).hexdigest() == hashlib.sha256(large).hexdigest()


def test_a_download_does_not_go_on_in_another_file(
    server: Simulator, connection: Connection, image: VolumeHandle
) -> None:
    put(connection, image, CONTENT * 8)
    server.faults.add(socket="truncate", count=1)
    source = download(connection, image, 0, 0)
    source.read(10_000)
    server.site.datastores[0].put("iso/install.iso", File.of(b"x" * len(CONTENT) * 9))
    with pytest.raises(OperationFailedError, match="was changed while it was read"):
        whole(source)


def test_a_download_that_breaks_for_good_is_an_error(
    server: Simulator, connection: Connection, image: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("esxvirt.driver.storage.transfer._PAUSE", 0)
    source = download(connection, image, 0, 0)
    server.stop()
    with pytest.raises(TransportError):
        whole(source)


def test_an_upload_that_breaks_off_says_what_is_left(
    connection: Connection, image: VolumeHandle, caplog: pytest.LogCaptureFixture
) -> None:
    sink = upload(connection, image, 0, MIB)
    sink.write(CONTENT[:300_000])
    with caplog.at_level(logging.WARNING):
        sink.abort()
    left = volumes.read_again(connection, image).capacity
    assert ("holds a part of what was to be uploaded" in caplog.text) == (left != 4 << 20)


def test_a_session_that_expired_is_renewed_first(server: Simulator, connection: Connection, disk: VolumeHandle) -> None:
    server.expire_sessions()
    put(connection, disk, CONTENT)
    server.expire_sessions()
    assert get(connection, disk) == CONTENT


def test_a_full_datastore_is_told(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    server.site.datastores[0].capacity = 0
    with pytest.raises(TransportError, match="the datastore may be full"):
        put(connection, image, CONTENT * 8)
