"""Lookups that a server answers, what holds without one, and where errors point."""

import pytest

from esxvirt.errors import (
    ConfigUnsupportedError,
    EsxvirtError,
    InvalidArgumentError,
    VmxError,
)
from esxvirt.vmx import Report, VmxContext, from_xml, to_domain, to_xml
from esxvirt.vmx.context import default_format_file_name, default_parse_file_name

VMX = """\
config.version = "8"
virtualHW.version = "7"
displayName = "m"
scsi0.present = "true"
scsi0:0.present = "true"
scsi0:0.fileName = "/vmfs/volumes/ds/a.vmdk"
ide0:0.present = "true"
ide0:0.deviceType = "cdrom-image"
ide0:0.fileName = "/vmfs/volumes/ds/b.iso"
"""


def xml(*disks: str, controllers: str = "") -> str:
    lines = "\n".join(
        f"<disk type='file' device='disk'>{driver}<source file='{source}'/><target dev='{name}' bus='scsi'/></disk>"
        for name, source, driver in (item.split("|") for item in disks)
    )
    return (
        "<domain type='vmware'><name>m</name><uuid>564d9bef-acd9-b4e0-c8f0-aea8b9103515</uuid><memory>4096</memory>\n"
        f"<os><type>hvm</type></os><devices>\n{lines}\n{controllers}</devices></domain>"
    )


def written(text: str, context: VmxContext | None = None, *, strict: bool = False) -> list[str]:
    vmx = from_xml(text, virtual_hw_version=4, context=context, strict=strict)
    return [line for line in vmx.splitlines() if line.startswith("scsi")]


def test_each_file_name_is_looked_up_with_whether_it_may_be_missing() -> None:
    asked = []

    def parse(file_name: str, allow_missing: bool) -> str | None:
        asked.append((file_name, allow_missing))
        return None if allow_missing else f"[found] {file_name.rpartition('/')[2]}"

    report = Report()
    domain = to_domain(VMX, VmxContext(parse_file_name=parse), report=report)
    assert asked == [("/vmfs/volumes/ds/a.vmdk", False), ("/vmfs/volumes/ds/b.iso", True)]
    assert [disk.source for disk in domain.disks] == ["[found] a.vmdk", None]
    assert [(note.key, note.line) for note in report] == [("ide0:0.fileName", 9)]


@pytest.mark.parametrize("strict", [False, True])
def test_a_hard_disk_without_its_file_is_an_error_that_says_where(strict: bool) -> None:
    def nowhere(_file_name: str, _allow_missing: bool) -> str | None:
        return None

    def refuse(file_name: str, _allow_missing: bool) -> str | None:
        raise VmxError(f"no datastore of {file_name}")

    for lookup, message in (
        (nowhere, "File name '/vmfs/volumes/ds/a.vmdk' does not exist"),
        (refuse, "no datastore of /vmfs/volumes/ds/a.vmdk"),
    ):
        with pytest.raises(VmxError) as caught:
            to_domain(VMX, VmxContext(parse_file_name=lookup), strict=strict)
        assert (caught.value.key, caught.value.line) == ("scsi0:0.fileName", 6)
        assert str(caught.value) == (message if strict else f"{message} (line 6)")


def test_where_files_are_without_a_server() -> None:
    assert default_parse_file_name("/vmfs/volumes/a b/c d/e.vmdk", False) == "[a b] c d/e.vmdk"
    assert default_parse_file_name("/data/e.vmdk", False) == "/data/e.vmdk"
    assert default_parse_file_name("e.vmdk", False) == "[datastore] directory/e.vmdk"
    for wrong in ("a/e.vmdk", "../e.vmdk", "a\\e.vmdk", "/vmfs/volumes/a", "/vmfs/volumes//e", "/vmfs/volumes/a/"):
        with pytest.raises(VmxError):
            default_parse_file_name(wrong, False)
    assert default_format_file_name("[a b] c d/e.vmdk") == "/vmfs/volumes/a b/c d/e.vmdk"
    assert default_format_file_name("[a]e.vmdk") == "/vmfs/volumes/a/e.vmdk"
    assert default_format_file_name("/data/e.vmdk") == "/data/e.vmdk"
    for wrong in ("e.vmdk", "a/e.vmdk", "[a", "[] e", "[a] ", ""):
        with pytest.raises(VmxError):
            default_format_file_name(wrong)


def test_datacenter_and_reference() -> None:
    text = to_xml(VMX, context=VmxContext(datacenter_path="a/b", moref="vm-7"))
    assert "<vmware:datacenterpath>a/b</vmware:datacenterpath>\n  <vmware:moref>vm-7</vmware:moref>\n" in text


def test_sources_are_written_as_the_server_says() -> None:
    context = VmxContext(format_file_name=lambda source: source.replace("[ds] ", "/elsewhere/"))
    assert 'scsi0:0.fileName = "/elsewhere/a.vmdk"' in written(xml("sda|[ds] a.vmdk|"), context)


def test_an_error_about_the_xml_says_where() -> None:
    with pytest.raises(VmxError) as caught:
        written(xml("sda|a.vmdk|"))
    assert str(caught.value) == "Could not handle file name 'a.vmdk' (line 3)"
    assert caught.value.line == 3
    with pytest.raises(VmxError) as caught:
        written(xml("sda|a.vmdk|"), strict=True)
    assert str(caught.value) == "Could not handle file name 'a.vmdk'"


AUTO = "<controller type='scsi' index='0' model='auto'/>"


def test_the_model_auto_is_what_the_images_say() -> None:
    models = {"[ds] a.vmdk": "lsilogic", "[ds] b.vmdk": "buslogic", "[ds] c.vmdk": "vmpvscsi"}
    context = VmxContext(autodetect_scsi_model=models.__getitem__)
    assert 'scsi0.virtualDev = "buslogic"' in written(xml("sda|[ds] b.vmdk|", controllers=AUTO), context)
    assert 'scsi0.virtualDev = "pvscsi"' in written(xml("sda|[ds] c.vmdk|<driver name='auto'/>"), context)
    assert 'scsi0.virtualDev = "lsilogic"' in written(xml("sda|[ds] b.vmdk|", controllers=AUTO))


NAMES = ["BusLogic", "buslogic", "BUSLOGIC", "lsilogic", "LsiSas1068", "vmpvscsi"]


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("name", NAMES)
def test_a_driver_name_is_a_model_in_any_case(name: str, strict: bool) -> None:
    vmx = written(xml(f"sda|[ds] a.vmdk|<driver name='{name}'/>"), strict=strict)
    assert f'scsi0.virtualDev = "{name.lower().replace("vmpvscsi", "pvscsi")}"' in vmx


@pytest.mark.parametrize("model", ["", AUTO])
@pytest.mark.parametrize("name", ["nope", "pvscsi", "qemu", ""])
def test_an_unknown_driver_name_is_an_error(name: str, model: str) -> None:
    text = xml("sda|[ds] a.vmdk|", f"sdb|[ds] b.vmdk|<driver name='{name}'/>", controllers=model)
    with pytest.raises(VmxError) as caught:
        written(text, strict=True)
    assert str(caught.value) == f"Unknown driver name '{name}'"
    with pytest.raises(VmxError) as caught:
        written(text)
    assert str(caught.value) == f"Unknown driver name '{name}' (line {caught.value.line})"
    assert f"<driver name='{name}'/>" in text.splitlines()[(caught.value.line or 0) - 1]


def test_a_driver_name_of_a_disk_elsewhere_is_none_of_a_controller() -> None:
    text = xml("sda|[ds] a.vmdk|<driver name='nope'/>").replace("'sda' bus='scsi'", "'hda' bus='ide'")
    assert written(text) == []
    assert 'ide0:0.present = "true"\n' in from_xml(text, virtual_hw_version=4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xml("sda|[ds] a.vmdk|<driver name='BusLogic'/>", controllers=AUTO), "'BusLogic' is not 'auto'"),
        (xml("sda|[ds] a.vmdk|<driver name='auto'/>", controllers=AUTO.replace("auto", "lsilogic")),
         "'auto' is not 'lsilogic'"),
        (xml("sda|[ds] a.vmdk|<driver name='auto'/>", "sdb|[ds] a.vmdk|<driver name='lsilogic'/>"),
         "'lsilogic' is not 'auto'"),
        (xml("sda|[ds] a.vmdk|<driver name='lsilogic'/>", "sdb|[ds] a.vmdk|<driver name='auto'/>"),
         "'auto' is not 'lsilogic'"),
        (xml("sda|[ds] a.vmdk|<driver name='virtio-scsi'/>", controllers=AUTO), "'virtio-scsi' is not 'auto'"),
    ],
)  # fmt: skip
def test_auto_beside_another_model_is_an_error(text: str, words: str) -> None:
    expected = f"Inconsistent SCSI controller model ({words}) for SCSI controller index 0"
    with pytest.raises(VmxError) as caught:
        written(text, strict=True)
    assert str(caught.value) == expected
    with pytest.raises(VmxError) as caught:
        written(text)
    assert str(caught.value) == f"{expected} (line {caught.value.line})"


def test_auto_needs_a_disk_to_look_into() -> None:
    cdrom = xml("sda|[ds] a.iso|", controllers=AUTO).replace("device='disk'", "device='cdrom'")
    assert "cdrom" in cdrom
    for text in (cdrom, xml("sda|[ds] a.vmdk|", controllers=AUTO)):
        with pytest.raises(VmxError, match=r"or 'lsisas1068' or 'vmpvscsi' but found 'auto'$"):
            written(text, VmxContext(autodetect_scsi_model=lambda _source: "auto"))


DETECTED = "Disks on SCSI controller 0 have inconsistent controller models, cannot autodetect model"
STATED = "Inconsistent SCSI controller model ('buslogic' is not 'lsilogic') for SCSI controller index 0"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (xml("sda|[ds] a.vmdk|", "sdb|[ds] b.vmdk|", controllers=AUTO), DETECTED),
        (xml("sda|[ds] a.vmdk|<driver name='auto'/>", "sdb|[ds] b.vmdk|<driver name='auto'/>"), DETECTED),
        (xml("sda|[ds] a.vmdk|<driver name='lsilogic'/>", "sdb|[ds] a.vmdk|<driver name='buslogic'/>"), STATED),
    ],
    ids=["one controller", "two drivers", "two names"],
)
def test_images_that_ask_for_different_models_are_an_error(text: str, words: str) -> None:
    models = {"[ds] a.vmdk": "lsilogic", "[ds] b.vmdk": "buslogic"}
    with pytest.raises(VmxError) as caught:
        written(text, VmxContext(autodetect_scsi_model=models.__getitem__), strict=True)
    assert str(caught.value) == words


def test_what_vmware_does_not_have() -> None:
    with pytest.raises(InvalidArgumentError, match="versions from 3 on, not 2"):
        from_xml(xml(), virtual_hw_version=2)
    with pytest.raises(ConfigUnsupportedError, match="Unsupported video device type 'vga'"):
        from_xml(xml(controllers="<video><model type='vga'/></video>"), virtual_hw_version=7)


def test_what_is_left_out_is_told() -> None:
    report = Report()
    text = xml(controllers="<rng model='virtio'/>\n<sound model='usb'/>\n<graphics type='spice'/>")
    from_xml(text, virtual_hw_version=7, report=report)
    assert [(note.key, note.line) for note in report] == [
        ("devices/rng", 4),
        ("devices/graphics", 6),
        ("devices/sound", 5),
    ]
    assert str(report.notes[0]) == "line 4: devices/rng: has no place in a VMX file; left out"


def test_nothing_can_break_a_line() -> None:
    text = xml(controllers="<interface type='bridge'><source bridge='a&quot;&#10;evil = &quot;x'/></interface>")
    for strict in (False, True):
        vmx = from_xml(text.replace("<name>m", "<name>m&#10;evil = &quot;1"), virtual_hw_version=7, strict=strict)
        assert "evil = " in vmx
        assert all(not line.startswith("evil") for line in vmx.splitlines())
        domain = to_domain(vmx)
        assert domain.name == 'm\nevil = "1'
        assert domain.interfaces[0].source == 'a"\nevil = "x'


@pytest.mark.parametrize("number", range(3, 23))
def test_all_versions_of_virtual_hardware(number: int) -> None:
    vmx = from_xml(xml("sda|[ds] a.vmdk|"), virtual_hw_version=number)
    assert f'virtualHW.version = "{number}"\n' in vmx
    assert ("vmci0.present" in vmx) == ("pciBridge0.present" in vmx) == (number >= 7)
    assert [disk.source for disk in to_domain(vmx).disks] == ["[ds] a.vmdk"]


def test_disks_beyond_sixteen_units() -> None:
    text = 'virtualHW.version = "14"\nscsi0.present = "true"\nscsi1.present = "true"\n'
    for place in ("0:15", "0:16", "0:63", "1:1"):
        text += f'scsi{place}.present = "true"\nscsi{place}.fileName = "/d/{place.replace(":", "-")}.vmdk"\n'
    report = Report()
    domain = to_domain('displayName = "m"\n' + text, report=report)
    assert [(disk.target, disk.address and disk.address.unit) for disk in domain.disks] == [
        ("sdo", 15),
        ("sdp", 16),
        ("sdbk", 63),
        ("sdq", 17),
    ]
    assert "another controller" in str(report)
    with pytest.raises(EsxvirtError):
        to_domain('scsi0.present = "x"\n' + text, strict=True)


def test_a_second_round_keeps_disks_where_they_are() -> None:
    text = 'displayName = "m"\nvirtualHW.version = "14"\nscsi1.present = "true"\nscsi1:1.present = "true"\n'
    text += 'scsi1:1.fileName = "/d/a.vmdk"\n'
    vmx = from_xml(to_xml(text), virtual_hw_version=14)
    assert 'scsi1:1.fileName = "/d/a.vmdk"' in vmx
