"""Templates, and copies of templates and of snapshots, with guests of their own."""

from typing import Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from tests.sim.test_moves import Open, Vcenter, _clone_spec, vcenter

__all__ = ["vcenter"]


def _clone(machine: Any, name: str, spec: Any) -> Any:
    task = machine.CloneVM_Task(machine.parent, name, spec)
    WaitForTask(task)
    return task.info.result


def test_a_template(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", hosts=2, vms=2, shared=True)
    machine = vc.machine("vm-0002")
    pool = machine.resourcePool
    state = vc.simulator.site.find_machine("vm-0002")
    assert machine.runtime.powerState == "poweredOff"
    machine.MarkAsTemplate()
    assert (machine.config.template, machine.summary.config.template, machine.resourcePool) == (True, True, None)
    assert machine.config.files.vmPathName == "[shared-nfs] vm-0002/vm-0002.vmtx"
    assert state.datastore.find("vm-0002/vm-0002.vmx") is None
    assert state.datastore.find("vm-0002/vm-0002.vmtx") is not None
    with pytest.raises(vmodl.fault.NotSupported):
        WaitForTask(machine.PowerOn())
    with pytest.raises(vmodl.fault.NotSupported):
        machine.MarkAsTemplate()
    made = _clone(machine, "fresh", _clone_spec(pool, powerOn=True))
    assert not made.config.template
    again = _clone(machine, "golden", _template_spec(vc))
    assert again.config.template
    with pytest.raises(vmodl.fault.InvalidArgument) as caught:
        _clone(machine, "x", _template_spec(vc, powerOn=True))
    assert caught.value.invalidProperty == "spec.powerOn"
    # On the other host, which reaches its files.
    machine.MarkAsVirtualMachine(vc.host(1).parent.resourcePool, vc.host(1))
    assert machine.runtime.host == vc.host(1)
    assert machine.config.files.vmPathName == "[shared-nfs] vm-0002/vm-0002.vmx"
    WaitForTask(machine.PowerOn())
    with pytest.raises(vim.fault.InvalidPowerState):
        machine.MarkAsTemplate()
    archive = vc.machine("archive")
    with pytest.raises(vim.fault.InvalidState):
        archive.MarkAsVirtualMachine(vc.host(1).parent.resourcePool)
    archive.MarkAsTemplate()
    with pytest.raises(vim.fault.InvalidDatastore):
        archive.MarkAsVirtualMachine(vc.host(2).parent.resourcePool, vc.host(2))
    assert archive.config.template


def _template_spec(vc: Vcenter, **more: Any) -> Any:
    del vc
    spec = _clone_spec(None, **more)
    spec.template = True
    return spec


def test_a_host_has_no_templates(vcenter: Open) -> None:
    with pytest.raises(vmodl.fault.NotSupported):
        vcenter("esx-7.0").machine("archive").MarkAsTemplate()


def test_a_copy_of_a_snapshot(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0")
    machine = vc.machine("archive")
    WaitForTask(machine.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="before")))
    WaitForTask(machine.CreateSnapshot_Task("then", None, memory=False, quiesce=False))
    WaitForTask(machine.ReconfigVM_Task(vim.vm.ConfigSpec(annotation="after", memoryMB=1024)))
    spec = _clone_spec(machine.resourcePool)
    spec.snapshot = machine.snapshot.currentSnapshot
    made = _clone(machine, "old", spec)
    assert (made.config.annotation, made.config.hardware.memoryMB) == ("before", 512)
    assert made.snapshot is None
    assert machine.config.annotation == "after"
    WaitForTask(made.PowerOn())
    spec.snapshot = vim.vm.Snapshot("snapshot-999999", machine._stub)
    with pytest.raises(vmodl.fault.InvalidArgument):
        _clone(machine, "none", spec)


def test_a_guest_of_its_own(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0")
    machine = vc.machine("archive")
    kinds = vim.vm.customization
    card = kinds.AdapterMapping(
        adapter=kinds.IPSettings(ip=kinds.FixedIp(ipAddress="192.0.2.7"), subnetMask="255.0.0.0")
    )
    custom = kinds.Specification(
        identity=kinds.LinuxPrep(hostName=kinds.FixedName(name="frontend"), domain="example.com"),
        globalIPSettings=kinds.GlobalIPSettings(), nicSettingMap=[card],
    )  # fmt: skip
    made = _clone(machine, "copy", _clone_spec(machine.resourcePool, powerOn=False, customization=custom))
    assert made.guest.ipAddress is None
    WaitForTask(made.PowerOn())
    assert made.guest.hostName == "frontend"
    assert made.guest.ipAddress == "192.0.2.7"
    assert [card.ipAddress for card in made.guest.net] == [["192.0.2.7"]]
    index = vc.content.searchIndex
    assert index.FindByIp(None, "192.0.2.7", True) == index.FindByDnsName(None, "frontend", True) == made
    custom.nicSettingMap = [card, card]
    with pytest.raises(vim.fault.NicSettingMismatch) as caught:
        _clone(machine, "none", _clone_spec(machine.resourcePool, customization=custom))
    assert (caught.value.numberOfNicsInSpec, caught.value.numberOfNicsInVM) == (2, 1)
    vc.simulator.trouble("archive", "notools")
    custom.nicSettingMap = [card]
    with pytest.raises(vim.fault.UncustomizableGuest):
        _clone(machine, "none", _clone_spec(machine.resourcePool, customization=custom))
