"""Files, directories and disks on datastores, and what is refused."""

from typing import Any

import pytest

from esxvirt.sim.profiles import PROFILES
from esxvirt.sim.state.site.default_site import Layout
from esxvirt.sim.state.storage import disks, files
from esxvirt.sim.state.storage.datastores import Datastore, File
from esxvirt.sim.wire.values import Data, Fault, Ref
from tests.unit.sim.inside import Inside

DS = "[local-storage]"
SPEC = {"diskType": "thin", "adapterType": "lsiLogic"}


class Files:
    """The file and disk managers of a server, called in process."""

    def __init__(self, profile: str = "esx-7.0", **more: Any) -> None:
        self.inside = Inside(profile, **more)
        endpoint = self.inside.endpoint
        self.store: Datastore = endpoint.site.datastores[0]
        self.datacenter = self.inside.datacenter
        self._managers = endpoint.managers

    def fault(self, method: str, **arguments: Any) -> str | None:
        """Call a method: the fault that it, or its task, ends with."""
        manager = "virtualDiskManager" if "Disk" in method else "fileManager"
        try:
            task = self.inside.call(method, self._managers[manager], **arguments)
        except Fault as fault:
            return fault.data.type_name
        error = task.task.error if hasattr(task, "task") else None
        return error.data.type_name if error else None

    def disk(self, path: str, *, size: int = 1 << 20, **more: Any) -> str | None:
        spec = Data("FileBackedVirtualDiskSpec", **{**SPEC, "capacityKb": size, **more})
        return self.fault("CreateVirtualDisk_Task", name=f"{DS} {path}", spec=spec)


def test_directories() -> None:
    server = Files()
    assert server.fault("MakeDirectory", name=f"{DS} a") is None
    assert server.fault("MakeDirectory", name=f"{DS} a") == "FileAlreadyExists"
    assert server.fault("MakeDirectory", name=f"{DS} b/c") == "FileNotFound"
    assert server.fault("MakeDirectory", name=f"{DS} b/c/d", createParentDirectories=True) is None
    assert server.store.is_directory("b/c/d")
    assert (
        server.fault("MakeDirectory", name=f"{DS} iso/install.iso/x", createParentDirectories=True)
        == "CannotCreateFile"
    )
    for name, fault in (
        (DS, "FileAlreadyExists"),
        ("[nobody] a", "InvalidDatastorePath"),
        ("a", "InvalidDatastorePath"),
        (f"{DS} ../a", "InvalidDatastorePath"),
        ("http://[::1", "InvalidDatastorePath"),
    ):
        assert server.fault("MakeDirectory", name=name) == fault
    server.store.accessible = False
    assert server.fault("MakeDirectory", name=f"{DS} z") == "InaccessibleDatastore"


def test_a_url_names_a_file_too() -> None:
    server = Files("vcenter-7.0")
    url = "https://vc.example.com/folder/new%20one?dcPath=dc1&dsName=local-storage"
    assert server.fault("MakeDirectory", name=url) is None
    assert server.store.is_directory("new one")


def test_a_vcenter_wants_the_datacenter() -> None:
    server = Files("vcenter-7.0", hosts=2)
    assert server.fault("MakeDirectory", name=f"{DS} a") == "InvalidArgument"
    assert server.fault("MakeDirectory", name=f"{DS} a", datacenter=server.datacenter) is None
    other = Ref("Datacenter", "datacenter-99")
    assert server.fault("MakeDirectory", name=f"{DS} b", datacenter=other) == "ManagedObjectNotFound"


def test_moving_and_copying() -> None:
    server = Files()
    store = server.store
    store.make_directory("a/b")
    store.put("a/b/x", File.of(b"x"))
    move, copy = "MoveDatastoreFile_Task", "CopyDatastoreFile_Task"
    assert server.fault(copy, sourceName=f"{DS} a", destinationName=f"{DS} c") is None
    assert server.fault(move, sourceName=f"{DS} a/b/x", destinationName=f"{DS} a/y") is None
    assert store.find("a/b/x") is None
    assert [name for name, _ in store.walk("c")] == ["c/b", "c/b/x"]
    for method, source, goal, fault in (
        (move, "a/b/x", "z", "FileNotFound"),
        (move, "a/y", "c/b/x", "FileAlreadyExists"),
        (move, "a/y", "none/y", "FileNotFound"),
        (copy, "a", "c", "FileAlreadyExists"),
        (move, "a", "a/b/inside", "InvalidArgument"),
        (move, "", "z", "InvalidArgument"),
        (move, "web", "elsewhere", "FileLocked"),
        (copy, "a/y", "web/web.vmx", "FileLocked"),
    ):
        arguments = {"sourceName": f"{DS} {source}", "destinationName": f"{DS} {goal}"}
        assert server.fault(method, **arguments, force=fault == "FileLocked") == fault, (method, source, goal)
    assert server.fault(move, sourceName=f"{DS} a/y", destinationName=f"{DS} c/b/x", force=True) is None
    found = store.find("c/b/x")
    assert found is not None
    assert found.read() == b"x"


@pytest.mark.parametrize("profile", PROFILES)
def test_files_on_every_profile(profile: str) -> None:
    server = Files(profile)
    store = server.store
    vcenter = server.inside.endpoint.host is None
    here = {"sourceDatacenter": server.datacenter, "destinationDatacenter": server.datacenter} if vcenter else {}
    where = {"datacenter": server.datacenter} if vcenter else {}

    def move(source: str, goal: str, **more: Any) -> str | None:
        arguments = {"sourceName": f"{DS} {source}", "destinationName": f"{DS} {goal}", **here, **more}
        return server.fault("MoveDatastoreFile_Task", **arguments)

    assert server.fault("MakeDirectory", name=f"{DS} new", **where) is None
    assert server.fault("MakeDirectory", name=f"{DS} new", **where) == "FileAlreadyExists"
    assert server.fault("MakeDirectory", name=f"{DS} a/b", **where) == "FileNotFound"
    store.put("new/one", File.of(b"one"))
    store.put("new/two", File.of(b"two"))
    assert move("new/none", "new/three") == "FileNotFound"
    assert move("new/one", "new/two") == "FileAlreadyExists"
    assert move("new/one", "new/two", force=False) == "FileAlreadyExists"
    assert {path: file.read() for path, file in store.walk("new") if file} == {"new/one": b"one", "new/two": b"two"}
    assert move("new/one", "new/two", force=True) is None
    assert {path: file.read() for path, file in store.walk("new") if file} == {"new/two": b"one"}
    assert move("new/two", "new/three") is None
    assert move("new/three", "web/web.vmx", force=True) == "FileLocked"
    assert move("web/web.vmx", "new/web.vmx") == "FileLocked"
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} web/web.vmx", **where) == "FileLocked"
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} new/two", **where) == "FileNotFound"
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} new/three", **where) is None
    assert store.find("new/three") is None
    # A registered machine that does not run keeps nobody from its file; only that is moved, not the machine.
    assert move("archive/archive.vmx", "new/archive.vmx") is None
    assert server.inside.endpoint.site.find_machine("archive").vmx_path == f"{DS} archive/archive.vmx"
    server.inside.login("readonly")
    assert move("new/archive.vmx", "new/x") == "NoPermission"
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} new", **where) == "NoPermission"
    assert server.fault("MakeDirectory", name=f"{DS} newer", **where) == "NoPermission"
    assert [path for path, _ in store.walk("new")] == ["new/archive.vmx"]


def test_moving_from_one_datacenter_to_another() -> None:
    server = Files("vcenter-7.0", hosts=2, layout=Layout(datacenters=2))
    endpoint = server.inside.endpoint
    first, second = [endpoint.ids.datacenter(item) for item in endpoint.datacenters]
    other = server.inside.endpoint.site.datastores[1]
    server.store.put("iso/x", File.of(b"x"))
    arguments = {"sourceName": f"{DS} iso/x", "destinationName": f"[{other.name}] iso/y", "sourceDatacenter": first}
    assert server.fault("MoveDatastoreFile_Task", **arguments) == "InvalidDatastorePath"
    assert server.fault("MoveDatastoreFile_Task", **arguments, destinationDatacenter=second) is None
    found = other.find("iso/y")
    assert found is not None
    assert found.read() == b"x"
    assert server.store.find("iso/x") is None


def test_a_machines_directory_moves_with_all_that_it_holds() -> None:
    server = Files()
    store = server.store
    names = dict(store.names("archive"))
    arguments = {"sourceName": f"{DS} archive", "destinationName": f"{DS} attic"}
    assert server.fault("MoveDatastoreFile_Task", **arguments) is None
    assert dict(store.names("attic")) == names
    assert not store.is_directory("archive")
    assert disks.read(store, "attic/archive.vmdk").capacity_kib > 0
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} attic") is None
    assert store.find("attic/archive.vmx") is None
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} attic") == "FileNotFound"
    assert server.fault("DeleteDatastoreFile_Task", name=DS) == "CannotDeleteFile"
    # The name is free for something new.
    assert server.fault("MakeDirectory", name=f"{DS} archive") is None
    assert list(store.names("archive")) == []


def test_disks() -> None:
    server = Files()
    store = server.store
    store.make_directory("d")
    free = store.free
    assert server.disk("d/thin.vmdk") is None
    assert store.free > free - 10_000
    assert server.disk("d/thick.vmdk", diskType="preallocated", adapterType="ide") is None
    assert store.free < free - (1 << 30) + 10_000
    assert disks.read(store, "d/thick.vmdk").adapter == "ide"
    for path, fault, more in (
        ("d/thin.vmdk", "FileAlreadyExists", {}),
        ("none/x.vmdk", "FileNotFound", {}),
        ("d/x.txt", "InvalidArgument", {}),
        ("d/x.vmdk", "InvalidArgument", {"size": 0}),
        ("d/x.vmdk", "InvalidArgument", {"diskType": "sparse2Gb"}),
        ("d/x.vmdk", "InvalidArgument", {"adapterType": "nvme"}),
        ("d/x.vmdk", "NoDiskSpace", {"size": 1 << 40, "diskType": "thick"}),
    ):
        assert server.disk(path, **more) == fault, (path, more)
    assert Files("gsx-2.0").disk("iso/x.vmdk", diskType="sparse2Gb") is None


def test_what_is_done_to_disks() -> None:
    server = Files()
    store = server.store
    store.make_directory("d")
    server.disk("d/a.vmdk")
    name = f"{DS} d/a.vmdk"
    store.put("d/a-flat.vmdk", File.sparse(1 << 30, 4096))
    uuid = server.inside.call("QueryVirtualDiskUuid", Ref("VirtualDiskManager", "ha-vdiskmanager"), name=name)
    assert server.fault("ExtendVirtualDisk_Task", name=name, newCapacityKb=1 << 21) is None
    assert server.fault("ExtendVirtualDisk_Task", name=name, newCapacityKb=1 << 20) == "InvalidArgument"
    assert disks.read(store, "d/a.vmdk").capacity_kib == 1 << 21
    assert disks.used(store, "d/a.vmdk") == 4096
    assert server.fault("MoveVirtualDisk_Task", sourceName=name, destName=f"{DS} d/b.vmdk") is None
    assert store.find("d/a.vmdk") is None
    assert disks.identify(store, "d/b.vmdk") == uuid
    assert server.fault("CopyVirtualDisk_Task", sourceName=f"{DS} d/b.vmdk", destName=f"{DS} d/c.vmdk") is None
    assert disks.identify(store, "d/c.vmdk") != uuid
    assert server.fault("InflateVirtualDisk_Task", name=f"{DS} d/c.vmdk") is None
    assert not disks.read(store, "d/c.vmdk").thin
    assert disks.used(store, "d/c.vmdk") == 2 << 30
    for method, more, fault in (
        ("ZeroFillVirtualDisk_Task", {"name": f"{DS} d/none.vmdk"}, "FileNotFound"),
        ("ZeroFillVirtualDisk_Task", {"name": f"{DS} web/web.vmdk"}, "FileLocked"),
        ("ZeroFillVirtualDisk_Task", {"name": f"{DS} d/c-flat.vmdk"}, "CannotAccessFile"),
        ("DeleteVirtualDisk_Task", {"name": f"{DS} web/web.vmdk"}, "FileLocked"),
        ("CopyVirtualDisk_Task", {"sourceName": f"{DS} d/b.vmdk", "destName": f"{DS} d/c.vmdk"}, "FileAlreadyExists"),
        ("CopyVirtualDisk_Task", {"sourceName": f"{DS} d/b.vmdk", "destName": f"{DS} d/b.vmdk"}, "InvalidArgument"),
        ("SetVirtualDiskUuid", {"name": f"{DS} d/b.vmdk", "uuid": "1234"}, "InvalidArgument"),
        ("QueryVirtualDiskUuid", {"name": f"{DS} d/none.vmdk"}, "FileNotFound"),
    ):
        assert server.fault(method, **more) == fault, (method, more)
    spec = Data("VirtualDiskSpec", diskType="thick", adapterType="busLogic")
    arguments = {"sourceName": f"{DS} d/b.vmdk", "destName": f"{DS} d/c.vmdk", "destSpec": spec, "force": True}
    assert server.fault("CopyVirtualDisk_Task", **arguments) is None
    assert disks.read(store, "d/c.vmdk").adapter == "buslogic"
    assert disks.used(store, "d/c.vmdk") == 2 << 30


def test_content_survives() -> None:
    store = Datastore("a", 1, "VMFS", "/vmfs/volumes/a", 1 << 40)
    other = Datastore("b", 2, "NFS", "/vmfs/volumes/b", 1 << 30)
    disks.create(store, "x.vmdk", 4, adapter="lsilogic", thin=False, hw_version=7)
    store.put("x-flat.vmdk", File.of(b"data" * 1024))
    disks.copy(store, "x.vmdk", other, "y.vmdk")
    disks.extend(other, "y.vmdk", 8)
    flat = other.find("y-flat.vmdk")
    assert flat is not None
    assert flat.read() == b"data" * 1024 + bytes(4096)
    disks.zero(other, "y.vmdk")
    flat = other.find("y-flat.vmdk")
    assert flat is not None
    assert flat.read() == bytes(8192)
    with pytest.raises(disks.NoSpaceError):
        disks.extend(other, "y.vmdk", 2 << 20)
    store.put("big", File.sparse(2 << 30))
    with pytest.raises(disks.NoSpaceError):
        files.copy(store, "big", other, "big")


@pytest.mark.parametrize("text", ["", 'createType="vmfs"', 'RW 5 VMFS "x"', "\0" * 100, 'RW x VMFS "y"'])
def test_what_is_no_descriptor(text: str) -> None:
    with pytest.raises(disks.NoDiskError):
        disks.parse(text)


def test_who_may_not() -> None:
    server = Files(username="readonly")
    assert server.fault("MakeDirectory", name=f"{DS} a") == "NoPermission"
    assert server.disk("iso/x.vmdk") == "NoPermission"
    assert server.fault("DeleteDatastoreFile_Task", name=f"{DS} iso") == "NoPermission"
    assert server.store.is_directory("iso")


@pytest.mark.parametrize(
    ("globs", "found"),
    [
        (["*.vmdk"], ["archive.vmdk"]),
        (["ARCH*.VM?"], ["archive.vmx"]),
        (["ARCH*.VM??"], ["archive.vmdk", "archive.vmxf"]),
        (["*a*e*.nv*m", "vmware.log"], ["archive.nvram", "vmware.log"]),
        (["[a]*"], []),
        (["*a" * 60], []),
        (["**"], ["archive.nvram", "archive.vmdk", "archive.vmx", "archive.vmxf", "vmware.log"]),
    ],
)
def test_patterns(globs: list[str], found: list[str]) -> None:
    inside = Inside("esx-7.0")
    browser = Ref("HostDatastoreBrowser", "hostDatastoreBrowser-1")
    spec = Data("HostDatastoreBrowserSearchSpec", matchPattern=globs)
    inside.endpoint.site.datastores[0].put("archive/" + "a" * 200, File.of(b""))
    task = inside.call("SearchDatastore_Task", browser, datastorePath=f"{DS} archive", searchSpec=spec)
    names = [item.path for item in task.task.result.file if item.path != "a" * 200]
    assert names == found


def test_letters_count_where_they_are_asked_to() -> None:
    inside = Inside("esx-7.0")
    browser = Ref("HostDatastoreBrowser", "hostDatastoreBrowser-1")
    spec = Data("HostDatastoreBrowserSearchSpec", matchPattern=["ARCH*"], searchCaseInsensitive=False)
    task = inside.call("SearchDatastore_Task", browser, datastorePath=f"{DS} archive", searchSpec=spec)
    assert task.task.result.file == []


@pytest.mark.parametrize(
    ("adapter", "controller"),
    [
        ("buslogic", "VirtualBusLogicController"),
        ("lsilogic", "VirtualLsiLogicController"),
        ("lsisas1068", "VirtualLsiLogicSASController"),
        ("pvscsi", "ParaVirtualSCSIController"),
        ("PVSCSI", "ParaVirtualSCSIController"),
        ("ide", "VirtualIDEController"),
    ],
)
def test_a_disk_image_tells_the_controller_that_it_is_for(adapter: str, controller: str) -> None:
    inside = Inside("esx-7.0")
    store = inside.endpoint.site.datastores[0]
    store.make_directory("d")
    disks.create(store, "d/a.vmdk", 1 << 20, adapter=adapter, thin=True, hw_version=4)
    query = Data("VmDiskFileQuery", details=Data("VmDiskFileQueryFlags", controllerType=True))
    spec = Data("HostDatastoreBrowserSearchSpec", query=[query])
    browser = Ref("HostDatastoreBrowser", "hostDatastoreBrowser-1")
    task = inside.call("SearchDatastore_Task", browser, datastorePath=f"{DS} d", searchSpec=spec)
    assert [(item.path, item.controllerType) for item in task.task.result.file] == [("a.vmdk", controller)]
