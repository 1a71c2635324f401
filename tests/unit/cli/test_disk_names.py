"""Which disk of a domain a name means, where SCSI and SATA disks have the same targets."""

import pytest
from lxml import etree

from esxvirt.cli.commands.domain.disk_names import find_disk, named_disks, target_and_bus
from esxvirt.cli.failures import Failed

DISK = (
    "<disk device='{device}'>{source}<target dev='{target}' bus='{bus}'/>"
    "<address type='drive' controller='{place[0]}' bus='{place[1]}' target='0' unit='{place[2]}'/></disk>"
)


def disk(target: str, bus: str, place: str, source: str = "", device: str = "disk") -> str:
    shown = f"<source file='{source}'/>" if source else ""
    return DISK.format(device=device, source=shown, target=target, bus=bus, place=place.split("."))


ROOT = etree.fromstring(
    "<domain><devices>"
    + disk("sda", "scsi", "0.0.0", "[ds] a/a.vmdk")
    + disk("sda", "sata", "0.0.0", "[ds] a/b.vmdk")
    + disk("sdb", "sata", "0.0.1", device="cdrom")
    + disk("sdp", "scsi", "1.0.0", "[ds] a/c.vmdk")
    + disk("hdc", "ide", "0.1.0", "[ds] a.iso", device="cdrom")
    + disk("nvme0n2", "nvme", "0.0.1", "[ds] a/d.vmdk")
    + disk("fda", "fdc", "0.0.0", device="floppy")
    + disk("fdb", "fdc", "0.0.1", device="floppy")
    + "</devices></domain>"
)


def place(found: object) -> str:
    target = found.find("target")  # type: ignore[attr-defined]
    return f"{target.get('bus')} {target.get('dev')}"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("scsi:sda", "scsi sda"),
        ("sata:sda", "sata sda"),
        ("scsi0:0", "scsi sda"),
        ("sata0:0", "sata sda"),
        ("scsi:0.0.0", "scsi sda"),
        ("sata:0.0.0", "sata sda"),
        ("sata:00.00.00", "sata sda"),
        ("[ds] a/b.vmdk", "sata sda"),
        ("sdb", "sata sdb"),
        ("sata:0.0.1", "sata sdb"),
        ("scsi1:0", "scsi sdp"),
        ("scsi:1.0.0", "scsi sdp"),
        ("hdc", "ide hdc"),
        ("ide1:0", "ide hdc"),
        ("ide:0.1.0", "ide hdc"),
        ("nvme0:1", "nvme nvme0n2"),
        ("nvme:nvme0n2", "nvme nvme0n2"),
        ("floppy1", "fdc fdb"),
        ("fdc:fda", "fdc fda"),
    ],
)
def test_a_name_is_of_one_disk(name: str, expected: str) -> None:
    assert place(find_disk(ROOT, name, changeable=False)) == expected


@pytest.mark.parametrize("changeable", [False, True])
@pytest.mark.parametrize("name", ["sdc", "scsi:sdb", "sata:sdp", "scsi0:5", "sata:9.0.0", "usb:sda", "floppy9", "sda "])
def test_a_name_of_none(name: str, changeable: bool) -> None:
    with pytest.raises(Failed, match="No disk found whose source path or target is"):
        find_disk(ROOT, name, changeable=changeable)


def test_a_target_of_two_is_refused_and_the_message_says_how_to_say_which() -> None:
    with pytest.raises(Failed) as caught:
        find_disk(ROOT, "sda", changeable=False)
    assert str(caught.value) == (
        "There are 2 disks with target 'sda': say which by its bus, 'scsi:sda' ([ds] a/a.vmdk), 'sata:sda' "
        "([ds] a/b.vmdk)"
    )
    with pytest.raises(Failed, match="No disk found"):  # neither has a medium that could change
        find_disk(ROOT, "sda", changeable=True)


def test_a_source_may_be_of_several() -> None:
    root = etree.fromstring(f"<d>{disk('hda', 'ide', '0.0.0', '/x.iso')}{disk('sda', 'sata', '0.0.0', '/x.iso')}</d>")
    assert [place(found) for found in named_disks(root, "/x.iso")] == ["ide hda", "sata sda"]


@pytest.mark.parametrize("name", ["scsi0:7", "scsi4:0", "sata0:99"])
def test_places_that_there_are_not(name: str) -> None:
    with pytest.raises(Failed):
        find_disk(ROOT, name, changeable=False)


@pytest.mark.parametrize(
    ("name", "bus", "expected"),
    [
        ("sdb", None, ("sdb", None)),
        ("sdb", "sata", ("sdb", "sata")),
        ("sata:sdb", None, ("sdb", "sata")),
        ("sata:sdb", "sata", ("sdb", "sata")),
        ("sata0:1", None, ("sdb", "sata")),
        ("scsi0:8", None, ("sdh", "scsi")),
        ("ide1:1", "ide", ("hdd", "ide")),
        ("nvme1:0", None, ("nvme1n1", "nvme")),
    ],
)
def test_new_disks(name: str, bus: str | None, expected: tuple[str, str | None]) -> None:
    assert target_and_bus(name, bus) == expected


def test_a_new_disk_on_two_buses() -> None:
    with pytest.raises(Failed, match="is on the bus 'sata', and --targetbus says 'scsi'"):
        target_and_bus("sata:sdb", "scsi")
