"""What cannot be is an error, whatever the mode, in libvirt's words with file and line; what is unknown is not."""

from collections.abc import Callable

import pytest

from esxvirt.errors import ConfigUnsupportedError, VmxError
from esxvirt.vmx import Report, VmxContext, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import Domain, parse_domain

HEAD = 'config.version = "8"\nvirtualHW.version = "8"\ndisplayName = "m"\n'
CARD = 'ethernet0.present = "TRUE"\nethernet0.networkName = "n"\n'
STATIC = CARD + 'ethernet0.addressType = "static"\n'
DISK = 'scsi0.present = "TRUE"\nscsi0:0.present = "TRUE"\nscsi0:0.fileName = "a.vmdk"\n'
SWITCH = CARD + 'ethernet0.dvs.portId = "1"\nethernet0.dvs.portgroupId = "g"\nethernet0.dvs.connectionId = "2"\n'
NUMBER = "Config entry '{}' must represent an integer value"
MEMORY = "Expecting VMX entry 'memsize' to be an unsigned integer (multiple of 4) but found {}"
CPUS = "Expecting VMX entry 'numvcpus' to be an unsigned integer greater than 0 but found {}"
MAC = "Expecting VMX entry 'ethernet0.{}' to be MAC address but found '{}'"
UUID = "Could not parse UUID from string '{}'"

BROKEN_UUIDS = ("x", "56 4d", "56 4d b5 06 a2 bd fb eb-ae 86 f7 d8 49 27 d0 zz")
BROKEN_MACS = ("zz", "00:50:56:01:02", "00:50:56:01:02:0g")

# What else the file has, the key and its value, and libvirt's words: all seen of virsh 9.0.0.
IMPOSSIBLE = [
    *(("", "memsize", value, NUMBER.format("memsize")) for value in ("abc", "", "4 MB", "1024.5", "0x10", "9" * 20)),
    *(("", "memsize", value, MEMORY.format(value)) for value in ("1023", "0", "-4", "250")),
    ("", "memsize", "unlimited", MEMORY.format(-1)),
    *(("", key, "abc", NUMBER.format(key)) for key in ("sched.mem.max", "sched.mem.minsize", "cpuid.coresPerSocket")),
    *(("", "numvcpus", value, NUMBER.format("numvcpus")) for value in ("abc", "", "1.5")),
    *(("", "numvcpus", value, CPUS.format(value)) for value in ("0", "-1")),
    *(("", "uuid.bios", value, UUID.format(value)) for value in BROKEN_UUIDS),
    (SWITCH, "ethernet0.dvs.switchId", "x", UUID.format("x")),
    *((STATIC, "ethernet0.address", value, MAC.format("address", value)) for value in BROKEN_MACS),
    *((CARD + kind, "ethernet0.generatedAddress", "zz", MAC.format("generatedAddress", "zz"))
      for kind in ("", 'ethernet0.addressType = "generated"\n', 'ethernet0.addressType = "vpx"\n')),
]  # fmt: skip
IDS = [f"{key}={value}" for _others, key, value, _words in IMPOSSIBLE]


@pytest.mark.parametrize(("others", "key", "value", "words"), IMPOSSIBLE, ids=IDS)
class TestWhatCannotBe:
    def test_it_is_an_error_with_its_line(self, others: str, key: str, value: str, words: str) -> None:
        text = f'{HEAD}{others}{key} = "{value}"\n'
        line = text.count("\n")
        with pytest.raises(VmxError) as caught:
            to_xml(text)
        assert str(caught.value) == f"{words} (line {line})"
        assert (caught.value.key, caught.value.line) == (key, line)

    def test_it_is_an_error_with_the_file_where_there_is_one(
        self, others: str, key: str, value: str, words: str
    ) -> None:
        text = f'{HEAD}{others}{key} = "{value}"\n'
        with pytest.raises(VmxError) as caught:
            to_xml(text.encode(), file_name="demo.vmx", context=VmxContext(all_devices=True))
        assert str(caught.value) == f"{words} (demo.vmx, line {caught.value.line})"

    def test_strict_says_what_libvirt_says(self, others: str, key: str, value: str, words: str) -> None:
        with pytest.raises(VmxError) as caught:
            to_xml(f'{HEAD}{others}{key} = "{value}"\n', strict=True, file_name="demo.vmx")
        assert str(caught.value) == words

    def test_a_new_description_replaces_it(self, others: str, key: str, value: str, words: str) -> None:
        sane = to_domain(HEAD + others)
        for card in sane.interfaces:
            card.mac = card.mac if card.mac != "00:00:00:00:00:00" else "00:0c:29:01:02:03"
        changed = str(redefine(f'{HEAD}{others}{key} = "{value}"\nguestOS = "rhel5"\n', sane))
        assert f'"{value}"' not in changed
        assert 'guestOS = "rhel5"\n' in changed
        again = to_domain(changed)
        assert (again.memory, again.vcpus, again.uuid) == (sane.memory, sane.vcpus, sane.uuid)
        assert [card.mac for card in again.interfaces] == [card.mac for card in sane.interfaces]
        assert words


def test_a_broken_value_that_a_default_would_fit_is_written() -> None:
    sane = to_domain(HEAD)
    assert VmxFile.parse(str(redefine(f'{HEAD}memsize = "abc"\n', sane)))["memsize"] == "32"


UNKNOWN: list[tuple[str, str, Callable[[Domain], object], object]] = [
    (DISK + 'scsi0.virtualDev = "foo"\n', "scsi0.virtualDev", lambda it: it.controllers[0].model, None),
    (CARD + 'ethernet0.virtualDev = "foo"\n', "ethernet0.virtualDev", lambda it: it.interfaces[0].model, "foo"),
    (DISK + 'scsi0:0.deviceType = "foo"\n', "scsi0:0.deviceType", lambda it: it.disks[0].device, "disk"),
    (STATIC.replace("static", "foo") + 'ethernet0.address = "00:50:56:01:02:03"\n', "ethernet0.addressType",
     lambda it: it.interfaces[0].mac, "00:50:56:01:02:03"),
    (CARD + 'ethernet0.connectionType = "foo"\n', "ethernet0.connectionType", lambda it: it.interfaces[0].source, "n"),
    ('sched.cpu.shares = "many"\n', "sched.cpu.shares", lambda it: it.shares, None),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "key", "look", "value"), UNKNOWN, ids=[key for _lines, key, *_rest in UNKNOWN])
def test_what_is_unknown_is_a_note(lines: str, key: str, look: Callable[[Domain], object], value: object) -> None:
    report = Report()
    assert look(to_domain(HEAD + lines, report=report)) == value
    notes = [note for note in report if note.key == key]
    assert len(notes) == 1
    assert notes[0].guessed
    with pytest.raises(VmxError):
        to_domain(HEAD + lines, strict=True)


@pytest.mark.parametrize("lines", [lines for lines, *_rest in UNKNOWN], ids=[key for _lines, key, *_rest in UNKNOWN])
def test_what_is_unknown_stays_when_the_machine_is_defined_anew(lines: str) -> None:
    text = HEAD + lines
    assert str(redefine(text, parse_domain(to_xml(text)))) == text
    bigger = parse_domain(to_xml(text).replace("32768", "65536"))
    changed = str(redefine(text, bigger))
    assert changed == text + 'memsize = "64"\n'


def test_an_unknown_model_is_taken_where_it_was_alone() -> None:
    text = HEAD + CARD + 'ethernet0.virtualDev = "foo"\n'
    with pytest.raises(ConfigUnsupportedError, match="driver does not support net model 'bar'"):
        redefine(text, parse_domain(to_xml(text).replace("'foo'", "'bar'")))
    with pytest.raises(ConfigUnsupportedError, match="driver does not support net model 'foo'"):
        from_xml(to_xml(text), virtual_hw_version=8)


@pytest.mark.parametrize("number", ["7", "9", "100"])
def test_another_version_of_the_format_is_a_note(number: str) -> None:
    report = Report()
    to_domain(HEAD.replace('config.version = "8"', f'config.version = "{number}"'), report=report)
    assert [(note.key, note.line, note.guessed) for note in report] == [("config.version", 1, True)]


def test_what_libvirt_leaves_out_as_well_is_no_guess() -> None:
    report = Report()
    to_domain(HEAD + 'usb.present = "TRUE"\n', report=report)
    assert [(note.key, note.guessed) for note in report] == [("usb.present", False)]


XML = """<domain type='vmware'>
  <name>m</name>
  {}
  <os><type arch='i686'>hvm</type></os>
</domain>"""


@pytest.mark.parametrize(("kib", "mib"), [(1000, 4), (65537, 68), (1023 * 1024, 1024), (4097, 8)])
def test_memory_is_rounded_up_as_libvirt_does_and_told(kib: int, mib: int) -> None:
    report = Report()
    vmx = VmxFile.parse(from_xml(XML.format(f"<memory>{kib}</memory>"), virtual_hw_version=8, report=report))
    assert vmx["memsize"] == str(mib)
    assert vmx["sched.mem.max"] == str(-(-kib // 1024))
    assert [str(note) for note in report] == [
        f"memory: {kib} KiB are no multiple of 4 MiB; the memory will be {mib} MiB"
    ]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("current", "words"),
    [
        (0, "No support for domain XML entry 'vcpu' attribute 'current'"),
        (3, "maximum vCPU count must not be less than current vCPU count"),
    ],
)
def test_a_number_of_cpus_now_that_cannot_be(current: int, words: str, strict: bool) -> None:
    text = XML.format(f"<memory>65536</memory><vcpu current='{current}'>2</vcpu>")
    with pytest.raises(ConfigUnsupportedError) as caught:
        from_xml(text, virtual_hw_version=8, strict=strict)
    assert str(caught.value) == words


def test_errors_name_the_file_of_the_xml() -> None:
    disk = "<devices><disk><source file='a.vmdk'/><target dev='sda'/></disk></devices>"
    with pytest.raises(VmxError, match=r"^Could not handle file name 'a.vmdk' \(demo.xml, line 3\)$"):
        from_xml(XML.format(f"<memory>65536</memory>{disk}"), virtual_hw_version=8, file_name="demo.xml")
