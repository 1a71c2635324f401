"""Files of the host's own, which are on no datastore: ``[] /vmimages/...`` stays as it is."""

import pytest

from esxvirt.errors import EsxvirtError
from esxvirt.vmx import Report, VmxFile, from_xml, redefine, to_domain, to_xml
from esxvirt.xml.domain import parse_domain

TOOLS = "[] /vmimages/tools-isoimages/linux.iso"
VMX = """\
config.version = "8"
virtualHW.version = "8"
displayName = "m"
uuid.bios = "56 4d db ab 45 ad 1e 4d-3d d5 3c 65 8e d0 88 56"
ide1:0.present = "TRUE"
ide1:0.deviceType = "cdrom-image"
ide1:0.fileName = "{}"
floppy0.present = "FALSE"
"""


@pytest.mark.parametrize("path", [TOOLS, "[] /vmimages/floppies/pvscsi.flp", "[] /usr/lib/vmware/isoimages/a b.iso"])
def test_both_ways(path: str) -> None:
    report = Report()
    domain = to_domain(VMX.format(path), report=report)
    assert domain.disks[0].source == path
    assert not [note for note in report if "is no path" in str(note)]
    xml = to_xml(VMX.format(path))
    assert f"<source file='{path}'/>" in xml
    written = from_xml(xml, virtual_hw_version=8)
    assert VmxFile.parse(written).get("ide1:0.fileName") == path
    assert to_xml(written) == xml
    assert str(redefine(VMX.format(path), parse_domain(xml))) == VMX.format(path)


def test_strict_refuses_it_as_libvirt_does() -> None:
    with pytest.raises(EsxvirtError, match="Could not handle file name"):
        to_xml(VMX.format(TOOLS), strict=True)
    with pytest.raises(EsxvirtError, match="doesn't have expected format"):
        from_xml(to_xml(VMX.format(TOOLS)), virtual_hw_version=8, strict=True)
