"""Domain XML of `../shared/cases` that says more than a VMX file does, or what VMware does not have."""

import pytest

from esxvirt.errors import ConfigUnsupportedError
from esxvirt.vmx import Report, VmxFile, from_xml
from tests.tools import ROOT

CASES = ROOT.parent / "shared" / "cases" / "xml"

pytestmark = pytest.mark.skipif(not CASES.is_dir(), reason="the cases are not in ../shared")


def read(name: str) -> str:
    return (CASES / f"{name}.xml").read_text(encoding="utf-8")


def test_a_bus_that_vmware_does_not_have_is_named_with_its_disk_and_the_buses_that_there_are() -> None:
    with pytest.raises(ConfigUnsupportedError) as caught:
        from_xml(read("11-virtio-disk-message"), virtual_hw_version=10)
    for words in ("disk 'vda'", "bus 'virtio'", "scsi, sata, ide, nvme and usb", "fdc"):
        assert words in str(caught.value)
    with pytest.raises(ConfigUnsupportedError, match=r"^Unsupported disk address type 'none'$"):
        from_xml(read("11-virtio-disk-message"), virtual_hw_version=10, strict=True)


def test_and_gets_one_if_it_is_asked_for() -> None:
    file = VmxFile.parse(from_xml(read("11-virtio-disk-message"), virtual_hw_version=10, adapt=True))
    assert file["scsi0:0.fileName"] == "/vmfs/volumes/local-storage/a/a.vmdk"


@pytest.mark.parametrize("adapt", [False, True])
def test_each_loss_of_a_machine_with_its_firmware_in_files_has_a_line(adapt: bool) -> None:
    report = Report()
    from_xml(read("14-ovmf-loader"), virtual_hw_version=10, adapt=adapt, report=report)
    lines = str(report).splitlines()
    for words in ("/var/lib/libvirt/qemu/nvram/a_VARS.fd", "vcpupin", "smm", "tablet", "memballoon", "q35", "loader"):
        assert [line for line in lines if words in line], words
    assert not [line for line in lines if "acpi" in line]


def test_the_firmware_is_efi_with_secure_boot() -> None:
    file = VmxFile.parse(from_xml(read("14-ovmf-loader"), virtual_hw_version=10, adapt=True))
    assert (file["firmware"], file["uefi.secureBoot.enabled"]) == ("efi", "TRUE")
