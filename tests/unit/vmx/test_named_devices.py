"""Errors about devices that VMware does not have say which, and what there is; under `strict` they are libvirt's."""

import pytest

from esxvirt.errors import EsxvirtError
from esxvirt.vmx import from_xml

HEAD = "<domain type='vmware'><name>a</name><memory>65536</memory><os><type>hvm</type></os><devices>"
DISK = "<disk type='file'><source file='[d] a/a.vmdk'/><target dev='{}' bus='{}'/></disk>"
CARD = "<interface type='{}'><mac address='00:50:56:00:00:01'/>{}<model type='{}'/></interface>"


@pytest.mark.parametrize(
    ("devices", "words", "strict"),
    [
        (DISK.format("vda", "virtio"), "disk 'vda' is on the bus 'virtio'", "Unsupported disk address type 'none'"),
        (DISK.format("xvda", "xen"), "disk 'xvda' is on the bus 'xen'", "Unsupported disk address type 'none'"),
        (DISK.format("sda", "sd"), "it has scsi, sata, ide, nvme and usb, and fdc", "Unsupported disk address"),
        (CARD.format("bridge", "<source bridge='n'/>", "virtio"), "found 'virtio' (line 1)", "found 'virtio'"),
        (
            CARD.format("bridge", "<source bridge='n'/>", "nope"),
            "'nope' for the interface '00:50:56:00:00:01', which is none of vlance, vmxnet",
            "driver does not support net model 'nope'",
        ),
        (
            CARD.format("direct", "<source dev='eth0'/>", "e1000"),
            "Unsupported net type 'direct' of the interface '00:50:56:00:00:01'",
            "Unsupported net type 'direct'",
        ),
        ("<video><model type='qxl'/></video>", "'qxl': VMware has vmvga", "Unsupported video device type 'qxl'"),
    ],
)
def test_the_device_is_named(devices: str, words: str, strict: str) -> None:
    xml = f"{HEAD}{devices}</devices></domain>"
    with pytest.raises(EsxvirtError) as caught:
        from_xml(xml, virtual_hw_version=10)
    assert words in str(caught.value)
    with pytest.raises(EsxvirtError) as caught:
        from_xml(xml, virtual_hw_version=10, strict=True)
    assert strict in str(caught.value)
    assert words not in str(caught.value)


@pytest.mark.parametrize("kind", ["kvm", "qemu", "xen", "lxc", "hvf"])
def test_another_hypervisor(kind: str) -> None:
    xml = f"{HEAD}</devices></domain>".replace("vmware", kind)
    with pytest.raises(EsxvirtError, match=f"the XML is of type='{kind}', and machines for ESX are of type='vmware'"):
        from_xml(xml, virtual_hw_version=10)
    with pytest.raises(EsxvirtError, match=f"^could not find capabilities for arch=i686 domaintype={kind} $"):
        from_xml(xml, virtual_hw_version=10, strict=True)
