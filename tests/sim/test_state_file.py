"""The state between runs."""

import pickle
import signal
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.main import run
from esxvirt.sim.profiles import find
from esxvirt.sim.state.site import keep
from esxvirt.sim.state.storage.datastores import File
from tests.sim.test_virsh import Virsh


def test_what_has_changed_is_there_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("vcenter-7.0", "http", hosts=2, vms=20, clusters=1, state=state) as first:
        virsh = Virsh(first, tmp_path)
        virsh("start", "archive")
        virsh("destroy", "web")
        store = first.site.datastores[0]
        store.put("iso/note.txt", File.of(b"hello"))
        store.put("iso/extended.bin", File.of(b"head").grown(1 << 40, 0))
        store.delete("iso/install.iso")
        first.site.machines[1].materialise()
        uuids = {machine.name: machine.config.uuid for machine in first.site.machines.values()}
        events = len(first.site.events)
        session = first.sessions
    assert not session
    with Simulator("vcenter-7.0", "http", state=state) as second:
        site = second.site
        assert [len(site.hosts), len(site.clusters), len(site.machines)] == [2, 1, 25]
        assert {machine.name: machine.config.uuid for machine in site.machines.values()} == uuids
        virsh = Virsh(second, tmp_path)
        assert virsh("domstate", "archive").strip() == "running"
        assert virsh("domstate", "web").strip() == "shut off"
        note, big = site.datastores[0].find("iso/note.txt"), site.datastores[0].find("iso/extended.bin")
        assert note is not None
        assert note.read() == b"hello"
        assert big is not None
        assert (big.size, big.used) == (1 << 40, 0)
        with big.open() as stream:
            assert stream.read(6) == b"head\0\0"
        assert site.datastores[0].find("iso/install.iso") is None
        assert "Fedora11" in virsh("dumpxml", "Fedora11")
        # What happened before is still told of, and what happens is still noticed.
        assert len(site.events) > events
        virsh("destroy", "archive")
    with Simulator("vcenter-7.0", "http", state=state) as third:
        assert not third.site.find_machine("archive").running


def test_versions_of_configurations(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("esx-7.0", "http", state=state) as first:
        first.site.find_machine("archive").set_values({"annotation": "x"})
        known = {machine.name: machine.change_version for machine in first.site.machines.values()}
    with Simulator("esx-7.0", "http", state=state) as second:
        again = second.site.machines.values()
        assert {machine.name: machine.change_version for machine in again} == known
        second.site.find_machine("archive").set_values({"annotation": "x"})
        assert second.site.find_machine("archive").change_version > known["archive"]
        # As a file of before there were any has it.
        del second.site.find_machine("web").change_version
    with Simulator("esx-7.0", "http", state=state) as third:
        assert third.site.find_machine("web").change_version > known["web"]


def test_a_task_that_runs_is_lost(tmp_path: Path) -> None:
    with Simulator("esx-7.0", "http") as simulator:
        simulator.tasks.seconds = 60
        machine = simulator.site.find_machine("archive")
        Virsh(simulator, tmp_path)("list")
        ref = simulator.endpoints[0].ids.of(machine)
        simulator.tasks.start("PowerOnVM_Task", "VirtualMachine.powerOn", ref, "", "", lambda _: None, machine)
        assert machine.busy is not None
        keep.save(simulator.site, tmp_path / "state")
    again = keep.load(tmp_path / "state", simulator.profile)
    assert again.find_machine("archive").busy is None


def test_hundred_thousand_machines(tmp_path: Path) -> None:
    simulator = Simulator("esx-7.0", vms=100_000)
    keep.save(simulator.site, tmp_path / "state")
    assert len(keep.load(tmp_path / "state", simulator.profile).machines) == 100_005


class _Bomb:
    def __reduce__(self) -> tuple[object, ...]:
        return print, ("this must not be called",)


def _forged(thing: object) -> bytes:
    return b"esxvirt-sim state 1\n" + zlib.compress(pickle.dumps(thing))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "holds no state"),
        (b"PNG", "holds no state"),
        (b"esxvirt-sim state 1\nnonsense", "is damaged"),
        (_forged(_Bomb()), "builtins.print is no part of a state"),
        (_forged(subprocess.Popen), "subprocess.Popen is no part of a state"),
        (_forged({"hello": 1}), "holds no state"),
    ],
)
def test_files_that_hold_none(tmp_path: Path, content: bytes, text: str, capsys: pytest.CaptureFixture[str]) -> None:
    state = tmp_path / "state"
    state.write_bytes(content)
    with pytest.raises(SystemExit):
        run(["--state", str(state)])
    told = capsys.readouterr()
    assert text in told.err
    assert told.out == ""
    assert state.read_bytes() == content


def test_another_profiles_state(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("esx-7.0", "http", state=state):
        pass
    with pytest.raises(ValueError, match=r"holds the state of esx-7\.0: choose that profile"):
        Simulator("esx-8.0", state=state)


def test_the_program_keeps_it(tmp_path: Path) -> None:
    state = tmp_path / "state"
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-m", "esxvirt.sim.main", "--transport", "http", "--idle-timeout", "5s", "--state", state],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as program:  # fmt: skip
            assert program.stdout is not None
            assert program.stdout.readline().startswith("uri=esx://root@127.0.0.1:")
            program.send_signal(signal.SIGTERM)
            _, errors = program.communicate(timeout=30)
            assert (program.returncode, errors) == (0, "")
        assert state.exists()


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    simulator = Simulator("esx-7.0", "http", state=tmp_path / "missing" / "state").start()
    with pytest.raises(FileNotFoundError):
        simulator.stop()
    # It is stopped all the same.
    with pytest.raises(RuntimeError):
        assert simulator.port


def test_snapshots_are_kept_and_move_with_the_machine(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with Simulator("esx-7.0", "http", state=state) as first:
        virsh = Virsh(first, tmp_path)
        virsh("snapshot-create-as", "archive", "one", "before")
        virsh("snapshot-create-as", "archive", "two")
        listed = virsh("snapshot-list", "archive", "--tree")
    with Simulator("esx-7.0", "http", state=state) as second:
        virsh = Virsh(second, tmp_path)
        assert virsh("snapshot-list", "archive", "--tree") == listed
        virsh("snapshot-revert", "archive", "one")
        assert virsh("snapshot-current", "archive", "--name").strip() == "one"
        virsh("snapshot-delete", "archive", "one", "--children")
        assert virsh("snapshot-list", "archive", "--name").split() == []


def test_a_file_of_an_older_version() -> None:
    """Its classes were in other modules than today."""
    site = keep.load(Path(__file__).with_name("kept_state.bin"), find("vcenter-7.0"))
    assert [host.name for host in site.hosts] == ["esx1", "esx2"]
    assert [len(site.clusters), len(site.distributed), len(site.machines)] == [1, 1, 9]
    assert [snapshot.name for snapshot in site.find_machine("archive").snapshots] == ["one", "two"]
    assert site.find_machine("archive").running
    assert site.hosts[0].autostart.machines
    assert site.access["vcenter"]["accounts"]["a"]
    assert len(site.events) > 0
