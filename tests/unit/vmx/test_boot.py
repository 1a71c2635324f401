"""What a machine boots from: `bios.bootOrder` and `bios.hddOrder`, and `<boot>`, in both directions and in place."""

import pytest

from esxvirt.errors import XmlError
from esxvirt.vmx import Report, VmxContext, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import Domain, format_domain, parse_domain
from tests.tools import ROOT

SHOWN = VmxContext(settings=True)
CASES = ROOT.parent / "shared" / "cases"
HEAD = """\
config.version = "8"
virtualHW.version = "14"
displayName = "m"
guestOS = "other-64"
"""
DEVICES = """\
scsi0.present = "TRUE"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "/vmfs/volumes/ds/m/a.vmdk"
scsi0:1.present = "TRUE"
scsi0:1.fileName = "/vmfs/volumes/ds/m/b.vmdk"
ide1:0.present = "TRUE"
ide1:0.deviceType = "cdrom-image"
ide1:0.fileName = "emptyBackingString"
floppy0.present = "TRUE"
floppy0.fileType = "file"
floppy0.fileName = "/vmfs/volumes/ds/m/a.flp"
ethernet0.present = "TRUE"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "static"
ethernet0.address = "00:50:56:11:22:33"
ethernet1.present = "TRUE"
ethernet1.networkName = "VM Network"
ethernet1.addressType = "static"
ethernet1.address = "00:50:56:11:22:34"
"""


def case(name: str) -> bytes:
    """One of the inputs that are shared between checkouts."""
    path = CASES / name
    if not path.exists():
        pytest.skip("the cases are not in ../shared")
    return path.read_bytes()


def orders(domain: Domain) -> dict[str, int]:
    """The places of the devices that have one."""
    named = {disk.target: disk.boot_order for disk in domain.disks}
    named |= {f"card {number}": card.boot_order for number, card in enumerate(domain.interfaces)}
    return {name: order for name, order in named.items() if order is not None}


def read(*lines: str, context: VmxContext = SHOWN) -> tuple[Domain, list[str]]:
    report = Report()
    domain = to_domain(HEAD + DEVICES + "".join(f"{line}\n" for line in lines), context, report=report)
    return domain, [note.text for note in report if note.key.startswith("bios.")]


@pytest.mark.parametrize(
    ("order", "boot"),
    [
        ("cdrom,hdd", ["cdrom", "hd"]),
        ("CDROM, HDD ,Floppy", ["cdrom", "hd", "fd"]),
        ("ethernet0,hdd,cdrom", ["network", "hd", "cdrom"]),
        ("ethernet0", ["network"]),
        ("disk,cdrom,disk", ["hd", "cdrom"]),
        ("hdd", ["hd"]),
        ("", []),
    ],
)
def test_kinds_of_devices(order: str, boot: list[str]) -> None:
    domain, notes = read(f'bios.bootOrder = "{order}"')
    assert (domain.os.boot, orders(domain), notes) == (boot, {}, [])


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (['bios.bootOrder = "ethernet1,hdd"'], {"card 1": 1, "sda": 2, "sdb": 3}),
        (['bios.bootOrder = "ethernet1,ethernet0"'], {"card 1": 1, "card 0": 2}),
        (['bios.bootOrder = "cdrom,hdd"', 'bios.hddOrder = "scsi0:1"'], {"hdc": 1, "sdb": 2}),
        (['bios.bootOrder = "floppy,hdd"', 'bios.hddOrder = "scsi0:1,scsi0:0"'], {"fda": 1, "sdb": 2, "sda": 3}),
        (['bios.hddOrder = "SCSI0:1"'], {"sdb": 1}),
    ],
)
def test_single_devices(lines: list[str], places: dict[str, int]) -> None:
    domain, notes = read(*lines)
    assert (domain.os.boot, orders(domain), notes) == ([], places, [])


@pytest.mark.parametrize("disks", ["scsi0:0", "scsi0:0,scsi0:1"])
def test_disks_in_their_own_order_need_no_place(disks: str) -> None:
    domain, _notes = read('bios.bootOrder = "cdrom,hdd"', f'bios.hddOrder = "{disks}"')
    assert (domain.os.boot, orders(domain)) == (["cdrom", "hd"], {})
    assert read(f'bios.hddOrder = "{disks}"')[0].os.boot == []


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (['bios.bootOrder = "usb,hdd"'], "'usb' is no device that libvirt boots from"),
        (['bios.bootOrder = "ethernet7,ethernet1"'], "the machine has no 'ethernet7' to boot from"),
        (['bios.bootOrder = "hdd"', 'bios.hddOrder = "scsi3:0"'], "the machine has no hard disk 'scsi3:0'"),
        (['bios.bootDeviceClasses = "allow:net,hd"'], "the kinds of devices that ESX before 4.1 boots from"),
    ],
)
def test_what_cannot_be_said_is_told(lines: list[str], text: str) -> None:
    assert any(text in note for note in read(*lines)[1])


def test_the_plain_conversion_tells_that_it_leaves_it_out() -> None:
    vmx = case("vmx/08-boot-order-default.vmx")
    report = Report()
    xml = to_xml(vmx, report=report)
    assert "<boot" not in xml
    assert "<link" not in xml
    assert {note.key for note in report} >= {"bios.bootOrder", "ethernet0.startConnected"}
    shown = to_xml(vmx, context=VmxContext(all_devices=True), report=(report := Report()))
    assert "    <boot dev='cdrom'/>\n    <boot dev='hd'/>\n" in shown
    assert "<link state='down'/>" in shown
    assert {note.key for note in report}.isdisjoint({"bios.bootOrder", "ethernet0.startConnected"})
    assert "<boot" not in to_xml(vmx, strict=True, context=VmxContext(all_devices=True))
    made = VmxFile.parse(from_xml(shown, virtual_hw_version=14))
    assert made["bios.bootOrder"] == "cdrom,hdd"
    assert made["ethernet0.startConnected"] == "false"
    assert made["ethernet0.addressType"] == "generated"


def describe(os: str = "", disks: tuple[str, ...] = ("", ""), cards: tuple[str, ...] = ("",), cdrom: str = "") -> str:
    images = "".join(
        f"<disk><source file='[ds] m/{at}.vmdk'/><target dev='sd{'abcdefghijkl'[at]}' bus='scsi'/>{boot}</disk>"
        for at, boot in enumerate(disks)
    )
    nets = "".join(f"<interface type='bridge'><source bridge='n'/>{boot}</interface>" for boot in cards)
    drive = f"<disk device='cdrom'><target dev='hdc' bus='ide'/>{cdrom}</disk>"
    return (
        f"<domain type='vmware'><name>m</name><memory>65536</memory><os><type>hvm</type>{os}</os>"
        f"<devices>{images}{drive}{nets}</devices></domain>"
    )


def write(
    xml: str, *, version: int = 14, context: VmxContext | None = None
) -> tuple[str | None, str | None, list[str]]:
    report = Report()
    file = VmxFile.parse(from_xml(xml, virtual_hw_version=version, report=report, context=context))
    return file.get("bios.bootOrder"), file.get("bios.hddOrder"), [note.text for note in report if "boot" in note.key]


@pytest.mark.parametrize(
    ("xml", "order", "disks"),
    [
        (describe("<boot dev='network'/>"), "ethernet0", None),
        (describe("<boot dev='cdrom'/><boot dev='hd'/>"), "cdrom,hdd", "scsi0:0,scsi0:1"),
        (describe("<boot dev='fd'/><boot dev='hd'/><boot dev='fd'/>", ("",)), "floppy,hdd", "scsi0:0"),
        (describe("<boot dev='hd'/><boot dev='network'/>", ()), "hdd,ethernet0", None),
        (describe(disks=("", "<boot order='1'/>")), "hdd", "scsi0:1"),
        (describe(disks=("<boot order='1'/>",)), "hdd", "scsi0:0"),
        (
            describe(disks=("<boot order='9'/>", "<boot order='3'/>"), cards=("", "<boot order='2'/>")),
            "ethernet1,hdd",
            "scsi0:1,scsi0:0",
        ),
        (describe(cdrom="<boot order='1'/>", cards=("<boot order='2'/>",)), "cdrom,ethernet0", None),
        (describe(), None, None),
    ],
)
def test_it_is_written(xml: str, order: str | None, disks: str | None) -> None:
    assert write(xml) == (order, disks, [])
    assert "bios." not in from_xml(xml, virtual_hw_version=14, strict=True)


def test_the_hard_disk_alone_is_written_where_settings_are_asked_for() -> None:
    order, disks, notes = write(describe("<boot dev='hd'/>"))
    assert (order, disks) == (None, None)
    assert notes == ["a machine boots from its hard disk anyhow; not written"]
    assert write(describe("<boot dev='hd'/>"), context=SHOWN) == ("hdd", "scsi0:0,scsi0:1", [])


@pytest.mark.parametrize(
    ("xml", "version", "text"),
    [
        (describe("<boot dev='network'/>"), 4, "ESX before 4.1 does not look"),
        (describe("<boot dev='hd'/>", ("<boot order='1'/>",)), 14, "left out, since devices say by themselves"),
        (
            describe(disks=("<boot order='1'/>", "<boot order='3'/>"), cards=("<boot order='2'/>",)),
            14,
            "VMware boots from all of 'hdd' in turn: 'sdb' comes earlier",
        ),
        (describe("<boot dev='cdrom'/><boot dev='hd'/>", ("",) * 9), 14, "from 8 hard disks only, not from 9"),
        (
            describe(cards=tuple(f"<boot order='{at}'/>" for at in range(1, 7))),
            14,
            "from 5 network cards only, not from 6",
        ),
    ],
)
def test_what_vmware_does_otherwise_is_told(xml: str, version: int, text: str) -> None:
    assert any(text in note for note in write(xml, version=version)[2])


@pytest.mark.parametrize(
    ("boot", "message"),
    [
        ("<boot dev='usb'/>", "Invalid value for attribute 'dev' in element 'boot': 'usb'."),
        ("<boot/>", "Missing required attribute 'dev' in element 'boot'"),
    ],
)
def test_wrong_kinds_are_refused_in_libvirts_words(boot: str, message: str) -> None:
    with pytest.raises(XmlError) as caught:
        parse_domain(describe(boot))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("boot", "message"),
    [
        ("<boot order='0'/>", "Invalid value for attribute 'order' in element 'boot': Zero is not permitted"),
        ("<boot/>", "Missing required attribute 'order' in element 'boot'"),
    ],
)
def test_wrong_places_are_refused_in_libvirts_words(boot: str, message: str) -> None:
    for xml in (describe(disks=(boot,)), describe(cards=(boot,))):
        with pytest.raises(XmlError) as caught:
            parse_domain(xml)
        assert str(caught.value) == message


@pytest.mark.parametrize(
    "lines",
    [
        ['bios.bootOrder = "cdrom,hdd"', 'bios.hddOrder = "scsi0:0"'],
        ['bios.bootOrder = "CDROM"'],
        ['bios.bootOrder = "ethernet1,usb,hdd"', 'bios.hddOrder = "scsi0:1,scsi9:9"'],
        ['bios.hddOrder = "scsi0:1"'],
        [],
    ],
)
def test_in_place(lines: list[str]) -> None:
    """The same XML leaves the file as it is; another order is written; none takes it out."""
    file = HEAD + DEVICES + "".join(f"{line}\n" for line in lines)
    xml = format_domain(to_domain(file, SHOWN))
    assert str(redefine(file, parse_domain(xml), SHOWN)) == file
    assert to_xml(from_xml(xml, virtual_hw_version=14), context=SHOWN) == xml
    domain = to_domain(file, SHOWN)
    domain.os.boot = ["network", "cdrom"]
    for disk in domain.disks:
        disk.boot_order = None
    for card in domain.interfaces:
        card.boot_order = None
    changed = redefine(file, domain, SHOWN)
    assert changed["bios.bootOrder"] == "ethernet0,cdrom"
    assert "bios.hddOrder" not in changed
    assert to_domain(changed, SHOWN).os.boot == ["network", "cdrom"]
    domain.os.boot = []
    assert not any(key.startswith("bios.") for key in redefine(changed, domain, SHOWN))


def test_an_order_that_is_not_shown_stays() -> None:
    file = HEAD + DEVICES + 'bios.bootOrder = "ethernet1,hdd"\n'
    assert str(redefine(file, parse_domain(to_xml(file)))) == file


def test_the_loader_of_another_hypervisor_is_no_obstacle() -> None:
    xml = case("xml/14-ovmf-loader.xml").decode()
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=14))["bios.bootOrder"] == "ethernet0"
