"""Inputs that once failed, made small from real files: `../shared/cases`, and what is right."""

from pathlib import Path

import pytest

from esxvirt.vmx import Report, VmxFile, from_xml, redefine, to_domain, to_xml
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


def test_a_raw_cdrom_drive_without_a_file_name() -> None:
    xml = to_xml(case("vmx/01-cdrom-raw-no-filename.vmx"))
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=14))["ide1:0.deviceType"] == "cdrom-raw"


def test_secure_boot() -> None:
    xml = to_xml(case("vmx/03-secure-boot.vmx"))
    features = "<feature enabled='yes' name='enrolled-keys'/>\n      <feature enabled='yes' name='secure-boot'/>"
    assert f"    <firmware>\n      {features}\n    </firmware>\n" in xml
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=19))["uefi.secureBoot.enabled"] == "TRUE"


def test_a_place_of_a_pci_device_is_decimal() -> None:
    xml = to_xml(case("vmx/06-passthru-slot-decimal.vmx"))
    assert "<address domain='0x0000' bus='0x03' slot='0x10' function='0x1'/>" in xml
    assert VmxFile.parse(from_xml(xml, virtual_hw_version=19))["pciPassthru0.id"] == "00000:003:16.1"


def test_disks_for_several_writers() -> None:
    data = case("vmx/07-multiwriter.vmx")
    xml = to_xml(data)
    assert xml.count("<shareable/>") == 1
    written = VmxFile.parse(from_xml(xml, virtual_hw_version=14))
    for key in ("scsi1:0.sharing", "scsi1.virtualDev", "scsi1.sharedBus", "scsi0.virtualDev"):
        assert written[key] == VmxFile.parse(data)[key]


def test_a_disk_on_usb() -> None:
    xml = to_xml(case("vmx/04-usb-disk.vmx"))
    assert "<target dev='sda' bus='usb'/>" in xml
    written = VmxFile.parse(from_xml(xml, virtual_hw_version=19))
    assert written["usb_xhci:4.deviceType"] == "disk"
    assert written["usb_xhci:4.fileName"].endswith("/opencore.vmdk")
    assert written["usb_xhci.present"] == "true"


def test_secure_boot_on_the_way_back() -> None:
    written = VmxFile.parse(from_xml(case("xml/12-secure-boot.xml").decode(), virtual_hw_version=19))
    assert (written["firmware"], written["uefi.secureBoot.enabled"]) == ("efi", "TRUE")


def test_a_loader_in_flash_is_a_machine_with_efi() -> None:
    written = VmxFile.parse(from_xml(case("xml/14-ovmf-loader.xml").decode(), virtual_hw_version=19))
    assert (written["firmware"], written["uefi.secureBoot.enabled"]) == ("efi", "TRUE")
