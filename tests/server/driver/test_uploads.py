"""Uploads that do not end well: what is said of the file is what is there."""

import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from esxvirt import records
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.storage import pools, uploads, volume_files, volumes
from esxvirt.driver.storage.transfer import upload
from esxvirt.driver.storage.uploads import Upload
from esxvirt.driver.storage.volumes import VolumeHandle
from esxvirt.errors import DeadlineError, EsxvirtError, InvalidArgumentError, OperationFailedError, TransportError
from esxvirt.sim import Simulator
from esxvirt.sim.http.folder import FolderHandler
from esxvirt.sim.state.storage.datastores import File
from esxvirt.vsphere.file_streams import FileWriter
from tests.server.driver.conftest import Opener

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(16_384))
MIB = len(CONTENT)
ISO = "iso/install.iso"
LATER = datetime.now(UTC) + timedelta(days=1)
"""A time of modification after which the next one would show nothing, as if all were of one second."""
EARLIER = datetime.now(UTC) - timedelta(days=1)

UNTOUCHED = "is still as it was before"
PART = "holds a part of what was to be uploaded"
UNKNOWN = "is as it was before, or holds what was uploaded or a part of it, is not known"


@pytest.fixture(params=["esx-7.0", "vcenter-7.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


@pytest.fixture
def image(server: Simulator, connection: Connection) -> VolumeHandle:
    server.site.datastores[0].put(ISO, File.of(b"old" * 1000, EARLIER))
    return volumes.lookup_by_path(connection, f"[local-storage] {ISO}")


@pytest.fixture
def disk(connection: Connection) -> VolumeHandle:
    xml = f"<volume><name>new/a.vmdk</name><capacity>{MIB}</capacity><target><format type='vmdk'/></target></volume>"
    return volume_files.create(connection, pools.lookup_by_name(connection, "local-storage"), xml)


def stored(server: Simulator, path: str = ISO) -> bytes:
    found = server.site.datastores[0].find(path)
    return b"" if found is None else found.read()


def begin(connection: Connection, volume: VolumeHandle, length: int = 0) -> Upload:
    sink = upload(connection, volume, 0, length)
    assert isinstance(sink, Upload)
    return sink


def put(connection: Connection, volume: VolumeHandle, content: bytes, length: int = 0) -> None:
    sink = begin(connection, volume, length)
    for start in range(0, len(content), 100_000):
        sink.write(memoryview(content)[start : start + 100_000])
    sink.finish()


def be_impatient(connection: Connection) -> None:
    """Give the server a second for each step."""
    transport = connection.session.transport
    transport.endpoint = records.replace(transport.endpoint, deadline=1.0)
    connection.session.endpoint = transport.endpoint


def test_what_makes_it_whole_is_told(connection: Connection, image: VolumeHandle, disk: VolumeHandle) -> None:
    assert begin(connection, image).wanted is None
    assert begin(connection, image, 7).wanted == 7
    assert begin(connection, disk).wanted == MIB
    assert begin(connection, disk, 7).wanted == MIB  # the rest would be zeros


@pytest.mark.parametrize("path", [ISO, "new/a-flat.vmdk"])
def test_nothing_is_touched_before_the_first_byte(
    server: Simulator,
    connection: Connection,
    image: VolumeHandle,
    disk: VolumeHandle,
    caplog: pytest.LogCaptureFixture,
    path: str,
) -> None:
    before = server.site.datastores[0].find(path)
    sink = begin(connection, image if path == ISO else disk)
    sink.write(b"")
    with pytest.raises(InvalidArgumentError, match="more than the"):
        begin(connection, disk).write(bytes(MIB + 1))
    sink.abort()
    sink.abort()
    assert server.site.datastores[0].find(path) is before
    assert caplog.text == ""
    assert begin(connection, image).abandon() == "'[local-storage] iso/install.iso' was not touched"


def test_an_empty_upload_empties_the_volume(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    begin(connection, image).finish()
    found = server.site.datastores[0].find(ISO)
    assert found is not None
    assert found.size == 0


@pytest.mark.parametrize("kind", ["lost", "mute", "garbage"])
@pytest.mark.parametrize("what", ["image", "image of a length", "disk", "short disk", "the same"])
def test_a_lost_answer_is_looked_for(
    server: Simulator, connection: Connection, image: VolumeHandle, disk: VolumeHandle, kind: str, what: str
) -> None:
    if kind == "mute":
        be_impatient(connection)
    if what == "the same":  # as large as before, but a day younger
        server.site.datastores[0].put(ISO, File.of(CONTENT, EARLIER))
    server.faults.add(socket=kind, http="PUT", count=1)
    content = CONTENT[:1000] if what == "short disk" else CONTENT
    length = MIB if what == "image of a length" else 0
    put(connection, disk if "disk" in what else image, content, length)
    assert stored(server, "new/a-flat.vmdk" if "disk" in what else ISO) == content + bytes(
        MIB - 1000 if what == "short disk" else 0
    )


@pytest.mark.parametrize(("kind", "error"), [("refuse", TransportError), ("http503", TransportError)])
@pytest.mark.parametrize("size", [100, 3000, MIB])
def test_what_was_never_touched_is_not_called_damaged(
    server: Simulator, connection: Connection, image: VolumeHandle, kind: str, error: type[EsxvirtError], size: int
) -> None:
    before = stored(server)
    server.faults.add(socket=kind, http="PUT", count=1)
    with pytest.raises(error, match=UNTOUCHED):
        put(connection, image, CONTENT[:size])
    assert stored(server) == before


def test_what_hangs_may_still_come(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    be_impatient(connection)
    server.faults.add(socket="hang", http="PUT", count=1)
    with pytest.raises(DeadlineError, match=f"{UNTOUCHED}, so far: look at it before you try again$"):
        put(connection, image, CONTENT[:1000])


@pytest.mark.parametrize("length", [0, MIB])
def test_half_a_file_is_a_part(server: Simulator, connection: Connection, image: VolumeHandle, length: int) -> None:
    server.faults.add(socket="reset", http="PUT", count=1)
    with pytest.raises(TransportError) as caught:
        put(connection, image, CONTENT, length)
    left = stored(server)
    assert left in CONTENT
    assert f"{PART}, {len(left)} bytes: upload it again" in str(caught.value)


def test_a_full_datastore(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    before = stored(server)
    server.site.datastores[0].capacity = 0
    with pytest.raises(TransportError) as caught:
        put(connection, image, CONTENT)
    assert "the datastore may be full" in str(caught.value)
    assert str(caught.value).endswith(UNTOUCHED)
    assert stored(server) == before


@pytest.mark.parametrize(
    ("modified", "before", "words"),
    [
        (EARLIER, CONTENT, UNTOUCHED),  # another content would be younger
        (LATER, CONTENT, UNKNOWN),  # nothing tells one from the other
        (LATER, CONTENT[: MIB // 2] + bytes(MIB // 2), UNKNOWN),
        (LATER, CONTENT[::-1], UNTOUCHED),  # it begins in another way than what was sent
    ],
)
def test_the_same_size_in_the_same_second(
    server: Simulator, connection: Connection, image: VolumeHandle, modified: datetime, before: bytes, words: str
) -> None:
    server.site.datastores[0].put(ISO, File.of(before, modified))
    server.faults.add(socket="http503", http="PUT", count=1)
    with pytest.raises(TransportError, match=words):
        put(connection, image, CONTENT)


def test_a_file_that_is_only_as_large_is_not_called_whole(
    server: Simulator, connection: Connection, image: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = server.site.datastores[0]

    def write_half(_handler: FolderHandler, *_: Any, whole: bool) -> int:
        del whole
        store.put(ISO, File.of(CONTENT[: MIB // 2] + bytes(MIB // 2)))
        return 200

    monkeypatch.setattr(FolderHandler, "_write", write_half)
    server.faults.add(socket="lost", http="PUT", count=1)
    with pytest.raises(TransportError, match=PART):
        put(connection, image, CONTENT)


def test_what_is_gone_is_told(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    sink = begin(connection, image)
    server.site.datastores[0].delete(ISO)
    server.faults.add(socket="http503", http="PUT", count=1)
    sink.write(CONTENT)
    with pytest.raises(TransportError, match=r"there is no '.*' any more: upload it again"):
        sink.finish()


def test_what_nobody_can_look_at_is_not_known(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    sink = begin(connection, image)
    sink.write(CONTENT)
    server.stop()
    with pytest.raises(TransportError, match=UNKNOWN):
        sink.finish()
    sink.abort()
    assert sink.abandon() is None  # it is told once


def test_an_error_is_told_once(server: Simulator, connection: Connection, image: VolumeHandle) -> None:
    server.faults.add(socket="http503", http="PUT", count=1)
    sink = begin(connection, image)
    sink.write(CONTENT)
    with pytest.raises(TransportError) as caught:
        sink.finish()
    assert str(caught.value).count("local-storage") == 2
    assert sink.abandon() is None
    sink.finish()
    sink.write(b"more")


def test_ctrl_c_while_the_server_keeps_it(
    connection: Connection, image: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = FileWriter.finish

    def interrupted(writer: FileWriter) -> None:
        finish(writer)
        raise KeyboardInterrupt

    monkeypatch.setattr(FileWriter, "finish", interrupted)
    sink = begin(connection, image)
    sink.write(CONTENT)
    with pytest.raises(KeyboardInterrupt) as caught:
        sink.finish()
    assert caught.value.args == (
        "interrupted, but it had been done already: '[local-storage] iso/install.iso' was uploaded whole",
    )


def test_ctrl_c_in_the_middle_of_a_piece(
    server: Simulator, connection: Connection, image: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = FileWriter.write

    def interrupted(writer: FileWriter, data: Any) -> None:
        write(writer, data[: len(data) // 2])
        raise KeyboardInterrupt

    monkeypatch.setattr(FileWriter, "write", interrupted)
    sink = begin(connection, image, MIB)
    with pytest.raises(KeyboardInterrupt):
        sink.write(CONTENT)
    said = sink.abandon()
    assert stored(server) == CONTENT[: MIB // 2]
    assert said is not None
    assert f"{PART}, {MIB // 2} bytes" in said


def test_breaking_off_warns_of_a_part(
    server: Simulator, connection: Connection, image: VolumeHandle, caplog: pytest.LogCaptureFixture
) -> None:
    sink = begin(connection, image)
    sink.write(CONTENT[:300_000])
    with caplog.at_level(logging.WARNING):
        sink.abort()
    assert stored(server) == CONTENT[:300_000]
    assert f"{PART}, 300000 bytes" in caplog.text


def test_a_session_that_expires_before_the_first_byte_is_renewed(
    server: Simulator, connection: Connection, image: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink = begin(connection, image)
    server.expire_sessions()
    monkeypatch.setattr(uploads, "_FRESH_SECONDS", -1)
    sink.write(CONTENT)
    sink.finish()
    assert stored(server) == CONTENT


def test_a_disk_that_grew_before_the_first_byte_is_not_touched(
    connection: Connection, disk: VolumeHandle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_FRESH_SECONDS", -1)
    for capacity, end in ((3 * MIB, Upload.finish), (4 * MIB, lambda sink: sink.write(b"x"))):
        sink = begin(connection, disk)
        volume_files.resize(connection, disk, capacity)
        with pytest.raises(OperationFailedError, match="has changed meanwhile; it was not touched"):
            end(sink)
        assert sink.abandon() is None
