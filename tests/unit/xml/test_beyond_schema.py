"""XML that fits libvirt's schema of domains, or a note that says what in it does not."""

from pathlib import Path

import pytest
from lxml import etree

from esxvirt.vmx import Report, VmxContext, to_xml
from tests.tools import require

HEAD = {"config.version": "8", "virtualHW.version": "14", "displayName": "a", "guestOS": "other-64"}


def device(name: str, **values: str) -> dict[str, str]:
    return {f"{name}.{key}": value for key, value in {"present": "TRUE", **values}.items()}


def display(**values: str) -> dict[str, str]:
    return {f"RemoteDisplay.vnc.{key}": value for key, value in {"enabled": "TRUE", "port": "5901", **values}.items()}


def folder(path: str) -> dict[str, str]:
    switch = {"isolation.tools.hgfs.disable": "FALSE", "sharedFolder.maxNum": "1"}
    return switch | device("sharedFolder0", enabled="TRUE", hostPath=path, guestName="x")


CDROM = {"deviceType": "cdrom-raw"}
SCSI = device("scsi0")
SWITCH = {"ethernet0.dvs.switchId": "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40", "ethernet0.dvs.portId": "-5"}
FITTING = [
    device("ide0:0", fileName="/vmfs/devices/cdrom/mpx.vmhba0:C0:T0:L0", **CDROM),
    device("ide0:0", fileName="D:", **CDROM),
    device("ide0:0", deviceType="cdrom-image", fileName="/vmimages/a.iso"),
    device("ethernet0", networkName="VM Network/2"),
    device("ethernet0", networkName="x", virtualDev="foo"),
    device("ethernet0", networkName=""),
    device("ethernet0") | SWITCH,
    device("ethernet0"),
    SCSI | device("scsi0:0", fileName="/vmfs/volumes/a (1)/x y.vmdk"),
    device("sata0") | device("sata0:0", fileName="a.vmdk"),
    {"displayName": "a/b"},
    {"sched.cpu.shares": "4294967295"},
    {"numvcpus": "65535"},
    {"vhv.enable": "TRUE", "sched.mem.pin": "TRUE"},
    {"guestOS": "ubuntu-64"},
    {"guestOS": "rhel7-64", "bios.bootOrder": "cdrom,ethernet0"},
    SCSI | device("scsi0:1", fileName="a.vmdk") | device("ethernet1") | {"bios.bootOrder": "ethernet1,hdd"},
    display(keymap="a b/"),
    display(ip="::1"),
    folder("/x y"),
]
BEYOND = [
    (device("nvme0") | device("nvme0:0", fileName="a.vmdk"), "a disk 'nvme0n1' on the bus 'nvme'"),
    (device("ide0:0", fileName="CD-ROM 1", **CDROM), "the source 'CD-ROM 1'"),
    (SCSI | device("scsi0:0", fileName="/vmfs/volumes/a]b/x.vmdk"), "the source '[a]b] x.vmdk'"),
    (device("ethernet0", networkName="Lan (1)"), "the letters in the name 'Lan (1)'"),
    (device("ethernet0", networkName="Bür\u00f6"), "the letters in the name 'Bür\u00f6'"),
    (device("ethernet0", networkName="x", virtualDev="a b"), "the letters in the name 'a b'"),
    (device("ethernet0", connectionType="custom", networkName="x", vnet="V 8"), "the letters in the name 'V 8'"),
    (
        device("ethernet0", networkName="x", addressType="static", address="01:00:5e:00:00:01"),
        "the address '01:00:5e:00:00:01' of several",
    ),
    ({"displayName": "a|0Ab"}, "a line end in a name"),
    ({"esxvirt.title": "a|0Ab"}, "a line end in a name"),
    ({"sched.cpu.shares": "4294967296"}, "4294967296 shares"),
    ({"numvcpus": "65536"}, "65536 virtual CPUs"),
    ({"svga.vramSize": "999999999999999"}, "976562500000 KiB"),
    (display(port="99999"), "the port 99999"),
    (display(ip="a b"), "'a b', which is no address"),
    (folder("C:\\x"), "'C:\\x', which is no absolute path"),
]  # fmt: skip


def convert(values: dict[str, str]) -> tuple[str, list[str]]:
    report = Report()
    text = "".join(f'{key} = "{value}"\n' for key, value in {**HEAD, **values}.items())
    xml = to_xml(text, context=VmxContext(all_devices=True), report=report)
    return xml, [note.text for note in report if "libvirt's schema" in note.text]


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / "domain.rng"))


@pytest.mark.parametrize("values", FITTING, ids=str)
def test_what_fits(values: dict[str, str], schema: etree.RelaxNG) -> None:
    xml, notes = convert(values)
    assert notes == []
    assert schema.validate(etree.fromstring(xml)), f"{schema.error_log}\n{xml}"


@pytest.mark.parametrize(("values", "what"), BEYOND, ids=[what for _values, what in BEYOND])
def test_what_does_not_fit_is_told(values: dict[str, str], what: str, schema: etree.RelaxNG) -> None:
    xml, notes = convert(values)
    assert notes == [f"libvirt's schema does not take {what}; kept"]
    assert not schema.validate(etree.fromstring(xml))
