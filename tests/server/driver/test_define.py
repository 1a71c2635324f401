"""Defining domains, defining them anew, forgetting them; and what is left of it when a step fails."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import define
from esxvirt.driver.definition.file_names import escape_item
from esxvirt.driver.domain import description, lifecycle
from esxvirt.driver.domain.lookup import lookup_by_name, lookup_by_uuid
from esxvirt.driver.domain.reading import read_all
from esxvirt.driver.domain.states import RUNNING
from esxvirt.errors import DomainNotFoundError, EsxvirtError, OperationInvalidError, ServerFault, TransportError
from esxvirt.sim import Simulator
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import FileNotThereError, delete_file, read_file, write_file
from tests.server.driver.conftest import Opener

UUID = "50115e16-9bdc-49d7-f171-53c4d7f91799"
PROFILES = ["esx-3.5", "esx-4.1", "esx-7.0", "gsx-2.0", "vcenter-7.0"]


@pytest.fixture(params=PROFILES)
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.fixture
def xml(connection: Connection) -> str:
    """The sample, on the datastore that this server has."""
    text = (Path(__file__).parents[2] / "reference" / "xml" / "demo.xml").read_text(encoding="utf-8")
    return text.replace("[local-storage]", f"[{place(connection, 'x').datastore}]")


def place(connection: Connection, name: str) -> DatastoreFile:
    """A file beside Fedora11's disk."""
    disk = description.describe(connection, lookup_by_name(connection, "Fedora11")).disks[0].source or ""
    return DatastoreFile(f"{disk.rpartition('/')[0]}/{name}", connection.scope.datacenter_path)


def is_there(connection: Connection, file: DatastoreFile) -> bool:
    try:
        read_file(connection.session, file)
    except FileNotThereError:
        return False
    return True


def test_a_domains_life(connection: Connection, xml: str) -> None:
    defined = define.define(connection, xml)
    assert (defined.name, defined.uuid, defined.id) == ("demo", UUID, -1)
    model = description.describe(connection, lookup_by_name(connection, "demo"))
    assert (model.memory, model.vcpus, model.disks[0].source) == (1048576, 1, str(place(connection, "Fedora11.vmdk")))
    lifecycle.start(connection, defined)
    with pytest.raises(OperationInvalidError, match="Domain is not suspended or powered off"):
        define.undefine(connection, defined)
    assert define.define(connection, xml).state == RUNNING  # as programs do with what they have started
    with pytest.raises(OperationInvalidError, match="Domain is not powered off"):
        define.define(connection, xml.replace("1048576", "2097152"))
    lifecycle.destroy(connection, defined)
    define.undefine(connection, defined)
    with pytest.raises(DomainNotFoundError):
        lookup_by_uuid(connection, UUID)
    define.define(connection, xml)  # its own file, which was left, is no obstacle
    assert lookup_by_name(connection, "demo").uuid == UUID


def test_what_undefine_leaves_is_no_obstacle_to_the_same_xml_without_a_uuid(connection: Connection, xml: str) -> None:
    nameless = xml.replace(f"<uuid>{UUID}</uuid>", "")
    assert nameless != xml
    first = define.define(connection, nameless)
    with pytest.raises(OperationInvalidError, match="belongs to the domain 'demo'; choose another name"):
        define.define(connection, nameless)
    define.undefine(connection, first)
    second = define.define(connection, nameless)
    assert lookup_by_name(connection, "demo").uuid == second.uuid == first.uuid
    define.undefine(connection, second)
    # A file that says anything else may be a machine's of another host: it stays as it is.
    other = read_file(connection.session, place(connection, "demo.vmx")).replace(b'memsize = "', b'memsize = "1')
    write_file(connection.session, place(connection, "demo.vmx"), other)
    with pytest.raises(OperationInvalidError, match="of another domain, or of none; remove it or choose"):
        define.define(connection, nameless)
    assert read_file(connection.session, place(connection, "demo.vmx")) == other
    stranger = b'displayName = "another"\n'
    write_file(connection.session, place(connection, "demo.vmx"), stranger)
    with pytest.raises(OperationInvalidError, match="of another domain, or of none; remove it or choose"):
        define.define(connection, nameless)
    assert read_file(connection.session, place(connection, "demo.vmx")) == stranger


def test_defining_anew_changes_nothing_else(connection: Connection, xml: str) -> None:
    define.define(connection, xml)
    file = place(connection, "demo.vmx")
    kept = read_file(connection.session, file) + b'# a comment\nmy.own.key = "kept"\n'
    write_file(connection.session, file, kept)
    define.define(connection, xml)
    assert read_file(connection.session, file) == kept
    changed = define.define(connection, xml.replace("1048576", "2097152"))
    text = read_file(connection.session, file)
    assert text == kept.replace(b'memsize = "1024"', b'memsize = "2048"')
    assert changed.uuid == UUID
    assert description.describe(connection, changed).memory == 2097152


def test_another_domains_file_is_not_replaced(connection: Connection, xml: str) -> None:
    define.define(connection, xml)
    file = place(connection, "demo.vmx")
    before = read_file(connection.session, file)
    other = xml.replace(UUID, "50115e16-9bdc-49d7-f171-53c4d7f91700")
    with pytest.raises(OperationInvalidError, match="belongs to the domain 'demo'; choose another name"):
        define.define(connection, other)
    define.undefine(connection, lookup_by_name(connection, "demo"))
    with pytest.raises(OperationInvalidError, match="of another domain, or of none; remove it or choose"):
        define.define(connection, other)
    assert read_file(connection.session, file) == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("device='disk'", "device='cdrom'", "doesn't contain any file-based harddisks, cannot deduce datastore"),
        ("Fedora11.vmdk", "Fedora11.img", "to be a VMDK image"),
        ("<source file='[", "<source file='[no", "Could not find datastore with name 'no"),
        ("type='vmware'", "type='kvm'", "could not find capabilities|domaintype"),
        ("</domain>", "", "(?i)premature end|tag mismatch|end"),
    ],
)
def test_xml_that_cannot_be(
    fresh: Simulator, connection: Connection, xml: str, old: str, new: str, message: str
) -> None:
    if new == "device='cdrom'":
        xml = xml.replace("dev='sda' bus='scsi'", "dev='hdc' bus='ide'").replace("Fedora11.vmdk", "x.iso")
        xml = xml.replace("<address type='drive' controller='0' bus='0' unit='0'/>", "")
    fresh.calls.clear()
    with pytest.raises(EsxvirtError, match=message):
        define.define(connection, xml.replace(old, new))
    assert not {"RegisterVM_Task", "CreateFilter"} & {call.method for call in fresh.calls}
    assert not is_there(connection, place(connection, "demo.vmx"))


@pytest.mark.parametrize("fault", ["NoPermission", "DuplicateName", "RestrictedVersion"])
def test_a_refused_registration_leaves_nothing(fresh: Simulator, connection: Connection, xml: str, fault: str) -> None:
    fresh.faults.add(fault=fault, method="RegisterVM_Task", count=1)
    with pytest.raises(ServerFault):
        define.define(connection, xml)
    assert not is_there(connection, place(connection, "demo.vmx"))
    define.define(connection, xml)


@pytest.mark.parametrize("socket", ["reset", "truncate", "http503", "garbage"])
@pytest.mark.parametrize("method", ["RegisterVM_Task", "CreateFilter"])
def test_a_broken_registration_leaves_a_domain_or_names_its_file(
    fresh: Simulator, connection: Connection, xml: str, socket: str, method: str
) -> None:
    fresh.faults.add(socket=socket, method=method, count=1)
    file = place(connection, "demo.vmx")
    if method == "CreateFilter" or socket != "http503":  # only there nothing is done
        assert define.define(connection, xml).uuid == UUID
    else:  # what was asked for may still come: nothing is deleted that may be used
        with pytest.raises(TransportError, match=re.escape(f"the VMX file '{file}' stays")):
            define.define(connection, xml)
    made = [call.method for call in fresh.calls]
    assert made.count("RegisterVM_Task") <= 1
    assert is_there(connection, file)
    assert not any(path.endswith(".part") for path, _ in fresh.site.datastores[0].walk(""))
    define.define(connection, xml)
    assert [domain.uuid for domain in read_all(connection)].count(UUID) == 1


def test_a_failed_change_puts_the_file_back(fresh: Simulator, connection: Connection, xml: str) -> None:
    define.define(connection, xml)
    file = place(connection, "demo.vmx")
    before = read_file(connection.session, file)
    fresh.faults.add(fault="InvalidState", method="Reload", count=1)
    with pytest.raises(ServerFault):
        define.define(connection, xml.replace("1048576", "2097152"))
    assert read_file(connection.session, file) == before


def test_files(connection: Connection) -> None:
    file = place(connection, "a file %é.txt")
    assert not is_there(connection, file)
    write_file(connection.session, file, b"1")
    write_file(connection.session, file, b"2")
    assert read_file(connection.session, file) == b"2"
    delete_file(connection.session, file)
    delete_file(connection.session, file)
    assert not is_there(connection, file)


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("demo", "demo"),
        ("a b_(1)-2,3'", "a b_(1)-2,3'"),
        ("de/mo", "de+JQ-2fmo"),
        ("a%b", "a+JQ-25b"),
        ("a\\b", "a+JQ-5cb"),
        ("aéb", "a+w6k-b"),
        ("日本語x", "+5pel5pys6Kqe-x"),
        ('a"b|c:d*e<f>g?h', "a_b_c_d_e_f_g_h"),
        ("+", "+Kw"),
        ("a#b&c=d;e", "a+Iw-b+Jg-c+PQ-d+Ow-e"),
        ("a@b!$^~`{}[]", "a+QA-b+ISRefmB7fVtd"),
    ],
)
def test_names_as_file_names(name: str, item: str) -> None:
    # As the real virsh names the files.
    assert escape_item(name) == item
