"""Folders and datacenters that are made, renamed, moved and removed."""

from pathlib import Path
from typing import Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from tests.sim.test_moves import Open, vcenter
from tests.sim.test_virsh import Virsh

__all__ = ["vcenter"]


def _names(folder: Any) -> list[str]:
    return [item.name for item in folder.childEntity]


def test_folders_of_machines(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", vms=2)
    top = vc.content.rootFolder.childEntity[0].vmFolder
    lab = top.CreateFolder("lab")
    inner = lab.CreateFolder("50% off/now")
    assert inner.name == "50%25 off%2fnow"
    assert inner.parent == lab
    assert lab.parent == top
    assert _names(top)[:1] == ["lab"]
    assert vc.content.searchIndex.FindByInventoryPath("dc1/vm/lab/50%25 off%2fnow") == inner
    machine = vc.machine("vm-0001")
    WaitForTask(inner.MoveInto([machine]))
    assert machine.parent == inner
    assert _names(inner) == ["vm-0001"]
    assert "vm-0001" not in _names(top)
    # A new machine comes where it is made.
    config = vim.vm.ConfigSpec(name="fresh", files=vim.vm.FileInfo(vmPathName="[local-storage]"))
    WaitForTask(lab.CreateVm(config, vc.host(1).parent.resourcePool))
    assert vc.machine("fresh").parent == lab
    WaitForTask(lab.Rename("laboratory"))
    assert vc.content.searchIndex.FindByInventoryPath("dc1/vm/laboratory/fresh") == vc.machine("fresh")
    other = top.CreateFolder("other")
    WaitForTask(other.MoveInto([inner]))
    assert inner.parent == other
    assert _names(lab) == ["fresh"]
    with pytest.raises(vim.fault.InvalidState):
        WaitForTask(other.Destroy())
    WaitForTask(top.MoveInto([machine, inner]))
    WaitForTask(other.Destroy())
    assert "other" not in _names(top)
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        other.CreateFolder("late")
    assert machine.parent == top


def test_what_folders_refuse(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", hosts=2, datacenters=2, vms=2)
    root = vc.content.rootFolder
    first, second = root.childEntity
    lab = first.vmFolder.CreateFolder("lab")
    below = lab.CreateFolder("below")
    for wrong, fault in (("", vim.fault.InvalidName), ("n" * 81, vim.fault.InvalidName)):
        with pytest.raises(fault):
            first.vmFolder.CreateFolder(wrong)
    for taken in ("lab", "web"):
        with pytest.raises(vim.fault.DuplicateName) as caught:
            first.vmFolder.CreateFolder(taken)
        assert caught.value.name == taken
    with pytest.raises(vmodl.fault.NotSupported):
        lab.CreateDatacenter("dc3")
    # Not into itself, into another datacenter, among hosts, nor what does not move.
    machine = vc.machine("vm-0001")
    for folder, what in (
        (below, lab), (lab, lab), (second.vmFolder, machine), (second.vmFolder, lab), (first.hostFolder, machine),
        (lab, first), (lab, vc.host(1)), (root, lab),
    ):  # fmt: skip
        with pytest.raises(vmodl.fault.InvalidArgument):
            WaitForTask(folder.MoveInto([what]))
    for own in (root, first.vmFolder):
        with pytest.raises(vmodl.fault.NotSupported):
            WaitForTask(own.Rename("mine"))
        with pytest.raises(vmodl.fault.NotSupported):
            WaitForTask(own.Destroy())


def test_datacenters(vcenter: Open, tmp_path: Path) -> None:
    vc = vcenter("vcenter-8.0")
    root = vc.content.rootFolder
    made = root.CreateDatacenter("new")
    assert [type(folder) for folder in (made.vmFolder, made.hostFolder, made.datastoreFolder)] == [vim.Folder] * 3
    assert _names(made.vmFolder) == []
    europe = root.CreateFolder("europe")
    old = next(item for item in root.childEntity if item.name == "dc1")
    WaitForTask(europe.MoveInto([old]))
    WaitForTask(old.Rename("köln"))
    assert old.parent == europe
    with pytest.raises(vim.fault.DuplicateName):
        root.CreateDatacenter("new")
    virsh = Virsh(vc.simulator, tmp_path)
    assert "/europe/k%C3%B6ln/" in virsh.uri
    xml = virsh("dumpxml", "web")
    assert "<vmware:datacenterpath>europe/köln</vmware:datacenterpath>" in xml


def test_a_host_has_no_folders(vcenter: Open) -> None:
    vc = vcenter("esx-7.0")
    top = vc.content.rootFolder.childEntity[0].vmFolder
    with pytest.raises(vmodl.fault.NotSupported):
        top.CreateFolder("lab")
    with pytest.raises(vmodl.fault.NotSupported):
        WaitForTask(top.Rename("lab"))


def test_who_may(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0")
    vc.simulator.endpoints[0].access.accounts[vc.simulator.username].role = vc.simulator.endpoints[0].access.role_named(
        "VirtualMachineAdministrator"
    )
    top = vc.content.rootFolder.childEntity[0].vmFolder
    with pytest.raises(vim.fault.NoPermission) as caught:
        top.CreateFolder("lab")
    assert caught.value.privilegeId == "Folder.Create"
