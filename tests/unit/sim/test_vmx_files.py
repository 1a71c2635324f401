"""What the server holds of a VMX file, when it reads the file, and what version of it that is."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from esxvirt.sim.objects.base import ManagedObject
from esxvirt.sim.profiles import PROFILES
from esxvirt.sim.state.machine import change_versions
from esxvirt.sim.wire.values import Data, Fault
from tests.unit.sim.inside import Inside
from tests.unit.sim.test_machines import VMX, device, disk, done, ended, failed, pool_of, put, refused, spec, vmx_of

_SNAPSHOT = {"name": "one", "memory": False, "quiesce": False}
_PROFILES = ("esx-3.5", "esx-7.0", "gsx-2.0", "vcenter-7.0")
# An edit that everybody would notice, and what of it.
_MEMORY, _EDITED = "768", 'memSize = "768"'


@pytest.fixture(params=_PROFILES)
def inside(request: pytest.FixtureRequest) -> Inside:
    return Inside(request.param)


@pytest.fixture
def esx() -> Inside:
    return Inside("esx-7.0")


@pytest.fixture
def vcenter() -> Inside:
    return Inside("vcenter-7.0", hosts=2)


class Later(Executor):
    """Threads that never come to it until a test says so."""

    def __init__(self) -> None:
        self.work: list[Callable[[], Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **more: Any) -> "Future[Any]":
        self.work.append(lambda: fn(*args, **more))
        return Future()

    def run(self) -> None:
        while self.work:
            self.work.pop(0)()


def edit(inside: Inside, name: str = "archive") -> str:
    """Write a machine's VMX file as anybody may who reaches it; return what is in it then."""
    text = vmx_of(inside, name).replace('memSize = "512"', _EDITED).replace('numvcpus = "1"', 'numvcpus = "2"')
    assert _EDITED in text
    put(inside, f"{name}/{name}.vmx", text)
    return text


def properties(inside: Inside, machine: ManagedObject) -> str:
    """All that the server tells of a machine, but the sizes and times of its files."""
    paths = tuple(path for path in type(machine).getters if not path.startswith("layout"))
    known = []
    for path in paths:
        try:
            known.append(inside.read(machine, path))
        except Fault as fault:
            assert fault.data.type_name == "InvalidProperty"  # noqa: PT017  # a version may lack it
    assert len(known) > 30
    return "".join(known)


def version(inside: Inside, name: str = "archive") -> str:
    """A machine's change version as clients read it."""
    answer = inside.read(inside.machine(name), "config.changeVersion")
    return answer.partition("</val>")[0].rpartition(">")[2]


class TestReload:
    def test_an_edit_changes_nothing(self, inside: Inside) -> None:
        machine = inside.machine("archive")
        done(inside, "CreateSnapshot_Task", machine, **_SNAPSHOT)
        before = properties(inside, machine)
        edit(inside)
        put(inside, "archive/archive.vmsd", "")
        assert properties(inside, machine) == before
        inside.call("Reload", machine)
        assert properties(inside, machine) != before
        assert inside.endpoint.site.find_machine("archive").config.memory_mb == 768

    def test_an_edit_of_a_machine_that_nobody_has_read(self) -> None:
        inside = Inside("esx-7.0", vms=1)
        put(inside, "vm-0001/vm-0001.vmx", VMX)
        put(inside, "vm-0001/vm-0001.vmsd", 'snapshot.numSnapshots = "1"\nsnapshot0.uid = "1"\n')
        machine = inside.machine("vm-0001")
        assert inside.endpoint.site.find_machine("vm-0001").config.memory_mb == 512
        inside.endpoint.site.find_machine("vm-0001").materialise()
        assert "vm-0001" in inside.read(machine, "config.name")
        assert "rootSnapshotList" not in inside.read(machine, "snapshot")
        inside.call("Reload", machine)
        assert "guest" in inside.read(machine, "config.name")

    def test_registering_reads_the_file_as_it_is_then(self, inside: Inside) -> None:
        machine = inside.machine("archive")
        inside.call("UnregisterVM", machine)
        text = VMX.replace('memsize = "512"', 'memsize = "768"').replace('"guest"', '"archive"')
        put(inside, "archive/archive.vmx", text)
        arguments = {"path": "[local-storage] archive/archive.vmx", "asTemplate": False, "pool": pool_of(inside)}
        done(inside, "RegisterVM_Task", inside.vm_folder, **arguments)
        assert inside.endpoint.site.find_machine("archive").config.memory_mb == 768
        put(inside, "archive/archive.vmsd", 'snapshot.numSnapshots = "1"\nsnapshot0.uid = "1"\n')
        assert "rootSnapshotList" not in inside.read(inside.machine("archive"), "snapshot")

    def test_starting_reads_the_file(self, inside: Inside) -> None:
        machine = inside.machine("archive")
        uuid = inside.endpoint.site.find_machine("archive").config.uuid
        index = inside.endpoint.managers["searchIndex"]
        assert inside.call("FindByUuid", index, uuid=uuid, vmSearch=True) == machine.ref
        other = "564d0011-2233-4455-6677-8899aabbccdd"
        text = "\n".join(line for line in edit(inside).splitlines() if not line.startswith("uuid.bios"))
        put(inside, "archive/archive.vmx", f'{text}\nuuid.bios = "56 4d 00 11 22 33 44 55-66 77 88 99 aa bb cc dd"\n')
        known = version(inside)
        done(inside, "PowerOnVM_Task", machine)
        assert inside.endpoint.site.find_machine("archive").config.memory_mb == 768
        assert inside.call("FindByUuid", index, uuid=other, vmSearch=True) == machine.ref
        assert inside.call("FindByUuid", index, uuid=uuid, vmSearch=True) is None
        assert version(inside) != known

    @pytest.mark.parametrize("how", [
        ("ReconfigVM_Task", {"spec": spec(annotation="changed")}),
        ("Rename_Task", {"newName": "other"}),
        ("CreateSnapshot_Task", _SNAPSHOT),
        ("RevertToCurrentSnapshot_Task", {}),
        ("RemoveAllSnapshots_Task", {}),
    ], ids=lambda how: how[0])  # fmt: skip
    def test_who_rewrites_the_file_overwrites_an_edit(self, inside: Inside, how: tuple[str, dict[str, Any]]) -> None:
        machine = inside.machine("archive")
        state = inside.endpoint.site.find_machine("archive")
        if "Snapshot" in how[0] and not how[0].startswith("Create"):
            done(inside, "CreateSnapshot_Task", machine, **_SNAPSHOT)
        edit(inside)
        done(inside, how[0], machine, **how[1])
        assert state.config.memory_mb == 512
        written = state.datastore.find(state.vmx_file)
        assert written is not None
        assert 'memSize = "512"' in written.read().decode()
        inside.call("Reload", machine)
        assert state.config.memory_mb == 512

    def test_relocating_overwrites_an_edit(self, vcenter: Inside) -> None:
        edit(vcenter)
        state = vcenter.endpoint.site.find_machine("archive")
        target = next(store for store in state.host.datastores if store is not state.datastore)
        location = Data("VirtualMachineRelocateSpec", datastore=vcenter.endpoint.ids.of(target))
        done(vcenter, "RelocateVM_Task", vcenter.machine("archive"), spec=location)
        assert state.datastore is target
        assert 'memSize = "512"' in vmx_of(vcenter, "archive")

    def test_a_clone_is_of_what_the_server_holds(self, vcenter: Inside) -> None:
        edit(vcenter)
        location = Data("VirtualMachineRelocateSpec", pool=pool_of(vcenter))
        clone = Data("VirtualMachineCloneSpec", location=location, template=False, powerOn=False)
        arguments = {"folder": vcenter.vm_folder, "name": "copy", "spec": clone}
        done(vcenter, "CloneVM_Task", vcenter.machine("archive"), **arguments)
        assert 'memSize = "512"' in vmx_of(vcenter, "copy")

    def test_a_file_that_is_gone_is_not_written_again(self, inside: Inside) -> None:
        state = inside.endpoint.site.find_machine("archive")
        state.datastore.delete(state.vmx_file)
        fault = failed(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(annotation="x"))
        assert fault.type_name == "FileNotFound"
        assert state.datastore.find(state.vmx_file) is None
        assert refused(lambda: inside.call("Reload", inside.machine("archive"))).type_name == "FileNotFound"

    def test_a_broken_file_is_overwritten_too(self, inside: Inside) -> None:
        done(inside, "ReconfigVM_Task", inside.machine("broken"), spec=spec(annotation="mended"))
        assert 'annotation = "mended"' in vmx_of(inside, "broken")
        inside.call("Reload", inside.machine("broken"))


def _nothing(_: Inside) -> None:
    """Do nothing first."""


def _snapshot(inside: Inside) -> None:
    done(inside, "CreateSnapshot_Task", inside.machine("archive"), **_SNAPSHOT)


def _two_snapshots(inside: Inside) -> None:
    _snapshot(inside)
    _snapshot(inside)
    _revert_to_first(inside)  # so that the second is in nobody's way


def _remove_last(inside: Inside) -> None:
    state = inside.endpoint.site.find_machine("archive")
    last = list(state.snapshots)[-1]
    ref = inside.endpoint.ids.snapshot(state, last)
    done(inside, "RemoveSnapshot_Task", ref, removeChildren=False)


def _revert_to_first(inside: Inside) -> None:
    state = inside.endpoint.site.find_machine("archive")
    ref = inside.endpoint.ids.snapshot(state, state.snapshots.roots[0])
    done(inside, "RevertToSnapshot_Task", ref)


def _again(inside: Inside) -> None:
    inside.call("UnregisterVM", inside.machine("archive"))
    arguments = {"path": "[local-storage] archive/archive.vmx", "asTemplate": False, "pool": pool_of(inside)}
    done(inside, "RegisterVM_Task", inside.vm_folder, **arguments)


def _from_path(inside: Inside) -> None:
    text = vmx_of(inside, "archive")
    put(inside, "archive/other.vmx", text)
    path = "[local-storage] archive/other.vmx"
    done(inside, "reloadVirtualMachineFromPath_Task", inside.machine("archive"), configurationPath=path)


def _reload(inside: Inside) -> None:
    inside.call("Reload", inside.machine("archive"))


def _task(method: str, **arguments: Any) -> Callable[[Inside], None]:
    return lambda inside: done(inside, method, inside.machine("archive"), **arguments)


_CHANGES: dict[str, tuple[Callable[[Inside], Any], Callable[[Inside], Any]]] = {
    "reconfigure": (_nothing, _task("ReconfigVM_Task", spec=spec(annotation="x"))),
    "reconfigure to what it is": (_nothing, _task("ReconfigVM_Task", spec=spec(memoryMB=512))),
    "rename": (_nothing, _task("Rename_Task", newName="archive")),
    "create a snapshot": (_nothing, _snapshot),
    "remove a snapshot": (_snapshot, _remove_last),
    "remove a snapshot beside": (_two_snapshots, _remove_last),
    "remove all snapshots": (_snapshot, _task("RemoveAllSnapshots_Task")),
    "revert": (_snapshot, _revert_to_first),
    "revert to the current": (_snapshot, _task("RevertToCurrentSnapshot_Task")),
    "reload": (edit, _reload),
    "start after an edit": (edit, _task("PowerOnVM_Task")),
    "reload from a path": (_nothing, _from_path),
    "register again": (_nothing, _again),
}
_SINGLE = {"remove a snapshot beside"}  # what a server that has one snapshot only cannot
_SINCE_41 = {"reload from a path"}


class TestChangeVersion:
    @pytest.mark.parametrize("profile", PROFILES)
    def test_it_is_read_alone_and_within_all(self, profile: str) -> None:
        inside = Inside(profile)
        known = version(inside)
        assert known == inside.endpoint.site.find_machine("archive").change_version
        assert f"<changeVersion>{known}</changeVersion>" in inside.read(inside.machine("archive"), "config")
        done(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(annotation="x", changeVersion=known))
        assert version(inside) != known
        fault = failed(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(changeVersion=known))
        assert fault.type_name == "ConcurrentAccess"

    @pytest.mark.parametrize("change", _CHANGES)
    def test_it_is_another_after_every_change(self, inside: Inside, change: str) -> None:
        profile = inside.endpoint.profile
        if (change in _SINGLE and profile.is_gsx) or (change in _SINCE_41 and profile.release < (4, 1)):
            pytest.skip("the product cannot do that")
        first, then = _CHANGES[change]
        first(inside)
        known = version(inside)
        then(inside)
        assert version(inside) != known
        fault = failed(inside, "ReconfigVM_Task", inside.machine("archive"), spec=spec(changeVersion=known))
        assert fault.type_name == "ConcurrentAccess"

    def test_templates(self, vcenter: Inside) -> None:
        machine = vcenter.machine("archive")
        seen = [version(vcenter)]
        vcenter.call("MarkAsTemplate", machine)
        seen.append(version(vcenter))
        vcenter.call("MarkAsVirtualMachine", machine, pool=pool_of(vcenter))
        seen.append(version(vcenter))
        assert len(set(seen)) == 3

    def test_relocating_and_cloning(self, vcenter: Inside) -> None:
        state = vcenter.endpoint.site.find_machine("archive")
        known = version(vcenter)
        target = next(store for store in state.host.datastores if store is not state.datastore)
        location = Data("VirtualMachineRelocateSpec", datastore=vcenter.endpoint.ids.of(target))
        done(vcenter, "RelocateVM_Task", vcenter.machine("archive"), spec=location)
        assert version(vcenter) != known
        location = Data("VirtualMachineRelocateSpec", pool=pool_of(vcenter))
        clone = Data("VirtualMachineCloneSpec", location=location, template=False, powerOn=False)
        arguments = {"folder": vcenter.vm_folder, "name": "copy", "spec": clone}
        done(vcenter, "CloneVM_Task", vcenter.machine("archive"), **arguments)
        assert version(vcenter, "copy") not in {version(vcenter), known}

    @pytest.mark.parametrize(("name", "method", "arguments"), [
        ("archive", "PowerOnVM_Task", {}),
        ("web", "SuspendVM_Task", {}),
        ("archive", "Reload", {}),
        ("web", "Reload", {}),
    ])  # fmt: skip
    def test_it_stays_where_the_configuration_does(
        self, inside: Inside, name: str, method: str, arguments: dict[str, Any]
    ) -> None:
        known = version(inside, name)
        if method == "Reload":
            inside.call(method, inside.machine(name), **arguments)
        else:
            done(inside, method, inside.machine(name), **arguments)
        assert version(inside, name) == known

    def test_it_is_never_one_that_the_machine_has_had(self, esx: Inside) -> None:
        seen = [version(esx)]
        for turn in range(30):
            done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(annotation=str(turn % 2)))
            seen.append(version(esx))
            _again(esx)
            seen.append(version(esx))
        assert len(set(seen)) == len(seen)
        assert sorted(seen) == seen

    def test_a_clock_that_stands_still(self) -> None:
        made = [change_versions.fresh() for _ in range(10_000)]
        assert len(set(made)) == len(made)

    def test_an_old_one_changes_nothing(self, esx: Inside) -> None:
        state = esx.endpoint.site.find_machine("archive")
        known = version(esx)
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(annotation="x"))
        before, names, now = vmx_of(esx, "archive"), dict(state.datastore.names("archive")), version(esx)
        new = device("add", "VirtualDisk", "create", **disk("", controllerKey=1000, unitNumber=5, capacityInKB=4096))
        late = spec(name="late", memoryMB=1024, deviceChange=[new], changeVersion=known)
        assert failed(esx, "ReconfigVM_Task", esx.machine("archive"), spec=late).type_name == "ConcurrentAccess"
        assert (vmx_of(esx, "archive"), dict(state.datastore.names("archive"))) == (before, names)
        assert version(esx) == now
        assert state.name == "archive"
        done(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(memoryMB=1024, changeVersion=now))

    def test_it_is_compared_when_the_task_has_its_effect(self, esx: Inside) -> None:
        """The call finds the version current; what happens before its task's end counts."""
        later = Later()
        esx.endpoint.tasks.attach(later)
        esx.endpoint.tasks.seconds = 0.0
        edit(esx)
        wanted = spec(annotation="late", changeVersion=version(esx))
        task = esx.call("ReconfigVM_Task", esx.machine("archive"), spec=wanted)
        esx.call("Reload", esx.machine("archive"))
        later.run()
        assert task.task.error is not None
        assert task.task.error.data.type_name == "ConcurrentAccess"
        assert "late" not in vmx_of(esx, "archive")
        assert _EDITED in vmx_of(esx, "archive")

    def test_of_two_with_one_version_one_wins(self, esx: Inside) -> None:
        known = version(esx)
        ends = [ended(esx, "ReconfigVM_Task", esx.machine("archive"), spec=spec(annotation=who, changeVersion=known))
                for who in ("first", "second")]  # fmt: skip
        assert [end.state for end in ends] == ["success", "error"]
        assert 'annotation = "first"' in vmx_of(esx, "archive")
