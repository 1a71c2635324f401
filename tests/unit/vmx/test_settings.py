"""Settings of a machine that libvirt's converter leaves out: in the XML where it has a word, else in the report."""

import pytest

from esxvirt.errors import VmxError
from esxvirt.vmx import Report, VmxContext, VmxFile, from_domain, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import format_domain, parse_domain

SHOWN = VmxContext(settings=True)
HEAD = 'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\nguestOS = "other-64"\nmemsize = "1024"\n'
CARD = 'ethernet0.present = "TRUE"\nethernet0.networkName = "VM Network"\n'
ADDRESSED = CARD + 'ethernet0.addressType = "static"\nethernet0.address = "00:50:56:11:22:33"\n'
LOCKED = "  <memoryBacking>\n    <locked/>\n  </memoryBacking>\n"
NESTED = "  <cpu mode='host-passthrough'>\n    <feature policy='require' name='vmx'/>\n  </cpu>\n"


def told(vmx: str, context: VmxContext | None = None) -> dict[str, str]:
    report = Report()
    to_xml(vmx, context=context, report=report)
    return {note.key: note.text for note in report}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('sched.mem.pin = "TRUE"', LOCKED),
        ('vhv.enable = "TRUE"', NESTED),
        ('sched.mem.min = "256"', "    <min_guarantee unit='KiB'>262144</min_guarantee>\n"),
        (f'{ADDRESSED}ethernet0.startConnected = "FALSE"', "      <link state='down'/>\n"),
    ],
)
def test_with_a_word(line: str, words: str) -> None:
    file = f"{HEAD}{line}\n"
    key = line.rpartition("\n")[2].partition(" ")[0]
    assert words not in to_xml(file)
    assert "`all_devices` converts it" in told(file)[key]
    assert words not in to_xml(file, strict=True, context=VmxContext(all_devices=True))
    for context in (SHOWN, VmxContext(all_devices=True)):
        xml = to_xml(file, context=context)
        assert words in xml
        assert key not in told(file, context)
        assert to_xml(from_xml(xml, virtual_hw_version=14), context=context) == xml
        assert str(redefine(file, parse_domain(xml), context)) == file
        without = redefine(file, parse_domain(xml.replace(words, "")), context)
        assert words not in to_xml(str(without), context=context)
    # What is not shown stays.
    assert str(redefine(file, parse_domain(to_xml(file)))) == file


@pytest.mark.parametrize(
    "line",
    [
        'sched.mem.pin = "FALSE"', 'vhv.enable = "FALSE"', 'sched.mem.min = "0"', 'vcpu.hotadd = "FALSE"',
        'mem.hotadd = "false"', 'sched.cpu.min = "0"', 'sched.cpu.max = "unlimited"', 'sched.mem.shares = "normal"',
        'sched.cpu.latencySensitivity = "normal"', 'ethernet0.startConnected = "FALSE"', 'vcpu.hotadd = ""',
    ],
)  # fmt: skip
def test_what_is_so_anyhow_is_not_worth_a_word(line: str) -> None:
    assert told(f"{HEAD}{line}\n") == {}


@pytest.mark.parametrize(
    "line",
    [
        'vcpu.hotadd = "TRUE"', 'vcpu.hotremove = "TRUE"', 'mem.hotadd = "TRUE"', 'sched.cpu.min = "500"',
        'sched.cpu.max = "2000"', 'sched.mem.shares = "high"', 'sched.mem.shares = "5000"',
        'sched.cpu.latencySensitivity = "high"',
    ],
)  # fmt: skip
def test_without_a_word(line: str) -> None:
    key, _equals, value = line.partition(" = ")
    for context in (None, SHOWN):
        assert "has no place in the XML; left out" in told(f"{HEAD}{line}\n", context)[key]
        assert value.strip('"') in told(f"{HEAD}{line}\n", context)[key]
    assert str(redefine(f"{HEAD}{line}\n", to_domain(f"{HEAD}{line}\n"))) == f"{HEAD}{line}\n"


@pytest.mark.parametrize("device", ["ide1:0", "sata0:1", "floppy0", "serial0", "parallel0", "sound"])
def test_devices_that_do_not_start_connected(device: str) -> None:
    there, not_connected = f'{device}.present = "TRUE"\n', f'{device}.startConnected = "FALSE"\n'
    notes = told(HEAD + there + not_connected, SHOWN)
    assert "not connected at the start has no place" in notes[f"{device}.startConnected"]
    for file in (there, not_connected, there + not_connected.replace("FALSE", "TRUE")):
        assert f"{device}.startConnected" not in told(HEAD + file, SHOWN)


def test_both_keys_of_a_reservation_change() -> None:
    both = HEAD + 'sched.mem.min = "256"\nsched.mem.minSize = "256"\n'
    domain = to_domain(both)
    assert str(redefine(both, domain)) == both
    domain.min_guarantee = 512 * 1024
    changed = redefine(both, domain)
    assert (changed["sched.mem.min"], changed["sched.mem.minSize"]) == ("512", "512")
    domain.min_guarantee = 0
    gone = redefine(both, domain)
    assert (gone["sched.mem.min"], gone.get("sched.mem.minSize")) == ("0", None)


@pytest.mark.parametrize(
    ("cpu", "nested"),
    [
        ("<cpu mode='host-passthrough'><feature policy='require' name='vmx'/></cpu>", True),
        ("<cpu mode='host-model'><feature name='svm'/></cpu>", True),
        ("<cpu mode='host-passthrough'><feature policy='disable' name='vmx'/></cpu>", False),
        ("<cpu mode='host-passthrough'><feature policy='require' name='pdpe1gb'/></cpu>", False),
        ("<cpu mode='host-passthrough'/>", False),
    ],
)
def test_processors_for_machines_in_the_machine(cpu: str, nested: bool) -> None:
    report = Report()
    xml = f"<domain type='vmware'><name>m</name><memory>65536</memory><os><type>hvm</type></os>{cpu}</domain>"
    file = VmxFile.parse(from_xml(xml, virtual_hw_version=9, report=report))
    assert file.get("vhv.enable") == ("TRUE" if nested else None)
    assert ("cpu/@mode" in {note.key for note in report}) != nested


def test_other_memory_backing_is_told() -> None:
    backing = "<memoryBacking><hugepages/><locked/></memoryBacking>"
    xml = f"<domain type='vmware'><name>m</name><memory>65536</memory>{backing}<os><type>hvm</type></os></domain>"
    report = Report()
    assert 'sched.mem.pin = "TRUE"' in from_xml(xml, virtual_hw_version=9, report=report)
    assert [note.key for note in report] == ["memoryBacking/hugepages"]


@pytest.mark.parametrize(
    ("count", "cores"), [(6, 4), (3, 2), (5, 3), (2, 4), (1, 2)],
)  # fmt: skip
def test_processors_that_make_no_whole_sockets(count: int, cores: int) -> None:
    file = f'{HEAD}numvcpus = "{count}"\ncpuid.coresPerSocket = "{cores}"\n'
    assert set(told(file)) == {"cpuid.coresPerSocket"}
    domain = parse_domain(to_xml(file))
    assert (domain.vcpus, domain.topology) == (count, None)
    assert f'numvcpus = "{count}"' in from_xml(to_xml(file), virtual_hw_version=14)
    assert str(redefine(file, domain)) == file
    domain.vcpus = 8
    assert redefine(file, domain)["cpuid.coresPerSocket"] == str(cores)


@pytest.mark.parametrize("cores", [0, 1, -1])
def test_cores_that_say_nothing(cores: int) -> None:
    file = f'{HEAD}numvcpus = "6"\ncpuid.coresPerSocket = "{cores}"\n'
    assert told(file) == {}
    assert parse_domain(to_xml(file)).topology is None


def test_libvirt_says_a_topology_that_it_does_not_take_back() -> None:
    xml = to_xml(f'{HEAD}numvcpus = "6"\ncpuid.coresPerSocket = "4"\n', strict=True)
    assert "sockets='1' dies='1' clusters='1' cores='4'" in xml
    with pytest.raises(VmxError, match="Expecting domain XML CPU sockets per core as 6 but found 4"):
        from_xml(xml, virtual_hw_version=14)


@pytest.mark.parametrize(
    ("lines", "file_name", "name"),
    [
        ("", "", "unnamed"),
        ('displayName = ""\n', "", "unnamed"),
        ("", "/vmfs/volumes/ds/web/web 1.vmx", "web 1"),
        ("", "other.vmx", "other"),
        ('nvram = "web.nvram"\n', "", "web"),
        ('extendedConfigFile = "C:\\\\x\\\\db.vmxf"\n', "", "db"),
    ],
)
def test_a_machine_without_a_name(lines: str, file_name: str, name: str) -> None:
    report = Report()
    file = 'config.version = "8"\nvirtualHW.version = "14"\n' + lines
    xml = to_xml(file, report=report, file_name=file_name)
    assert parse_domain(xml).name == name
    assert f"the machine has no name; it is called '{name}'" in [note.text for note in report if note.guessed]
    assert parse_domain(to_xml(file, context=VmxContext(name="said"), file_name=file_name)).name == "said"
    assert "<name>" not in to_xml(file, strict=True, file_name=file_name).replace("<name></name>", "")
    # What it is called without a word need not be written, and what it is to be called is.
    domain = to_domain(file)
    assert str(redefine(file, domain)) == file
    domain.name = "new"
    assert redefine(file, domain)["displayName"] == "new"


@pytest.mark.parametrize(
    "lines",
    [
        "",
        'ethernet0.addressType = "generated"\n',
        'ethernet0.addressType = "vpx"\n',
        'ethernet0.addressType = "static"\n',
        'ethernet0.addressType = "generated"\nethernet0.generatedAddress = ""\n',
        'ethernet0.addressType = "static"\nethernet0.address = "00:00:00:00:00:00"\n',
    ],
)
def test_a_card_without_an_address_gets_one_generated(lines: str) -> None:
    """Of zeros made a static address, no second machine of the network could start, and no first."""

    file = HEAD + CARD + lines
    direct = VmxFile.parse(from_domain(to_domain(file), 14))
    assert direct["ethernet0.addressType"] == "generated"
    assert not any(key.lower().endswith("address") for key in direct)
    xml = to_xml(file)
    made = VmxFile.parse(from_xml(xml, virtual_hw_version=14))
    assert "00:00:00:00:00:00" not in str(made)
    assert made["ethernet0.addressType"] == "generated"
    assert not any(key.lower().endswith("address") for key in made)
    again = to_xml(str(made))
    assert to_xml(from_xml(again, virtual_hw_version=14)) == again
    # libvirt makes an address up, and so does ours where it is to do as libvirt.
    assert "00:0c:29:" in from_xml(xml, virtual_hw_version=14, strict=True)
    assert str(redefine(file, parse_domain(xml))) == file


def test_whether_an_address_is_checked_is_kept() -> None:

    domain = to_domain(HEAD + CARD + 'ethernet0.checkMACAddress = "FALSE"\n')
    assert VmxFile.parse(from_domain(domain, 14))["ethernet0.checkMACAddress"] == "false"


@pytest.mark.parametrize("uuid", ["<uuid/>", "<uuid></uuid>", ""])
def test_an_empty_uuid_is_made_up(uuid: str) -> None:
    xml = f"<domain type='vmware'><name>m</name>{uuid}<memory>65536</memory><os><type>hvm</type></os></domain>"
    first, second = parse_domain(xml), parse_domain(xml)
    assert first.uuid_made_up
    assert first.uuid != second.uuid
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=9))["uuid.bios"].replace("-", " ").count(" ") == 15


def test_format_is_stable() -> None:
    domain = to_domain(HEAD + 'vhv.enable = "TRUE"\nnumvcpus = "4"\ncpuid.coresPerSocket = "2"\n', SHOWN)
    text = format_domain(domain)
    assert (
        "  <cpu mode='host-passthrough'>\n"
        "    <topology sockets='2' dies='1' clusters='1' cores='2' threads='1'/>\n"
        "    <feature policy='require' name='vmx'/>\n"
        "  </cpu>\n"
    ) in text
    assert format_domain(parse_domain(text)) == text
