"""Arguments that are of no kind a method takes, and objects where they do not belong."""

import copy
import pickle
from collections.abc import Iterator
from typing import Any

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.server.libvirt.test_simulated import connect

VOLUME = "<volume><name>{}</name><capacity>1048576</capacity><target><format type='vmdk'/></target></volume>"


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as found:
        yield found


@pytest.fixture
def here(simulator: Simulator) -> Iterator[libvirt.virConnect]:
    with connect(simulator) as connection:
        yield connection


@pytest.fixture
def there(simulator: Simulator) -> Iterator[libvirt.virConnect]:
    with connect(simulator) as connection:
        yield connection


def error_of(function: Any, *arguments: Any) -> Any:
    with pytest.raises(libvirt.libvirtError) as caught:
        function(*arguments)
    return caught.value.err


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("lookupByName", [b"web"], "virDomainLookupByName() argument 2 must be str or None, not bytes"),
        ("restore", [5], "virDomainRestore() argument 2 must be str or None, not int"),
        ("getCPUModelNames", ["x86_64", "x"], "'str' object cannot be interpreted as an integer"),
        ("domainXMLFromNative", [5, "x"], "virConnectDomainXMLFromNative() argument 2 must be str or None, not int"),
        ("lookupByUUID", [5], "a bytes-like object is required, not 'int'"),
        ("networkLookupByUUID", [5], "a bytes-like object is required, not 'int'"),
        ("storagePoolLookupByUUID", [5], "a bytes-like object is required, not 'int'"),
    ],
)
def test_what_is_of_another_kind(here: libvirt.virConnect, name: str, arguments: list[Any], text: str) -> None:
    with pytest.raises(TypeError) as caught:
        getattr(here, name)(*arguments)
    assert str(caught.value) == text


def test_numbers_that_c_has_no_room_for(here: libvirt.virConnect) -> None:
    with pytest.raises(OverflowError, match="signed integer is greater than maximum"):
        here.lookupByID(1 << 31)
    with pytest.raises(OverflowError, match="too large to convert to C long"):
        here.lookupByName("archive").setMaxMemory(1 << 64)
    assert error_of(here.lookupByID, True)[5] == "No domain with ID 1"


@pytest.mark.parametrize("function", ["lookupByUUID", "networkLookupByUUID", "storagePoolLookupByUUID"])
def test_uuids(here: libvirt.virConnect, function: str) -> None:
    # A text counts as its bytes, as in libvirt-python.
    assert "78787878-7878-7878-7878-787878787878" in error_of(getattr(here, function), "x" * 16)[2]
    assert error_of(getattr(here, function), b"short")[2] == "Invalid UUID"
    assert error_of(getattr(here, function), None)[2].endswith(" must not be NULL")
    assert here.lookupByUUID(here.lookupByName("web").UUID()).name() == "web"


def test_none_in_the_place_of_an_object(here: libvirt.virConnect) -> None:
    volume: Any = here.storageVolLookupByPath("[local-storage] web/web.vmdk")
    domain: Any = here.lookupByName("web")
    pool = volume.storagePoolLookupByVolume()
    for call, err in (
        (lambda: volume.download(None, 0, 0), (73, 38, "invalid stream pointer in virStorageVolDownload")),
        (lambda: volume.upload(None, 0, 0), (73, 38, "invalid stream pointer in virStorageVolUpload")),
        (lambda: domain.screenshot(None, 0), (73, 38, "invalid stream pointer in virDomainScreenshot")),
        (lambda: domain.openConsole(None, None), (73, 38, "invalid stream pointer in virDomainOpenConsole")),
        (
            lambda: pool.createXMLFrom(VOLUME.format("a/b.vmdk"), None),
            (47, 18, "invalid storage volume pointer in virStorageVolCreateXMLFrom"),
        ),
        (lambda: domain.revertToSnapshot(None), (71, 35, "Invalid domain snapshot: virDomainRevertToSnapshot")),
    ):
        assert error_of(call)[:3] == err
    with pytest.raises(TypeError, match=r"^download\(\) takes a virStream, not str$"):
        volume.download("x", 0, 0)


def test_objects_of_another_connection(here: libvirt.virConnect, there: libvirt.virConnect) -> None:
    volume = here.storageVolLookupByPath("[local-storage] web/web.vmdk")
    text = "stream in virStorageVolDownload must match connection of volume 'web/web.vmdk'"
    assert error_of(volume.download, there.newStream(), 0, 0)[:3] == (8, 18, text)
    domain = here.lookupByName("web")
    text = "stream must match connection of domain 'web'"
    assert error_of(domain.screenshot, there.newStream(), 0)[:3] == (8, 20, text)
    pool = there.storagePoolLookupByName("local-storage")
    assert error_of(pool.createXMLFrom, VOLUME.format("a/b.vmdk"), volume)[:2] == (8, 18)
    text = "invalid argument: domains in 'doms' array must belong to a single connection"
    assert error_of(there.domainListGetStats, [domain])[:3] == (8, 20, text)


def test_a_snapshot_is_reverted_to_where_it_is(simulator: Simulator, here: libvirt.virConnect) -> None:
    archive = here.lookupByName("archive")
    snapshot = archive.snapshotCreateXML("<domainsnapshot><name>s</name></domainsnapshot>")
    with Simulator("esx-7.0", transport="http") as other, connect(other) as elsewhere:
        # The other server has a machine of this name, and of this UUID, but no snapshot of it.
        assert elsewhere.lookupByName("archive").revertToSnapshot(snapshot) == 0
    with connect(simulator, flags=libvirt.VIR_CONNECT_RO) as only_reading:
        found = only_reading.lookupByName("archive").snapshotLookupByName("s")
        text = "operation forbidden: read only access prevents virDomainRevertToSnapshot"
        assert error_of(archive.revertToSnapshot, found)[2] == text
    snapshot.delete()


def test_statistics_of_what_is_no_domain(here: libvirt.virConnect) -> None:
    text = "invalid argument: doms array in virDomainListGetStats must contain at least one domain"
    for given in ([], [None], ["web"]):
        assert error_of(here.domainListGetStats, given)[:3] == (8, 20, text)
    ((domain, _),) = here.domainListGetStats([None, here.lookupByName("web")])
    assert domain.name() == "web"


def test_what_a_stream_takes(here: libvirt.virConnect) -> None:
    pool = here.storagePoolLookupByName("local-storage")
    volume = pool.createXML(VOLUME.format("taken/taken.vmdk"))
    stream: Any = here.newStream()
    volume.upload(stream, 0, 0)
    with pytest.raises(TypeError, match=r"^a bytes-like object is required, not 'str'$"):
        stream.send("text")
    assert stream.send(memoryview(b"\1" * 512).cast("I")) == 512
    assert stream.send(bytearray(512)) == 512
    assert stream.finish() == 0
    stream = here.newStream()
    volume.download(stream, 0, 0)
    assert error_of(stream.recv, -1)[2] == "nbytes in virStreamRecv must be zero or greater"
    assert stream.recv(512) == b"\1" * 512
    stream.abort()
    volume.delete()


def test_copies_leave_the_session_alone(here: libvirt.virConnect) -> None:
    pool = here.storagePoolLookupByName("local-storage")
    for thing in (here, here.lookupByName("web"), pool, here.newStream()):
        for make in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError, match=r"^cannot pickle"):
                make(thing)
    assert copy.copy(here).getHostname() == here.getHostname()
    assert copy.copy(here.lookupByName("web")).name() == copy.copy(here).lookupByName("web").name()
    assert copy.copy(pool).info() == pool.info()
    assert here.isAlive() == 1


def test_errors_about_a_text_as_a_whole(here: libvirt.virConnect) -> None:
    assert error_of(here.defineXML, "<domain/>")[4:6] == ("missing name information", None)
