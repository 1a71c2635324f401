"""The real virsh changes machines: defined, configured, started with questions, pictured, undefined."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.sim.test_virsh import Virsh

_PROFILES = ("esx-3.5", "esx-4.1", "esx-8.0", "gsx-2.0", "vcenter-2.5", "vcenter-8.0")
_XML = """\
<domain type='vmware'>
  <name>new</name>
  <memory unit='KiB'>524288</memory>
  <vcpu>1</vcpu>
  <os><type arch='x86_64'>hvm</type></os>
  <devices>
    <disk type='file' device='disk'>
      <source file='[local-storage] archive/archive.vmdk'/>
      <target dev='sda' bus='scsi'/>
    </disk>
    <interface type='bridge'><source bridge='VM Network'/><model type='e1000'/></interface>
  </devices>
</domain>
"""


@pytest.fixture(params=_PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http") as running:
        yield running


def _faults(simulator: Simulator) -> list[tuple[str, str]]:
    return [(call.method, call.fault) for call in simulator.calls if call.fault]


def test_a_domain_from_birth_to_death(simulator: Simulator, tmp_path: Path) -> None:
    virsh = Virsh(simulator, tmp_path)
    (tmp_path / "new.xml").write_text(_XML, encoding="utf-8")
    virsh("undefine", "archive")
    virsh("define", str(tmp_path / "new.xml"))
    machine = simulator.site.find_machine("new")
    assert machine.vmx_path == "[local-storage] archive/new.vmx"
    xml = virsh("dumpxml", "new")
    assert f"<uuid>{machine.config.uuid}</uuid>" in xml
    assert "<source file='[local-storage] archive/archive.vmdk'/>" in xml
    virsh("setvcpus", "new", "2")
    assert machine.config.cpus == 2
    virsh("setmem", "new", "262144", "--current")
    assert machine.config.mem_max == 256
    virsh("schedinfo", "new", "--set", "reservation=500", "--set", "limit=1000", "--set", "shares=-3")
    assert (machine.config.cpu_min, machine.config.cpu_max, machine.config.cpu_shares) == (500, 1000, "high")
    virsh("autostart", "new")
    assert "enable" in virsh("dominfo", "new").split("Autostart:")[1].splitlines()[0]
    virsh("autostart", "new", "--disable")
    assert "disable" in virsh("dominfo", "new").split("Autostart:")[1].splitlines()[0]
    virsh("start", "new")
    picture = tmp_path / "new.png"
    virsh("screenshot", "new", str(picture))
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    virsh("reboot", "new")
    refused = virsh.run("undefine", "new")
    assert "Domain is not suspended or powered off" in refused.stderr
    while machine.busy is not None:
        virsh("domstate", "new")
    virsh("shutdown", "new")
    while machine.running:
        virsh("domstate", "new")
    virsh("undefine", "new")
    assert "new" not in virsh("list", "--all", "--name").split()
    assert machine.datastore.find("archive/new.vmx") is not None
    assert virsh.warnings == []
    assert _faults(simulator) == []


def test_a_domain_that_is_defined_twice(esx: Simulator, tmp_path: Path) -> None:
    virsh = Virsh(esx, tmp_path)
    (tmp_path / "new.xml").write_text(_XML.replace("<name>new", "<name>web"), encoding="utf-8")
    done = virsh.run("define", str(tmp_path / "new.xml"))
    assert done.returncode == 1
    assert "Domain already exists, editing existing domains is not supported yet" in done.stderr


@pytest.mark.parametrize("profile", ["esx-3.5", "esx-8.0", "gsx-2.0", "vcenter-2.5", "vcenter-7.0"])
def test_questions_are_reported_or_answered(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, "http", troubled=["cdrom", "moved", "full"]) as simulator:
        virsh = Virsh(simulator, tmp_path, f"{simulator.uri}&auto_answer=0")
        for name, kind in (("cdrom", "msg.device.startdisconnected"), ("moved", "msg.uuid.altered")):
            done = virsh.run("start", name)
            assert done.returncode == 1
            assert f"Pending question blocks virtual machine execution, question is '{kind}" in done.stderr
            assert virsh("domstate", name).strip() == "shut off"
        assert {task.error.data.type_name for task in simulator.tasks.recent if task.error} == {"RequestCanceled"}
        answering = Virsh(simulator, tmp_path, f"{simulator.uri}&auto_answer=1")
        answering("start", "cdrom")
        assert answering("domstate", "cdrom").strip() == "running"
        done = answering.run("start", "full")
        assert "but no default answer is specified" in done.stderr
        assert simulator.sessions == []


def test_machines_that_cannot_start(tmp_path: Path) -> None:
    with Simulator("esx-7.0", "http", troubled=["missing", "notools"]) as simulator:
        virsh = Virsh(simulator, tmp_path)
        simulator.site.find_machine("archive").set_values({"sched.mem.min": "9999999"})
        for name, text in (
            ("missing", "FileNotFound - File [local-storage] missing/missing.vmx was not found"),
            ("broken", "InvalidVmConfig"),
            ("archive", "InsufficientMemoryResourcesFault"),
        ):
            done = virsh.run("start", name)
            assert done.returncode == 1
            assert f"Could not start domain: {text}" in done.stderr
        assert "VMware Tools is not running" in virsh.run("shutdown", "notools").stderr


def test_the_free_licence_and_roles(tmp_path: Path) -> None:
    with Simulator("esx-7.0", "http", license="free") as simulator:
        virsh = Virsh(simulator, tmp_path)
        done = virsh.run("start", "archive")
        assert "Current license or ESXi version prohibits execution of the requested operation" in done.stderr
        assert "archive" in virsh("list", "--all")
    with Simulator("esx-7.0", "http") as simulator:
        virsh = Virsh(simulator, tmp_path)
        auth = tmp_path / "auth.conf"
        auth.write_text(auth.read_text(encoding="utf-8").replace("root", "vmuser"), encoding="utf-8")
        user = Virsh.__new__(Virsh)
        user.__dict__.update(virsh.__dict__, uri=simulator.uri.replace("root@", "vmuser@"))
        user("start", "archive")
        done = user.run("setvcpus", "Fedora11", "2")
        assert "Permission to perform this operation was denied" in done.stderr
    with pytest.raises(ValueError, match="only an ESXi can be free"):
        Simulator("vcenter-7.0", license="free")
