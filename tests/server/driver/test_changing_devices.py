"""Devices that come, go and change, on every kind of product: right ones, wrong ones, and answers that are lost."""

from collections.abc import Callable, Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition.define import define
from esxvirt.driver.devices import attach, update
from esxvirt.driver.devices.nic_links import links
from esxvirt.driver.domain import metadata, rename
from esxvirt.driver.domain.description import describe, xml_description
from esxvirt.driver.domain.guest_details import filesystems, guest_details
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.errors import (
    ConfigUnsupportedError,
    DeviceNotFoundError,
    EsxvirtError,
    InvalidArgumentError,
    MetadataNotFoundError,
    MissingPrivilegeError,
    OperationFailedError,
    OperationInvalidError,
    OperationUnsupportedError,
    ServerFault,
    TransportError,
    XmlError,
)
from esxvirt.sim import Simulator
from tests.server.driver.conftest import Opener

LIVE, CONFIG = 1, 2
IMAGE = "[local-storage] web/web.vmdk"


@pytest.fixture(params=["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-7.0"])
def fresh(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(fresh: Simulator, connect: Opener) -> Connection:
    return connect(fresh)


@pytest.fixture
def archive(connection: Connection) -> DomainHandle:
    return lookup_by_name(connection, "archive")


@pytest.fixture
def web(connection: Connection) -> DomainHandle:
    return lookup_by_name(connection, "web")


def disk(target: str, bus: str = "scsi", source: str | None = IMAGE, device: str = "disk", more: str = "") -> str:
    path = "" if source is None else f"<source file='{source}'/>"
    return f"<disk type='file' device='{device}'>{path}<target dev='{target}' bus='{bus}'/>{more}</disk>"


def card(mac: str | None = None, network: str = "VM Network", more: str = "") -> str:
    address = "" if mac is None else f"<mac address='{mac}'/>"
    return f"<interface type='bridge'>{address}<source bridge='{network}'/>{more}</interface>"


ATTACHED = [
    disk("sdb"),
    disk("sdq"),
    disk("sdd", more="<transient/>"),
    disk("hda", "ide"),
    disk("hdb", "ide", "[local-storage] x.iso", "cdrom"),
    disk("hdc", "ide", None, "cdrom"),
    disk("hdc", "ide", "[local-storage] x.iso", "cdrom"),
    disk("fda", "fdc", "[local-storage] x.flp", "floppy"),
    card("00:50:56:01:02:03"),
    card("00:50:56:81:02:03", more="<model type='e1000'/>"),
    card("00:0c:29:01:02:03", more="<model type='e1000'/>"),
    "<serial type='pipe'><source path='/pipe'/></serial>",
    "<serial type='file'><source path='[local-storage] serial.txt'/><target port='0'/></serial>",
    "<parallel type='dev'><source path='/dev/parport0'/></parallel>",
]


@pytest.mark.parametrize("xml", ATTACHED)
def test_a_domain_with_a_device_attached_is_as_if_it_had_been_defined_so(
    fresh: Simulator, connection: Connection, archive: DomainHandle, xml: str
) -> None:
    before = xml_description(connection, archive, inactive=True)
    attach.attach(connection, archive, xml)
    attached = xml_description(connection, archive, inactive=True)
    assert attached != before
    attach.detach(connection, archive, xml)
    detached = xml_description(connection, archive, inactive=True)
    # A CD-ROM drive of the client's, which the XML does not show, was there in its place.
    assert detached == before
    # libvirt's default card is of no model; VMware's are of one, always.
    whole = before.replace("</devices>", xml + "</devices>")
    define(connection, whole)
    defined = xml_description(connection, archive, inactive=True)
    if "<interface" in xml and "<model" not in xml:
        attached = attached.replace("      <model type='vlance'/>\n", "")
    if "00:0c:29" in xml or "00:50:56:8" in xml:
        attached, defined = (text.replace(" type='generated'", "") for text in (attached, defined))
    assert attached == defined
    assert list(fresh.sessions)


def test_one_read_and_one_write(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    changes: tuple[Callable[[], None], ...] = (
        lambda: attach.attach(connection, archive, disk("sdb")),
        lambda: attach.attach(connection, archive, card("00:50:56:01:02:03")),
        lambda: attach.attach(connection, archive, disk("hda", "ide", None, "cdrom")),
        lambda: update.update(connection, archive, disk("hda", "ide", "[local-storage] x.iso", "cdrom")),
        lambda: attach.detach(connection, archive, disk("sdb")),
        lambda: metadata.set_description(connection, archive, "words"),
        lambda: metadata.set_title(connection, archive, "words"),
        lambda: metadata.set_metadata(connection, archive, "urn:x", "x", "<a/>"),
        lambda: rename.rename(connection, archive, "other"),
    )
    for change in changes:
        fresh.calls.clear()
        change()
        made = [
            call.method for call in fresh.calls if not call.method.startswith(("WaitForUpdates", "CheckForUpdates"))
        ]
        # A name is looked for among all machines first.
        writes = [number for number, method in enumerate(made) if method in {"ReconfigVM_Task", "Rename_Task"}]
        assert (len(made), writes) in [(4, [1]), (5, [2])], made
        assert made[0].startswith("RetrieveProperties")


def test_no_file_is_deleted(connection: Connection, archive: DomainHandle) -> None:
    attach.detach(connection, archive, disk("sda"))
    assert "archive.vmdk" not in xml_description(connection, archive)
    attach.attach(connection, archive, disk("sda", source="[local-storage] archive/archive.vmdk"))
    assert "archive.vmdk" in xml_description(connection, archive)


def test_media(connection: Connection, archive: DomainHandle, web: DomainHandle) -> None:
    attach.attach(connection, archive, disk("hda", "ide", "[local-storage] x.iso", "cdrom"))
    update.update(connection, archive, disk("hda", "ide", None, "cdrom"))
    [drive] = [found for found in describe(connection, archive).disks if found.device == "cdrom"]
    assert (drive.target, drive.source) == ("hda", None)
    update.update(connection, archive, disk("hda", "ide", "[local-storage] y.iso", "cdrom"))
    [drive] = [found for found in describe(connection, archive).disks if found.device == "cdrom"]
    assert drive.source == "[local-storage] y.iso"
    # The drive that is the client's takes a medium while the machine runs.
    attach.attach(connection, web, disk("hdc", "ide", None, "cdrom"), LIVE)
    update.update(connection, web, disk("hdc", "ide", None, "cdrom"), LIVE)
    with pytest.raises(OperationUnsupportedError, match="VMware takes CD-ROM drives only from a domain that is off"):
        attach.detach(connection, web, disk("hdc", "ide", None, "cdrom"), LIVE)


def test_the_network_of_a_card_and_its_link(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    [present] = describe(connection, archive).interfaces
    assert present.mac is not None
    update.update(connection, archive, card(present.mac, more="<link state='down'/>"))
    machine = next(found for found in fresh.site.machines.values() if found.name == "archive")
    assert not machine.config.nics[0].connected
    assert links(connection, archive) == {present.mac: False}
    other = next(name.name for name in machine.host.networks if name.name != "VM Network")
    update.update(connection, archive, card(present.mac, other))
    [changed] = describe(connection, archive).interfaces
    assert (changed.source, changed.mac, changed.model) == (other, present.mac, present.model)
    assert machine.config.nics[0].connected
    with pytest.raises(OperationUnsupportedError, match="cannot modify network device model"):
        update.update(connection, archive, card(present.mac, other, "<model type='vlance'/><link state='up'/>"))


def test_the_link_of_now_and_of_the_next_start(connection: Connection, web: DomainHandle) -> None:
    [present] = describe(connection, web).interfaces
    assert present.mac is not None
    assert links(connection, web) == {present.mac: True}
    update.update(connection, web, card(present.mac, more="<link state='down'/>"), LIVE)
    assert links(connection, web) == links(connection, web, config=True) == {present.mac: False}


def test_while_it_runs(connection: Connection, web: DomainHandle) -> None:
    image = "[local-storage] archive/archive.vmdk"
    attach.attach(connection, web, disk("sdb", source=image), LIVE)
    attach.attach(connection, web, card("00:50:56:01:02:03", more="<model type='e1000'/>"), LIVE | CONFIG)
    assert len(describe(connection, web).interfaces) == 2
    attach.detach(connection, web, disk("sdb", source=image), LIVE)
    attach.detach(connection, web, card("00:50:56:01:02:03"), LIVE)
    for xml in (disk("hda", "ide"), disk("hda", "ide", None, "cdrom"), disk("fda", "fdc", None, "floppy")):
        with pytest.raises(OperationUnsupportedError, match="only to a domain that is off; power it off first"):
            attach.attach(connection, web, xml)
    with pytest.raises(OperationUnsupportedError, match="VMware adds serial ports only to a domain that is off"):
        attach.attach(connection, web, "<serial type='pipe'><source path='/pipe'/></serial>")


WRONG = [
    ("<disk", XmlError, "at line 1: "),
    ("<nothing/>", XmlError, "unknown device type 'nothing'"),
    ("<sound model='es1370'/>", OperationUnsupportedError, "of the kind 'sound' cannot be attached"),
    (disk("sda"), OperationInvalidError, "target sda already exists"),
    (disk("hdc", "ide"), OperationInvalidError, "of the client's, which the XML does not show"),
    (disk("hde", "ide"), EsxvirtError, "IDE controller index 1 out of .0. range"),
    (disk("sdb", source="[nowhere] x.vmdk"), EsxvirtError, "Could not find datastore with name 'nowhere'"),
    (disk("sdb", source="[local-storage] no.vmdk"), ServerFault, "Could not attach device: .*no.vmdk was not found"),
    (disk("sdb", source="no.vmdk"), EsxvirtError, "Could not handle file name 'no.vmdk'"),
    (disk("hdd", "ide", device="cdrom"), ConfigUnsupportedError, r"of the cdrom 'hdd' must be no '\.vmdk'"),
    (disk("sdb", source="[local-storage] x.iso"), ConfigUnsupportedError, r"of the disk 'sdb' must be a '\.vmdk'"),
    (disk("vdb", "virtio"), ConfigUnsupportedError, "disk 'vdb' is on the bus 'virtio', which VMware does not have"),
    (disk("sdb", source=None), XmlError, "missing source information for device sdb"),
    (disk("sdb").replace("type='file'", "type='network'"), EsxvirtError, "protocol"),
    (disk("sdb").replace("'file'", "'block'", 1).replace("file=", "dev="), ConfigUnsupportedError, "the type 'block'"),
    (card(network="nowhere"), ConfigUnsupportedError, "the host has no network 'nowhere'; it has .*'VM Network'"),
    (card(more="<model type='virtio'/>"), EsxvirtError, "found 'virtio'"),
    ("<interface type='user'/>", ConfigUnsupportedError, "interfaces of the type 'user' cannot be attached"),
    (
        "<serial type='pipe'><source path='/x'/><target port='2'/></serial>",
        ConfigUnsupportedError,
        "the next one is 0",
    ),
    ("<serial type='pty'/>", ConfigUnsupportedError, "Unsupported character device type 'pty'"),
    ("<controller type='scsi' index='0'/>", OperationInvalidError, "target scsi:0 already exists"),
    ("<controller type='scsi' index='1' model='ibmvscsi'/>", ConfigUnsupportedError, "of the model 'ibmvscsi'"),
    ("<controller type='usb' index='0'/>", ConfigUnsupportedError, "of the type 'usb' cannot be attached"),
]


@pytest.mark.parametrize(("xml", "error", "message"), WRONG)
def test_what_cannot_be_attached(
    connection: Connection, archive: DomainHandle, xml: str, error: type[Exception], message: str
) -> None:
    before = xml_description(connection, archive)
    with pytest.raises(error, match=message):
        attach.attach(connection, archive, xml)
    assert xml_description(connection, archive) == before


def test_what_is_not_there(connection: Connection, archive: DomainHandle) -> None:
    for xml, message in (
        (disk("sdz"), "disk sdz not found"),
        (card("00:50:56:0a:0b:0c"), "no device matching MAC address 00:50:56:0a:0b:0c found"),
        ("<serial type='pty'/>", "serial port 0 not found"),
        ("<controller type='scsi' index='3'/>", "controller scsi:3 not found"),
    ):
        with pytest.raises(DeviceNotFoundError, match=message):
            attach.detach(connection, archive, xml)
    with pytest.raises(DeviceNotFoundError, match="disk hda not found"):
        update.update(connection, archive, disk("hda", "ide", None, "cdrom"))
    attach.attach(connection, archive, card())
    with pytest.raises(OperationFailedError, match="multiple matching devices found; name one by its MAC address"):
        attach.detach(connection, archive, card())
    with pytest.raises(OperationInvalidError, match="controller 0 has disks; detach them before it"):
        attach.detach(connection, archive, "<controller type='scsi' index='0'/>")


def test_what_cannot_be_changed(connection: Connection, archive: DomainHandle) -> None:
    with pytest.raises(OperationUnsupportedError, match="cannot modify field 'source' of the disk 'sda'"):
        update.update(connection, archive, disk("sda"))
    with pytest.raises(OperationUnsupportedError, match="cannot modify field 'device' of the disk 'sda'"):
        update.update(connection, archive, disk("sda", source=None, device="cdrom"))
    with pytest.raises(OperationUnsupportedError, match="update of device 'serial' is not supported"):
        update.update(connection, archive, "<serial type='pty'/>")


def test_the_state_that_is_asked_for(connection: Connection, archive: DomainHandle) -> None:
    for change in (attach.attach, attach.detach, update.update):
        with pytest.raises(OperationInvalidError, match="domain is not running"):
            change(connection, archive, disk("sdb"), LIVE)
    suspended = lookup_by_name(connection, "builder")
    with pytest.raises(OperationInvalidError, match="domain is suspended; resume it or power it off"):
        attach.attach(connection, suspended, disk("sdb"))
    with pytest.raises(OperationInvalidError, match="domain is not running"):
        metadata.set_title(connection, archive, "x", LIVE)
    with pytest.raises(OperationInvalidError, match="domain is not running"):
        metadata.get_title(connection, archive, LIVE)


@pytest.mark.parametrize("method", ["ReconfigVM_Task", "CreateFilter"])
@pytest.mark.parametrize("socket", ["lost", "truncate", "garbage"])
def test_a_change_whose_answer_is_lost_is_found_done(
    fresh: Simulator, connection: Connection, archive: DomainHandle, method: str, socket: str
) -> None:
    fresh.faults.add(socket=socket, method=method, count=1)
    attach.attach(connection, archive, disk("sdb"))
    assert [found.target for found in describe(connection, archive).disks][:2] == ["sda", "sdb"]
    fresh.faults.add(socket=socket, method=method, count=1)
    metadata.set_title(connection, archive, "kept")
    assert metadata.get_title(connection, archive) == "kept"
    fresh.faults.add(socket=socket, method=method, count=1)
    attach.detach(connection, archive, disk("sdb"))
    assert "sdb" not in xml_description(connection, archive)
    assert [call.method for call in fresh.calls].count("ReconfigVM_Task") == 3


def test_a_change_that_never_began_is_an_error(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    before = xml_description(connection, archive)
    fresh.faults.add(socket="refuse", method="ReconfigVM_Task", count=5)
    with pytest.raises(TransportError, match=r"Could not attach device: .*; nothing of it is to be seen so far: look"):
        attach.attach(connection, archive, disk("sdb"))
    fresh.faults.add(socket="refuse", method="Rename_Task", count=5)
    with pytest.raises(TransportError, match=r"Could not rename domain: .*; nothing of it is to be seen so far: look"):
        rename.rename(connection, archive, "other")
    assert xml_description(connection, archive) == before


def test_a_privilege_that_is_missing_is_named(fresh: Simulator, connection: Connection, archive: DomainHandle) -> None:
    fresh.faults.add(fault="NoPermission", method="ReconfigVM_Task", count=1)
    with pytest.raises(MissingPrivilegeError):
        attach.attach(connection, archive, disk("sdb"))


def test_names(connection: Connection, archive: DomainHandle, web: DomainHandle) -> None:
    with pytest.raises(OperationInvalidError, match="domain with name 'web' already exists"):
        rename.rename(connection, archive, "web")
    with pytest.raises(OperationInvalidError, match="Can't rename domain to itself"):
        rename.rename(connection, archive, "archive")
    with pytest.raises(OperationInvalidError, match="cannot rename active domain"):
        rename.rename(connection, web, "other")
    with pytest.raises(ServerFault, match="Could not rename domain: InvalidName"):
        rename.rename(connection, archive, "x" * 300)
    for name in ("a/b", "c%d\\e", "ünï ✓ \"q'"):
        rename.rename(connection, archive, name)
        assert lookup_by_name(connection, name).uuid == archive.uuid
        assert f"<name>{name.replace('&', '&amp;')}"[:8] in xml_description(connection, archive)


def test_notes(connection: Connection, archive: DomainHandle) -> None:
    for text in ('two\nlines "quoted" |7c ünï', "one"):
        metadata.set_description(connection, archive, text)
        assert metadata.get_description(connection, archive) == text
        metadata.set_title(connection, archive, text.replace("\n", " "))
        assert metadata.get_title(connection, archive) == text.replace("\n", " ")
        assert describe(connection, archive).title == text.replace("\n", " ")
    with pytest.raises(InvalidArgumentError, match="can't contain newlines"):
        metadata.set_title(connection, archive, "a\nb")
    metadata.set_metadata(connection, archive, "urn:x", "x", "<a b='1'><c/></a>")
    metadata.set_metadata(connection, archive, "urn:y", "y", "<d>text</d>")
    assert metadata.get_metadata(connection, archive, "urn:x") == '<a b="1">\n  <c/>\n</a>'
    assert '    <x:a xmlns:x="urn:x" b="1">\n      <x:c/>\n    </x:a>\n' in xml_description(connection, archive)
    metadata.set_metadata(connection, archive, "urn:x", None, None)
    for gone in ("urn:x", "urn:z"):
        with pytest.raises(MetadataNotFoundError):
            metadata.get_metadata(connection, archive, gone)
    assert metadata.get_metadata(connection, archive, "urn:y") == "<d>text</d>"
    with pytest.raises(XmlError):
        metadata.set_metadata(connection, archive, "urn:x", "x", "<a")
    with pytest.raises(InvalidArgumentError, match="the URI of a namespace must not be empty"):
        metadata.set_metadata(connection, archive, "", "x", "<a/>")
    with pytest.raises(InvalidArgumentError, match=r"a character that XML cannot hold, U\+0001"):
        metadata.set_description(connection, archive, "a\x01")
    with pytest.raises(EsxvirtError, match="failed to validate prefix"):
        metadata.set_metadata(connection, archive, "urn:x", "x y", "<a/>")
    for unset, get in ((metadata.set_description, metadata.get_description), (metadata.set_title, metadata.get_title)):
        unset(connection, archive, None)
        with pytest.raises(MetadataNotFoundError):
            get(connection, archive)


def test_a_domain_defined_anew_keeps_its_notes(connection: Connection, archive: DomainHandle) -> None:
    metadata.set_title(connection, archive, "title")
    metadata.set_metadata(connection, archive, "urn:x", "x", "<a/>")
    before = xml_description(connection, archive, inactive=True)
    define(connection, before.replace("<vcpu placement='static'>1<", "<vcpu placement='static'>2<"))
    assert metadata.get_title(connection, archive) == "title"
    assert metadata.get_metadata(connection, archive, "urn:x") == "<a/>"


def test_what_the_guest_tells(connection: Connection, archive: DomainHandle, web: DomainHandle) -> None:
    found = guest_details(connection, web)
    assert found["hostname"] == "web"
    assert found["fs.count"] == len(filesystems(connection, web)) > 0
    assert int(found["fs.0.total-bytes"]) > int(found["fs.0.used-bytes"]) > 0
    assert found["if.0.addr.0.type"] == "ipv4"
    assert set(guest_details(connection, web, 8)) == {"hostname"}
    with pytest.raises(OperationUnsupportedError, match="VMware tools do not tell a guest's users"):
        guest_details(connection, web, 1)
    for tell in (guest_details, filesystems):
        with pytest.raises(OperationInvalidError, match="domain is not running"):
            tell(connection, archive)
