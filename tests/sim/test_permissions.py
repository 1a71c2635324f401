"""Roles that accounts have on parts of the inventory, and on what is below."""

from pathlib import Path
from typing import Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim

from esxvirt.sim import Simulator
from tests.sim.test_knobs import _connect
from tests.sim.test_moves import Open, vcenter

__all__ = ["vcenter"]

_Permission = vim.AuthorizationManager.Permission
_USER, _READER = 3, -2


def _give(content: Any, entity: Any, role: int, *, below: bool = True) -> None:
    permission = _Permission(principal="readonly", group=False, roleId=role, propagate=below)
    content.authorizationManager.SetEntityPermissions(entity, [permission])


def test_roles_from_above(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", vms=2)
    top = vc.content.rootFolder.childEntity[0].vmFolder
    lab = top.CreateFolder("lab")
    inner = lab.CreateFolder("inner")
    WaitForTask(inner.MoveInto([vc.machine("vm-0002")]))
    WaitForTask(lab.MoveInto([vc.machine("archive")]))
    _give(vc.content, lab, _USER)
    other = _connect(vc.simulator, "readonly")
    find = other.content.searchIndex.FindByInventoryPath
    WaitForTask(find("dc1/vm/lab/archive").PowerOn())
    WaitForTask(find("dc1/vm/lab/inner/vm-0002").PowerOn())
    assert find("dc1/vm/lab/inner").effectiveRole == [_USER]
    with pytest.raises(vim.fault.NoPermission) as caught:
        find("dc1/vm/web").PowerOff()
    assert caught.value.privilegeId == "VirtualMachine.Interact.PowerOff"
    # What is said nearer counts more; what is not for those below does not reach them.
    _give(vc.content, inner, _READER)
    with pytest.raises(vim.fault.NoPermission):
        find("dc1/vm/lab/inner/vm-0002").PowerOff()
    _give(vc.content, lab, _USER, below=False)
    with pytest.raises(vim.fault.NoPermission):
        find("dc1/vm/lab/archive").PowerOff()
    manager = vc.content.authorizationManager
    machine = vc.machine("vm-0002")
    listed = manager.RetrieveEntityPermissions(machine, inherited=True)
    places = {(item.entity, item.roleId) for item in listed if item.principal == "readonly"}
    assert places == {(inner, _READER), (vc.content.rootFolder, _READER)}
    assert list(manager.RetrieveEntityPermissions(machine, inherited=False)) == []
    assert [item.roleId for item in lab.permission] == [_USER]
    # The privileges of another session's account, on entities.
    key = other.content.sessionManager.currentSession.key
    privilege = "VirtualMachine.Interact.PowerOn"
    asked = manager.HasPrivilegeOnEntities([lab, machine], key, [privilege])
    assert [item.privAvailability[0].isGranted for item in asked] == [True, False]
    other._stub.DropConnections()


def test_roles_on_parts_of_a_host(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", hosts=2)
    role = vc.content.authorizationManager.AddRole("network", ["System.Read", "Host.Config.Network"])
    _give(vc.content, vc.host(1), role)
    other = _connect(vc.simulator, "readonly")
    hosts = {item.name: item for item in _hosts(other)}
    systems = [hosts[f"esx{number}.example.com"].configManager.networkSystem for number in (1, 2)]
    systems[0].AddVirtualSwitch("vSwitch9")
    with pytest.raises(vim.fault.NoPermission):
        systems[1].AddVirtualSwitch("vSwitch9")
    other._stub.DropConnections()


def _hosts(service: Any) -> list[Any]:
    content = service.content
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.HostSystem], True)
    return list(view.view)


def test_accounts_are_kept(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("esx-7.0", "http", state=state) as simulator:
        simulator.add_role("starter", {"System.Read", "VirtualMachine.Interact.PowerOn"})
        simulator.add_account("bob", "starter", "another")
        service = _connect(simulator)
        folder = service.content.rootFolder.childEntity[0].vmFolder
        _give(service.content, folder, _USER)
        service._stub.DropConnections()
    with Simulator("esx-7.0", "http", state=state) as simulator:
        access = simulator.endpoints[0].access
        assert access.authenticate("bob", "another") is not None
        assert access.authenticate("bob", simulator.password) is None
        service = _connect(simulator, "readonly")
        archive = next(
            item for item in service.content.rootFolder.childEntity[0].vmFolder.childEntity if item.name == "archive"
        )
        WaitForTask(archive.PowerOn())
        assert [role.name for role in service.content.authorizationManager.roleList if role.roleId >= 100] == [
            "starter"
        ]
        service._stub.DropConnections()
