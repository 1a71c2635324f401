"""Devices of real machines on servers: defined, shown, edited, attached, and what the server itself says of them."""

import re
from collections.abc import Iterator

import pytest

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.definition import define
from esxvirt.driver.devices import attach, update
from esxvirt.driver.devices.hardware import read_hardware
from esxvirt.driver.domain import lifecycle
from esxvirt.driver.domain.description import xml_description
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.lookup import lookup_by_name
from esxvirt.errors import ConfigUnsupportedError, OperationUnsupportedError
from esxvirt.sim import Simulator
from esxvirt.vsphere.datastore_file import DatastoreFile
from esxvirt.vsphere.files import read_file, write_file
from tests.server.driver.conftest import Opener

NEWEST = ["esx-8.0", "vcenter-7.0"]


@pytest.fixture(params=["esx-4.0", *NEWEST])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


@pytest.fixture
def connection(server: Simulator, connect: Opener) -> Connection:
    return connect(server)


def vmx_file(connection: Connection, name: str = "web") -> DatastoreFile:
    return DatastoreFile(f"[local-storage] {name}/{name}.vmx", connection.scope.datacenter_path)


def devices(connection: Connection, name: str = "web") -> list[object]:
    return list(read_hardware(connection, lookup_by_name(connection, name)).devices)


def rewritten(connection: Connection, lines: str) -> tuple[DomainHandle, bytes]:
    """Give a machine that is off more lines, as somebody does on the host; then it is defined as it is."""
    domain = lookup_by_name(connection, "archive")
    file = vmx_file(connection, "archive")
    content = read_file(connection.session, file) + lines.encode()
    write_file(connection.session, file, content)
    define.define(connection, xml_description(connection, domain))
    return lookup_by_name(connection, "archive"), content


LINES = """\
scsi0.sharedBus = "virtual"
scsi0:5.present = "TRUE"
scsi0:5.fileName = "/vmfs/volumes/local-storage/web/web.vmdk"
scsi0:5.deviceType = "scsi-hardDisk"
scsi0:5.sharing = "multi-writer"
usb_xhci.present = "TRUE"
usb_xhci:4.present = "TRUE"
usb_xhci:4.deviceType = "disk"
usb_xhci:4.fileName = "/vmfs/volumes/local-storage/web/web.vmdk"
pciPassthru0.present = "TRUE"
pciPassthru0.id = "00000:003:16.1"
pciPassthru1.present = "TRUE"
pciPassthru1.vgpu = "grid_p40-8q"
pciPassthru2.present = "TRUE"
pciPassthru2.allowedDevices = "0x10de:0x20f1"
ide1:1.present = "TRUE"
ide1:1.deviceType = "cdrom-raw"
ide1:1.autodetect = "TRUE"
"""


def test_an_edit_loses_no_device(connection: Connection) -> None:
    domain, content = rewritten(connection, LINES)
    xml = xml_description(connection, domain)
    for part in (
        "bus='usb'/>", "<shareable/>", 'sharedBus="virtual"', "slot='0x10' function='0x1'",
        "<source startupPolicy='optional'/>",
    ):  # fmt: skip
        assert part in xml
    define.define(connection, xml)
    assert read_file(connection.session, vmx_file(connection, "archive")) == content
    changed = re.sub(r"emory unit='KiB'>\d+", "emory unit='KiB'>4194304", xml)
    define.define(connection, changed)
    after = read_file(connection.session, vmx_file(connection, "archive")).decode()
    assert 'memSize = "4096"' in after
    for line in LINES.splitlines():
        assert line in after


def test_the_server_shows_them(connection: Connection, server: Simulator) -> None:
    rewritten(connection, LINES)
    found = devices(connection, "archive")
    kinds = [device.kind for device in found]  # type: ignore[attr-defined]  # rows have what the server sent
    scsi = next(device for device in found if getattr(device, "scsiCtlrUnitNumber", None) is not None)
    assert scsi.sharedBus == "virtualSharing"  # type: ignore[attr-defined]  # as above
    assert kinds.count("VirtualPCIPassthrough") == 3
    sharing = [device.backing.sharing for device in found if device.kind == "VirtualDisk"]  # type: ignore[attr-defined]  # as above
    if server.profile.name in NEWEST:
        assert "sharingMultiWriter" in sharing
    else:
        assert set(sharing) == {None}


def test_disks_are_shared_by_the_server(connection: Connection, server: Simulator) -> None:
    archive = lookup_by_name(connection, "archive")
    disk = (
        "<disk type='file' device='disk'><source file='[local-storage] web/web.vmdk'/>"
        "<target dev='sdf' bus='scsi'/>{}</disk>"
    )
    if server.profile.name not in NEWEST:
        with pytest.raises(ConfigUnsupportedError, match=r"servers before 6\.0 cannot be asked to share disks"):
            attach.attach(connection, archive, disk.format("<shareable/>"))
        return
    attach.attach(connection, archive, disk.format("<shareable/>"))
    assert "<shareable/>" in xml_description(connection, archive)
    assert b'.sharing = "multi-writer"' in read_file(connection.session, vmx_file(connection, "archive"))
    update.update(connection, archive, disk.format(""))
    assert "<shareable/>" not in xml_description(connection, archive)
    update.update(connection, archive, disk.format("<shareable/>"))
    assert "<shareable/>" in xml_description(connection, archive)


def test_the_api_has_no_disks_on_usb(connection: Connection) -> None:
    archive, _content = rewritten(connection, LINES)
    source = "<source file='[local-storage] web/web.vmdk'/>"
    disk = f"<disk type='file' device='disk'>{source}<target dev='sda' bus='usb'/></disk>"
    for change in (attach.attach, attach.detach, update.update):
        with pytest.raises(OperationUnsupportedError, match="VMware's API has no disks on USB such as 'sda'"):
            change(connection, archive, disk)


def test_a_machine_with_disks_on_usb_is_made_and_starts(connection: Connection) -> None:
    xml = (
        "<domain type='vmware'><name>usb</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os><devices>"
        "<disk type='file' device='disk'><source file='[local-storage] web/web.vmdk'/><target dev='sda' bus='usb'/>"
        "<shareable/></disk></devices></domain>"
    )
    made = define.define(connection, xml)
    again = xml_description(connection, made)
    assert "<target dev='sda' bus='usb'/>" in again
    assert "<shareable/>" in again
    define.define(connection, again)
    assert xml_description(connection, made) == again
    lifecycle.start(connection, made)
    lifecycle.destroy(connection, made)
    assert xml_description(connection, made) == again


def test_any_drive_of_the_host_is_asked_of_the_server(connection: Connection) -> None:
    archive = lookup_by_name(connection, "archive")
    drive = "<disk type='block' device='{}'><source startupPolicy='optional'/><target dev='hdd' bus='ide'/></disk>"
    for device in ("cdrom", "lun"):
        attach.attach(connection, archive, drive.format(device))
        assert "<source startupPolicy='optional'/>" in xml_description(connection, archive)
        attach.detach(connection, archive, drive.format(device))


def test_a_file_in_its_own_encoding_stays_in_it(connection: Connection) -> None:
    file = vmx_file(connection, "archive")
    name, cut = "CentOS 실행".encode("cp949"), b"\xb0"
    content = read_file(connection.session, file).replace(b'"UTF-8"', b'"windows-949-2000"')
    content = b"".join(line for line in content.splitlines(keepends=True) if not line.startswith(b"annotation"))
    content += b'note.full = "' + name + b'"\nnote.cut = "' + cut + b'"\nannotation = "' + name + b'"\n'
    write_file(connection.session, file, content)
    archive = lookup_by_name(connection, "archive")
    xml = xml_description(connection, archive)
    assert "<description>CentOS 실행</description>" in xml
    define.define(connection, xml.replace("<description>CentOS 실행<", "<description>CentOS 실행 2<"))
    after = read_file(connection.session, file)
    assert after == content.replace(b'annotation = "' + name, b'annotation = "' + name + b" 2")
    # What the server writes itself keeps them, too.
    lifecycle.start(connection, archive)
    lifecycle.destroy(connection, archive)
    drive = "<disk type='file' device='cdrom'><target dev='hdd' bus='ide'/></disk>"
    attach.attach(connection, archive, drive)
    assert set(after.splitlines()) <= set(read_file(connection.session, file).splitlines())
