"""The manual's own examples and snippets, as libvirt 9.0.0 converts them."""

import re
import textwrap
from pathlib import Path

import pytest

from esxvirt.vmx import VmxContext, from_xml, to_domain
from esxvirt.xml.domain import format_domain
from tests.conformance.oracle import format_file_name, parse_file_name

XML = """\
<domain type='vmware'>
  <name>Fedora11</name>
  <uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>
  <memory unit='KiB'>1048576</memory>
  <currentMemory unit='KiB'>1048576</currentMemory>
  <vcpu placement='static'>1</vcpu>
  <cputune>
    <shares>1000</shares>
  </cputune>
  <os>
    <type arch='i686'>hvm</type>
  </os>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <source file='[local-storage] Fedora11/Fedora11.vmdk'/>
      <target dev='sda' bus='scsi'/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <controller type='scsi' index='0' model='lsilogic'/>
    <interface type='bridge'>
      <mac address='00:50:56:91:48:c7' type='generated'/>
      <source bridge='VM Network'/>
    </interface>
    <video>
      <model type='vmvga' vram='4096' primary='yes'/>
    </video>
  </devices>
</domain>
"""

VMX = """\
.encoding = "UTF-8"
config.version = "8"
virtualHW.version = "4"
guestOS = "other-64"
uuid.bios = "50 11 5e 16 9b dc 49 d7-f1 71 53 c4 d7 f9 17 10"
displayName = "Fedora11"
memsize = "1024"
numvcpus = "1"
scsi0.present = "true"
scsi0.virtualDev = "lsilogic"
scsi0:0.present = "true"
scsi0:0.deviceType = "scsi-hardDisk"
scsi0:0.fileName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11.vmdk"
floppy0.present = "false"
floppy1.present = "false"
ethernet0.present = "true"
ethernet0.networkName = "VM Network"
ethernet0.connectionType = "bridged"
ethernet0.addressType = "static"
ethernet0.address = "00:50:56:25:48:c7"
"""

CONTEXT = VmxContext(parse_file_name=parse_file_name, format_file_name=format_file_name)


@pytest.fixture(scope="module")
def manual(shared: Path) -> str:
    return (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")


def example(manual: str, name: str) -> str:
    match = re.search(rf"^ *\$ cat > {re.escape(name)} << EOF\n(.*?)^ *EOF$", manual, re.DOTALL | re.MULTILINE)
    assert match is not None
    return textwrap.dedent(match[1])


def snippets(manual: str) -> list[str]:
    """The pieces of XML that begin and end with an ellipsis."""
    return [
        textwrap.dedent(found) for found in re.findall(r"^ +\.\.\.\n(.*?)^ +\.\.\.$", manual, re.DOTALL | re.MULTILINE)
    ]


def written(devices: str) -> list[str]:
    head = "<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os><devices>"
    vmx = from_xml(f"{head}{devices}</devices></domain>", virtual_hw_version=4, context=CONTEXT, strict=True)
    return [line for line in vmx.splitlines() if re.match(r"scsi|ethernet", line)]


@pytest.mark.parametrize("strict", [False, True])
def test_from_vmx(manual: str, strict: bool) -> None:
    assert format_domain(to_domain(example(manual, "demo.vmx"), CONTEXT, strict=strict), inactive=True) == XML


@pytest.mark.parametrize("strict", [False, True])
def test_to_vmx(manual: str, strict: bool) -> None:
    assert from_xml(example(manual, "demo.xml"), virtual_hw_version=4, context=CONTEXT, strict=strict) == VMX


def test_the_example_of_a_domain(manual: str) -> None:
    match = re.search(r"Fedora11 on x86_64\n~+\n\n::\n\n(.*?)\nMigration", manual, re.DOTALL)
    assert match is not None
    vmx = from_xml(textwrap.dedent(match[1]), virtual_hw_version=4, context=CONTEXT, strict=True)
    assert vmx == VMX.replace('scsi0.virtualDev = "lsilogic"\n', "")


def test_the_snippets(manual: str) -> None:
    controller, driver, card = snippets(manual)
    disk = [
        'scsi0.present = "true"',
        'scsi0.virtualDev = "lsilogic"',
        'scsi0:0.present = "true"',
        'scsi0:0.deviceType = "scsi-hardDisk"',
        'scsi0:0.fileName = "/vmfs/volumes/498076b2-02796c1a-ef5b-000ae484a6a3/Fedora11/Fedora11.vmdk"',
    ]
    assert written(controller) == disk
    assert written(driver) == disk
    assert written(card) == [
        'ethernet0.present = "true"',
        'ethernet0.virtualDev = "e1000"',
        'ethernet0.networkName = "VM Network"',
        'ethernet0.connectionType = "bridged"',
        'ethernet0.addressType = "static"',
        'ethernet0.address = "00:50:56:25:48:c7"',
    ]


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        ("00:0c:29:00:00:00", ("generated", "generatedAddress", None)),
        ("00:0c:29:ff:ff:ff", ("generated", "generatedAddress", None)),
        ("00:50:56:00:00:00", ("static", "address", None)),
        ("00:50:56:3f:ff:ff", ("static", "address", None)),
        ("00:50:56:40:00:00", ("static", "address", "false")),
        ("00:50:56:7f:ff:ff", ("static", "address", "false")),
        ("00:50:56:80:00:00", ("vpx", "generatedAddress", None)),
        ("00:50:56:bf:ff:ff", ("vpx", "generatedAddress", None)),
        ("00:50:56:c0:00:00", ("static", "address", "false")),
        ("00:0c:28:ff:ff:ff", ("static", "address", "false")),
        ("52:54:00:00:00:01", ("static", "address", "false")),
    ],
)
def test_the_ranges_of_mac_addresses(address: str, lines: tuple[str, str, str | None]) -> None:
    kind, key, check = lines
    vmx = written(f"<interface type='bridge'><mac address='{address}'/><source bridge='n'/></interface>")
    assert f'ethernet0.addressType = "{kind}"' in vmx
    assert f'ethernet0.{key} = "{address}"' in vmx
    assert [line for line in vmx if "checkMAC" in line] == (
        [] if check is None else [f'ethernet0.checkMACAddress = "{check}"']
    )
    kept = written(f"<interface type='bridge'><mac address='{address}' type='static'/><source bridge='n'/></interface>")
    assert 'ethernet0.addressType = "static"' in kept
    assert f'ethernet0.address = "{address}"' in kept


@pytest.mark.parametrize("kib", [1, 4095, 4096, 4097, 8192])
def test_memory_is_a_multiple_of_4096_kib(kib: int) -> None:
    text = f"<domain type='vmware'><name>n</name><memory>{kib}</memory><os><type>hvm</type></os></domain>"
    vmx = from_xml(text, virtual_hw_version=4)
    assert f'memsize = "{-(-kib // 4096) * 4}"' in vmx


@pytest.mark.parametrize("count", [1, 2, 3, 5, 128])
def test_any_number_of_vcpus(count: int) -> None:
    head = "<domain type='vmware'><name>n</name><memory>4096</memory><os><type>hvm</type></os>"
    assert f'numvcpus = "{count}"' in from_xml(
        f"{head}<vcpu>{count}</vcpu></domain>", virtual_hw_version=4, strict=True
    )
