"""Each key of a VMX file that the XML does not carry has a line in the report, by default."""

import re

import pytest

from esxvirt.vmx import Report, VmxContext, VmxFile, to_domain, to_xml
from esxvirt.vmx.bookkeeping import SILENT, is_silent
from tests.unit.vmx.samples import MACHINE

HEAD = 'config.version = "8"\nvirtualHW.version = "14"\ndisplayName = "m"\nguestOS = "other-64"\nmemsize = "64"\n'


def told(lines: str, *, strict: bool = False, all_devices: bool = False) -> list[str]:
    report = Report()
    to_domain(HEAD + lines, VmxContext(all_devices=all_devices), report=report, strict=strict)
    return [note.key for note in report]


@pytest.mark.parametrize(
    "key",
    [
        "disk.EnableUUID", "isolation.tools.copy.disable", "monitor_control.restrict_backdoor", "smc.present",
        "guestinfo.userdata", "cpuid.1.ecx", "ethernet9.note", "SMBIOS.reflectHost.not", "a.b.c", "x", "mks.enable3d",
        "vwdt.present", "ctkEnabled", "svga.numDisplays",
    ],
)  # fmt: skip
def test_what_nobody_reads_is_noted_with_its_line(key: str) -> None:
    owner = 'ethernet9.present = "TRUE"\nethernet9.networkName = "n"\n' if key.startswith("ethernet9") else ""
    report = Report()
    to_xml(f'{HEAD}{owner}{key} = "TRUE"\n', report=report)
    (note,) = [note for note in report if note.key == key]
    assert note.text.endswith("has no place in the XML; left out")
    assert note.line == len((HEAD + owner).splitlines()) + 1
    assert not note.guessed


def example(key: str) -> str:
    return key.replace("#", "0").replace("*", "scsi0" if key.startswith("*") else "any")


@pytest.mark.parametrize("silent", SILENT, ids=[silent.keys[0] for silent in SILENT])
def test_what_says_nothing_needs_no_line(silent: object) -> None:
    assert isinstance(silent, tuple)
    keys, why, values = silent
    assert why
    for key in keys:
        assert re.fullmatch(r"[.*A-Za-z_][A-Za-z0-9_.:#*]*", key)
        for value in values or ("anything",):
            assert is_silent(example(key).lower(), value)
        assert not is_silent(f"other{example(key).lower()}x", "anything")
        if values:
            always = any(not each.values and key in each.keys for each in SILENT)
            assert always or not is_silent(example(key).lower(), "something else")


def test_an_empty_value_says_nothing() -> None:
    assert told('a.b = ""\nscsi0:0.redo = ""\n') == []


def test_a_device_that_is_left_out_has_one_line() -> None:
    lines = 'vwdt.present = "TRUE"\nvwdt.runOnBoot = "TRUE"\nusb.present = "TRUE"\nusb:1.present = "TRUE"\n'
    lines += 'usb:1.deviceType = "hub"\nusb.generic.x = "1"\n'
    assert sorted(told(lines)) == ["usb.present", "vwdt.present"]
    client = 'ide1:0.present = "TRUE"\nide1:0.clientDevice = "TRUE"\nide1:0.deviceType = "cdrom-raw"\n'
    assert told(client + 'ide1:0.startConnected = "FALSE"\nide1:0.x = "y"\n') == ["ide1:0.clientDevice"]


def test_a_device_that_is_not_there_has_none() -> None:
    lines = 'sata0:1.present = "FALSE"\nsata0:1.deviceType = "cdrom-image"\nethernet1.virtualDev = "e1000"\n'
    lines += (
        'serial0.present = "FALSE"\nserial0.fileType = "file"\nsound.virtualDev = "hdaudio"\nnvdimm0.present = "0"\n'
    )
    assert told(lines + 'nvdimm0.fileName = "x"\n') == []


def test_a_disk_without_its_controller_is_noted() -> None:
    lines = "".join(
        f'{slot}.present = "TRUE"\n{slot}.fileName = "a.vmdk"\n' for slot in ("scsi0:0", "sata1:2", "nvme0:1")
    )
    assert told(lines) == ["scsi0:0.present", "sata1:2.present", "nvme0:1.present"]


def test_a_controller_without_disks_is_noted() -> None:
    lines = 'scsi0.present = "TRUE"\nscsi0.virtualDev = "pvscsi"\nsata0.present = "TRUE"\nnvme1.present = "TRUE"\n'
    assert told(lines) == ["sata0.present", "nvme1.present", "scsi0.present"]


def test_secure_boot_without_efi_is_noted() -> None:
    assert told('uefi.secureBoot.enabled = "TRUE"\n') == ["uefi.secureBoot.enabled"]
    assert told('uefi.secureBoot.enabled = "TRUE"\nfirmware = "efi"\n') == []
    assert told('uefi.secureBoot.enabled = "FALSE"\nfirmware = "efi"\n') == []
    assert told('uefi.secureBoot.enabled = "FALSE"\nfirmware = "bios"\n') == []


@pytest.mark.parametrize("all_devices", [False, True])
def test_every_key_of_a_machine_is_carried_or_told(all_devices: bool) -> None:
    """Without any key of it the XML is another, or the key has a line, or its device has, or it needs none."""
    context = VmxContext(all_devices=all_devices)
    text = MACHINE + 'scsi0:0.unheardOf = "x"\nethernet0.unheardOf = "x"\nunheardOf = "x"\nscsi1.unheardOf = "x"\n'
    report = Report()
    xml = to_xml(text, context=context, report=report)
    noted = {note.key.lower() for note in report}
    devices = {key.rpartition(".")[0] for key in noted if key.endswith((".present", ".clientdevice"))}
    for key in VmxFile.parse(text):
        lowered = key.lower()
        if lowered in noted or lowered.rpartition(".")[0] in devices or is_silent(lowered, VmxFile.parse(text)[key]):
            continue
        file = VmxFile.parse(text)
        del file[key]
        if key not in {
            "displayName",
            "scsi0:0.startConnected",
            "ethernet0.features",
            "scsi0:0.deviceType",
            "ethernet0.addressType",
        }:
            assert to_xml(str(file), context=context) != xml, key


def test_strict_says_what_it_said() -> None:
    assert told('disk.EnableUUID = "TRUE"\n', strict=True) == []
