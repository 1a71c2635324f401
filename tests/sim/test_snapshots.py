"""Snapshots, with the real virsh, with govc, and what a host keeps of them on its datastore."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.state.machine.machine import Machine
from esxvirt.sim.state.storage import disks
from esxvirt.sim.wire.values import Ref
from tests.sim.test_virsh import Virsh
from tests.tools import require
from tests.unit.sim.inside import Inside

PROFILES = ("esx-3.5", "esx-5.0", "esx-8.0", "vcenter-2.5", "vcenter-7.0")


@pytest.fixture(params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http") as running:
        yield running


@pytest.fixture
def virsh(simulator: Simulator, tmp_path: Path) -> Virsh:
    return Virsh(simulator, tmp_path)


def test_virsh(simulator: Simulator, virsh: Virsh) -> None:
    virsh("snapshot-create-as", "web", "first", "before the change")
    virsh("snapshot-create-as", "web", "second")
    assert virsh("snapshot-current", "web", "--name").strip() == "second"
    assert virsh("snapshot-parent", "web", "second").strip() == "first"
    listed = virsh("snapshot-list", "web", "--tree")
    assert listed.split() == ["first", "|", "+-", "second"]
    xml = virsh("snapshot-dumpxml", "web", "first")
    assert "<description>before the change</description>" in xml
    assert "<state>running</state>" in xml
    assert "web-000002.vmdk" in virsh("domblklist", "web")
    virsh("destroy", "web")
    virsh("snapshot-revert", "web", "first")
    assert virsh("domstate", "web").strip() == "running"
    assert virsh("snapshot-current", "web", "--name").strip() == "first"
    virsh("snapshot-delete", "web", "first")
    assert virsh("snapshot-list", "web", "--name").split() == ["second"]
    virsh("snapshot-create-as", "web", "third")
    virsh("snapshot-delete", "web", "second", "--children")
    assert virsh("snapshot-list", "web", "--name").split() == ["third"]
    virsh("snapshot-delete", "web", "third")
    assert virsh("snapshot-list", "web", "--name").strip() == ""
    assert "[local-storage] web/web.vmdk" in virsh("domblklist", "web")
    machine = simulator.site.find_machine("web")
    assert [name for name, _ in machine.datastore.names("web") if "-0000" in name or "Snapshot" in name] == []
    missing = virsh.run("snapshot-revert", "web", "first")
    assert missing.returncode == 1
    assert "first" in missing.stderr
    assert virsh.warnings == []


def test_virsh_on_gsx(tmp_path: Path) -> None:
    with Simulator("gsx-2.0", "http") as simulator:
        virsh = Virsh(simulator, tmp_path)
        virsh("snapshot-create-as", "archive", "only")
        second = virsh.run("snapshot-create-as", "archive", "more")
        assert second.returncode == 1
        assert "MultipleSnapshotsNotSupported" in second.stderr
        virsh("snapshot-revert", "archive", "only")
        assert virsh("domstate", "archive").strip() == "shut off"
        virsh("snapshot-delete", "archive", "only")
        assert virsh.warnings == []


@pytest.mark.parametrize("profile", ["esx-5.0", "esx-7.0", "vcenter-6.7"])
def test_govc(profile: str) -> None:
    program = require("govc")
    with Simulator(profile, "http") as simulator:
        environment = {
            **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username,
            "GOVC_PASSWORD": simulator.password, "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
            "GOVC_VIM_VERSION": simulator.profile.api_version,
        }  # fmt: skip

        def govc(*arguments: str, fails: bool = False) -> str:
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
            assert (done.returncode != 0) == fails, (arguments, done.stdout, done.stderr)
            return done.stdout + done.stderr

        govc("snapshot.create", "-vm", "archive", "-d", "some text", "one")
        govc("snapshot.create", "-vm", "archive", "two")
        assert govc("snapshot.tree", "-vm", "archive", "-C").strip() == "two"
        assert govc("snapshot.tree", "-vm", "archive").split() == ["one", "two", "."]
        govc("snapshot.revert", "-vm", "archive", "one")
        govc("snapshot.create", "-vm", "archive", "three")
        assert govc("snapshot.tree", "-vm", "archive", "-c").split() == ["one", "two", "three", "."]
        govc("snapshot.revert", "-vm", "archive")
        govc("snapshot.remove", "-vm", "archive", "two")
        assert govc("snapshot.tree", "-vm", "archive").split() == ["one", "three", "."]
        govc("snapshot.remove", "-vm", "archive", "*")
        assert govc("snapshot.tree", "-vm", "archive").strip() == ""
        assert "snapshot" in govc("snapshot.revert", "-vm", "archive", fails=True)


class Snaps:
    """A machine's snapshots, called in process."""

    def __init__(self, name: str = "archive", profile: str = "esx-7.0") -> None:
        self.inside = Inside(profile)
        self.target = self.inside.machine(name)
        self.machine: Machine = self.inside.endpoint.site.find_machine(name)

    def call(self, method: str, on: str | None = None, **arguments: Any) -> str | None:
        """Call a method of the machine, or of the snapshot called `on`: the task's fault, if any."""
        this = self.target.ref if on is None else self.ref(on)
        task = self.inside.call(method, this, **arguments)
        error = task.task.error
        return None if error is None else error.data.type_name

    def ref(self, name: str) -> Ref:
        found = next(item for item in self.machine.snapshots if item.name == name)
        return self.inside.endpoint.ids.snapshot(self.machine, found)

    def take(self, name: str, *, memory: bool = False) -> str | None:
        return self.call("CreateSnapshot_Task", name=name, memory=memory, quiesce=False)

    def disks(self) -> list[str]:
        store = self.machine.datastore
        return sorted(
            name for name, _ in store.names(self.machine.home) if name.endswith(".vmdk") and "flat" not in name
            and "delta" not in name
        )  # fmt: skip

    def shape(self) -> list[tuple[str, str | None]]:
        return [(item.name, item.parent.name if item.parent else None) for item in self.machine.snapshots]

    def chain(self) -> list[str]:
        (disk,) = self.machine.config.disks
        return list(disks.chain(self.machine.datastore, f"{self.machine.home}/{disk.file}"))


def test_a_tree_with_branches() -> None:
    snaps = Snaps()
    for name in ("a", "b", "c"):
        snaps.take(name)
    assert snaps.call("RevertToSnapshot_Task", "a") is None
    snaps.take("d")
    assert snaps.shape() == [("a", None), ("b", "a"), ("c", "b"), ("d", "a")]
    assert snaps.chain() == ["archive/archive-000003.vmdk", "archive/archive-000004.vmdk", "archive/archive.vmdk"]
    assert snaps.call("RemoveSnapshot_Task", "b", removeChildren=False) is None
    assert snaps.shape() == [("a", None), ("c", "a"), ("d", "a")]
    assert snaps.call("RemoveSnapshot_Task", "a", removeChildren=False) is None
    # Two snapshots still build on what it froze.
    assert snaps.shape() == [("c", None), ("d", None)]
    assert "archive.vmdk" in snaps.disks()
    assert snaps.call("RemoveSnapshot_Task", "c", removeChildren=False) is None
    assert snaps.call("RemoveAllSnapshots_Task") is None
    assert snaps.shape() == []
    assert snaps.disks() == ["archive.vmdk"]
    assert snaps.chain() == ["archive/archive.vmdk"]


def test_going_back_restores_the_configuration() -> None:
    snaps = Snaps()
    snaps.take("small")
    machine = snaps.machine
    machine.rewrite(machine.text().replace('memSize = "512"', 'memSize = "1024"'))
    assert machine.config.memory_mb == 1024
    snaps.take("big")
    assert snaps.call("RevertToSnapshot_Task", "small") is None
    assert machine.config.memory_mb == 512
    xml = snaps.inside.read(snaps.ref("big"), "config.hardware.memoryMB", "vm")
    assert ">1024<" in xml
    assert snaps.call("RevertToCurrentSnapshot_Task") is None
    assert machine.snapshots.current is not None
    assert machine.snapshots.current.name == "small"


def test_power_comes_back() -> None:
    snaps = Snaps("web")
    snaps.take("cold")
    snaps.take("warm", memory=True)
    assert [item.power for item in snaps.machine.snapshots] == ["poweredOff", "poweredOn"]
    assert snaps.call("RevertToSnapshot_Task", "cold") is None
    assert snaps.machine.power == "poweredOff"
    assert snaps.call("RevertToSnapshot_Task", "warm", suppressPowerOn=True) is None
    assert snaps.machine.power == "poweredOff"
    assert snaps.call("RevertToSnapshot_Task", "warm") is None
    assert snaps.machine.running
    vmem = snaps.machine.datastore.find("web/web-Snapshot2.vmem")
    assert vmem is not None
    assert vmem.size == snaps.machine.config.memory_mb << 20


def test_the_tree_is_on_the_datastore() -> None:
    snaps = Snaps()
    for name in ('a "quoted" name', "zweite Ebene äöü", "third"):
        snaps.take(name)
    text = 'two lines\nand "a|b#c" = d'
    snaps.inside.call("RenameSnapshot", snaps.ref("third"), description=text)
    before = [(item.number, item.name, item.created, item.power) for item in snaps.machine.snapshots]
    machine = snaps.machine
    again = Machine(machine.host, machine.datastore, 99, "archive", "poweredOff", machine.text(), path=machine.vmx_file)
    assert [(item.number, item.name, item.created, item.power) for item in again.snapshots] == before
    assert again.snapshots.current is not None
    assert again.snapshots.current.name == "third"
    assert again.snapshots.current.description == text


def test_what_is_refused() -> None:
    snaps = Snaps()
    with pytest.raises(Exception, match="not valid"):
        snaps.take("")
    assert snaps.call("RevertToCurrentSnapshot_Task") == "NotFound"
    snaps.take("one")
    gone = snaps.ref("one")
    assert snaps.call("RemoveAllSnapshots_Task") is None
    with pytest.raises(Exception, match="already been deleted"):
        snaps.inside.call("RevertToSnapshot_Task", gone)
    for number in range(32):
        assert snaps.take(f"level {number}") is None
    assert snaps.take("too deep") == "TooManySnapshotLevels"
    snaps.machine.datastore.delete(f"archive/{next(iter(snaps.machine.snapshots)).file}")
    assert snaps.call("RevertToSnapshot_Task", "level 0") == "FileNotFound"


def test_a_disk_that_is_gone() -> None:
    snaps = Snaps()
    snaps.machine.datastore.delete("archive/archive.vmdk")
    assert snaps.take("one") == "FileNotFound"
    assert snaps.shape() == []


def test_names_and_descriptions() -> None:
    snaps = Snaps()
    snaps.take("one")
    snaps.inside.call("RenameSnapshot", snaps.ref("one"), name="uno", description="la prima")
    assert "<name>uno</name><description>la prima</description>" in snaps.inside.read(snaps.target, "snapshot")
    with pytest.raises(Exception, match="not valid"):
        snaps.inside.call("RenameSnapshot", snaps.ref("uno"), name="")


def test_the_files_of_a_machine_with_snapshots() -> None:
    snaps = Snaps("web")
    snaps.take("one", memory=True)
    layout = snaps.target.getters["layoutEx"](snaps.target)
    files = {item.key: item for item in layout.file}
    kinds = {item.name.rpartition("/")[2]: item.type for item in files.values()}
    assert kinds["web-Snapshot1.vmsn"] == "snapshotData"
    assert kinds["web-Snapshot1.vmem"] == "snapshotMemory"
    assert kinds["web.vmsd"] == "snapshotList"
    assert kinds["web-000001-delta.vmdk"] == "diskExtent"
    names = [[files[key].name.rpartition("/")[2] for key in unit.fileKey] for unit in layout.disk[0].chain]
    assert names == [["web.vmdk", "web-flat.vmdk"], ["web-000001.vmdk", "web-000001-delta.vmdk"]]
    (kept,) = layout.snapshot
    assert files[kept.dataKey].name.endswith("web-Snapshot1.vmsn")
    assert len(kept.disk[0].chain) == 1
    assert all(item.accessible for item in files.values())
    short = snaps.target.getters["layout"](snaps.target)
    assert short.disk[0].diskFile == ["[local-storage] web/web.vmdk", "[local-storage] web/web-000001.vmdk"]
    assert len(short.snapshot) == 1


def test_a_machine_goes_with_all_its_snapshots() -> None:
    snaps = Snaps()
    store = snaps.machine.datastore
    for name in ("a", "b", "c"):
        snaps.take(name, memory=True)
    snaps.call("RevertToSnapshot_Task", "a")
    snaps.take("d")
    assert snaps.call("Destroy_Task") is None
    assert not store.is_directory("archive")


def test_snapshots_outlive_the_registration() -> None:
    snaps = Snaps()
    for name in ("a", "b"):
        snaps.take(name)
    endpoint = snaps.inside.endpoint
    snaps.inside.call("UnregisterVM", snaps.target)
    arguments: dict[str, Any] = {
        "path": "[local-storage] archive/archive.vmx",
        "asTemplate": False,
        "pool": snaps.inside.pool,
    }
    assert snaps.inside.call("RegisterVM_Task", snaps.inside.vm_folder, **arguments).task.error is None
    snaps.machine = endpoint.site.find_machine("archive")
    snaps.target = snaps.inside.machine("archive")
    assert snaps.shape() == [("a", None), ("b", "a")]
    assert snaps.call("RevertToSnapshot_Task", "a") is None
    assert snaps.call("RemoveAllSnapshots_Task") is None
    assert snaps.disks() == ["archive.vmdk"]
