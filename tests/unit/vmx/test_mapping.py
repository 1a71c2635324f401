"""Each row of the mapping does what it says, in both directions."""

import re
from pathlib import Path

import pytest
from lxml import etree

from esxvirt.errors import VmxError
from esxvirt.records import fields
from esxvirt.vmx import VmxContext, VmxFile, from_domain, from_xml, to_domain, to_xml
from esxvirt.vmx.mapping import DIFFERENCES, SECTIONS, Section, page
from esxvirt.vmx.table import Row
from esxvirt.xml.domain import format_domain, parse_domain
from tests.tools import require
from tests.unit.vmx.samples import MACHINE, READ_ONLY

ALL = VmxContext(all_devices=True)
ROWS = [(section, row) for section in SECTIONS for row in section.rows]
NAMES = [f"{section.title}: {row.key}" for section in SECTIONS for row in section.rows]
XML = to_xml(MACHINE, context=ALL)
READ = MACHINE + READ_ONLY
READ_XML = to_xml(READ, context=ALL)
# Without which a name or an address is made up, or a disk has no image: no reader takes XML of such a one.
UNSTABLE = {
    "displayName", "ethernet0.addressType", "ethernet0.address", "ethernet1.addressType", "ethernet1.generatedAddress",
    "scsi0:0.fileName", "scsi1:0.fileName", "sata0:0.fileName", "nvme0:0.fileName", "ide0:1.autodetect",
}  # fmt: skip
# Keys that say what is so without them.
SILENT = {".encoding", "config.version", "virtualHW.version"}


def concrete(section: Section, row: Row, keys: list[str]) -> list[str]:
    """The keys of a file that a row is about."""
    devices = re.sub(r"\d+", r"\\d+", section.device).replace(", ", "|") or r"\d+"
    head, device, tail = row.key.partition("{}")
    inner = "" if not device else r"\d+" if head else f"({devices})"
    pattern = re.compile(re.escape(head) + inner + re.escape(tail))
    return [key for key in keys if pattern.fullmatch(key)]


@pytest.mark.parametrize(("section", "row"), ROWS, ids=NAMES)
def test_the_key_is_read_and_makes_a_difference(section: Section, row: Row) -> None:
    keys = concrete(section, row, list(VmxFile.parse(READ)))
    assert keys, "no sample has the key"
    if not row.xml or row.key in SILENT:
        return
    for key in keys:
        without = VmxFile.parse(READ)
        del without[key]
        if to_xml(str(without), context=ALL) != READ_XML:
            return
    pytest.fail(f"without {keys}, the XML is the same")


@pytest.mark.parametrize(("section", "row"), ROWS, ids=NAMES)
def test_the_key_is_written(section: Section, row: Row) -> None:
    written = VmxFile.parse(from_xml(XML, virtual_hw_version=10, context=ALL))
    assert bool(concrete(section, row, list(written))) == row.write


def test_both_directions_agree() -> None:
    written = from_xml(XML, virtual_hw_version=10, context=ALL)
    assert to_xml(written, context=ALL) == XML
    before, after = VmxFile.parse(MACHINE).lowered(), VmxFile.parse(written).lowered()
    differing = {key for key in before if key in after and before[key] != after[key]}
    assert differing <= {"serial2.filename"}


@pytest.mark.parametrize("context", [VmxContext(), ALL], ids=["plain", "all devices"])
@pytest.mark.parametrize("key", [None, *VmxFile.parse(MACHINE)])
def test_a_machine_made_of_the_xml_has_the_same_xml(key: str | None, context: VmxContext) -> None:
    file = VmxFile.parse(MACHINE)
    if key is not None:
        if key in UNSTABLE:
            return
        del file[key]
    try:
        xml = to_xml(str(file), context=context)
    except VmxError:
        return
    assert to_xml(from_xml(xml, virtual_hw_version=10, context=context), context=context) == xml


def test_the_model_survives_the_xml() -> None:
    domain = to_domain(MACHINE, ALL)
    again = parse_domain(XML)
    for name in fields(again):
        devices = getattr(again, name)
        for device in devices if isinstance(devices, list) else ():
            device.line = 0
    assert again == domain
    assert from_domain(domain, 10, ALL) == from_domain(again, 10, ALL)


def test_all_of_it_validates() -> None:
    schema = etree.RelaxNG(etree.parse(Path(require("libvirt-schemas")) / "domain.rng"))
    # The schema is of a libvirt that has no NVMe disks.
    lines = [line for line in MACHINE.splitlines(keepends=True) if not line.startswith("nvme")]
    text = format_domain(to_domain("".join(lines), ALL), secure=True)
    assert schema.validate(etree.fromstring(text)), f"{schema.error_log}\n{text}"


def test_the_page_has_every_row_once() -> None:
    text = page("MARK\n")
    for section in SECTIONS:
        assert f"## {section.title}\n" in text
        keys = [row.key for row in section.rows]
        assert len(keys) == len(set(keys))
        for row in section.rows:
            assert f"| `{row.key}` |" in text
    for difference in DIFFERENCES:
        assert difference.what.replace("|", "\\|") in text
        assert difference.why
    assert text.startswith("# VMX files and domain XML\n\nMARK\n")


def test_a_table_has_as_many_cells_in_each_line() -> None:
    for line in page().splitlines():
        if line.startswith("|"):
            cells = len(re.findall(r"(?<!\\)\|", line))
            assert cells in {4, 5}, line
