"""What files of many people's machines showed: devices that were lost without a line, and lines that told nothing."""

import pytest

from esxvirt.vmx import Report, VmxContext, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.vmx.bookkeeping import is_silent
from esxvirt.xml.domain import parse_domain

HEAD = 'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\nguestOS = "other-64"\nmemsize = "64"\n'
ALL = VmxContext(all_devices=True)
CARD = 'ethernet0.present = "TRUE"\nethernet0.networkName = "n"\nethernet0.connectionType = "bridged"\n'
NSX = (
    'ethernet{0}.present = "TRUE"\nethernet{0}.opaqueNetwork.id = "{1}"\n'
    'ethernet{0}.opaqueNetwork.type = "nsx.LogicalSwitch"\nethernet{0}.addressType = "static"\n'
    'ethernet{0}.address = "00:50:56:00:00:0{0}"\n'
)


def told(lines: str, context: VmxContext | None = None, *, strict: bool = False) -> list[str]:
    report = Report()
    to_xml(HEAD + lines, context=context, report=report, strict=strict)
    return [f"{note.key}: {note.text}" for note in report]


def has(notes: list[str], key: str, words: str) -> bool:
    return any(note.startswith(f"{key}: ") and words in note for note in notes)


def again(lines: str, context: VmxContext | None = None) -> tuple[str, str]:
    """Return the XML of a machine, and that of the machine made of it."""
    xml = to_xml(HEAD + lines, context=context)
    return xml, to_xml(from_xml(xml, virtual_hw_version=14, context=context), context=context)


# MAC addresses without a kind


def test_an_address_set_by_hand_without_a_type_is_static() -> None:
    lines = f'{CARD}ethernet0.address = "00:50:56:00:00:03"\n'
    first, second = again(lines)
    assert "<mac address='00:50:56:00:00:03' type='static'/>" in first
    assert first == second
    assert has(told(lines), "ethernet0.address", "static")
    assert "<mac address='00:00:00:00:00:00'/>" in to_xml(HEAD + lines, strict=True)
    assert str(redefine(HEAD + lines, to_domain(HEAD + lines))) == HEAD + lines


@pytest.mark.parametrize(
    ("lines", "mac"),
    [
        ('ethernet0.generatedAddress = "00:0c:29:00:00:01"\n', "<mac address='00:0c:29:00:00:01'/>"),
        (
            'ethernet0.generatedAddress = "00:0c:29:00:00:01"\nethernet0.address = "00:50:56:00:00:03"\n',
            "<mac address='00:0c:29:00:00:01'/>",
        ),
        ('ethernet0.address = ""\n', "<mac address='00:00:00:00:00:00'/>"),
        ("", "<mac address='00:00:00:00:00:00'/>"),
        (
            'ethernet0.addressType = "generated"\nethernet0.address = "00:50:56:00:00:03"\n',
            "<mac address='00:00:00:00:00:00' type='generated'/>",
        ),
    ],
)
def test_other_addresses_are_what_libvirt_says(lines: str, mac: str) -> None:
    assert mac in to_xml(HEAD + CARD + lines)


# Networks


def test_a_network_of_nsx_stays_when_its_own_xml_is_defined() -> None:
    text = HEAD + NSX.format(0, "one") + NSX.format(1, "two")
    assert str(redefine(text, parse_domain(to_xml(text)))) == text
    changed = redefine(text, parse_domain(to_xml(text).replace("bridge='one'", "bridge='VM Network'")))
    assert "ethernet0.opaqueNetwork.id" not in changed
    assert changed["ethernet0.networkName"] == "VM Network"
    assert changed["ethernet1.opaqueNetwork.id"] == "two"


def test_the_network_of_a_card_behind_nat_is_told() -> None:
    nat = 'ethernet0.present = "TRUE"\nethernet0.connectionType = "nat"\n'
    assert has(told(f'{nat}ethernet0.networkName = "n"\n'), "ethernet0.networkName", "'n'")
    assert told(nat) == []


# Drives


@pytest.mark.parametrize(
    ("lines", "is_told"),
    [
        ('floppy0.fileName = "a.flp"\n', True),
        ('floppy0.fileName = "/dev/fd0"\nfloppy0.startConnected = "FALSE"\n', True),
        ('floppy0.fileName = "a.flp"\nfloppy0.present = "FALSE"\n', False),
        ('floppy0.fileName = ""\n', False),
        ('floppy0.fileName = "vmware-null-remote-floppy"\nfloppy0.clientDevice = "TRUE"\n', False),
        ('floppy1.fileName = "a.flp"\n', False),
    ],
)
def test_a_floppy_drive_that_vmware_has_unsaid(lines: str, is_told: bool) -> None:
    assert has(told(lines), "floppy0.fileName", "VMware has the drive") == is_told
    assert told(lines, strict=True) == []


def test_a_disk_on_the_last_of_64_units_is_defined_again() -> None:
    lines = (
        'scsi1.present = "TRUE"\nscsi1.virtualDev = "pvscsi"\n'
        'scsi1:63.present = "TRUE"\nscsi1:63.fileName = "a.vmdk"\nscsi1:63.deviceType = "scsi-hardDisk"\n'
    )
    assert str(redefine(HEAD + lines, parse_domain(to_xml(HEAD + lines)))) == HEAD + lines
    assert has(told(lines), "scsi1:63.present", "the XML cannot tell the unit")


@pytest.mark.parametrize("controller", ["usb", "usb_xhci", "none"])
@pytest.mark.parametrize("context", [None, ALL])
def test_a_usb_device_of_the_host_is_told(controller: str, context: VmxContext | None) -> None:
    lines = f'{controller}.present = "TRUE"\nusb.autoConnect.device0 = "path:1/2/0 autoclean:1"\n'
    assert has(told(lines, context), "usb.autoConnect.device0", "'path:1/2/0 autoclean:1'")
    assert not has(told('usb.autoConnect.device0 = ""\n', context), "usb.autoConnect.device0", "")


def test_folders_that_are_switched_off_say_what_does_so() -> None:
    folder = (
        'sharedFolder.maxNum = "1"\nsharedFolder0.present = "TRUE"\nsharedFolder0.enabled = "TRUE"\n'
        'sharedFolder0.readAccess = "TRUE"\nsharedFolder0.writeAccess = "TRUE"\nsharedFolder0.hostPath = "/a"\n'
        'sharedFolder0.guestName = "a"\nsharedFolder0.expiration = "never"\n'
    )
    (note,) = told(folder)
    assert note.startswith("sharedFolder0.present: ")
    assert "isolation.tools.hgfs.disable" in note
    assert told(f'{folder}isolation.tools.hgfs.disable = "FALSE"\n') == []


@pytest.mark.parametrize("size", [16_384_000, 9_216_000, 83_886_080, 134_217_728])
def test_video_memory_stays_what_it_is(size: int) -> None:
    first, second = again(f'svga.vramSize = "{size}"\n')
    assert f"vram='{size // 1024}'" in first
    assert first == second


def test_libvirt_makes_a_power_of_two_of_video_memory() -> None:
    xml = to_xml(f'{HEAD}svga.vramSize = "9216000"\n')
    assert 'svga.vramSize = "16777216"' in from_xml(xml, virtual_hw_version=14, strict=True)


# Boot order


DISKS = "".join(
    f'scsi0:{unit}.present = "TRUE"\nscsi0:{unit}.fileName = "{unit}.vmdk"\nscsi0:{unit}.deviceType = "scsi-hardDisk"\n'
    for unit in range(2)
)
BOOTS = f'scsi0.present = "TRUE"\n{DISKS}{CARD.replace("ethernet0", "ethernet1")}'


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ('bios.bootOrder = "ethernet0,hdd"\n', "bios.bootOrder"),
        ('bios.bootOrder = "cdrom"\nbios.hddOrder = "scsi0:1"\n', "bios.hddOrder"),
        ('bios.bootOrder = "ethernet7"\n', "bios.bootOrder"),
    ],
)
def test_a_boot_order_of_what_is_not_there_is_told_and_stable(lines: str, key: str) -> None:
    first, second = again(BOOTS + lines, ALL)
    assert first.replace(" type='generated'", "") == second.replace(" type='generated'", "")
    assert has(told(BOOTS + lines, ALL), key, "left out")


# Lines that tell something, and lines that do not


@pytest.mark.parametrize(
    ("key", "value", "is_told"),
    [
        ("migrate.encryptionMode", "required", True),
        ("migrate.encryptionMode", "opportunistic", False),
        ("migrate.hostLog", "./m.hlog", False),
        ("snapshot.action", "autoRevert", True),
        ("snapshot.action", "keep", False),
        ("snapshot.disabled", "TRUE", True),
        ("snapshot.disabled", "FALSE", False),
        ("snapshot.maxSnapshots", "3", True),
        ("snapshot.redoNotWithParent", "TRUE", False),
        ("messageBus.tunnelEnabled", "FALSE", False),
        ("cpuid.80000001.edx", "---- ---- ---- ---- ---- ---- ---- ----", False),
        ("cpuid.80000001.edx.amd", "----:----:----:----:----:----:----:----", False),
        ("cpuid.80000001.edx", "---- ---- ---0 ---- ---- ---- ---- ----", True),
        ("ethernet0.shares", "normal", False),
        ("ethernet0.shares", "high", True),
        ("priority.grabbed", "normal", False),
        ("priority.grabbed", "high", True),
        ("hint.vmui.poweroff.soft", "FALSE", False),
        ("keyboardAndMouseProfile", "5242", False),
        ("vmx.log.keepOld", "3", False),
        ("vmci0.unrestricted", "TRUE", True),
        ("vmci0.unrestricted", "FALSE", False),
        ("pciPassthru0.deviceId", "0x1db4", False),
        ("pciPassthru0.systemId", "5c8f9a2b", False),
        ("sharedFolder0.expiration", "never", False),
        ("sharedFolder0.readAccess", "FALSE", True),
    ],
)
def test_which_keys_need_a_line(key: str, value: str, is_told: bool) -> None:
    assert is_silent(key.lower(), value) != is_told


def test_controllers_before_those_with_disks_need_no_line() -> None:
    lines = (
        'sata1.present = "TRUE"\nsata1:0.present = "TRUE"\nsata1:0.fileName = "a.vmdk"\nsata1:0.deviceType = "disk"\n'
        'scsi2.present = "TRUE"\nscsi2:0.present = "TRUE"\nscsi2:0.fileName = "b.vmdk"\n'
        'scsi2:0.deviceType = "scsi-hardDisk"\n'
    )
    report = Report()
    file = VmxFile.parse(from_xml(to_xml(HEAD + lines), virtual_hw_version=14, report=report))
    assert (file["sata1:0.present"], file["scsi2:0.present"]) == ("true", "true")
    assert [note for note in report if "controller" in note.key] == []


# Descriptions of KVM


KVM = (
    "<domain type='kvm'><name>a</name><memory>65536</memory>"
    "<os><type arch='x86_64'>hvm</type>{}</os><devices>{}</devices></domain>"
)


def adapted(os: str = "", devices: str = "") -> list[str]:
    report = Report()
    from_xml(KVM.format(os, devices), virtual_hw_version=14, adapt=True, report=report)
    return [f"{note.key}: {note.text}" for note in report]


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        ("type='direct'><source dev='eth0.1' mode='vepa'/>", "(of 'eth0.1')"),
        ("type='vdpa'><source dev='/dev/vhost-vdpa-0'/>", "(of '/dev/vhost-vdpa-0')"),
        ("type='user'>", "of the type 'user' becomes"),
    ],
)
def test_the_note_of_a_card_names_what_was_behind_it(inside: str, shown: str) -> None:
    card = f"<interface {inside}<mac address='52:54:00:00:00:01'/><model type='e1000'/></interface>"
    assert has(adapted(devices=card), "devices/interface", shown)


def test_elements_with_nothing_in_them_need_no_line() -> None:
    notes = adapted("<kernel/><initrd> </initrd><cmdline/>", "<audio id='1' type='none'/>")
    assert [note for note in notes if note.startswith(("os/", "devices/"))] == []
    assert has(adapted("<kernel>/boot/vmlinuz</kernel>"), "os/kernel", "'/boot/vmlinuz' is left out")
