"""Files that nobody means well with: bounded in time, and nothing but our errors."""

import pytest

from esxvirt.errors import EsxvirtError, VmxError
from esxvirt.vmx import VmxFile, from_xml, to_domain

DIGITS = "9" * 100_000
HEAD = 'config.version = "8"\nvirtualHW.version = "8"\n'
PLAIN = "<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os>{}</domain>"


@pytest.mark.parametrize(
    "line",
    [
        f'sched.cpu.affinity = "{DIGITS}"',
        f'sched.cpu.shares = "{DIGITS}"',
        f'virtualHW.version = "{DIGITS}"',
        f'ethernet{DIGITS}.present = "TRUE"',
        f'serial{DIGITS}.present = "TRUE"',
        f'scsi0:{DIGITS}.present = "TRUE"',
        f'vm.genid = "-{DIGITS}"',
        f'serial0.present = "TRUE"\nserial0.fileType = "network"\nserial0.fileName = "tcp://h:{DIGITS}"',
        f'pciPassthru0.present = "TRUE"\npciPassthru0.id = "{DIGITS}"',
        'sharedFolder.maxNum = "999999999"\nisolation.tools.hgfs.disable = "FALSE"',
    ],
    ids=range(10),
)
def test_absurd_numbers(line: str) -> None:
    for strict in (False, True):
        try:
            to_domain(HEAD + line + "\n", strict=strict)
        except EsxvirtError:
            assert strict


@pytest.mark.parametrize("key", ["memsize", "sched.mem.max", "numvcpus", "cpuid.coresPerSocket"])
def test_absurd_sizes(key: str) -> None:
    with pytest.raises(VmxError, match=f"^Config entry '{key}' must represent an integer value"):
        to_domain(f'{HEAD}{key} = "{DIGITS}"\n')


@pytest.mark.parametrize(
    "text",
    [
        "a = " + " " * 200_000 + "x",
        "a" + " " * 200_000 + "x",
        " " * 200_000 + "=",
        'a = "' + " " * 200_000,
        "\t \t" * 100_000,
        "a = '" + '"' * 200_000,
        ".encoding" * 20_000,
        "|" * 200_000,
        'displayName = "' + "|" * 200_000 + '"',
        "=" * 200_000,
        "\n" * 200_000,
        '"""' * 100_000,
    ],
    ids=range(12),
)
def test_absurd_lines(text: str) -> None:
    VmxFile.parse(text)
    VmxFile.parse(text.encode())
    for strict in (False, True):
        try:
            to_domain(HEAD + text, strict=strict)
        except EsxvirtError:
            assert strict


def test_very_many_keys() -> None:
    text = HEAD + "".join(f'a{number}.present = "TRUE"\n' for number in range(200_000))
    assert len(VmxFile.parse(text)) == 200_002
    assert to_domain(text).disks == []


@pytest.mark.parametrize(
    "inside",
    [
        f"<vcpu>{DIGITS}</vcpu>",
        f"<vcpu cpuset='{DIGITS}'>1</vcpu>",
        f"<vcpu cpuset='0-{DIGITS}'>1</vcpu>",
        f"<cputune><shares>{DIGITS}</shares></cputune>",
        f"<currentMemory>{DIGITS}</currentMemory>",
        "<currentMemory unit='EiB'>999999</currentMemory>",
        f"<cpu><topology sockets='{DIGITS}' cores='1' threads='1'/></cpu>",
        f"<devices><controller type='scsi' index='{DIGITS}'/></devices>",
        f"<devices><disk><source file='/a.vmdk'/><target dev='sd{'a' * 100_000}' bus='scsi'/></disk></devices>",
        f"<devices><graphics type='vnc' port='{DIGITS}'/></devices>",
        f"<devices><serial type='dev'><source path='/a'/><target port='{DIGITS}'/></serial></devices>",
        f"<devices><disk><source file='/a.vmdk'/><target dev='nvme0n{DIGITS}'/></disk></devices>",
        f"<vcpu>0</vcpu><devices><hostdev type='usb'><source><vendor id='{DIGITS}'/></source></hostdev></devices>",
    ],
    ids=range(13),
)
def test_absurd_documents(inside: str) -> None:
    for strict in (False, True):
        with pytest.raises(EsxvirtError):
            from_xml(PLAIN.format(inside), virtual_hw_version=7, strict=strict)


def test_controllers_are_not_implied_without_end() -> None:
    disk = "<disk><source file='/a.vmdk'/><target dev='sda' bus='scsi'/><address type='drive' controller='{}'/></disk>"
    for bus in ("scsi", "ide", "sata", "nvme"):
        text = PLAIN.format(f"<devices>{disk.format(4_000_000_000).replace('scsi', bus)}</devices>")
        with pytest.raises(EsxvirtError):
            from_xml(text, virtual_hw_version=7)
