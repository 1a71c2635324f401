"""Files piece by piece: from a simulator, and from listeners that break off."""

import hashlib
from collections.abc import Iterator

import pytest

from esxvirt.errors import BadAnswerError, InvalidArgumentError, TransportError
from esxvirt.sim import Simulator
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.file_streams import open_reader, open_writer, stat_file
from esxvirt.vsphere.files import FileNotThereError, delete_file, read_file
from esxvirt.vsphere.session import Session
from esxvirt.vsphere.tls import TlsPolicy

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(40_000))


def file(path: str = "iso/new.bin", datastore: str = "local-storage") -> DatastoreFile:
    return DatastoreFile(f"[{datastore}] {path}", "ha-datacenter")


@pytest.fixture(scope="module", params=["http", "https"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport=request.param) as running:
        yield running


@pytest.fixture
def session(simulator: Simulator) -> Iterator[Session]:
    tls = TlsPolicy(verify=True, thumbprint=simulator.thumbprint) if simulator.thumbprint else None
    session = Session.connect(Endpoint("127.0.0.1", simulator.port, tls))
    session.login(simulator.username, lambda: simulator.password)
    yield session
    delete_file(session, file())
    session.close()


def write(session: Session, content: bytes, length: int | None) -> None:
    writer = open_writer(session, file(), length)
    view = memoryview(content)
    for start in range(0, len(content), 300_001):
        writer.write(view[start : start + 300_001])
    writer.finish()


@pytest.mark.parametrize("length", [len(CONTENT), None])
def test_what_was_written_is_read(session: Session, length: int | None) -> None:
    write(session, CONTENT, length)
    reader = open_reader(session, file())
    assert reader.facts.size == reader.left == len(CONTENT)
    assert b"".join(iter(lambda: reader.read(77_777), b"")) == CONTENT
    assert reader.read(1) == b""
    connections = len(session.transport.pool)
    assert connections == 1  # reading and writing take turns on one connection


def test_a_part_is_read(session: Session) -> None:
    write(session, CONTENT, len(CONTENT))
    reader = open_reader(session, file(), 1000, 5)
    assert (reader.left, reader.facts.size) == (5, len(CONTENT))
    assert reader.read(100) == CONTENT[1000:1005]
    rest = open_reader(session, file(), len(CONTENT) - 3)
    assert rest.read(100) == CONTENT[-3:]
    with pytest.raises(InvalidArgumentError, match="ends before byte"):
        open_reader(session, file(), len(CONTENT) + 1)


def test_what_is_read_no_further_leaves_no_answer_behind(session: Session) -> None:
    write(session, CONTENT, len(CONTENT))
    reader = open_reader(session, file())
    assert reader.read(10) == CONTENT[:10]
    reader.close()
    reader.close()
    assert read_file(session, file(), 10) == CONTENT


def test_what_the_server_says_of_a_file(session: Session) -> None:
    assert stat_file(session, file()) is None
    write(session, b"1234", 4)
    facts = stat_file(session, file())
    assert facts is not None
    assert facts.size == 4
    assert facts.modified


def test_files_and_directories_that_are_not_there(session: Session) -> None:
    with pytest.raises(FileNotThereError, match="there is no file"):
        open_reader(session, file("iso/nope"))
    writer = open_writer(session, file("nope/new.bin"), 3)
    writer.write(b"123")
    with pytest.raises(FileNotThereError, match="there is no directory"):
        writer.finish()


def test_more_or_less_than_was_announced_is_no_file(session: Session) -> None:
    writer = open_writer(session, file(), 3)
    with pytest.raises(InvalidArgumentError, match="more than the 3 bytes"):
        writer.write(b"1234")
    writer.write(b"12")
    with pytest.raises(InvalidArgumentError, match="2 bytes came"):
        writer.finish()


def test_an_upload_that_is_broken_off_is_no_whole_file(session: Session) -> None:
    writer = open_writer(session, file(), len(CONTENT))
    writer.write(CONTENT[:100_000])
    writer.abort()
    facts = stat_file(session, file())
    assert facts is None or facts.size == 100_000  # as the server likes it


def test_an_expired_session_is_renewed_before_the_first_byte(simulator: Simulator, session: Session) -> None:
    write(session, CONTENT, len(CONTENT))
    simulator.expire_sessions()
    assert open_reader(session, file(), 0, 10).read(20) == CONTENT[:10]
    simulator.expire_sessions()
    assert stat_file(session, file()) is not None


def test_an_answer_that_breaks_off_is_an_error(simulator: Simulator, session: Session) -> None:
    write(session, CONTENT, len(CONTENT))
    rule = simulator.faults.add(socket="truncate", count=1)
    try:
        reader = open_reader(session, file())
        with pytest.raises((BadAnswerError, TransportError)):
            list(iter(lambda: reader.read(100_000), b""))
    finally:
        simulator.faults.remove(rule)
