"""Machines of KVM and other hypervisors as machines for ESX: what becomes of each part, and the note that says so."""

from pathlib import Path

import pytest

from esxvirt.errors import ConfigUnsupportedError, EsxvirtError, InvalidArgumentError
from esxvirt.vmx import Report, VmxFile, from_xml, to_xml
from tests.tools import ROOT

OSINFO = (
    "<metadata><l:libosinfo xmlns:l='http://libosinfo.org/xmlns/libvirt/domain/1.0'><l:os id='{}'/></l:libosinfo>"
    "</metadata>"
)
WINDOWS = OSINFO.format("http://microsoft.com/win/10")
OS = "<os><type arch='x86_64'>hvm</type></os>"


def machine(devices: str = "", *, os: str = OS, more: str = "", attributes: str = "type='kvm'") -> str:
    head = f"<domain {attributes}>\n<name>a</name>\n<memory>65536</memory>\n{more}{os}\n"
    return f"{head}<devices>{devices}</devices>\n</domain>"


def adapted(xml: str, version: int = 10) -> tuple[VmxFile, list[str]]:
    report = Report()
    text = from_xml(xml, virtual_hw_version=version, adapt=True, report=report)
    return VmxFile.parse(text), [str(note) for note in report]


def noted(notes: list[str], *words: str) -> bool:
    return any(all(word in note for word in words) for note in notes)


def disk(name: str, bus: str = "virtio", path: str = "", device: str = "disk", inside: str = "") -> str:
    source = f"<source file='{path or f'[ds] a/{name}.vmdk'}'/>"
    return f"<disk type='file' device='{device}'>{source}<target dev='{name}' bus='{bus}'/>{inside}</disk>"


# The machine


@pytest.mark.parametrize("kind", ["kvm", "qemu", "xen", "vbox", "hyperv", "bhyve", "test"])
def test_the_type(kind: str) -> None:
    file, notes = adapted(machine(attributes=f"type='{kind}' id='3'"))
    assert file["guestOS"] == "other-64"
    assert noted(notes, "@type", f"'{kind}'", "'vmware'")


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        (machine(attributes="type='lxc'"), "is a container"),
        (machine(os="<os><type>exe</type></os>"), "is a container"),
        (machine(os="<os><type arch='aarch64'>hvm</type></os>"), "not of 'aarch64'"),
    ],
)
def test_what_is_no_machine_for_esx(xml: str, message: str) -> None:
    with pytest.raises(ConfigUnsupportedError, match=message):
        adapted(xml)


def test_adapting_is_not_strict() -> None:
    with pytest.raises(InvalidArgumentError, match="strict or adapts"):
        from_xml(machine(), virtual_hw_version=10, adapt=True, strict=True)


@pytest.mark.parametrize(
    ("os", "firmware", "secure", "notes"),
    [
        ("<os><type machine='pc'>hvm</type></os>", None, None, ["os/type/@machine: the machine type 'pc'", "x86_64"]),
        (
            (
                "<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' secure='yes' type='pflash'>"
                "/usr/share/OVMF/OVMF_CODE.secboot.fd</loader><nvram>/v.fd</nvram></os>"
            ),
            "efi",
            "TRUE",
            ["'q35'", "'/usr/share/OVMF/OVMF_CODE.secboot.fd'", "'/v.fd'", "secure boot", "EFI firmware"],
        ),
        (
            (
                "<os><type arch='x86_64'>hvm</type><loader type='pflash' readonly='yes'>/OVMF.fd</loader>"
                "<nvram template='/VARS.fd'/></os>"
            ),
            "efi",
            None,
            ["'/OVMF.fd'", "'/VARS.fd'"],
        ),
        ("<os><type arch='x86_64'>hvm</type><loader>/usr/share/ovmf/OVMF.fd</loader></os>", "efi", None, ["OVMF.fd"]),
        (
            "<os><type arch='x86_64'>hvm</type><loader type='rom'>/usr/lib/xen/hvmloader</loader></os>",
            None,
            None,
            ["hvm"],
        ),
        (
            (
                "<os firmware='efi'><type arch='x86_64'>hvm</type><firmware><feature enabled='yes' name='secure-boot'/>"
                "<feature enabled='yes' name='enrolled-keys'/></firmware></os>"
            ),
            "efi",
            "TRUE",
            ["version 13"],
        ),
        ("<os firmware='bios'><type arch='i686'>hvm</type></os>", None, None, []),
        (
            "<os><type arch='x86_64'>hvm</type><kernel>/k</kernel><initrd>/i</initrd><cmdline>c</cmdline></os>",
            None,
            None,
            ["os/kernel: '/k'", "os/initrd: '/i'", "os/cmdline: 'c'"],
        ),
        ("<os><type arch='x86_64' machine='xenpv'>linux</type></os>", None, None, ["'linux' becomes 'hvm'"]),
    ],
)
def test_firmware(os: str, firmware: str | None, secure: str | None, notes: list[str]) -> None:
    file, said = adapted(machine(os=os))
    assert file.get("firmware") == firmware
    assert file.get("uefi.secureBoot.enabled") == secure
    for words in notes:
        assert noted(said, words), said


def test_processors_and_memory() -> None:
    file, notes = adapted(
        machine(
            more="<vcpu cpuset='0-1' placement='static'>8</vcpu><maxMemory slots='4'>9</maxMemory>"
            "<cpu mode='host-model'><topology sockets='2' dies='1' cores='2' threads='2'/></cpu>"
        )
    )
    assert (file["numvcpus"], file["cpuid.coresPerSocket"]) == ("8", "4")
    assert "sched.cpu.affinity" not in file
    for words in ("vcpu/@cpuset: '0-1'", "maxMemory", "2 sockets of 4 cores", "host-model"):
        assert noted(notes, words), notes


def test_a_topology_that_does_not_fit() -> None:
    file, notes = adapted(machine(more="<vcpu>3</vcpu><cpu><topology sockets='2' cores='2' threads='1'/></cpu>"))
    assert "cpuid.coresPerSocket" not in file
    assert noted(notes, "cpu/topology", "3 processors")


def test_memory_of_cells() -> None:
    xml = machine(more="<vcpu>2</vcpu><cpu><numa><cell id='0' cpus='0-1' memory='2' unit='GiB'/></numa></cpu>")
    file, notes = adapted(xml.replace("<memory>65536</memory>", ""))
    assert file["memsize"] == "2048"
    assert noted(notes, "cpu/numa", "2097152 KiB")


# Disks


def test_virtio_is_scsi_and_the_first_stays_the_first() -> None:
    file, notes = adapted(
        machine(
            disk("sda", "sata", device="cdrom", path="[ds] x.iso")
            + disk("vda")
            + disk("vdb", inside="<boot order='1'/>")
        )
    )
    assert file["scsi0.virtualDev"] == "pvscsi"
    assert [file[f"scsi0:{unit}.fileName"][-8:] for unit in (0, 1)] == ["vda.vmdk", "vdb.vmdk"]
    assert file["sata0:2.fileName"] == "/vmfs/volumes/ds/x.iso"
    assert noted(notes, "disk 'vda'", "'virtio' becomes 'scsi'", "'sda'")
    assert noted(notes, "disk 'sda'", "is called 'sdc'")
    assert noted(notes, "devices/controller", "'vmpvscsi'")


@pytest.mark.parametrize(
    ("bus", "name", "version", "slot"),
    [
        ("virtio", "vdc", 10, "scsi0:2"),
        ("xen", "xvda", 10, "scsi0:0"),
        ("sd", "sda", 10, "scsi0:0"),
        ("usb", "sda", 10, "scsi0:0"),
        ("uml", "ubda", 10, "scsi0:0"),
        ("ide", "hdb", 10, "ide0:1"),
        ("ide", "hdc", 7, "ide1:0"),
        ("sata", "sdb", 10, "sata0:1"),
        ("sata", "sdb", 9, "scsi0:1"),
        ("scsi", "sdh", 10, "scsi0:8"),
        ("scsi", "sdp", 10, "scsi1:0"),
        ("nvme", "nvme0n1", 13, "nvme0:0"),
        ("nvme", "nvme0n1", 10, "scsi0:0"),
    ],
)
def test_buses_of_hard_disks(bus: str, name: str, version: int, slot: str) -> None:
    address = "<address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>"
    file, _notes = adapted(machine(disk(name, bus, inside=address)), version)
    assert file[f"{slot}.fileName"].endswith(f"{name}.vmdk"), str(file)


@pytest.mark.parametrize(
    ("bus", "name", "version", "slot"),
    [
        ("sata", "sda", 10, "sata0:0"),
        ("sata", "sda", 9, "ide0:0"),
        ("scsi", "sda", 10, "sata0:0"),
        ("usb", "sdb", 10, "sata0:1"),
        ("virtio", "vda", 8, "ide0:0"),
        ("ide", "hdc", 10, "ide1:0"),
    ],
)
def test_buses_of_cdrom_drives(bus: str, name: str, version: int, slot: str) -> None:
    file, _notes = adapted(machine(disk(name, bus, "[ds] x.iso", "cdrom")), version)
    assert file[f"{slot}.deviceType"] == "cdrom-image", str(file)


def test_addresses_of_virtio_scsi_do_not_matter() -> None:
    first = disk("sda", "scsi", inside="<address type='drive' controller='0' bus='0' target='2' unit='5'/>")
    second = disk("sdb", "scsi", inside="<address type='drive' controller='1' bus='0' target='0' unit='0'/>")
    controllers = "".join(
        f"<controller type='scsi' index='{n}' model='virtio-scsi'><driver queues='2'/></controller>" for n in (0, 1)
    )
    file, notes = adapted(machine(first + second + controllers))
    assert (file["scsi0:0.fileName"][-8:], file["scsi0:1.fileName"][-8:]) == ("sda.vmdk", "sdb.vmdk")
    assert "scsi1.present" not in file
    assert noted(notes, "devices/controller/driver", "queues='2'")


def test_vmwares_own_controllers_keep_their_models() -> None:
    controllers = "<controller type='scsi' index='0' model='lsilogic'/>"
    file, notes = adapted(machine(disk("sda", "scsi") + disk("vda") + controllers))
    assert file["scsi0.virtualDev"] == "lsilogic"
    assert file["scsi0:1.fileName"].endswith("vda.vmdk")
    assert not noted(notes, "of the model")


@pytest.mark.parametrize(
    ("version", "more", "model"), [(4, "", "lsilogic"), (7, "", "pvscsi"), (8, WINDOWS, "lsisas1068")]
)
def test_models_of_scsi_controllers(version: int, more: str, model: str) -> None:
    assert adapted(machine(disk("vda"), more=more), version)[0]["scsi0.virtualDev"] == model


def test_as_many_disks_as_there_can_be() -> None:
    names = [f"vd{chr(97 + number)}" for number in range(26)] + [f"vda{chr(97 + number)}" for number in range(26)]
    names += [f"vdb{chr(97 + number)}" for number in range(12)]
    file, notes = adapted(machine("".join(map(disk, names))), 9)
    assert sum(key.endswith(".fileName") for key in file) == 60
    assert sum("no place for as many" in note for note in notes) == 4


def test_more_drives_than_ide_has() -> None:
    drives = "".join(disk(f"sd{letter}", "sata", "[ds] x.iso", "cdrom") for letter in "abcdef")
    file, _notes = adapted(machine(drives), 9)
    assert {key for key in file if key.endswith(".deviceType")} >= {"ide1:1.deviceType", "scsi0:5.deviceType"}


@pytest.mark.parametrize(
    ("source", "kind", "name"),
    [
        ("file='/var/lib/libvirt/images/web.qcow2'", "file", "web.vmdk"),
        ("file='/var/lib/nova/instances/77/disk'", "file", "disk.vmdk"),
        ("dev='/dev/vg0/web'", "block", "web.vmdk"),
        ("protocol='rbd' name='volumes/volume-1'", "network", "volume-1.vmdk"),
        ("pool='default' volume='vm-100-disk-0.raw'", "volume", "vm-100-disk-0.vmdk"),
        ("file='/srv/a b&quot;c.img'", "file", "a-b-c.vmdk"),
        ("file='relative.qcow2'", "file", "relative.vmdk"),
        ("file='/'", "file", "vda.vmdk"),
    ],
)
def test_images_of_another_host(source: str, kind: str, name: str) -> None:
    xml = f"<disk type='{kind}'><driver name='qemu' type='qcow2'/><source {source}><x/></source>"
    xml += "<target dev='vda' bus='virtio'/></disk>"
    file, notes = adapted(machine(xml))
    assert file["scsi0:0.fileName"] == name
    assert noted(notes, "disk 'vda'", "another host's", name)


def test_images_go_beside_the_one_that_is_on_a_datastore() -> None:
    file, _notes = adapted(machine(disk("vda") + disk("vdb", path="/x/b.qcow2")))
    assert file["scsi0:1.fileName"] == "/vmfs/volumes/ds/a/b.vmdk"


def test_images_of_one_name() -> None:
    file, _notes = adapted(machine(disk("vda", path="/a/disk") + disk("vdb", path="/b/disk")))
    assert (file["scsi0:0.fileName"], file["scsi0:1.fileName"]) == ("disk.vmdk", "disk-vdb.vmdk")


@pytest.mark.parametrize(
    "xml",
    [
        "<disk type='file' device='cdrom'><source file='/seed.iso'/><target dev='hda' bus='ide'/></disk>",
        "<disk type='block' device='cdrom'><source dev='/dev/sr0'/><target dev='hda' bus='ide'/></disk>",
        (
            "<disk type='network' device='cdrom'><source protocol='http' name='/x.iso'><host name='h'/></source>"
            "<target dev='hda' bus='ide'/></disk>"
        ),
    ],
)
def test_media_of_another_host(xml: str) -> None:
    file, notes = adapted(machine(xml))
    assert file["ide0:0.fileName"] == "emptyBackingString"
    assert noted(notes, "disk 'hda'", "left empty")


@pytest.mark.parametrize(
    "xml",
    [
        "<disk type='dir'><source dir='/x'/><target dev='vda' bus='virtio'/></disk>",
        "<disk type='vhostuser'><source type='unix' path='/x'/><target dev='vda' bus='virtio'/></disk>",
        "<disk type='nvme'><source type='pci' managed='yes'/><target dev='vda' bus='virtio'/></disk>",
    ],
)
def test_disks_that_are_no_images(xml: str) -> None:
    file, notes = adapted(machine(xml))
    assert not any(key.endswith(".fileName") for key in file)
    assert noted(notes, "disk 'vda'", "is left out")


def test_a_lun() -> None:
    xml = "<disk type='block' device='lun'><source dev='/dev/disk/by-id/x'/><target dev='sda' bus='scsi'/></disk>"
    file, notes = adapted(machine(xml))
    assert file["scsi0:0.deviceType"] == "scsi-hardDisk"
    assert noted(notes, "RDM")


# Other devices


@pytest.mark.parametrize(
    ("model", "version", "more", "chosen"),
    [
        ("virtio", 10, "", "vmxnet3"),
        ("virtio", 10, WINDOWS, "e1000e"),
        ("virtio", 4, "", "e1000"),
        ("virtio-non-transitional", 10, "", "vmxnet3"),
        ("netfront", 10, "", "vmxnet3"),
        ("rtl8139", 10, "", "e1000"),
        ("ne2k_pci", 10, "", "e1000"),
        ("pcnet", 10, "", "vlance"),
        ("igb", 10, "", "e1000e"),
        ("e1000", 10, "", "e1000"),
        ("e1000e", 10, "", "e1000e"),
        ("vmxnet3", 10, "", "vmxnet3"),
        ("", 10, "", "e1000"),
    ],
)
def test_models_of_network_cards(model: str, version: int, more: str, chosen: str) -> None:
    said = f"<model type='{model}'/>" if model else ""
    card = f"<interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/>{said}</interface>"
    file, notes = adapted(machine(card, more=more), version)
    assert file["ethernet0.virtualDev"] == chosen
    assert noted(notes, "interface '52:54:00:00:00:01'", f"'{chosen}'") == (model != chosen)


@pytest.mark.parametrize(
    ("attributes", "source", "network"),
    [
        ("type='bridge'", "<source bridge='br0'/>", "br0"),
        ("type='network'", "<source network='default' portgroup='x'/>", "default"),
        ("type='direct'", "<source dev='eth0' mode='bridge'/>", "VM Network"),
        ("type='user'", "", "VM Network"),
        ("", "", "VM Network"),
        ("type='ethernet'", "<script path='/x'/>", "VM Network"),
        ("type='vhostuser'", "<source type='unix' path='/x' mode='client'/>", "VM Network"),
        ("type='hostdev'", "<source><address type='pci' bus='1'/></source>", "VM Network"),
        ("type='internal'", "<source name='x'/>", "VM Network"),
        ("type='vdpa'", "<source dev='/dev/vhost-vdpa-0'/>", "VM Network"),
    ],
)
def test_networks(attributes: str, source: str, network: str) -> None:
    card = f"<interface {attributes}><mac address='52:54:00:00:00:01'/>{source}<target dev='tap7'/>"
    card += "<model type='e1000'/></interface>"
    file, notes = adapted(machine(card))
    assert (file["ethernet0.networkName"], file["ethernet0.connectionType"]) == (network, "bridged")
    assert "ethernet0.vnet" not in file
    assert noted(notes, "devices/interface", "port group")
    assert file["ethernet0.address"] == "52:54:00:00:00:01"


@pytest.mark.parametrize("model", ["qxl", "virtio", "cirrus", "vga", "bochs", "vmvga", "none"])
def test_display_adapters(model: str) -> None:
    more = " ram='65536' vgamem='16384'" if model == "qxl" else ""
    video = (
        f"<video><model type='{model}' vram='65536' heads='2' primary='yes'{more}>"
        "<acceleration accel3d='yes'/></model></video>"
        "<video><model type='cirrus'/></video>"
    )
    file, notes = adapted(machine(video))
    assert ("svga.vramSize" in file) == (model != "none")
    assert noted(notes, "devices/video", "'cirrus' is left out")
    assert sum("devices/video" in note for note in notes) == 2


def test_displays() -> None:
    file, notes = adapted(machine("<graphics type='spice' autoport='yes' listen='0.0.0.0'/>"))
    assert "RemoteDisplay.vnc.enabled" not in file
    assert noted(notes, "devices/graphics", "'spice'")
    file, notes = adapted(machine("<graphics type='vnc' port='5901' autoport='no' listen='::' passwd='p'/>"))
    assert (file["RemoteDisplay.vnc.ip"], file["RemoteDisplay.vnc.password"]) == ("::", "p")
    assert not noted(notes, "devices/graphics")


@pytest.mark.parametrize("listen", ["", "<listen type='address'/>", "<listen type='network' network='default'/>"])
def test_a_display_is_not_opened_to_everybody(listen: str) -> None:
    file, notes = adapted(machine(f"<graphics type='vnc' port='-1' autoport='yes'>{listen}</graphics>"))
    assert file["RemoteDisplay.vnc.ip"] == "127.0.0.1"
    assert noted(notes, "devices/graphics/@listen", "127.0.0.1")


@pytest.mark.parametrize(
    ("devices", "words"),
    [
        ("<emulator>/usr/bin/kvm</emulator>", ("devices/emulator", "/usr/bin/kvm")),
        ("<memballoon model='virtio'><stats period='5'/></memballoon>", ("devices/memballoon",)),
        ("<rng model='virtio'/>", ("devices/rng",)),
        ("<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>", ("guest_agent",)),
        ("<channel type='spicevmc'/>", ("devices/channel", "spicevmc")),
        ("<vsock model='virtio'><cid auto='yes'/></vsock>", ("devices/vsock",)),
        ("<watchdog model='i6300esb' action='reset'/>", ("devices/watchdog",)),
        ("<panic model='pvpanic'/>", ("devices/panic",)),
        ("<input type='tablet' bus='usb'/>", ("devices/input", "tablet")),
        ("<redirdev bus='usb' type='spicevmc'/>", ("devices/redirdev",)),
        ("<shmem name='x'/>", ("devices/shmem",)),
        ("<iommu model='intel'/>", ("devices/iommu",)),
        ("<memory model='dimm'><target><size>5</size></target></memory>", ("devices/memory",)),
        ("<hostdev mode='subsystem' type='usb'><source><vendor id='1'/></source></hostdev>", ("hostdev", "'usb'")),
        ("<hostdev mode='subsystem' type='pci'><source><address bus='1'/></source></hostdev>", ("hostdev", "'pci'")),
        ("<hostdev mode='subsystem' type='mdev' model='vfio-pci'/>", ("hostdev", "'mdev'")),
        (
            "<filesystem type='mount'><driver type='virtiofs'/><source dir='/s'/><target dir='t'/></filesystem>",
            ("'/s'",),
        ),
        ("<serial type='pty'/><console type='pty'/>", ("devices/serial", "'pty'")),
        ("<serial type='file'><source path='/log'/></serial>", ("devices/serial", "'/log'")),
        ("<serial type='unix'><source mode='bind' path='/s'/></serial>", ("devices/serial", "'unix'")),
        ("<console type='file'><source path='/c.log'/></console>", ("devices/console", "'/c.log'")),
        ("<tpm model='tpm-tis'><backend type='passthrough'/></tpm>", ("devices/tpm", "'passthrough'")),
        ("<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>", ("devices/tpm", "version 14")),
        ("<sound model='ich9'/>", ("devices/sound", "'ich9' becomes 'ich6'")),
        ("<sound model='usb'/>", ("devices/sound", "'usb' is left out")),
        ("<controller type='usb' model='ich9-ehci1'/>", ("devices/controller", "'ich9-ehci1' becomes 'ehci'")),
    ],
)
def test_other_devices_have_a_note(devices: str, words: tuple[str, ...]) -> None:
    _file, notes = adapted(machine(devices))
    assert noted(notes, *words), notes


def test_usb_controllers_and_their_companions() -> None:
    companions = "".join(
        f"<controller type='usb' index='0' model='ich9-{kind}'><master startport='0'/></controller>"
        for kind in ("ehci1", "uhci1", "uhci2", "uhci3")
    )
    file, notes = adapted(machine(companions))
    assert (file["ehci.present"], file["usb.present"]) == ("true", "true")
    assert sum("VMware has one of the kind" in note for note in notes) == 2
    assert adapted(machine("<controller type='usb' model='qemu-xhci'/>"))[0]["usb_xhci.present"] == "true"
    assert "usb.present" not in adapted(machine("<controller type='usb' model='none'/>"))[0]


def test_a_tpm_where_vmware_has_one() -> None:
    xml = machine(
        "<tpm model='tpm-tis'><backend type='emulator' version='2.0'/></tpm>",
        os=OS.replace("<os>", "<os firmware='efi'>"),
    )
    assert adapted(xml, 14)[0]["vtpm.present"] == "true"
    assert "vtpm.present" not in adapted(xml, 13)[0]


def test_a_machine_for_vmware_stays_as_it_is() -> None:
    for file in sorted((ROOT.parent / "shared" / "conformance" / "libvirt-vmx" / "xml2vmx").glob("*.xml")):
        xml = file.read_text(encoding="utf-8")
        without, report = Report(), Report()
        try:
            plain = from_xml(xml, virtual_hw_version=10, report=without)
        except EsxvirtError:
            continue
        if "machine=" not in xml:
            assert from_xml(xml, virtual_hw_version=10, adapt=True, report=report) == plain, file.name
            assert str(report) == str(without)


def test_what_a_machine_for_vmware_has_of_another() -> None:
    xml = machine(disk("sda", "scsi") + disk("vda") + disk("vdb", path="/x/sdx.vmdk"), attributes="type='vmware'")
    file, notes = adapted(xml)
    assert [file[f"scsi0:{unit}.fileName"][-8:] for unit in range(3)] == ["sda.vmdk", "vda.vmdk", "sdx.vmdk"]
    assert noted(notes, "disk 'vda'", "'virtio' becomes 'scsi'")


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.joinpath("kvm").glob("*.xml")), ids=lambda path: path.stem
)
@pytest.mark.parametrize("version", [4, 8, 10, 19])
def test_descriptions_of_all_origins(path: Path, version: int) -> None:
    file, notes = adapted(path.read_text(encoding="utf-8"), version)
    assert noted(notes, "@type")
    assert noted(notes, "devices/emulator")
    assert not [line for line in str(file).splitlines() if "virtio" in line or "/usr/" in line or "/var/" in line]
    with pytest.raises(EsxvirtError, match="the XML is of type='kvm', and machines for ESX are of type='vmware'"):
        from_xml(path.read_text(encoding="utf-8"), virtual_hw_version=version)
    # What comes of it is understood, and stays as it is.
    text = to_xml(str(file))
    report = Report()
    assert to_xml(from_xml(text, virtual_hw_version=version, report=report)) == text
    assert not [note for note in report if "no place" in str(note)]
