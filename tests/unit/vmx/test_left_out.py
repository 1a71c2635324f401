"""What domain XML says and a VMX file does not: a line for each, and none for what says nothing."""

import pytest

from esxvirt.vmx import Report, from_xml, to_xml
from esxvirt.vmx.needless import NEEDLESS
from tests.tools import ROOT
from tests.unit.vmx.samples import MACHINE

HEAD = "<domain type='vmware'>\n<name>a</name>\n<memory>65536</memory>\n"
OS = "<os><type arch='x86_64'>hvm</type></os>\n"


def report(xml: str) -> list[str]:
    notes = Report()
    from_xml(xml, virtual_hw_version=10, report=notes)
    return [str(note) for note in notes]


def machine(more: str = "", devices: str = "", os: str = OS) -> str:
    return f"{HEAD}{os}{more}<devices>{devices}</devices>\n</domain>\n"


def disk(inside: str = "", *, bus: str = "scsi", target: str = "sda", attributes: str = "") -> str:
    return (
        f"<disk type='file' {attributes}><source file='[d] a/{target}.vmdk'/><target dev='{target}' bus='{bus}'/>"
        f"{inside}</disk>"
    )


def card(inside: str = "", kind: str = "bridge", source: str = "<source bridge='n'/>") -> str:
    return f"<interface type='{kind}'><mac address='00:50:56:00:00:01'/>{source}{inside}</interface>"


LOST = {
    "machine": [
        ("<vcpu>4</vcpu><iothreads>2</iothreads>", "iothreads: '2' has no place"),
        ("<vcpu placement='auto'>4</vcpu>", "vcpu/@placement: 'auto' has"),
        ("<vcpus><vcpu id='0' enabled='yes'/></vcpus>", "vcpus: has"),
        ("<cputune><vcpupin vcpu='0' cpuset='1'/></cputune>", "cputune/vcpupin: has"),
        ("<cputune><emulatorpin cpuset='1'/><period>1000</period></cputune>", "cputune/period: '1000' has"),
        ("<memtune><hard_limit>5</hard_limit></memtune>", "memtune/hard_limit: '5' has"),
        ("<memoryBacking><hugepages/></memoryBacking>", "memoryBacking/hugepages: has"),
        ("<numatune><memory mode='strict' nodeset='0'/></numatune>", "numatune: has"),
        ("<blkiotune><weight>5</weight></blkiotune>", "blkiotune: has"),
        ("<sysinfo type='smbios'/>", "sysinfo: 'smbios' has"),
        ("<features><smm state='on'/></features>", "features/smm: has"),
        ("<features><hyperv><relaxed state='on'/></hyperv></features>", "features/hyperv: has"),
        ("<features><apic eoi='on'/></features>", "features/apic: has"),
        ("<cpu mode='custom'><model>qemu64</model></cpu>", "cpu/model: 'qemu64' has"),
        ("<cpu><feature policy='require' name='aes'/><feature name='avx'/></cpu>", "cpu/feature: 'aes', 'avx' have"),
        ("<cpu><cache mode='passthrough'/></cpu>", "cpu/cache: has"),
        ("<clock offset='localtime'/>", "clock/@offset: 'localtime' has"),
        ("<clock offset='utc'><timer name='rtc'/><timer name='pit'/></clock>", "clock/timer: 'rtc', 'pit' have"),
        ("<on_crash>restart</on_crash>", "on_crash: 'restart' has"),
        ("<pm><suspend-to-mem enabled='no'/></pm>", "pm: has"),
        ("<seclabel type='static'><label>x</label></seclabel>", "seclabel: 'static' has"),
        ("<launchSecurity type='sev'/>", "launchSecurity: 'sev' has"),
        ("<q:commandline xmlns:q='http://libvirt.org/schemas/domain/qemu/1.0'/>", "q:commandline: has"),
    ],
    "os": [
        ("<os><type machine='q35'>hvm</type></os>", "os/type/@machine: 'q35' has"),
        ("<os><type>hvm</type><kernel>/k</kernel></os>", "os/kernel: '/k' has"),
        ("<os><type>hvm</type><bootmenu enable='yes'/></os>", "os/bootmenu: has"),
        ("<os firmware='efi'><type>hvm</type><loader secure='no'/><nvram>/n</nvram></os>", "os/nvram: '/n' has"),
        ("<os firmware='efi'><type>hvm</type><loader type='pflash'>/l.fd</loader></os>", "os/loader: '/l.fd' has"),
    ],
    "firmware": [
        (
            "<feature enabled='yes' name='secure-boot'/><feature enabled='no' name='enrolled-keys'/>",
            "os/firmware/feature/@enabled: 'no' of 'enrolled-keys' has",
        ),
    ],
    "devices": [
        ("<emulator>/e</emulator>", "devices/emulator: '/e' has"),
        ("<input type='tablet' bus='usb'/>", "devices/input: 'tablet' on 'usb' has"),
        ("<memballoon model='virtio'/>", "devices/memballoon: has"),
        ("<rng model='virtio'/><rng model='virtio'/>", "devices/rng: 2 of them have"),
        ("<channel type='unix'><target type='virtio' name='a.0'/></channel>", "devices/channel: 'unix' 'a.0' has"),
        ("<redirdev bus='usb' type='spicevmc'/>", "devices/redirdev: 'spicevmc' on 'usb' has"),
        ("<vsock model='virtio'/>", "devices/vsock: has"),
        ("<watchdog model='itco'/>", "devices/watchdog: has"),
        ("<panic model='isa'/>", "devices/panic: has"),
        ("<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>", "devices/tpm/@model: 'tpm-tis' has"),
        ("<tpm><backend type='passthrough'/></tpm>", "devices/tpm/backend/@type: 'passthrough' has"),
        ("<controller type='usb' model='qemu-xhci'/>", "the usb controller 0 of the model 'qemu-xhci' has"),
        ("<controller type='scsi' index='2'/>", "devices/controller: the scsi controller 2 without disks has"),
        ("<sound model='ich9'/>", "the sound card 'ich9' is left out"),
        ("<sound model='sb16'/><sound model='ich6'/>", "devices/sound: a second sound has"),
        ("<graphics type='spice'/>", "'spice' is left out"),
        ("<graphics type='vnc' websocket='5700'/>", "devices/graphics/@websocket: '5700' has"),
        ("<console type='pty'><target type='virtio'/></console>", "devices/console: 'pty' has"),
        ("<serial type='pty'/>", "devices/serial: 'pty' is left out"),
        ("<serial type='tcp'><source host='h' service='1'/><log file='/l'/></serial>", "devices/serial/log: has"),
        ("<video><model type='vmvga'><acceleration accel3d='yes'/></model></video>", "model/acceleration: has"),
        ("<hostdev type='usb'/>", "a host device of type 'usb' is left out"),
        ("<disk type='file' device='cdrom'><target dev='hda' tray='open'/></disk>", "@tray: 'open' of disk 'hda' has"),
        (disk("<driver discard='unmap'/>"), "devices/disk/driver/@discard: 'unmap' of disk 'sda' has"),
        (disk("<driver io='native' queues='2'/>"), "devices/disk/driver: io='native', queues='2' of disk 'sda' have"),
        (disk("<driver type='qcow2'/>"), "devices/disk/driver/@type: 'qcow2' of disk 'sda' has"),
        (disk("<driver cache='none'/>", bus="sata"), "the cache mode 'none' is left out"),
        (disk("<serial>S</serial>"), "devices/disk/serial: 'S' of disk 'sda' has"),
        (disk("<wwn>1</wwn>"), "devices/disk/wwn: '1' of disk 'sda' has"),
        (disk("<readonly/>"), "devices/disk/readonly: of disk 'sda' has"),
        (disk("<iotune/>"), "devices/disk/iotune: of disk 'sda' has"),
        (disk("<backingStore type='file'/>"), "devices/disk/backingStore: 'file' of disk 'sda' has"),
        (disk("<alias name='ua-mine'/>"), "devices/disk/alias: of disk 'sda' has"),
        (disk("<iotune/>") + disk("<iotune/>", target="sdb"), "of disk 'sda', disk 'sdb' have"),
        (card("<mtu size='9000'/>"), "devices/interface/mtu: of interface '00:50:56:00:00:01' has"),
        (card("<vlan/>"), "devices/interface/vlan: of interface"),
        (card("<filterref filter='x'/>"), "devices/interface/filterref: of interface"),
        (card(kind="network", source="<source network='n' portgroup='p'/>"), "source/@portgroup: 'p' of interface"),
    ],
}  # fmt: skip


@pytest.mark.parametrize(("place", "xml", "expected"), [(place, *case) for place in LOST for case in LOST[place]])
def test_each_loss_has_a_line(place: str, xml: str, expected: str) -> None:
    firmware = f"<os firmware='efi'><type>hvm</type><firmware>{xml}</firmware></os>"
    whole = {
        "machine": machine(xml),
        "os": machine(os=xml),
        "firmware": machine(os=firmware),
        "devices": machine(devices=xml),
    }[place]
    lines = report(whole)
    assert [line for line in lines if expected in line], lines


SAID_FOR_NOTHING = """\
<domain type='vmware' id='7' xmlns:vmware='http://libvirt.org/schemas/domain/vmware/1.0'>
  <name>a</name>
  <memory unit='MiB'>64</memory>
  <currentMemory unit='MiB'>64</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <resource><partition>/machine</partition></resource>
  <os firmware='efi'>
    <type arch='x86_64'>hvm</type><loader readonly='yes' type='pflash' stateless='no'/><bootmenu enable='no'/>
  </os>
  <features><acpi/><apic/><pae/></features>
  <cpu mode='custom' match='exact' check='none' migratable='on'>
    <topology sockets='1' dies='1' clusters='1' cores='2' threads='1'/>
  </cpu>
  <clock offset='utc'/>
  <on_poweroff>destroy</on_poweroff><on_reboot>restart</on_reboot><on_crash>destroy</on_crash>
  <devices>
    <disk type='file' device='disk'>
      <driver type='vmdk' cache='default'/><source file='[d] a/a.vmdk' index='1'/><backingStore/>
      <target dev='sda' bus='scsi'/><alias name='scsi0-0-0-0'/>
      <address type='drive' controller='0' bus='0' target='0' unit='0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <target dev='hdc' bus='ide' tray='closed'/><readonly/><address type='drive' controller='0' bus='1' unit='0'/>
    </disk>
    <controller type='scsi' index='0' model='vmpvscsi'>
      <alias name='scsi0'/><address type='pci' domain='0x0000' bus='0x03' slot='0x00' function='0x0'/>
    </controller>
    <controller type='ide' index='0'/>
    <controller type='pci' index='1' model='pcie-root-port'><target chassis='1'/></controller>
    <controller type='virtio-serial' index='0'/>
    <interface type='bridge'>
      <mac address='00:50:56:00:00:01'/><source bridge='VM Network'/><model type='vmxnet3'/><link state='up'/>
      <alias name='net0'/><address type='pci' domain='0x0000' bus='0x01' slot='0x00' function='0x0'/>
    </interface>
    <serial type='tcp'>
      <source mode='bind' host='h' service='1'/><protocol type='raw'/>
      <target type='isa-serial' port='0'><model name='isa-serial'/></target>
    </serial>
    <console type='tcp'>
      <source mode='bind' host='h' service='1'/><protocol type='raw'/><target type='serial' port='0'/>
    </console>
    <input type='mouse' bus='ps2'/><input type='keyboard' bus='ps2'/>
    <graphics type='vnc' port='5900' autoport='no' listen='::'><listen type='address' address='::'/></graphics>
    <video><model type='vmvga' vram='4096' heads='1' primary='yes'/></video>
    <memballoon model='none'/>
    <tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>
  </devices>
  <seclabel type='dynamic' model='dac' relabel='yes'/>
  <vmware:datacenterpath>dc</vmware:datacenterpath><vmware:moref>vm-7</vmware:moref>
</domain>
"""


def test_what_says_nothing_needs_no_line() -> None:
    assert report(SAID_FOR_NOTHING) == []


def test_what_a_conversion_writes_says_nothing_that_it_does_not_take_back() -> None:
    lines = report(to_xml(MACHINE))
    assert [line for line in lines if "no place in a VMX file" in line] == []


@pytest.mark.parametrize("folder", ["vmx2xml", "xml2vmx"])
def test_nor_does_what_libvirt_writes(folder: str) -> None:
    files = sorted((ROOT.parent / "shared" / "conformance" / "libvirt-vmx" / folder).glob("*.xml"))
    for file in files:
        lines = report(file.read_text(encoding="utf-8"))
        assert {line.partition(": ")[2] for line in lines if "no place" in line} <= {
            "os/type/@machine: 'pc' has no place in a VMX file; left out"
        }


def test_each_rule_has_a_reason_and_a_place() -> None:
    assert all(rule.reason and rule.path for rule in NEEDLESS)
    assert len(set(NEEDLESS)) == len(NEEDLESS)


def test_many_alike_are_one_line() -> None:
    pins = "".join(f"<vcpupin vcpu='{number}' cpuset='1'/>" for number in range(64))
    assert report(machine(f"<cputune>{pins}</cputune>")) == [
        "line 5: cputune/vcpupin: 64 of them have no place in a VMX file; left out"
    ]


def test_long_values_are_cut() -> None:
    (line,) = report(machine(os=f"<os><type>hvm</type><cmdline>{'x' * 500}</cmdline></os>"))
    assert len(line) < 130
