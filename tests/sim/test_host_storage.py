"""iSCSI targets and NFS exports that come and go on hosts."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from tests.sim.test_moves import Open, vcenter
from tests.sim.test_virsh import Virsh
from tests.tools import require

__all__ = ["vcenter"]

_ARRAYS = [f"iqn.2004-08.com.example:array{number}" for number in (1, 2)]
_Hba = vim.host.InternetScsiHba


def _adapter(host: Any) -> Any:
    found = host.configManager.storageSystem.storageDeviceInfo.hostBusAdapter
    return next(item for item in found if isinstance(item, _Hba))


def _pools(virsh: Virsh) -> set[str]:
    return set(virsh("pool-list", "--all", "--name").split())


@pytest.mark.parametrize("profile", ["esx-4.0", "esx-8.0"])
def test_targets_that_are_asked_for(profile: str, vcenter: Open, tmp_path: Path) -> None:
    vc = vcenter(profile, storage=["iscsi"])
    virsh = Virsh(vc.simulator, tmp_path)
    system = vc.find(vim.HostSystem, "esx1.example.com").configManager.storageSystem
    host = vc.find(vim.HostSystem, "esx1.example.com")
    before = len(system.storageDeviceInfo.scsiLun)
    send = _Hba.SendTarget(address="10.0.2.2")
    system.AddInternetScsiSendTargets("vmhba33", [send])
    assert [item.address for item in _adapter(host).configuredSendTarget] == ["10.0.2.1", "10.0.2.2"]
    assert _ARRAYS[1] not in _pools(virsh)
    with pytest.raises(vim.fault.AlreadyExists):
        system.AddInternetScsiSendTargets("vmhba33", [send])
    system.RescanHba("vmhba33")
    assert set(_ARRAYS) <= _pools(virsh)
    # One of the first array's is seen now, too.
    assert len(system.storageDeviceInfo.scsiLun) == before + 2
    assert len(virsh("vol-list", _ARRAYS[1]).splitlines()) > 2
    system.RemoveInternetScsiSendTargets("vmhba33", [send])
    system.RescanHba("vmhba33")
    assert _ARRAYS[1] not in _pools(virsh)
    with pytest.raises(vim.fault.NotFound):
        system.RemoveInternetScsiSendTargets("vmhba33", [send])
    with pytest.raises(vim.fault.ResourceInUse) as caught:
        system.RemoveInternetScsiSendTargets("vmhba33", [_Hba.SendTarget(address="10.0.2.1")])
    assert caught.value.name == "san-storage"
    for device in ("vmhba1", "vmhba99"):
        with pytest.raises(vim.fault.NotFound):
            system.AddInternetScsiSendTargets(device, [send])
    with pytest.raises(vmodl.fault.InvalidArgument):
        system.AddInternetScsiSendTargets("vmhba33", [_Hba.SendTarget(address="", port=1)])


def test_targets_by_name(vcenter: Open, tmp_path: Path) -> None:
    vc = vcenter("esx-7.0", storage=["iscsi"])
    virsh = Virsh(vc.simulator, tmp_path)
    host = vc.find(vim.HostSystem, "esx1.example.com")
    system = host.configManager.storageSystem
    named = _Hba.StaticTarget(address="10.0.2.2", iScsiName=_ARRAYS[1])
    unknown = _Hba.StaticTarget(address="10.0.2.9", port=3261, iScsiName="iqn.2004-08.com.example:none")
    system.AddInternetScsiStaticTargets("vmhba33", [named, unknown])
    found = {item.iScsiName: item.discoveryMethod for item in _adapter(host).configuredStaticTarget}
    assert found == {_ARRAYS[0]: "sendTargetMethod", _ARRAYS[1]: "staticMethod", unknown.iScsiName: "staticMethod"}
    system.RescanAllHba()
    assert len(virsh("vol-list", _ARRAYS[1]).splitlines()) > 2
    with pytest.raises(vim.fault.AlreadyExists):
        system.AddInternetScsiStaticTargets("vmhba33", [named])
    system.RemoveInternetScsiStaticTargets("vmhba33", [named, unknown])
    assert [item.iScsiName for item in _adapter(host).configuredStaticTarget] == _ARRAYS[:1]
    with pytest.raises(vim.fault.ResourceInUse):
        system.UpdateSoftwareInternetScsiEnabled(False)


def test_an_initiator_of_its_own(vcenter: Open) -> None:
    vc = vcenter("esx-7.0")
    host = vc.find(vim.HostSystem, "esx1.example.com")
    system = host.configManager.storageSystem
    system.UpdateSoftwareInternetScsiEnabled(True)
    assert _adapter(host).iScsiName.startswith("iqn.1998-01.com.vmware:esx1")
    system.UpdateSoftwareInternetScsiEnabled(False)
    assert not any(isinstance(item, _Hba) for item in system.storageDeviceInfo.hostBusAdapter)


def test_exports_on_a_vcenter(vcenter: Open, tmp_path: Path) -> None:
    vc = vcenter("vcenter-7.0", hosts=2)
    systems = [vc.host(number).configManager.datastoreSystem for number in (1, 2)]
    spec = vim.host.NasVolume.Specification(
        remoteHost="nas2.example.com", remotePath="/export/more", localPath="more", accessMode="readWrite"
    )
    store = systems[0].CreateNasDatastore(spec)
    assert (store.name, store.summary.type) == ("more", "NFS")
    assert store in vc.content.rootFolder.childEntity[0].datastore
    assert vc.content.searchIndex.FindByInventoryPath("dc1/datastore/more") == store
    # The other host mounts the same one, and has it on its own server, too.
    assert systems[1].CreateNasDatastore(spec) == store
    assert len(store.host) == 2
    own = Virsh(vc.simulator, tmp_path, vc.simulator.host_uris[1])
    own.auth.write_text(own.auth.read_text().replace(vc.simulator.username, "root"), encoding="utf-8")
    assert "<host name='nas2.example.com'/>" in own("pool-dumpxml", "more")
    own("vol-create-as", "more", "made/made.vmdk", "1G", "--format", "vmdk")
    assert "made/made.vmdk" in own("vol-list", "more")
    with pytest.raises(vim.fault.DuplicateName):
        systems[0].CreateNasDatastore(spec)
    for field, value in (("localPath", "a/b"), ("remotePath", "export"), ("remoteHost", "")):
        wrong = vim.host.NasVolume.Specification(
            **{"remoteHost": "n", "remotePath": "/x", "localPath": "y", "accessMode": "readWrite", field: value}
        )
        with pytest.raises(vmodl.fault.InvalidArgument):
            systems[0].CreateNasDatastore(wrong)
    spec.localPath = "again"
    with pytest.raises(vim.fault.AlreadyExists):
        systems[0].CreateNasDatastore(spec)
    # A machine on it keeps it.
    config = vim.vm.ConfigSpec(name="fresh", files=vim.vm.FileInfo(vmPathName="[more]"))
    folder = vc.content.rootFolder.childEntity[0].vmFolder
    WaitForTask(folder.CreateVm(config, vc.host(1).parent.resourcePool))
    with pytest.raises(vim.fault.ResourceInUse):
        systems[0].RemoveDatastore(store)
    WaitForTask(vc.machine("fresh").Destroy())
    for system in systems:
        system.RemoveDatastore(store)
    with pytest.raises(vmodl.fault.ManagedObjectNotFound):
        store.RefreshDatastore()
    assert "more" not in own("pool-list", "--all", "--name").split()
    with pytest.raises(vim.fault.NotFound):
        systems[0].RemoveDatastore(store)


def test_govc_mounts_an_export(vcenter: Open) -> None:
    vc = vcenter("esx-7.0")
    environment = {
        **os.environ, "GOVC_URL": vc.simulator.sdk_url, "GOVC_USERNAME": "root", "GOVC_PASSWORD": "secret",
        "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
    }  # fmt: skip

    def govc(*arguments: str) -> str:
        return subprocess.run(
            [require("govc"), *arguments], capture_output=True, text=True, check=True, env=environment
        ).stdout

    govc("datastore.create", "-type", "nfs", "-name", "more", "-remote-host", "nas", "-remote-path", "/x", "*")
    assert "more" in govc("ls", "datastore")
    govc("datastore.mkdir", "-ds", "more", "new")
    assert "new" in govc("datastore.ls", "-ds", "more")
    govc("datastore.remove", "-ds", "more", "*")
    assert "more" not in govc("ls", "datastore")


def test_volumes_come_and_go(vcenter: Open) -> None:
    vc = vcenter("vcenter-7.0", hosts=2, storage=["iscsi"])
    managers = [vc.host(number).configManager for number in (1, 2)]
    system = managers[0].datastoreSystem
    (disk,) = system.QueryAvailableDisksForVmfs()
    (option,) = system.QueryVmfsDatastoreCreateOptions(disk.devicePath)
    with pytest.raises(vim.fault.NotFound):
        system.QueryVmfsDatastoreCreateOptions("/vmfs/devices/disks/none")
    spec = option.spec
    with pytest.raises(vmodl.fault.InvalidArgument):
        system.CreateVmfsDatastore(spec)  # it has no name yet
    spec.vmfs.volumeName = "san-storage"
    with pytest.raises(vim.fault.DuplicateName):
        system.CreateVmfsDatastore(spec)
    spec.vmfs.volumeName = "made"
    store = system.CreateVmfsDatastore(spec)
    assert (store.name, store.summary.type, len(store.host)) == ("made", "VMFS", 2)
    assert [list(one.datastoreSystem.QueryAvailableDisksForVmfs()) for one in managers] == [[], []]
    spec.vmfs.volumeName = "again"
    with pytest.raises(vim.fault.PlatformConfigFault):
        system.CreateVmfsDatastore(spec)
    uuid = store.info.vmfs.uuid
    managers[0].storageSystem.UnmountVmfsVolume(uuid)
    assert sorted(mount.mountInfo.mounted for mount in store.host) == [False, True]
    assert store.summary.accessible
    managers[1].storageSystem.UnmountVmfsVolume(uuid)
    assert not store.summary.accessible
    for act, fault in (
        (managers[0].storageSystem.UnmountVmfsVolume, vim.fault.InvalidState),
        (lambda _: system.RemoveDatastore(store), vim.fault.PlatformConfigFault),
    ):
        with pytest.raises(fault):
            act(uuid)
    managers[0].storageSystem.MountVmfsVolume(uuid)
    with pytest.raises(vim.fault.VmfsAlreadyMounted):
        managers[0].storageSystem.MountVmfsVolume(uuid)
    system.RemoveDatastore(store)
    assert [disk.canonicalName for disk in system.QueryAvailableDisksForVmfs()] == [spec.vmfs.extent.diskName]
    local = next(found for found in vc.host(1).datastore if found.name == "local-storage")
    with pytest.raises(vim.fault.ResourceInUse):
        managers[0].storageSystem.UnmountVmfsVolume(local.info.vmfs.uuid)


def test_what_a_host_does_not_mount(vcenter: Open) -> None:
    vc = vcenter("esx-5.5")
    system = vc.find(vim.HostSystem, "esx1.example.com").configManager.datastoreSystem

    def export(number: int, host: str = "nas") -> vim.host.NasVolume.Specification:
        return vim.host.NasVolume.Specification(
            remoteHost=host, remotePath=f"/{number}", localPath=f"n{number}", accessMode="readWrite"
        )

    with pytest.raises(vim.fault.PlatformConfigFault):
        system.CreateNasDatastore(export(0, "nas.invalid"))
    wrong = export(0)
    wrong.type = "NFS41"
    with pytest.raises(vmodl.fault.NotSupported):
        system.CreateNasDatastore(wrong)
    wrong.type, wrong.accessMode = "NFS", "write"
    with pytest.raises(vmodl.fault.InvalidArgument):
        system.CreateNasDatastore(wrong)
    for number in range(8):
        system.CreateNasDatastore(export(number))
    with pytest.raises(vim.fault.NasConnectionLimitReached):
        system.CreateNasDatastore(export(8))
