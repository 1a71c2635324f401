"""Firmware and secure boot on their way from domain XML into a VMX file, and back."""

import pytest

from esxvirt.vmx import Report, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import parse_domain

XML = """\
<domain type='vmware'><name>m</name><memory>65536</memory>
<os{}><type arch='x86_64'>hvm</type>{}</os></domain>
"""
PFLASH = "<loader readonly='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader>"
SECURE = "<loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.secboot.fd</loader>"
KEYS = "<feature enabled='{}' name='enrolled-keys'/>"
BOOT = "<feature enabled='{}' name='secure-boot'/>"


def firmware(*features: str) -> str:
    return f"<firmware>{''.join(features)}</firmware>"


@pytest.mark.parametrize(
    ("attribute", "inner", "efi", "secure", "notes"),
    [
        ("", "", None, None, 0),
        ("", PFLASH, "efi", None, 0),
        ("", SECURE, "efi", "TRUE", 0),
        ("", "<loader type='rom'>/usr/share/seabios.bin</loader>", None, None, 0),
        ("", "<loader>/usr/share/seabios.bin</loader>", None, None, 0),
        (" firmware='efi'", "", "efi", None, 0),
        (" firmware='efi'", "<loader secure='yes'/>", "efi", "TRUE", 0),
        (" firmware='efi'", "<loader secure='no'/>", "efi", None, 0),
        (" firmware='efi'", firmware(BOOT.format("yes")), "efi", "TRUE", 0),
        (" firmware='efi'", firmware(BOOT.format("no")), "efi", "FALSE", 0),
        (" firmware='efi'", firmware(KEYS.format("yes")), "efi", "TRUE", 0),
        (" firmware='efi'", firmware(KEYS.format("no")), "efi", None, 0),
        (" firmware='efi'", firmware(KEYS.format("no"), BOOT.format("yes")), "efi", "TRUE", 1),
        (" firmware='efi'", firmware(KEYS.format("no"), BOOT.format("no")), "efi", "FALSE", 0),
        (" firmware='efi'", firmware(BOOT.format("no")) + "<loader secure='yes'/>", "efi", "FALSE", 0),
        (" firmware='bios'", firmware(BOOT.format("yes")), None, None, 1),
        (" firmware='bios'", SECURE, None, None, 1),
    ],
)
def test_firmware(attribute: str, inner: str, efi: str | None, secure: str | None, notes: int) -> None:
    report = Report()
    file = VmxFile.parse(from_xml(XML.format(attribute, inner), virtual_hw_version=14, report=report))
    assert file.get("firmware") == efi
    assert file.get("uefi.secureBoot.enabled") == secure
    assert len([note for note in report if note.key == "os/firmware/feature"]) == notes
    strict = from_xml(XML.format(attribute, inner), virtual_hw_version=14, strict=True)
    assert "secureBoot" not in strict
    assert ("firmware" in strict) == ("'efi'" in attribute)


def test_a_loader_says_what_the_machine_has_that_is_changed() -> None:
    file = 'config.version = "8"\nvirtualHW.version = "14"\nguestOS = "other-64"\nmemsize = "64"\n'
    secure = parse_domain(XML.format("", SECURE))
    changed = redefine(file, secure)
    assert (changed["firmware"], changed["uefi.secureBoot.enabled"]) == ("efi", "TRUE")
    xml = to_xml(str(changed))
    assert "<os firmware='efi'>" in xml
    assert str(redefine(changed, parse_domain(xml))) == str(changed)
    assert str(redefine(changed, secure)) == str(changed)
    assert "firmware" not in redefine(changed, parse_domain(XML.format("", "")))


def test_secure_boot_comes_back() -> None:
    file = VmxFile.parse(from_xml(XML.format("", SECURE), virtual_hw_version=14))
    assert to_domain(file).os.firmware_features == {"enrolled-keys": True, "secure-boot": True}
