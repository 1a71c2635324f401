"""Migration, relocation and cloning on a simulated vCenter."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyVim import connect
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from esxvirt.sim import Simulator
from tests.sim.test_virsh import Virsh
from tests.tools import missing, require

Open = Callable[..., "Vcenter"]


class Vcenter:
    """A simulator with pyVmomi's session on it; what has a name is found by it."""

    def __init__(self, profile: str = "vcenter-7.0", **knobs: Any) -> None:
        self.simulator = Simulator(profile, "http", **knobs).start()
        self.instance = connect.SmartConnect(
            protocol="http",
            host=self.simulator.host,
            port=self.simulator.port,
            user=self.simulator.username,
            pwd=self.simulator.password,
        )
        self.content = self.instance.RetrieveContent()

    def close(self) -> None:
        connect.Disconnect(self.instance)
        self.simulator.stop()

    def find(self, kind: Any, name: str) -> Any:
        view = self.content.viewManager.CreateContainerView(self.content.rootFolder, [kind], True)
        try:
            return next(item for item in view.view if item.name == name)
        finally:
            view.Destroy()

    def machine(self, name: str) -> Any:
        return self.find(vim.VirtualMachine, name)

    def host(self, number: int) -> Any:
        return self.find(vim.HostSystem, f"esx{number}.example.com")


@pytest.fixture
def vcenter() -> Iterator[Open]:
    opened: list[Vcenter] = []

    def make(profile: str = "vcenter-7.0", **knobs: Any) -> Vcenter:
        opened.append(Vcenter(profile, **knobs))
        return opened[-1]

    yield make
    for item in opened:
        item.close()


def _migrate(machine: Any, host: Any, pool: Any = None, state: str | None = None) -> None:
    pool = pool or host.parent.resourcePool
    WaitForTask(machine.MigrateVM_Task(pool=pool, host=host, priority="defaultPriority", state=state))


@pytest.mark.parametrize("profile", ["vcenter-2.5", "vcenter-7.0"])
def test_virsh_migrates(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, "http", hosts=2, vms=4, shared=True) as simulator:
        machine = simulator.site.find_machine("vm-0001")
        assert machine.host is simulator.site.hosts[0]
        virsh = Virsh(simulator, tmp_path)
        there = simulator.uri.replace("/esx1.example.com", "/esx2.example.com")
        virsh("migrate", "vm-0001", there)
        assert machine.host is simulator.site.hosts[1]
        assert "vm-0001" not in virsh("list", "--all", "--name").split()
        assert "vm-0001" in Virsh(simulator, tmp_path, there)("list", "--all", "--name").split()
        assert machine.running
        assert virsh.warnings == []
        site = simulator.site
        # The other host's own server shows it now, the first one's no more.
        assert [sum(m.name == "vm-0001" for m in site.machines_on(host).values()) for host in site.hosts] == [0, 1]


def test_virsh_hears_what_is_in_the_way(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", "http", hosts=2) as simulator:
        there = simulator.uri.replace("/esx1.example.com", "/esx2.example.com")
        done = Virsh(simulator, tmp_path).run("migrate", "web", there)
        assert done.returncode == 1
        assert (
            "Could not migrate domain, validation reported a problem: Migration of web: Unable to access" in done.stderr
        )
        assert "MigrateVM_Task" not in simulator.calls.methods()


def test_a_machine_on_local_storage_stays(vcenter: Open) -> None:
    vc = vcenter(hosts=2)
    web = vc.machine("web")
    with pytest.raises(vim.fault.CannotAccessVmConfig) as caught:
        _migrate(web, vc.host(2))
    reason: Any = caught.value.reason
    assert reason.file == "[local-storage] web/web.vmx"
    assert web.runtime.host.name == "esx1.example.com"
    kinds = [type(event.fault) for event in vc.instance.ValidateMigration([web], pool=vc.host(2).parent.resourcePool)]
    assert kinds == [vim.fault.CannotAccessVmConfig, vim.fault.CannotAccessVmDisk]
    assert list(vc.instance.ValidateMigration([web], pool=vc.host(1).parent.resourcePool)) == []


def test_the_arguments_of_a_migration(vcenter: Open) -> None:
    vc = vcenter(hosts=2, vms=2, shared=True)
    machine, there = vc.machine("vm-0001"), vc.host(2)
    with pytest.raises(vmodl.fault.InvalidArgument) as caught:
        _migrate(machine, there, pool=vc.host(1).parent.resourcePool)
    assert caught.value.invalidProperty == "pool"
    with pytest.raises(vmodl.fault.InvalidArgument):
        machine.MigrateVM_Task(priority="defaultPriority")
    with pytest.raises(vim.fault.InvalidPowerState):
        _migrate(machine, there, state="poweredOff")
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        _migrate(machine, vim.HostSystem("host-999", machine._stub), there.parent.resourcePool)
    with pytest.raises(vmodl.fault.InvalidArgument) as caught:
        vc.instance.QueryVMotionCompatibility(machine, [there], ["colour"])
    assert caught.value.invalidProperty == "compatibility"
    assert vc.instance.QueryVMotionCompatibility(machine, [there], ["cpu"])[0].compatibility == ["cpu"]
    _migrate(machine, there, state="poweredOn")
    assert machine.runtime.host == there
    assert machine.resourcePool == there.parent.resourcePool


def test_migration_ends_at_the_datacenter(vcenter: Open) -> None:
    vc = vcenter(hosts=4, datacenters=2, vms=4, shared=True)
    machine = vc.machine("vm-0001")
    strange = vc.host(2)
    assert strange.parent.parent.parent.name == "dc2"
    with pytest.raises(vim.fault.DatacenterMismatch) as caught:
        _migrate(machine, strange)
    fault: Any = caught.value
    assert fault.expectedDatacenter.name == "dc1"
    assert fault.invalidArgument[0].inputDatacenter.name == "dc2"
    _migrate(machine, vc.host(3))


def test_a_host_has_no_vcenters_methods() -> None:
    with Simulator("esx-7.0", "http") as simulator:
        instance = connect.SmartConnect(
            protocol="http", host=simulator.host, port=simulator.port, user="root", pwd=simulator.password
        )
        machine = instance.RetrieveContent().rootFolder.childEntity[0].vmFolder.childEntity[0]
        with pytest.raises(vmodl.fault.NotSupported):
            machine.MigrateVM_Task(priority="defaultPriority", host=machine.runtime.host)
        with pytest.raises(vmodl.fault.NotSupported):
            machine.CloneVM_Task(
                machine.parent, "copy", vim.vm.CloneSpec(location=vim.vm.RelocateSpec(), template=False, powerOn=False)
            )
        connect.Disconnect(instance)


def test_a_machine_moves_with_its_files(vcenter: Open) -> None:
    vc = vcenter(hosts=2)
    site = vc.simulator.site
    machine, local, shared = site.find_machine("Fedora11"), site.datastores[0], site.datastores[-1]
    before = machine.text()
    target = vc.find(vim.Datastore, "shared-nfs")
    WaitForTask(vc.machine("Fedora11").RelocateVM_Task(vim.vm.RelocateSpec(datastore=target)))
    assert machine.datastore is shared
    assert vc.machine("Fedora11").config.files.vmPathName == "[shared-nfs] Fedora11/Fedora11.vmx"
    names = {name for name, _ in shared.names("Fedora11")}
    assert {"Fedora11.vmx", "Fedora11.vmdk", "Fedora11-flat.vmdk", "Fedora11.nvram"} <= names
    assert not local.is_directory("Fedora11")
    # The disk, which the manual's file names by a path of the host, is found at its new place.
    after = machine.text()
    assert 'scsi0:0.fileName = "Fedora11.vmdk"' in after
    assert len(after.splitlines()) == len(before.splitlines())
    assert machine.disk_path(machine.config.disks[0]) == "[shared-nfs] Fedora11/Fedora11.vmdk"
    # And now it can run elsewhere.
    _migrate(vc.machine("Fedora11"), vc.host(2))
    # A datastore that the host does not reach.
    with pytest.raises(vmodl.fault.InvalidArgument) as caught:
        vc.machine("Fedora11").RelocateVM_Task(vim.vm.RelocateSpec(datastore=vc.find(vim.Datastore, "local-storage")))
    assert caught.value.invalidProperty == "spec.datastore"


@pytest.mark.parametrize(("profile", "may"), [("vcenter-5.0", False), ("vcenter-6.7", True)])
def test_a_running_machine_moves_with_its_storage_since_5_1(vcenter: Open, profile: str, may: bool) -> None:
    vc = vcenter(profile, hosts=2)
    there = vc.host(2)
    spec = vim.vm.RelocateSpec(host=there, pool=there.parent.resourcePool, datastore=there.datastore[0])
    web = vc.machine("web")
    if may:
        WaitForTask(web.RelocateVM_Task(spec))
        assert web.runtime.host == there
    else:
        with pytest.raises(vim.fault.InvalidPowerState):
            WaitForTask(web.RelocateVM_Task(spec))
        assert web.runtime.host == vc.host(1)


def _clone_spec(pool: Any = None, **more: Any) -> Any:
    location = vim.vm.RelocateSpec(pool=pool, datastore=more.pop("datastore", None), host=more.pop("host", None))
    return vim.vm.CloneSpec(location=location, template=False, powerOn=more.pop("powerOn", False), **more)


def test_a_copy(vcenter: Open) -> None:
    vc = vcenter(hosts=2)
    site = vc.simulator.site
    web = vc.machine("web")
    task = web.CloneVM_Task(web.parent, "web2", _clone_spec(web.resourcePool, powerOn=True))
    WaitForTask(task)
    made = task.info.result
    source, copy = site.find_machine("web"), site.find_machine("web2")
    assert made == vc.machine("web2")
    assert copy.config.uuid != source.config.uuid
    assert {nic.mac for nic in copy.config.nics}.isdisjoint(nic.mac for nic in source.config.nics)
    assert [disk.capacity_kib for disk in copy.config.disks] == [disk.capacity_kib for disk in source.config.disks]
    assert made.config.hardware.numCPU == web.config.hardware.numCPU
    text = copy.datastore.find("web2/web2.vmx")
    assert text is not None
    assert re.search(rb'displayName = "web2"', text.read())
    assert copy.datastore.find("web2/web2.vmdk") is not None
    assert copy.datastore.find("web2/web2-flat.vmdk") is not None


def test_a_copy_that_differs(vcenter: Open) -> None:
    vc = vcenter()
    archive = vc.machine("archive")
    config = vim.vm.ConfigSpec(memoryMB=256, numCPUs=2, annotation="A copy")
    task = archive.CloneVM_Task(archive.parent, "small", _clone_spec(archive.resourcePool, config=config))
    WaitForTask(task)
    made = task.info.result.config
    assert (made.name, made.hardware.memoryMB, made.hardware.numCPU, made.annotation) == ("small", 256, 2, "A copy")
    assert archive.config.hardware.memoryMB == 512
    # One that cannot be configured is not left behind.
    wrong = vim.vm.ConfigSpec(numCPUs=100_000)
    with pytest.raises(vmodl.MethodFault):
        WaitForTask(archive.CloneVM_Task(archive.parent, "big", _clone_spec(archive.resourcePool, config=wrong)))
    assert [machine.name for machine in archive.parent.childEntity if machine.name == "big"] == []
    assert not vc.simulator.site.datastores[0].is_directory("big")


def test_copies_that_cannot_be(vcenter: Open) -> None:
    vc = vcenter(hosts=2)
    web = vc.machine("web")
    folder, pool = web.parent, web.resourcePool

    def refused(kind: Any, name: str, spec: Any, where: Any = folder) -> Any:
        with pytest.raises(kind) as caught:
            WaitForTask(web.CloneVM_Task(where, name, spec))
        return caught.value

    assert refused(vim.fault.DuplicateName, "archive", _clone_spec(pool)).object == vc.machine("archive")
    assert refused(vim.fault.InvalidName, "a/b", _clone_spec(pool)).name == "a/b"
    assert refused(vmodl.fault.InvalidArgument, "copy", _clone_spec()).invalidProperty == "spec.location.pool"
    assert refused(vim.fault.InvalidFolder, "copy", _clone_spec(pool), vc.content.rootFolder)
    wrong = vc.host(2).datastore[0]
    found = refused(vmodl.fault.InvalidArgument, "copy", _clone_spec(pool, datastore=wrong))
    assert found.invalidProperty == "spec.location.datastore"
    assert len(vc.simulator.site.machines) == 5
    vc.simulator.site.datastores[0].capacity = 1 << 30
    refused(vim.fault.NoDiskSpace, "copy", _clone_spec(pool))


@pytest.mark.parametrize("vcenter_parameter", ["*", "{address}"])
def test_virsh_migrates_from_host_to_host_by_their_vcenter(vcenter_parameter: str, tmp_path: Path) -> None:
    with Simulator("vcenter-5.0", "http", hosts=2, vms=2, shared=True) as simulator:
        if simulator.port != 80:
            missing("the standard ports may not be bound here, and managementServerIp has no port")
        accounts = {simulator.host: simulator.username} | {host.address: "root" for host in simulator.site.hosts}
        auth = tmp_path / "auth.conf"
        auth.write_text(
            "".join(
                f"[credentials-{index}]\nusername={user}\npassword={simulator.password}\n"
                f"[auth-esx-{address}]\ncredentials={index}\n[auth-vpx-{address}]\ncredentials={index}\n"
                for index, (address, user) in enumerate(accounts.items())
            ),
            encoding="utf-8",
        )
        parameter = vcenter_parameter.format(address=simulator.host)
        # The account of a URI would be the one for the vCenter, too.
        here, there = (f"{uri.replace('root@', '')}&vcenter={parameter}" for uri in simulator.host_uris)
        machine = simulator.site.find_machine("vm-0001")
        environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(auth)}
        done = subprocess.run(
            [require("virsh"), "-c", here, "migrate", "vm-0001", there],
            capture_output=True, text=True, env=environment, timeout=60, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert machine.host is simulator.site.hosts[1]
        assert {call.endpoint for call in simulator.calls} == {"esx1", "esx2", "vcenter"}
        assert simulator.sessions == []


def test_a_machine_tells_of_its_tasks(vcenter: Open) -> None:
    vc = vcenter(hosts=2, vms=2, shared=True)
    machine = vc.machine("vm-0001")
    assert list(machine.recentTask) == []
    task = machine.MigrateVM_Task(pool=vc.host(2).parent.resourcePool, host=vc.host(2), priority="defaultPriority")
    WaitForTask(task)
    assert list(machine.recentTask) == [task]
    assert list(vc.machine("web").recentTask) == []


def test_a_vcenter_is_told_from_others(vcenter: Open) -> None:
    one, other = (vcenter(profile).content.about.instanceUuid for profile in ("vcenter-7.0", "vcenter-7.0"))
    assert one
    assert one != other
    assert vcenter("vcenter-2.5").content.about.instanceUuid is None
