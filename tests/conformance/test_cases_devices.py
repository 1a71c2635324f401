"""Inputs that once failed, made small from real files: `../shared/cases`, and what is right."""

from pathlib import Path

import pytest

from esxvirt.vmx import Report, VmxFile, redefine, to_domain, to_xml
from tests.tools import ROOT

CASES = ROOT.parent / "shared" / "cases"


def case(name: str) -> bytes:
    path = Path(CASES / name)
    if not path.exists():
        pytest.skip("the cases are not in ../shared")
    return path.read_bytes()


def test_an_encoding_by_the_name_that_icu_has_for_it() -> None:
    data = case("vmx/02-windows-949-2000.vmx")
    report = Report()
    xml = to_xml(data, report=report)
    assert "<name>CentOS 실행</name>" in xml
    assert "<source file='[datastore] directory/실행.vmdk'/>" in xml
    assert [note for note in report if note.key == ".encoding"] == []
    assert VmxFile.parse(data).encode() == data
    domain = to_domain(data)
    domain.memory = domain.current_memory = 2 << 20
    assert redefine(data, domain).encode() == data.replace(b'"1024"', b'"2048"')
