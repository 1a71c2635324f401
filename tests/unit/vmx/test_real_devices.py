"""Devices as real files have them: both directions, and what a change of the machine leaves of them."""

import pytest

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.records import replace
from esxvirt.vmx import Report, VmxContext, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import parse_domain

HEAD = 'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\nguestOS = "other-64"\nmemsize = "64"\n'


def there_and_back(lines: str) -> VmxFile:
    """The machine made anew of its XML; which is the same again."""
    xml = to_xml(HEAD + lines)
    written = from_xml(xml, virtual_hw_version=14)
    assert to_xml(written).replace("<uuid>0", "") == xml.replace("<uuid>0", "")
    return VmxFile.parse(written)


def notes_of(lines: str) -> list[str]:
    report = Report()
    to_xml(HEAD + lines, report=report)
    return [f"{note.key}: {note.text}" for note in report]


def changed(lines: str) -> str:
    """What a file becomes when somebody edits the machine's XML: it gets more memory, and keeps all else."""
    xml = to_xml(HEAD + lines)
    domain = parse_domain(xml.replace(">65536<", ">131072<"))
    return str(redefine(HEAD + lines, domain)).replace('memsize = "128"', 'memsize = "64"').removeprefix(HEAD)


# CD-ROM drives of the host

DRIVES = [
    ("cdrom-raw", {}, "lun", None, True),
    ("cdrom-raw", {"fileName": ""}, "lun", None, True),
    ("cdrom-raw", {"fileName": "emptyBackingString"}, "lun", None, True),
    ("cdrom-raw", {"fileName": "auto detect"}, "lun", None, True),
    ("cdrom-raw", {"autodetect": "TRUE"}, "lun", None, True),
    ("cdrom-raw", {"autodetect": "TRUE", "fileName": "auto detect"}, "lun", None, True),
    ("cdrom-raw", {"autodetect": "TRUE", "fileName": "D:"}, "lun", "D:", True),
    ("cdrom-raw", {"fileName": "/dev/sr0"}, "lun", "/dev/sr0", False),
    ("cdrom-raw", {"autodetect": "FALSE", "fileName": "/dev/sr0"}, "lun", "/dev/sr0", False),
    ("atapi-cdrom", {}, "cdrom", None, False),
    ("atapi-cdrom", {"fileName": ""}, "cdrom", None, False),
    ("atapi-cdrom", {"fileName": "emptyBackingString"}, "cdrom", None, False),
    ("atapi-cdrom", {"fileName": "auto detect"}, "cdrom", None, True),
    ("atapi-cdrom", {"autodetect": "TRUE"}, "cdrom", None, True),
    ("atapi-cdrom", {"autodetect": "TRUE", "fileName": ""}, "cdrom", None, True),
    ("atapi-cdrom", {"autodetect": "TRUE", "fileName": "/dev/sr0"}, "cdrom", "/dev/sr0", True),
    ("atapi-cdrom", {"fileName": "/dev/sr0"}, "cdrom", "/dev/sr0", False),
]


@pytest.mark.parametrize("slot", ["ide1:0", "sata0:1", "scsi0:3"])
@pytest.mark.parametrize(("kind", "more", "device", "source", "optional"), DRIVES)
def test_drives_of_the_host(
    slot: str, kind: str, more: dict[str, str], device: str, source: str | None, optional: bool
) -> None:
    lines = f'{slot.partition(":")[0]}.present = "TRUE"\n{slot}.present = "TRUE"\n{slot}.deviceType = "{kind}"\n'
    lines += "".join(f'{slot}.{key} = "{value}"\n' for key, value in more.items())
    disk = to_domain(HEAD + lines).disks[0]
    assert (disk.device, disk.type, disk.source) == (device, "block", source)
    assert disk.startup_policy == ("optional" if optional else None)
    written = there_and_back(lines)
    assert written[f"{slot}.deviceType"] == kind
    assert written.get(f"{slot}.autodetect") == ("true" if optional else None)
    assert written.get(f"{slot}.fileName") == (source or ("auto detect" if optional else None))
    assert changed(lines) == lines


def test_a_raw_drive_of_which_nothing_is_said_is_noted() -> None:
    lines = 'ide1:0.present = "TRUE"\nide1:0.deviceType = "cdrom-raw"\n'
    assert notes_of(lines) == ["ide1:0.present: no drive of the host is named; it is any that there is"]
    assert "<source" not in to_xml(HEAD + lines, strict=True)


def test_autodetect_says_nothing_of_an_image() -> None:
    lines = 'ide1:0.present = "TRUE"\nide1:0.deviceType = "cdrom-image"\nide1:0.fileName = "a.iso"\n'
    lines += 'ide1:0.autodetect = "TRUE"\n'
    assert to_domain(HEAD + lines).disks[0].startup_policy is None
    assert changed(lines) == lines


# Devices of the host


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("00000:003:16.1", ("0x0000", "0x03", "0x10", "0x1")),
        ("00000:003:00.0", ("0x0000", "0x03", "0x00", "0x0")),
        ("00010:255:31.7", ("0x000a", "0xff", "0x1f", "0x7")),
        ("003:16.1", ("0x0000", "0x03", "0x10", "0x1")),
        ("12:00.0", ("0x0000", "0x0c", "0x00", "0x0")),
        ("0:66:0.0", ("0x0000", "0x42", "0x00", "0x0")),
    ],
)
def test_a_place_of_a_pci_device_is_decimal(written: str, address: tuple[str, ...]) -> None:
    lines = f'pciPassthru0.present = "TRUE"\npciPassthru0.id = "{written}"\n'
    domain, bus, slot, function = address
    assert f"<address domain='{domain}' bus='{bus}' slot='{slot}' function='{function}'/>" in to_xml(HEAD + lines)
    numbers = [int(part, 16) for part in address]
    back = f"{numbers[0]:05d}:{numbers[1]:03d}:{numbers[2]:02d}.{numbers[3]}"
    assert there_and_back(lines)["pciPassthru0.id"] == back
    assert changed(lines) == lines
    assert notes_of(lines) == []


@pytest.mark.parametrize("written", ["00000:256:00.0", "00000:003:32.0", "70000:003:00.0", "x", "3", "00000:003:00.8"])
def test_a_place_that_cannot_be_is_noted(written: str) -> None:
    lines = f'pciPassthru0.present = "TRUE"\npciPassthru0.id = "{written}"\n'
    assert to_domain(HEAD + lines).host_devices == []
    (note,) = notes_of(lines)
    assert note.startswith("pciPassthru0.id: ")
    assert note.endswith("the device is left out")


def test_letters_in_a_place_are_a_guess() -> None:
    lines = 'pciPassthru0.present = "TRUE"\npciPassthru0.id = "0000:AF:00.0"\n'
    assert "bus='0xaf'" in to_xml(HEAD + lines)
    assert notes_of(lines) == ["pciPassthru0.id: VMware writes decimal numbers; '0000:AF:00.0' is read as 0000:af:00.0"]


@pytest.mark.parametrize(
    ("lines", "what"),
    [
        ('vgpu = "grid_p40-8q"', "a share of a graphics card (vGPU, profile 'grid_p40-8q')"),
        ('virtualDev = "vmiop"', "a share of a graphics card (vGPU)"),
        (
            'allowedDevices = "0x10de:0x20f1"',
            "any free device of the host of '0x10de:0x20f1' (dynamic DirectPath I/O)",
        ),
        ('customLabel = "Training"', "any free device of the host of 'Training' (dynamic DirectPath I/O)"),
        ('pfId = "00000:003:00.0"', "a network card by SR-IOV whose function the host chooses"),
        ('deviceId = "0x1b38"', "a device of the host whose place is not said"),
    ],
)
def test_other_devices_of_the_host_are_named(lines: str, what: str) -> None:
    lines = f'pciPassthru0.present = "TRUE"\npciPassthru0.{lines}\n'
    assert f"pciPassthru0.present: {what}, for which the XML has no word; left out" in notes_of(lines)
    assert "<hostdev" not in to_xml(HEAD + lines)
    assert changed(lines) == lines


def test_devices_of_the_host_keep_their_numbers() -> None:
    vgpu = 'pciPassthru0.present = "TRUE"\npciPassthru0.vgpu = "grid_p40-8q"\n'
    first = 'pciPassthru2.present = "TRUE"\npciPassthru2.id = "003:16.1"\npciPassthru2.deviceId = "0x1"\n'
    second = 'pciPassthru4.present = "TRUE"\npciPassthru4.id = "00000:004:00.0"\npciPassthru4.deviceId = "0x2"\n'
    text = HEAD + vgpu + first + second
    domain = to_domain(text)
    added = parse_domain(to_xml(text)).host_devices[0]
    assert added.pci is not None
    added.pci.bus = 9
    domain.host_devices = [added, domain.host_devices[1]]
    made = 'pciPassthru1.present = "true"\npciPassthru1.id = "00000:009:16.1"\n'
    assert str(redefine(text, domain)) == HEAD + vgpu + second + made


# Sharing

SHARED = """\
scsi0.present = "TRUE"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "root.vmdk"
scsi1.present = "TRUE"
scsi1.virtualDev = "pvscsi"
scsi1.sharedBus = "physical"
scsi1:0.present = "TRUE"
scsi1:0.fileName = "data.vmdk"
scsi1:0.sharing = "multi-writer"
scsi1:1.present = "TRUE"
scsi1:1.fileName = "more.vmdk"
scsi1:1.sharing = "none"
"""


@pytest.mark.parametrize("hardware", ["4", "10", "14", "21"])
def test_disks_and_controllers_stay_shared(hardware: str) -> None:
    text = HEAD.replace('"14"', f'"{hardware}"') + SHARED
    domain = to_domain(text)
    assert [disk.shareable for disk in domain.disks] == [False, True, False]
    xml = to_xml(text)
    written = VmxFile.parse(from_xml(xml, virtual_hw_version=int(hardware)))
    for key in ("scsi0.virtualDev", "scsi1.virtualDev", "scsi1.sharedBus", "scsi1:0.sharing"):
        assert written.get(key) == VmxFile.parse(text).get(key)
    assert "scsi0.sharedBus" not in written
    assert "scsi1:1.sharing" not in written
    assert "esxvirt.metadata" not in written
    assert to_xml(str(written) + 'uuid.bios = ""\n') == xml
    assert changed(SHARED) == SHARED


@pytest.mark.parametrize("bus", ["sata0:0", "ide0:0", "nvme0:0", "scsi0:0"])
def test_a_disk_may_be_shared_on_any_bus(bus: str) -> None:
    lines = f'{bus.partition(":")[0]}.present = "TRUE"\n{bus}.present = "TRUE"\n{bus}.fileName = "a.vmdk"\n'
    lines += f'{bus}.sharing = "Multi-Writer"\n'
    assert there_and_back(lines)[f"{bus}.sharing"] == "multi-writer"
    assert changed(lines) == lines


def test_sharing_is_switched_on_and_off() -> None:
    domain = to_domain(HEAD + SHARED)
    domain.disks[0].shareable, domain.disks[1].shareable = True, False
    file = redefine(HEAD + SHARED, domain)
    assert file["scsi0:0.sharing"] == "multi-writer"
    assert "scsi1:0.sharing" not in file


def test_other_ways_of_sharing_are_noted() -> None:
    lines = SHARED.replace('"physical"', '"something"').replace('"multi-writer"', '"other"')
    assert "scsi1.sharedBus: 'something' is no way to share a controller; left out" in notes_of(lines)
    assert "scsi1:0.sharing: the XML has no word for the sharing 'other'; left out" in notes_of(lines)
    assert changed(lines) == lines


def test_a_shared_bus_stays_unless_the_xml_says_that_it_does_not() -> None:
    xml = to_xml(HEAD + SHARED)
    start, end = xml.index("  <metadata>"), xml.index("</metadata>\n") + len("</metadata>\n")
    silent = parse_domain(xml[:start] + xml[end:])
    assert str(redefine(HEAD + SHARED, silent)) == HEAD + SHARED
    no = parse_domain(xml.replace('sharedBus="physical"', 'sharedBus="none"'))
    assert "scsi1.sharedBus" not in redefine(HEAD + SHARED, no)


def test_what_others_keep_in_the_metadata_stays_there() -> None:
    lines = SHARED + 'esxvirt.metadata = "<a:x xmlns:a=|22urn:a|22/>"\n'
    xml = to_xml(HEAD + lines)
    assert '<a:x xmlns:a="urn:a"/>' in xml
    assert "sharedBus" in xml
    assert there_and_back(lines)["esxvirt.metadata"] == "<a:x xmlns:a=|22urn:a|22/>"
    assert changed(lines) == lines


def test_what_metadata_of_ours_cannot_say_is_left_alone() -> None:
    wrong = "<devices xmlns='urn:esxvirt:devices:1.0'><scsi index='x' sharedBus='virtual'/><scsi/></devices>"
    xml = to_xml(HEAD + SHARED)
    start, end = xml.index("<metadata>"), xml.index("</metadata>")
    written = from_xml(f"{xml[:start]}<metadata>{wrong}{xml[end:]}", virtual_hw_version=14)
    assert "sharedBus" not in written
    assert "esxvirt.metadata" not in written


def test_controllers_of_one_model_need_no_word() -> None:
    lines = SHARED.replace('"lsilogic"', '"pvscsi"').replace('scsi1.sharedBus = "physical"\n', "")
    assert "index='1'" not in to_xml(HEAD + lines)
    assert there_and_back(lines)["scsi1.virtualDev"] == "pvscsi"


def test_a_new_device_takes_over_nothing_of_one_that_is_not_shown() -> None:
    lines = 'ide1:0.present = "TRUE"\nide1:0.clientDevice = "TRUE"\nide1:0.deviceType = "cdrom-raw"\n'
    domain = to_domain(HEAD + lines)
    other = 'ide1:0.present = "TRUE"\nide1:0.deviceType = "cdrom-image"\nide1:0.fileName = "a.iso"\n'
    domain.disks = to_domain(HEAD + other).disks
    file = redefine(HEAD + lines, domain)
    assert "ide1:0.clientDevice" not in file
    assert to_domain(file).disks == domain.disks


# Disks on USB

USB = """\
usb.present = "TRUE"
ehci.present = "TRUE"
usb_xhci.present = "TRUE"
usb_xhci.pciSlotNumber = "192"
usb_xhci:4.present = "TRUE"
usb_xhci:4.deviceType = "disk"
usb_xhci:4.fileName = "opencore.vmdk"
usb_xhci:4.mode = "persistent"
usb_xhci:4.port = "4"
ehci:0.present = "TRUE"
ehci:0.deviceType = "disk"
ehci:0.fileName = "key.vmdk"
ehci:0.readonly = "TRUE"
usb:0.present = "TRUE"
usb:0.deviceType = "hid"
usb:0.port = "0"
usb:1.present = "TRUE"
usb:1.deviceType = "hub"
usb:2.present = "TRUE"
usb:2.deviceType = "disk"
usb:2.fileName = "third.vmdk"
"""
EVERY = VmxContext(all_devices=True)


def test_disks_on_usb() -> None:
    xml = to_xml(HEAD + USB)
    for name, port in (("sda", "<address type='usb' bus='0' port='3'/>"), ("sdc", "bus='2' port='5'/>")):
        assert f"<target dev='{name}' bus='usb'/>" in xml
        assert port in xml
    models = ("piix3-uhci", "ehci", "nec-xhci")
    for index, model in enumerate(models):
        assert f"<controller type='usb' index='{index}' model='{model}'/>" in xml
    written = there_and_back(USB)
    for slot, file in (("usb_xhci:4", "opencore"), ("ehci:0", "key"), ("usb:2", "third")):
        assert written[f"{slot}.present"] == "true"
        assert written[f"{slot}.deviceType"] == "disk"
        assert written[f"{slot}.fileName"].endswith(f"{file}.vmdk")
    assert written["ehci:0.readonly"] == "true"
    assert "usb:2.readonly" not in written
    assert changed(USB) == USB
    assert notes_of(USB) == []


def test_disks_on_usb_are_the_same_with_all_devices() -> None:
    xml = to_xml(HEAD + USB, context=EVERY)
    assert to_xml(from_xml(xml, virtual_hw_version=14, context=EVERY), context=EVERY) == xml
    assert str(redefine(HEAD + USB, parse_domain(xml), EVERY)) == HEAD + USB


def test_controllers_without_disks_are_left_out_as_before() -> None:
    lines = 'usb.present = "TRUE"\nehci.present = "TRUE"\nusb_xhci.present = "TRUE"\n'
    disk = 'usb_xhci:1.present = "TRUE"\nusb_xhci:1.deviceType = "disk"\nusb_xhci:1.fileName = "a.vmdk"\n'
    assert "type='usb'" not in to_xml(HEAD + lines)
    assert notes_of(lines + disk) == [
        "usb.present: left out, as libvirt does",
        "ehci.present: left out, as libvirt does",
    ]
    assert "bus='0' port='2'" in to_xml(HEAD + lines + disk)
    assert changed(lines + disk) == lines + disk


def test_what_is_no_disk_on_usb_is_named() -> None:
    lines = 'usb.present = "TRUE"\nusb:0.present = "TRUE"\nusb:0.deviceType = "{}"\nusb:0.path = "x"\n'
    with_disk = 'usb:3.present = "TRUE"\nusb:3.deviceType = "disk"\nusb:3.fileName = "a.vmdk"\n'
    expected = "usb:0.present: a USB device of the kind 'generic' has no place in the XML; left out"
    assert notes_of(lines.format("generic") + with_disk) == [expected]
    assert notes_of(lines.format("hub") + with_disk) == []


def test_a_disk_on_usb_without_its_controller_is_noted() -> None:
    lines = 'ehci:0.present = "TRUE"\nehci:0.deviceType = "disk"\nehci:0.fileName = "a.vmdk"\n'
    assert notes_of(lines) == ["ehci:0.present: what it is attached to is not there; left out"]
    assert changed(lines) == lines


USB_XML = """\
<domain type='vmware'><name>m</name><memory>65536</memory><os><type arch='x86_64'>hvm</type></os><devices>
{disks}{controllers}</devices></domain>
"""


def usb_xml(*disks: str, controllers: str = "") -> VmxFile:
    made = "".join(
        f"<disk type='file' device='disk'><source file='/{number}.vmdk'/><target dev='sd{chr(97 + number)}' bus='usb'/>"
        f"{address}</disk>\n"
        for number, address in enumerate(disks)
    )
    text = from_xml(USB_XML.format(disks=made, controllers=controllers), virtual_hw_version=14)
    return VmxFile.parse(text)


@pytest.mark.parametrize(
    "pair",
    [
        "nec-xhci: usb_xhci", "qemu-xhci: usb_xhci", "ich9-ehci1: ehci", "ehci: ehci", "piix3-uhci: usb",
        "piix4-uhci: usb", "ich9-uhci2: usb", "pci-ohci: usb",
    ],
)  # fmt: skip
def test_each_model_of_usb_controller_has_one_of_vmware(pair: str) -> None:
    model, _, name = pair.partition(": ")
    controllers = f"<controller type='usb' index='0' model='{model}'/>"
    file = usb_xml("<address type='usb' bus='0' port='1'/>", controllers=controllers)
    assert file[f"{name}.present"] == "true"
    assert file[f"{name}:0.fileName"] == "/0.vmdk"


def test_disks_on_usb_without_a_place_get_one() -> None:
    file = usb_xml("", "<address type='usb' bus='0' port='1'/>", "<address type='usb' bus='0' port='1.2'/>", "")
    places = {file[f"usb_xhci:{unit}.fileName"] for unit in range(4)}
    assert file["usb_xhci:0.fileName"] == "/1.vmdk"
    assert places == {"/0.vmdk", "/1.vmdk", "/2.vmdk", "/3.vmdk"}
    assert file["usb_xhci.present"] == "true"


def test_a_new_disk_on_usb_goes_where_nothing_is() -> None:
    domain = to_domain(HEAD + USB)
    added = replace(domain.disks[-1], target="sdx", source="/new.vmdk", address=None)
    domain.disks.append(added)
    file = redefine(HEAD + USB, domain)
    assert file["usb_xhci:0.fileName"] == "/new.vmdk"
    domain.disks = domain.disks[:1]
    file = redefine(HEAD + USB, domain)
    assert "usb_xhci:4.present" not in file
    assert "usb_xhci:4.port" not in file
    assert file["usb:2.fileName"] == "third.vmdk"
    assert file["usb:1.deviceType"] == "hub"


def test_strict_has_no_disks_on_usb() -> None:
    assert "usb" not in to_xml(HEAD + USB, strict=True)
    xml = to_xml(HEAD + USB)
    with pytest.raises(ConfigUnsupportedError, match="Unsupported disk address type 'usb'"):
        from_xml(xml, virtual_hw_version=14, strict=True)


# Floppy drives of the host


@pytest.mark.parametrize(
    ("more", "source", "optional"),
    [
        ({"fileType": "device", "fileName": "auto detect"}, None, True),
        ({"fileType": "device", "fileName": "A:", "autodetect": "TRUE"}, "A:", True),
        ({"fileType": "device", "autodetect": "TRUE"}, None, True),
        ({"fileType": "device", "fileName": "/dev/fd0"}, "/dev/fd0", False),
        ({"fileType": "device"}, None, False),
        ({"fileType": "device", "fileName": ""}, None, False),
        ({"autodetect": "TRUE"}, None, True),
    ],
)
def test_floppy_drives_of_the_host(more: dict[str, str], source: str | None, optional: bool) -> None:
    lines = 'floppy0.present = "TRUE"\n' + "".join(f'floppy0.{key} = "{value}"\n' for key, value in more.items())
    disk = to_domain(HEAD + lines).disks[0]
    assert (disk.type, disk.source, disk.startup_policy) == ("block", source, "optional" if optional else None)
    written = there_and_back(lines)
    assert written["floppy0.fileType"] == "device"
    assert written.get("floppy0.autodetect") == ("true" if optional else None)
    assert changed(lines).startswith(lines)


def test_a_floppy_drive_that_may_be_missing_is_one_of_the_host_as_for_libvirt() -> None:
    drive = "<disk type='block' device='floppy'><source startupPolicy='optional'/><target dev='fda' bus='fdc'/></disk>"
    lines = from_xml(USB_XML.format(disks=drive, controllers=""), virtual_hw_version=8, strict=True)
    assert 'floppy0.fileType = "device"\nfloppy1.present' in lines
