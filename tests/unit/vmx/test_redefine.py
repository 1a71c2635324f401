import pytest

from esxvirt.errors import VmxError
from esxvirt.records import replace
from esxvirt.vmx import Report, VmxContext, VmxFile, redefine, to_domain
from esxvirt.vmx.reader import VmxReader
from esxvirt.vmx.registry import DEVICES
from esxvirt.xml.domain import Domain, format_domain, parse_domain
from esxvirt.xml.domain.disks import Disk
from esxvirt.xml.domain.interfaces import Interface
from tests.unit.vmx.samples import MACHINE

REAL = """\
#!/usr/bin/vmware
.encoding = "windows-1252"
config.version = "8"
virtualHW.version = "7"
displayName = "caf\u00e9"
guestOS = "rhel5-64"
memsize = "1024"
tools.syncTime = "FALSE"
scsi0.present = "TRUE"
scsi0.virtualDev = "lsilogic"
scsi0.pciSlotNumber = "16"
scsi0:0.present = "TRUE"
scsi0:0.fileName = "a.vmdk"
scsi0:0.redo = ""
sched.scsi0:0.shares = "normal"
scsi0:1.present = "TRUE"
scsi0:1.fileName = "b.vmdk"
scsi0:1.redo = ""
sched.scsi0:1.shares = "normal"
ethernet0.present = "TRUE"
ethernet0.networkName = "VM Network"
ethernet0.addressType = "generated"
ethernet0.generatedAddress = "00:0C:29:11:22:33"
ethernet0.generatedAddressOffset = "10"
ethernet0.pciSlotNumber = "32"
serial0.present = "TRUE"
serial0.fileType = "pipe"
serial0.pipe.endPoint = "server"
serial0.tryNoRxLoss = "TRUE"
serial0.fileName = "p"
"""


def machine() -> Domain:
    return to_domain(REAL)


def changes(domain: Domain) -> tuple[list[str], list[str]]:
    """The lines taken away and those added."""
    before, after = REAL.splitlines(), str(redefine(REAL, domain)).splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


def test_a_machine_that_is_the_same_leaves_the_file_the_same() -> None:
    data = REAL.encode("cp1252")
    assert redefine(data, to_domain(data)).encode() == data
    assert str(redefine(MACHINE, to_domain(MACHINE))) == MACHINE
    every = VmxContext(all_devices=True)
    assert str(redefine(MACHINE, to_domain(MACHINE, every), every)) == MACHINE


def test_a_changed_value_changes_one_line() -> None:
    domain = machine()
    domain.memory = domain.current_memory = 2097152
    assert changes(domain) == (['memsize = "1024"'], ['memsize = "2048"'])


def test_a_device_goes_with_all_its_keys() -> None:
    domain = machine()
    del domain.disks[1]
    removed, added = changes(domain)
    assert removed == [
        'scsi0:1.present = "TRUE"',
        'scsi0:1.fileName = "b.vmdk"',
        'scsi0:1.redo = ""',
        'sched.scsi0:1.shares = "normal"',
    ]
    assert added == []


# What each kind of device has that the XML does not say; of `vmx.registry`, in its order.
LEFTOVERS = {
    "Remote display": ["RemoteDisplay.vnc.webSocket.port"],
    "Disks and CD-ROM drives": ["scsi0.pciSlotNumber", "scsi0:0.redo", "sched.scsi0:0.shares", "nvme0.pciSlotNumber"],
    "Floppy drives": ["floppy0.startConnected"],
    "Shared folders": ["sharedFolder0.expiration"],
    "Network cards": ["ethernet0.pciSlotNumber", "ethernet1.wakeOnPcktRcv"],
    "Serial ports": ["serial0.hardwareFlowControl"],
    "Parallel ports": ["parallel0.bidirectional"],
    "TPM": ["vtpm.ekCSR", "vtpm.ekCRT"],
    "Devices of the host": ["pciPassthru0.deviceId", "pciPassthru0.systemId"],
    "USB controllers": ["usb.pciSlotNumber", "usb:1.speed", "ehci.pciSlotNumber", "usb_xhci:4.deviceType"],
    "Disks on USB": ["ehci:2.pciSlotNumber"],
    "Sound card": ["sound.fileName", "sound.autoDetect"],
}
LISTS = (
    "disks", "controllers", "filesystems", "interfaces", "serials", "parallels", "consoles", "tpms", "graphics",
    "sounds", "host_devices", "videos",
)  # fmt: skip
KEPT = ["svga.autodetect", "svga.present", "soundtrack.name", "pciBridge0.pciSlotNumber", "usbx.present", "scsi.note"]


def full_of_leftovers() -> str:
    keys = [key for kind in LEFTOVERS.values() for key in kind] + KEPT
    return MACHINE + "".join(f'{key} = "TRUE"\n' for key in keys)


def unordered(device: object) -> object:
    """The device, booted from or not."""
    return replace(device, boot_order=None) if isinstance(device, Disk | Interface) else device


def test_every_kind_of_device_is_tried() -> None:
    assert list(LEFTOVERS) == [kind.title for kind in DEVICES if kind.prefixes]


@pytest.mark.parametrize("title", LEFTOVERS)
def test_all_keys_of_a_device_go_with_it(title: str) -> None:
    every = VmxContext(all_devices=True)
    text = full_of_leftovers()
    domain = to_domain(text, every)
    kind = next(kind for kind in DEVICES if kind.title == title)
    alone = Domain()
    kind.read(VmxReader(VmxFile.parse(text), every, Report(), strict=False), alone)
    if title == "Disks on USB":
        alone.controllers.clear()
    for name in LISTS:
        own = getattr(alone, name)
        setattr(domain, name, [device for device in getattr(domain, name) if unordered(device) not in own])
    gone = {title}
    if title in {"USB controllers", "Disks on USB"}:
        # Which bus a disk is on depends on the controllers that were read before it.
        domain.disks = [disk for disk in domain.disks if disk.bus != "usb"]
        gone.add("Disks on USB")
    file = redefine(text, domain, every)
    for other, keys in LEFTOVERS.items():
        assert [key for key in keys if key in file] == ([] if other in gone else keys)
    assert [key for key in KEPT if key in file] == KEPT


def test_a_device_that_stays_keeps_its_keys() -> None:
    every = VmxContext(all_devices=True)
    assert str(redefine(full_of_leftovers(), to_domain(full_of_leftovers(), every), every)) == full_of_leftovers()


def test_a_device_that_the_conversion_leaves_out_keeps_its_keys() -> None:
    # But for those that have disks.
    text = "".join(line for line in full_of_leftovers().splitlines(keepends=True) if not line.startswith("ehci:2"))
    file = redefine(text, Domain(name="n"))
    for kind in ("USB controllers", "Sound card"):
        assert [key for key in LEFTOVERS[kind] if key in file] == LEFTOVERS[kind]


def test_the_display_adapter_stays() -> None:
    domain = machine()
    domain.videos.clear()
    file = redefine(REAL + 'svga.autodetect = "TRUE"\n', domain)
    assert file["svga.autodetect"] == "TRUE"


def test_a_new_device_is_added() -> None:
    domain = machine()
    domain.interfaces.append(type(domain.interfaces[0])(source="other", mac="00:50:56:00:00:01"))
    removed, added = changes(domain)
    assert removed == []
    assert 'ethernet1.networkName = "other"' in added
    assert all(line.startswith("ethernet1.") for line in added)


def test_an_optional_value_goes() -> None:
    file = redefine('config.version = "8"\nannotation = "x"\nkeep = "y"\n', Domain(name="n"))
    assert "annotation" not in file
    assert file["keep"] == "y"
    assert file["displayName"] == "n"


def test_the_file_given_is_not_changed() -> None:
    file = VmxFile.parse(REAL)
    domain = machine()
    domain.name = "other"
    assert redefine(file, domain)["displayName"] == "other"
    assert str(file) == REAL


def test_a_name_beyond_the_encoding_turns_the_file_to_utf_8() -> None:
    data = REAL.encode("cp1252")
    domain = to_domain(data)
    domain.name = "機"
    again = redefine(data, domain).encode()
    assert to_domain(again).name == "機"
    assert b"rhel5-64" in again


def test_what_is_no_vmx_file_is_refused() -> None:
    with pytest.raises(VmxError):
        redefine("", Domain(name="n"))


def test_a_card_without_an_address_stays_so() -> None:
    # Its XML has zeros, for which libvirt makes an address up: VMware does that when the machine starts.
    file = (
        'config.version = "8"\nvirtualHW.version = "8"\ndisplayName = "m"\n'
        'ethernet0.present = "TRUE"\nethernet0.networkName = "n"\n'
    )
    again = parse_domain(format_domain(to_domain(file)).replace(">32768<", ">65536<"))
    assert again.interfaces[0].mac_made_up
    changed = redefine(file, again)
    assert [key for key in changed if "ddress" in key] == []
    assert changed["memsize"] == "64"
    again.interfaces.append(replace(again.interfaces[0], source="other"))
    assert redefine(file, again)["ethernet1.generatedAddress"] == again.interfaces[1].mac


@pytest.mark.parametrize("number", ["0", "5"])
def test_ids_of_a_distributed_port_stay_as_they_are(number: str) -> None:
    file = (
        'config.version = "8"\nvirtualHW.version = "8"\ndisplayName = "m"\nethernet0.present = "TRUE"\n'
        'ethernet0.dvs.switchId = "50 34 26 b2 94 e9 3b 16-1d 68 87 bf ff 4a 54 40"\n'
        f'ethernet0.dvs.portId = "{number}"\n'
    )
    assert str(redefine(file, parse_domain(format_domain(to_domain(file))))) == file


def test_secure_boot_is_switched_on_and_off() -> None:
    file = 'config.version = "8"\nvirtualHW.version = "13"\nfirmware = "efi"\n'
    domain = to_domain(file)
    assert domain.os.firmware_features == {}
    domain.os.firmware_features = {"secure-boot": True}
    secure = str(redefine(file, domain))
    assert secure == file + 'uefi.secureBoot.enabled = "TRUE"\n'
    domain = to_domain(secure)
    assert domain.os.firmware_features == {"enrolled-keys": True, "secure-boot": True}
    assert str(redefine(secure, domain)) == secure
    domain.os.firmware_features = {"secure-boot": False}
    assert str(redefine(secure, domain)) == file + 'uefi.secureBoot.enabled = "FALSE"\n'
    domain.os.firmware_features = {}
    assert str(redefine(secure, domain)) == file


CARDS = (
    'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\n'
    + "".join(
        f'ethernet{number}.present = "TRUE"\nethernet{number}.networkName = "n"\n'
        f'ethernet{number}.virtualDev = "e1000"\n'
        f'ethernet{number}.addressType = "static"\nethernet{number}.address = "00:50:56:00:00:0{number}"\n'
        f'ethernet{number}.pciSlotNumber = "3{number}"\n'
        for number in (1, 3, 4)
    )
)  # fmt: skip


def cards() -> Domain:
    return parse_domain(format_domain(to_domain(CARDS)))


def lines_of(text: str, number: int) -> list[str]:
    return [line for line in text.splitlines() if line.startswith(f"ethernet{number}.")]


def test_network_cards_keep_their_numbers() -> None:
    assert str(redefine(CARDS, cards())) == CARDS
    domain = cards()
    domain.interfaces[1].model = "vmxnet3"
    changed = str(redefine(CARDS, domain))
    assert changed == CARDS.replace('ethernet3.virtualDev = "e1000"', 'ethernet3.virtualDev = "vmxnet3"')
    domain = cards()
    del domain.interfaces[0]
    changed = str(redefine(CARDS, domain))
    assert lines_of(changed, 1) == []
    for number in (3, 4):
        assert lines_of(changed, number) == lines_of(CARDS, number)


def test_network_cards_may_change_their_order_and_addresses() -> None:
    domain = cards()
    domain.interfaces.reverse()
    assert str(redefine(CARDS, domain)) == CARDS
    domain = cards()
    domain.interfaces[2].mac = "00:50:56:00:00:09"
    assert str(redefine(CARDS, domain)) == CARDS.replace(":00:04", ":00:09")
    domain = cards()
    domain.interfaces.insert(0, replace(domain.interfaces[0], mac="00:50:56:00:00:08"))
    changed = str(redefine(CARDS, domain))
    assert 'ethernet0.address = "00:50:56:00:00:08"' in lines_of(changed, 0)
    for number in (1, 3, 4):
        assert lines_of(changed, number) == lines_of(CARDS, number)
