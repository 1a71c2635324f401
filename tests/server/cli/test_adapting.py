"""Machines of KVM on ESX: `define --adapt` and `domxml-to-native --adapt`, and the machine that comes of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt import libvirt_esx
from esxvirt.sim import Simulator
from tests.client import esxvirsh, open_connection, write_auth_file

MACHINE = """\
<domain type='kvm' id='4'>
  <name>kvm1</name>
  <uuid>c7a5fdbd-edaf-9455-926a-d65c16db1809</uuid>
  <memory unit='GiB'>1</memory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-8.0'>hvm</type>
    <loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE_4M.ms.fd</loader>
    <nvram template='/usr/share/OVMF/OVMF_VARS_4M.ms.fd'>/var/lib/libvirt/qemu/nvram/kvm1_VARS.fd</nvram>
  </os>
  <features><acpi/><apic/><smm state='on'/></features>
  <cpu mode='host-passthrough'/>
  <devices>
    <emulator>/usr/libexec/qemu-kvm</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='{image}'/>
      <target dev='vda' bus='virtio'/>
      <address type='pci' domain='0x0000' bus='0x04' slot='0x00' function='0x0'/>
    </disk>
    <disk type='file' device='cdrom'>
      <source file='/var/lib/libvirt/images/seed.iso'/><target dev='sda' bus='sata'/><readonly/>
    </disk>
    <controller type='virtio-serial' index='0'/>
    <interface type='network'>
      <mac address='52:54:00:11:22:33'/><source network='default'/><model type='virtio'/>
    </interface>
    <serial type='pty'/>
    <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
    <graphics type='spice' autoport='yes'/>
    <video><model type='qxl' ram='65536' vram='65536' vgamem='16384'/></video>
    <memballoon model='virtio'/>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>
"""
PLACED = MACHINE.replace("{image}", "[local-storage] web/web.vmdk")
ELSEWHERE = MACHINE.replace("{image}", "/var/lib/libvirt/images/web.qcow2").replace("<name>kvm1", "<name>web2")
CHANGES = (
    "'kvm' becomes one of type 'vmware'", "'pc-q35-8.0'", "/usr/share/OVMF/OVMF_CODE_4M.ms.fd", "kvm1_VARS.fd",
    "secure boot", "features/smm", "/usr/libexec/qemu-kvm", "disk 'vda': the bus 'virtio' becomes 'scsi'",
    "/var/lib/libvirt/images/seed.iso", "the model 'virtio' of the interface '52:54:00:11:22:33' becomes 'vmxnet3'",
    "network 'default'", "devices/serial", "guest_agent", "'spice'", "'qxl' becomes", "devices/memballoon",
    "devices/rng", "host-passthrough",
)  # fmt: skip


class Esx:
    """A simulated host, and commands on it."""

    def __init__(self, server: Simulator, folder: Path) -> None:
        self.server = server
        self._auth = write_auth_file(folder, server.username, server.password)
        self._file = folder / "machine.xml"

    def run(self, *command: str, xml: str = PLACED) -> tuple[str, str]:
        self._file.write_text(xml)
        words = [word.replace("FILE", str(self._file)) for word in command]
        answer = esxvirsh("-c", self.server.uri, *words, auth_file=self._auth)
        return answer.stdout, answer.stderr


@pytest.fixture(params=["esx-4.0", "esx-7.0", "esx-8.0"])
def esx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Esx]:
    with Simulator(request.param, transport="http") as server:
        yield Esx(server, tmp_path)


def test_a_machine_of_kvm_starts_and_the_report_names_all_that_was_changed(esx: Esx) -> None:
    output, errors = esx.run("define", "FILE", "--adapt")
    assert "Domain 'kvm1' defined" in output, errors
    for change in CHANGES:
        assert any(line.startswith("warning: ") and change in line for line in errors.splitlines()), (change, errors)
    output, errors = esx.run("start", "kvm1")
    assert "Domain 'kvm1' started" in output, errors
    xml, _errors = esx.run("dumpxml", "kvm1")
    for there in ("<os firmware='efi'>", "type='vmxnet3'", "model='vmpvscsi'", "bridge='VM Network'", "dev='sda'"):
        assert there in xml, there
    esx.run("destroy", "kvm1")
    # What the server says of it is defined without a word, and so is the same again.
    output, errors = esx.run("define", "FILE", xml=xml)
    assert ("defined from" in output, errors) == (True, "")
    output, errors = esx.run("define", "FILE", "--adapt", "--validate")
    assert "defined from" in output, errors
    assert esx.run("dumpxml", "kvm1")[0].partition("\n")[2] == xml.partition("\n")[2]


@pytest.fixture
def newest(tmp_path: Path) -> Iterator[Esx]:
    with Simulator("esx-8.0", transport="http") as server:
        yield Esx(server, tmp_path)


def test_without_it_the_error_tells_what_helps(newest: Esx) -> None:
    _output, errors = newest.run("define", "FILE")
    assert "machines for ESX are of type='vmware'; have it adapted (--adapt" in errors
    _output, errors = newest.run("domxml-to-native", "vmware-vmx", "--xml", "FILE")
    assert "machines for ESX are of type='vmware'; have it adapted (--adapt" in errors
    _output, errors = newest.run("domxml-to-native", "vmware-vmx", "--xml", "FILE", "--strict")
    assert errors.rstrip().endswith("could not find capabilities for arch=x86_64 domaintype=kvm")
    _output, errors = newest.run("define", "FILE", xml=PLACED.replace("type='kvm'", "type='vmware'"))
    said = "disk 'vda' is on the bus 'virtio', which VMware does not have: it has scsi, sata, ide, nvme and usb"
    assert said in errors


def test_a_conversion_for_a_server_and_one_for_none(newest: Esx) -> None:
    for xml, name in ((PLACED, "/vmfs/volumes/"), (ELSEWHERE, '"web.vmdk"')):
        output, errors = newest.run("domxml-to-native", "vmware-vmx", "--xml", "FILE", "--adapt", xml=xml)
        assert 'scsi0.virtualDev = "pvscsi"' in output
        assert name in output
        assert "warning: line 1: @type: a machine of type 'kvm' becomes one of type 'vmware'" in errors
    _output, errors = newest.run("domxml-to-native", "vmware-vmx", "--xml", "FILE", "--adapt", "--strict")
    assert "mutually exclusive" in errors


def test_images_of_another_host_have_a_place_where_there_is_one_datastore(newest: Esx) -> None:
    newest.run("vol-create-as", "local-storage", "web2/web.vmdk", "10M", "--format", "vmdk")
    output, errors = newest.run("define", "FILE", "--adapt", xml=ELSEWHERE)
    assert "Domain 'web2' defined" in output, errors
    assert "make a VMDK of it, and put it at '[local-storage] web2/web.vmdk'" in errors
    assert "started" in newest.run("start", "web2")[0]


def test_which_datastore_has_to_be_said_where_there_are_several(tmp_path: Path) -> None:
    with Simulator("esx-8.0", transport="http", storage=("nfs",)) as server:
        esx = Esx(server, tmp_path)
        _output, errors = esx.run("define", "FILE", "--adapt", xml=ELSEWHERE)
        assert "which datastore they are to be on is not said" in errors
        assert "'local-storage'" in errors
        assert "web2" not in esx.run("list", "--all")[0]


def test_of_python() -> None:
    with (
        Simulator("esx-7.0", transport="http") as simulator,
        open_connection(simulator.uri, simulator.username, simulator.password) as connection,
    ):
        domain = libvirt_esx.define_on(connection, PLACED, None, adapt=True)
        notes = libvirt_esx.definition_notes(connection)
        assert all(any(change in note for note in notes) for change in CHANGES)
        domain.create()
        config, notes = libvirt_esx.xml_to_native(None, "vmware-vmx", ELSEWHERE, adapt=True)
        assert 'scsi0:0.fileName = "web.vmdk"' in config
        assert any("kvm1_VARS.fd" in note for note in notes)
