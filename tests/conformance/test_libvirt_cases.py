"""libvirt's own conversion cases, byte for byte: `../shared/conformance`."""

from pathlib import Path

import pytest

from esxvirt.errors import EsxvirtError, VmxError
from esxvirt.vmx import VmxContext, from_xml, to_xml
from tests.tools import ROOT

CASES = ROOT.parent / "shared" / "conformance" / "libvirt-vmx"


def read_cases(direction: str) -> list[tuple[str, str, str]]:
    table = CASES / "CASES.tsv"
    if not table.exists():
        return []
    rows = [line.split("\t") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    return [(case, expect, version) for of, case, expect, version in rows if of == direction]


VMX_TO_XML = read_cases("vmx2xml")
WITHOUT_LOOKUPS = [
    case for case, expect, _ in VMX_TO_XML if expect == "ok" and "missing" not in case and case != "datacenterpath"
]
XML_TO_VMX = read_cases("xml2vmx")


def parse_file_name(file_name: str, allow_missing: bool) -> str | None:
    """The lookups that the cases assume; see the README beside them."""
    if file_name.startswith("/vmfs/volumes/"):
        datastore, _slash, path = file_name.removeprefix("/vmfs/volumes/").partition("/")
        if datastore == "missing" or path.startswith("missing"):
            if allow_missing:
                return None
            raise VmxError(f"no file {file_name}")
        return f"[{datastore}] {path}"
    if file_name.startswith("/"):
        return file_name
    if "/" in file_name:
        raise VmxError(f"no place for {file_name}")
    return f"[datastore] directory/{file_name}"


def test_the_cases_are_there() -> None:
    if not CASES.exists():
        pytest.skip("the conformance cases are not in ../shared")
    assert len(VMX_TO_XML) == 61
    assert len(XML_TO_VMX) == 43


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize(("case", "expect", "version"), VMX_TO_XML, ids=[case[0] for case in VMX_TO_XML])
def test_vmx_to_xml(case: str, expect: str, version: str, strict: bool) -> None:
    assert version == "-"
    folder = CASES / "vmx2xml"
    path = "folder1/folder2/datacenter1" if case == "datacenterpath" else None
    context = VmxContext(parse_file_name=parse_file_name, datacenter_path=path)
    vmx = (folder / f"{case}.vmx").read_bytes()
    if expect == "fail":
        with pytest.raises(EsxvirtError):
            to_xml(vmx, context=context, strict=strict)
        return
    assert to_xml(vmx, context=context, strict=strict) == (folder / f"{case}.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize("case", WITHOUT_LOOKUPS)
def test_vmx_to_xml_without_a_context(case: str, strict: bool) -> None:
    vmx = (CASES / "vmx2xml" / f"{case}.vmx").read_bytes()
    assert to_xml(vmx, strict=strict) == (CASES / "vmx2xml" / f"{case}.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize("strict", [False, True], ids=["tolerant", "strict"])
@pytest.mark.parametrize(("case", "expect", "version"), XML_TO_VMX, ids=[case[0] for case in XML_TO_VMX])
def test_xml_to_vmx(case: str, expect: str, version: str, strict: bool) -> None:
    assert expect == "ok"
    xml = Path(CASES / "xml2vmx" / f"{case}.xml").read_text(encoding="utf-8")
    vmx = (CASES / "xml2vmx" / f"{case}.vmx").read_text(encoding="utf-8")
    assert from_xml(xml, virtual_hw_version=int(version), strict=strict) == vmx
