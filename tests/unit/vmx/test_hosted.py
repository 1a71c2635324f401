"""Machines of Workstation, Player, Fusion and Server: what libvirt refuses in them is converted, and told."""

import random
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from esxvirt.errors import EsxvirtError, VmxError
from esxvirt.vmx import Report, to_domain
from esxvirt.xml.domain import format_domain
from tests.tools import require

PLAIN = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "8"
displayName = "hosted"
guestOS = "ubuntu-64"
memsize = "512"
scsi0.present = "TRUE"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "disk.vmdk"
ide1:0.present = "TRUE"
ide1:0.fileName = "/isos/linux.iso"
ide1:0.deviceType = "cdrom-image"
ethernet0.present = "TRUE"
ethernet0.connectionType = "bridged"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "generated"
ethernet0.generatedAddress = "00:0c:29:11:22:33"
"""


@dataclass(frozen=True)
class Quirk:
    """A change to a file: lines set (None removes), or the whole text; what it brings, and what its note speaks of."""

    name: str
    lines: tuple[tuple[str, str | None], ...] = ()
    raw: tuple[str, ...] = ()
    note: str = ""
    strict: str = ""
    disks: int = 0
    cards: int = 0


def changed(name: str, note: str, strict: str, *lines: tuple[str, str | None], disks: int = 0, cards: int = 0) -> Quirk:
    return Quirk(name, lines, note=note, strict=strict, disks=disks, cards=cards)


def added(name: str, note: str, strict: str, *raw: str) -> Quirk:
    return Quirk(name, raw=raw, note=note, strict=strict)


def card(number: int, **values: str) -> tuple[tuple[str, str | None], ...]:
    pairs: list[tuple[str, str | None]] = [(f"ethernet{number}.present", "TRUE")]
    pairs += [(f"ethernet{number}.{key}", value) for key, value in values.items()]
    return tuple(pairs)


def disk(name: str, **values: str) -> tuple[tuple[str, str | None], ...]:
    pairs: list[tuple[str, str | None]] = [(f"{name}.present", "TRUE")]
    pairs += [(f"{name}.{key}", value) for key, value in values.items()]
    return tuple(pairs)


# Each with what libvirt says of it.
QUIRKS = (
    changed(
        "thinprint", "serial0.fileType", "'pipe' or 'network' but found 'thinprint'",
        ("serial0.present", "TRUE"), ("serial0.fileType", "thinprint"),
    ),
    changed("bridged", "ethernet1", "Missing essential config entry 'ethernet1.networkName'",
            *card(1, connectionType="bridged"), cards=1),
    changed("hostonly", "ethernet2", "No yet handled value 'hostonly' for VMX entry",
            *card(2, connectionType="hostonly"), cards=1),
    changed("pvn", "ethernet3", "Invalid value 'pvn' for VMX entry",
            *card(3, connectionType="pvn", pvnID="52 77 c0 de"), cards=1),
    changed("custom", "ethernet4", "Missing essential config entry 'ethernet4.networkName'",
            *card(4, connectionType="custom", vnet="VMnet2"), cards=1),
    changed("unknown card", "ethernet5", "or 'vmxnet3' or 'e1000' or 'e1000e' but found 'ne2000'",
            *card(5, virtualDev="ne2000", networkName="VM Network"), cards=1),
    changed("unknown address", "ethernet6", "to be 'generated' or 'static' or 'vpx' but found 'dhcp'",
            *card(6, addressType="dhcp", networkName="VM Network", address="00:50:56:01:02:03"), cards=1),
    changed("bad address", "ethernet7", "to be MAC address but found '00-50-56-01-02-03'",
            *card(7, addressType="static", networkName="VM Network", address="00-50-56-01-02-03"), cards=1),
    changed("hardware 1", "virtualHW.version", "to be 4 or higher but found 1", ("virtualHW.version", "1")),
    changed("hardware 3", "virtualHW.version", "to be 4 or higher but found 3", ("virtualHW.version", "3")),
    changed("no hardware", "virtualHW.version", "Missing essential config entry 'virtualHW.version'",
            ("virtualHW.version", None)),
    changed("no version", "config.version", "Missing essential config entry 'config.version'",
            ("config.version", None)),
    changed("version 7", "config.version", "to be 8 but found 7", ("config.version", "7")),
    changed("windows path", "ide0:0.fileName", r"Could not handle file name 'D:\isos\x.iso'",
            *disk("ide0:0", fileName="D:\\isos\\x.iso", deviceType="cdrom-image"), disks=1),
    changed("relative windows path", "scsi0:1.fileName", r"Could not handle file name '..\..\x.vmdk'",
            *disk("scsi0:1", fileName="..\\..\\x.vmdk"), disks=1),
    changed("relative path", "scsi0:2.fileName", "Could not handle file name '../x.vmdk'",
            *disk("scsi0:2", fileName="../x.vmdk"), disks=1),
    changed("no vmdk", "scsi0:3.fileName", "Invalid or not yet handled value 'x.dsk'",
            *disk("scsi0:3", fileName="x.dsk"), disks=1),
    changed("empty name", "scsi0:4.fileName", "Invalid or not yet handled value ''",
            *disk("scsi0:4", fileName=""), disks=1),
    changed("no name", "scsi0:5", "Invalid or not yet handled value '<null>'", *disk("scsi0:5"), disks=1),
    changed("auto detect", "ide0:1.fileName", "Invalid or not yet handled value 'auto detect'",
            *disk("ide0:1", fileName="auto detect"), disks=1),
    changed("raw disk", "scsi0:6.deviceType", "to be 'scsi-hardDisk' or 'disk' but found 'rawDisk'",
            *disk("scsi0:6", fileName="x.vmdk", deviceType="rawDisk"), disks=1),
    changed("odd cdrom", "ide1:1.deviceType", "to be 'cdrom-image' but found 'atapi-cdrom'",
            *disk("ide1:1", fileName="x.iso", deviceType="atapi-cdrom"), disks=1),
    changed("floppy", "floppy0", "Invalid or not yet handled value 'auto detect' for VMX entry 'floppy0.fileName'",
            *disk("floppy0", fileName="auto detect"), disks=1),
    changed("windows floppy", "floppy1", "Invalid or not yet handled value 'A:' for VMX entry 'floppy1.fileName'",
            *disk("floppy1", fileName="A:"), disks=1),
    changed("parallel", "parallel0", "Missing essential config entry 'parallel0.file",
            ("parallel0.present", "TRUE"), ("parallel0.fileName", "/dev/lp0")),
    changed("empty parallel", "parallel1", "Missing essential config entry 'parallel1.fileType'",
            ("parallel1.present", "TRUE")),
    changed("odd boolean", "isolation", "must represent a boolean value", ("isolation.tools.hgfs.disable", "yes")),
    changed("bios", "", "VMX entry 'firmware' has unknown value 'bios'", ("firmware", "bios")),
    added("unquoted number", "numvcpus", "numbers not allowed in VMX format", "numvcpus = 2"),
    added("unquoted word", "usb.present", "expecting a value", "usb.present = TRUE"),
    added("stray line", "no assignment", "expecting an assignment", "this line says nothing"),
    added("stray section", "no assignment", "expecting a name", "[section]"),
    added("unclosed value", "annotation", "unterminated string", 'annotation = "unclosed'),
)  # fmt: skip


def build(quirks: tuple[Quirk, ...], *, lower: bool, newline: str) -> str:
    values = dict(line.split(" = ", 1) for line in PLAIN.splitlines())
    for quirk in quirks:
        for key, value in quirk.lines:
            if value is None:
                values.pop(key, None)
            else:
                values[key] = f'"{value}"'
    lines = [f"{key.lower() if lower else key} = {value}" for key, value in values.items()]
    for quirk in quirks:
        lines += quirk.raw
    return "".join(line + newline for line in lines)


def together() -> list[tuple[Quirk, ...]]:
    chance = random.Random(20)
    sets: list[tuple[Quirk, ...]] = [(quirk,) for quirk in QUIRKS]
    while len(sets) < 100:
        quirks = tuple(chance.sample(QUIRKS, chance.randint(2, 12)))
        keys = [key for quirk in quirks for key, _value in quirk.lines]
        if len(keys) == len(set(keys)):
            sets.append(quirks)
    return sets


FILES = together()


@pytest.fixture(scope="module")
def schema() -> etree.RelaxNG:
    return etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / "domain.rng"))


@pytest.mark.parametrize("quirks", FILES, ids=["+".join(quirk.name for quirk in quirks) for quirks in FILES])
def test_it_converts_and_loses_nothing_untold(quirks: tuple[Quirk, ...], schema: etree.RelaxNG) -> None:
    lower, newline = len(quirks) % 2 == 0, "\r\n" if len(quirks) % 3 == 0 else "\n"
    text = build(quirks, lower=lower, newline=newline)
    report = Report()
    domain = to_domain(text.encode(), report=report)
    assert len(domain.disks) == 2 + sum(quirk.disks for quirk in quirks)
    assert len(domain.interfaces) == 1 + sum(quirk.cards for quirk in quirks)
    said = str(report).lower()
    for quirk in quirks:
        assert quirk.note.lower() in said
    assert all(note.line for note in report if note.key not in {"config.version", "virtualHW.version"})
    xml = format_domain(domain, inactive=True)
    assert schema.validate(etree.fromstring(xml)), f"{schema.error_log}\n{xml}"


@pytest.mark.parametrize("quirk", QUIRKS, ids=[quirk.name for quirk in QUIRKS])
def test_strict_refuses_it_as_libvirt_does(quirk: Quirk) -> None:
    text = build((quirk,), lower=False, newline="\n")
    with pytest.raises(EsxvirtError) as caught:
        to_domain(text, strict=True)
    assert quirk.strict in str(caught.value)


def test_the_plain_file_has_nothing_to_tell() -> None:
    report = Report()
    to_domain(PLAIN, report=report)
    assert [note.key for note in report] == ["guestOS"]
    to_domain(PLAIN, strict=True)


def test_where_relative_paths_go() -> None:
    def sources(*names: str) -> list[str | None]:
        lines = [f'scsi0:{at}.present = "TRUE"\nscsi0:{at}.fileName = "{name}"\n' for at, name in enumerate(names)]
        return [each.source for each in to_domain(f'scsi0.present = "TRUE"\n{"".join(lines)}').disks]

    assert sources("sub/x.vmdk", "./x.vmdk", "../x.vmdk", "../../../x.vmdk", "..\\a\\x.vmdk") == [
        "[datastore] directory/sub/x.vmdk",
        "[datastore] directory/x.vmdk",
        "[datastore] x.vmdk",
        "[datastore] ../../x.vmdk",
        "[datastore] a/x.vmdk",
    ]
    assert sources("C:\\VMs\\x.vmdk", "c:/x.vmdk", "\\\\server\\share\\x.vmdk") == [
        "/C:/VMs/x.vmdk",
        "/c:/x.vmdk",
        "/server/share/x.vmdk",
    ]


def test_an_encrypted_file_says_so() -> None:
    text = (
        '.encoding = "UTF-8"\ndisplayName = "x"\nencryption.keySafe = "vmware:key/list/..."\nencryption.data = "AAAA"\n'
    )
    for strict in (False, True):
        with pytest.raises(VmxError, match="encrypted") as caught:
            to_domain(text, strict=strict)
        assert caught.value.key == "encryption.data"
        assert caught.value.line == 4


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing\n", "<html>not found</html>\n", "\x00\x00"])
def test_a_file_with_nothing_in_it_says_so(text: str) -> None:
    with pytest.raises(VmxError, match="empty, or holds no line"):
        to_domain(text)
