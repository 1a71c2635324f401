"""Conversion: whatever is given, it is converted or one of our errors; what was converted once stays the same."""

from hypothesis import given
from hypothesis import strategies as st

from esxvirt.errors import EsxvirtError
from esxvirt.vmx import VmxContext, VmxFile, from_domain, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import format_domain, parse_domain
from esxvirt.xml.snapshot import parse_snapshot
from tests.conformance.generators import VmxGenerator, XmlGenerator

EVERY = VmxContext(all_devices=True)
SEEDS = st.integers(0, 2**32)
KEYS = [
    "config.version", "virtualHW.version", "displayName", "memsize", "numvcpus", "guestOS", "uuid.bios", "annotation",
    "sched.cpu.affinity", "cpuid.coresPerSocket", "scsi0.present", "scsi0.virtualDev", "scsi0:0.present",
    "scsi0:0.fileName", "scsi0:0.deviceType", "scsi0:0.mode", "ide0:0.present", "ide0:0.fileName", "ide0:0.deviceType",
    "floppy0.present", "floppy0.fileName", "floppy0.fileType", "ethernet0.present", "ethernet0.networkName",
    "ethernet0.connectionType", "ethernet0.address", "ethernet0.addressType", "ethernet0.dvs.switchId",
    "ethernet99999.present", "serial0.present", "serial0.fileType", "serial0.fileName", "parallel0.present",
    "RemoteDisplay.vnc.enabled", "RemoteDisplay.vnc.port", "svga.vramSize", "nvme0.present", "nvme0:0.present",
    "sharedFolder.maxNum", "sharedFolder0.present", "isolation.tools.hgfs.disable", "vtpm.present",
    "pciPassthru0.present", "pciPassthru0.id", "sound.present", "usb.present", "encryption.data", "vm.genid",
]  # fmt: skip
VALUES = st.one_of(
    st.sampled_from([
        "true", "false", "", "0", "1", "4", "64", "-1", "99999999999999999999", "x.vmdk", "..\\x.vmdk", "/a/b.iso",
        "/vmfs/volumes/ds/x.vmdk", "/vmfs/volumes/", "file", "device", "network", "pipe", "tcp://h:5", "tcp://[::1",
        "telnet://h:99999", "bridged", "custom", "static", "00:50:56:01:02:03", "auto detect", "emptyBackingString",
        "cdrom-image", "atapi-cdrom", "scsi-passthru", "all", "0,1", "|", "|7c", "%", "\u00b2", "\u0661",
    ]),
    st.text(max_size=12),
)  # fmt: skip
FILES = st.lists(st.tuples(st.sampled_from(KEYS), VALUES), max_size=25).map(
    lambda pairs: "".join(f'{key} = "{value}"\n' for key, value in pairs)
)
TAGS = [
    "name",
    "uuid",
    "memory",
    "vcpu",
    "os",
    "type",
    "devices",
    "disk",
    "source",
    "target",
    "address",
    "interface",
    "mac",
]
TAGS += ["serial", "graphics", "video", "model", "cpu", "topology", "cputune", "shares", "controller", "filesystem"]
ATTRIBUTES = [
    "type",
    "device",
    "file",
    "dev",
    "bus",
    "index",
    "model",
    "address",
    "port",
    "mode",
    "sockets",
    "cores",
    "unit",
]


@st.composite
def documents(draw: st.DrawFn) -> str:
    def element(depth: int) -> str:
        tag = draw(st.sampled_from(TAGS))
        names = draw(st.lists(st.sampled_from(ATTRIBUTES), unique=True, max_size=3))
        words = st.sampled_from(
            ["file", "scsi", "sda", "0", "-1", "x", "disk", "bridge", "hvm", "KiB", "4096", "vnc", "\u00b2"]
        )
        attributes = "".join(f" {name}='{draw(words)}'" for name in names)
        inside = "".join(element(depth - 1) for _ in range(draw(st.integers(0, 3)))) if depth else draw(words)
        return f"<{tag}{attributes}>{inside}</{tag}>"

    head = draw(st.sampled_from(["", "<name>n</name><memory>4096</memory><os><type>hvm</type></os>"]))
    return f"<domain type='vmware'>{head}{element(3)}{element(3)}</domain>"


@given(FILES, st.booleans())
def test_any_file_is_converted_or_one_of_our_errors(text: str, strict: bool) -> None:
    try:
        domain = to_domain(text.encode("utf-8", "surrogatepass"), EVERY, strict=strict)
    except EsxvirtError:
        return
    assert format_domain(domain).startswith("<domain type='vmware'")


@given(documents(), st.booleans())
def test_any_document_is_converted_or_one_of_our_errors(text: str, strict: bool) -> None:
    try:
        vmx = from_xml(text, virtual_hw_version=7, strict=strict)
    except EsxvirtError:
        return
    assert not VmxFile.parse(vmx, strict=True).report


@given(st.one_of(st.text(), st.binary()))
def test_anything_is_a_document_or_one_of_our_errors(data: str | bytes) -> None:
    try:
        parse_domain(data)
    except EsxvirtError:
        return


def _snapshot(inner: str) -> str:
    return f"<domainsnapshot>{inner}</domainsnapshot>"


_PARTS = (
    "<name>",
    "</name>",
    "<memory snapshot='no'/>",
    "<memory file='x'/>",
    "<disks>",
    "</disks>",
    "<disk name='a'/>",
    "<disk/>",
)


@given(st.text() | st.lists(st.sampled_from(_PARTS) | st.text(max_size=3)).map(lambda parts: _snapshot("".join(parts))))
def test_any_text_is_a_snapshot_or_one_of_our_errors(text: str) -> None:
    try:
        snapshot = parse_snapshot(text)
    except EsxvirtError:
        return
    assert snapshot.name != ""


@given(SEEDS)
def test_files_are_stable_after_one_round(seed: int) -> None:
    file = VmxGenerator(seed, wrong=0).file()
    try:
        first = from_xml(to_xml(file, context=EVERY), virtual_hw_version=10)
    except EsxvirtError:
        return
    second = from_xml(to_xml(first, context=EVERY), virtual_hw_version=10)
    third = from_xml(to_xml(second, context=EVERY), virtual_hw_version=10)
    assert second == third


@given(SEEDS)
def test_documents_are_stable_after_one_round(seed: int) -> None:
    try:
        first = from_xml(XmlGenerator(seed, wrong=0).domain(), virtual_hw_version=10)
    except EsxvirtError:
        return
    xml = to_xml(first, context=EVERY)
    assert to_xml(from_xml(xml, virtual_hw_version=10), context=EVERY) == xml


@given(SEEDS)
def test_a_machine_defined_as_it_is_leaves_its_file_as_it_is(seed: int) -> None:
    data = VmxGenerator(seed, wrong=0).file()
    try:
        domain = to_domain(data)
        from_domain(domain, 10)
    except EsxvirtError:
        return
    assert redefine(data, domain).encode() == data
