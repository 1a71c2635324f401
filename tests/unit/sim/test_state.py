"""Files, machines, tasks: the state behind the API."""

import io
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esxvirt import records
from esxvirt.sim.profiles import PROFILES, find
from esxvirt.sim.state.machine import vmxtext
from esxvirt.sim.state.machine.machine import generated_config
from esxvirt.sim.state.site import default_site
from esxvirt.sim.state.site.default_site import build_site
from esxvirt.sim.state.storage.datastores import Datastore, File, Upload, split_path
from esxvirt.sim.wire.values import Fault, Typed
from tests.unit.sim.inside import Inside, filter_spec


def _store() -> Datastore:
    return Datastore("ds", 1, "VMFS", "/vmfs/volumes/ds", 1 << 30)


def test_files() -> None:
    store = _store()
    store.make_directory("a/b")
    store.put("a/b/c.txt", File.of(b"hello"))
    found = store.find("a//b/./c.txt")
    assert found is not None
    assert found.read() == b"hello"
    assert list(store.names()) == [("a", True)]
    assert list(store.names("a/b")) == [("c.txt", False)]
    assert store.is_directory("a")
    assert not store.is_directory("a/b/c.txt")
    store.delete("a/b/c.txt")
    assert store.find("a/b/c.txt") is None
    with pytest.raises(FileNotFoundError):
        store.delete("a/b/c.txt")
    with pytest.raises(NotADirectoryError):
        store.put("no/such/file", File.of(b""))
    with pytest.raises(IsADirectoryError):
        store.put("a/b", File.of(b""))


@pytest.mark.parametrize("path", ["..", "../x", "a/../../x", "a\\b", "a\nb", "\0", "/a/.."])
def test_paths_that_leave_the_datastore(path: str) -> None:
    with pytest.raises(ValueError, match="leaves the datastore"):
        _store().find(path)


@given(st.text(alphabet="ab./\\", max_size=12))
def test_no_path_leaves_the_datastore(path: str) -> None:
    try:
        normal = Datastore.normalise(path)
    except ValueError:
        return
    assert ".." not in normal.split("/")
    assert not normal.startswith("/")
    assert Datastore.normalise(normal) == normal


def test_datastore_paths() -> None:
    assert split_path("[a b] c/d.vmx") == ("a b", "c/d.vmx")
    assert split_path("[a]") == ("a", "")
    for path in ("a/b", "[a", "", "a] b"):
        with pytest.raises(ValueError, match="no datastore path"):
            split_path(path)


def test_a_sparse_file_takes_no_room() -> None:
    file = File.sparse(1 << 40)
    with file.open() as stream:
        stream.seek((1 << 40) - 3)
        assert stream.read(10) == b"\0\0\0"
        assert stream.read(10) == b""
        stream.seek(-2, io.SEEK_END)
        assert stream.read() == b"\0\0"


@pytest.mark.parametrize("size", [0, 5, 3 << 20])
def test_uploads_small_and_big(size: int) -> None:
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    upload = Upload()
    for start in range(0, size, 100_000):
        upload.write(content[start : start + 100_000])
    file = upload.finish()
    assert file.size == size
    assert file.read() == content
    with file.open() as one, file.open() as two:
        assert one.read(10) == two.read(10) == content[:10]
        one.seek(max(0, size - 5))
        assert one.read() == content[-5:]
        assert two.read(5) == content[10:15]


def test_a_machines_own_files() -> None:
    site = build_site(find("esx-7.0"))
    store = site.hosts[0].datastores[0]
    names = [name for name, _ in store.names("web")]
    assert {"web.vmx", "web.vmdk", "web-flat.vmdk", "vmware.log"} <= set(names)
    descriptor = store.find("web/web.vmdk")
    flat = store.find("web/web-flat.vmdk")
    assert descriptor is not None
    assert flat is not None
    assert b"createType" in descriptor.read()
    assert f"RW {flat.size // 512} VMFS".encode() in descriptor.read()
    store.delete("web/web.vmx")
    assert store.find("web/web.vmx") is None
    assert "web.vmx" not in dict(store.names("web"))


def test_the_manuals_machine(shared: Path) -> None:
    manual = (shared / "manual" / "drvesx.rst").read_text(encoding="utf-8")
    start = manual.index("   #!/usr/bin/vmware")
    lines = manual[start : manual.index("   EOF", start)].splitlines()
    text = "".join(line.removeprefix("   ") + "\n" for line in lines)
    file = build_site(find("esx-7.0")).hosts[0].datastores[0].find("Fedora11/Fedora11.vmx")
    assert file is not None
    assert file.read().decode() == text


def test_the_broken_machine_and_the_troubled_ones() -> None:
    site = build_site(find("esx-7.0"), troubled=["missing", "unreadable"])
    store = site.hosts[0].datastores[0]
    broken = store.find("broken/broken.vmx")
    assert broken is not None
    with pytest.raises(ValueError, match="displayName"):
        vmxtext.read_config(broken.read().decode())
    assert store.find("missing/missing.vmx") is None
    assert site.find_machine("unreadable").unreadable
    with pytest.raises(LookupError):
        site.find_machine("nobody")


@pytest.mark.parametrize("profile", PROFILES)
def test_generated_machines_are_what_their_vmx_says(profile: str) -> None:
    for number in range(1, 40):
        config = generated_config(number, f"vm-{number}", find(profile))
        read = vmxtext.read_config(vmxtext.write_config(config, f"vm-{number}"))
        expected = records.replace(
            config, disks=[records.replace(disk, capacity_kib=8 << 20, thin=False) for disk in config.disks]
        )
        assert read == expected
        assert config.memory_mb % 4 == 0


def test_generated_machines_are_the_same_every_time_and_all_different() -> None:
    one, two = build_site(find("vcenter-7.0"), 3, 300), build_site(find("vcenter-7.0"), 3, 300)
    first = [(m.name, m.power, m.host.number, m.config) for m in one.machines.values()]
    assert first == [(m.name, m.power, m.host.number, m.config) for m in two.machines.values()]
    assert len({m.config.uuid for m in one.machines.values()}) == len(one.machines)
    assert {m.power for m in one.machines.values()} == {"poweredOn", "poweredOff", "suspended"}
    assert {m.host.number for m in one.machines.values()} == {1, 2, 3}
    assert one.find_machine("vm-0001").name == "vm-0001"


def test_guest_identifiers_there_and_back() -> None:
    for guest in ("rhel5", "rhel7-64", "other", "other-64", "ubuntu-64", "windows9-64", "sles11-64", "winnetstandard"):
        assert vmxtext.guest_of(vmxtext.guest_id_of(guest)) == guest


def test_every_trouble_has_a_place() -> None:
    assert {"missing", "unreadable", "moved", "cdrom"} <= set(default_site.TROUBLES)


def test_power() -> None:
    inside = Inside()
    machine = inside.machine("archive")
    state = inside.endpoint.site.find_machine("archive")
    task = inside.call("PowerOnVM_Task", machine)
    info = task.getters["info"](task)
    assert (info.state, info.descriptionId, info.entityName) == ("success", "VirtualMachine.powerOn", "archive")
    assert state.running
    assert state.boot_time is not None
    again = inside.call("PowerOnVM_Task", machine)
    info = again.getters["info"](again)
    assert info.state == "error"
    assert info.error.fault.type_name == "InvalidPowerState"
    assert info.error.fault.existingState == "poweredOn"
    inside.call("SuspendVM_Task", machine)
    assert state.power == "suspended"
    booted = state.boot_time
    inside.call("PowerOnVM_Task", machine)
    assert state.boot_time == booted
    inside.call("PowerOffVM_Task", machine)
    assert [state.power, state.boot_time] == ["poweredOff", None]
    assert task.ref in inside.endpoint.registry.lasting["ha-taskmgr"].getters["recentTask"](
        inside.endpoint.registry.lasting["ha-taskmgr"]
    )


def test_what_needs_vmware_tools() -> None:
    inside = Inside()
    web, archive = inside.machine("web"), inside.machine("archive")
    with pytest.raises(Fault) as caught:
        inside.call("ShutdownGuest", archive)
    assert caught.value.data.type_name == "InvalidPowerState"
    inside.endpoint.site.find_machine("web").tools = "toolsNotInstalled"
    with pytest.raises(Fault) as caught:
        inside.call("ShutdownGuest", web)
    assert caught.value.data.type_name == "ToolsUnavailable"
    inside.endpoint.site.find_machine("web").tools = "toolsOk"
    inside.call("ShutdownGuest", web)
    assert inside.endpoint.site.find_machine("web").power == "poweredOff"


def test_a_machine_without_its_file_does_not_start() -> None:
    inside = Inside(troubled=["missing"])
    task = inside.call("PowerOnVM_Task", inside.machine("missing"))
    error = task.getters["info.error"](task)
    assert error.fault.type_name == "FileNotFound"
    assert error.fault.file == "[local-storage] missing/missing.vmx"


class _Later:
    """A pool that runs its work when it is told to."""

    def __init__(self) -> None:
        self.work: list[Any] = []

    def submit(self, function: Any, *arguments: Any) -> None:
        self.work.append((function, arguments))

    def run(self) -> None:
        for function, arguments in self.work:
            function(*arguments)
        self.work.clear()


def test_one_task_at_a_time_and_cancelling() -> None:
    inside = Inside()
    pool = _Later()
    inside.endpoint.tasks.seconds = 0
    inside.endpoint.tasks.attach(pool)  # type: ignore[arg-type]  # as much of a pool as it needs
    machine = inside.machine("archive")
    task = inside.call("PowerOnVM_Task", machine)
    assert task.getters["info.state"](task) == "queued"
    with pytest.raises(Fault) as caught:
        inside.call("PowerOnVM_Task", machine)
    assert caught.value.data.type_name == "TaskInProgress"
    inside.call("CancelTask", task)
    pool.run()
    assert task.getters["info.state"](task) == "error"
    assert task.getters["info.error"](task).fault.type_name == "RequestCanceled"
    assert not inside.endpoint.site.find_machine("archive").running
    with pytest.raises(Fault) as caught:
        inside.call("CancelTask", task)
    assert caught.value.data.type_name == "NotSupported"
    inside.call("PowerOnVM_Task", machine)
    pool.run()
    assert inside.endpoint.site.find_machine("archive").running


def test_waiting_for_a_change() -> None:
    inside = Inside()
    collector = inside.endpoint.managers["propertyCollector"]
    machine = inside.machine("archive")
    inside.call(
        "CreateFilter", collector, spec=filter_spec("VirtualMachine", ("runtime.powerState",), machine.ref),
        partialUpdates=False,
    )  # fmt: skip
    inside.call("WaitForUpdatesEx", collector, version="")
    started = threading.Event()

    def switch() -> None:
        started.wait()
        with inside.endpoint.site.lock:
            inside.endpoint.site.find_machine("archive").power = "poweredOn"
            inside.endpoint.site.touch()

    other = threading.Thread(target=switch)
    other.start()
    started.set()
    answer = inside.call("WaitForUpdatesEx", collector, version="1")
    other.join()
    assert "poweredOn" in answer.xml


def test_searching_a_datastore() -> None:
    inside = Inside()
    store = inside.find(inside.endpoint.ids.of(inside.endpoint.datastores[0]))
    browser = inside.find(store.getters["browser"](store))
    task = inside.call("SearchDatastore_Task", browser, datastorePath="[local-storage] web")
    names = [file.path for file in task.getters["info"](task).result.file]
    assert names == ["vmware.log", "web.nvram", "web.vmdk", "web.vmx", "web.vmxf"]
    task = inside.call("SearchDatastoreSubFolders_Task", browser, datastorePath="[local-storage]")
    result = task.getters["info"](task).result
    assert isinstance(result, Typed)
    assert "[local-storage] Fedora11/" in [item.folderPath for item in result.value]
    task = inside.call("SearchDatastore_Task", browser, datastorePath="[local-storage] nobody")
    assert task.getters["info"](task).error.fault.type_name == "FileNotFound"
    for path, fault in (
        ("[nobody] x", "InvalidDatastorePath"),
        ("x", "InvalidDatastorePath"),
        ("[local-storage] ..", "InvalidDatastorePath"),
    ):
        with pytest.raises(Fault) as caught:
            inside.call("SearchDatastore_Task", browser, datastorePath=path)
        assert caught.value.data.type_name == fault
