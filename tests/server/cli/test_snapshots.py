"""The commands about snapshots on a simulated server: what virsh has no answer to on ESX."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.cli import completion
from esxvirt.cli.output import Output
from esxvirt.cli.settings import Settings
from esxvirt.cli.virsh import Virsh
from esxvirt.sim import Simulator
from esxvirt.sim.state.machine import snapshots
from tests.client import esxvirsh, write_auth_file
from tests.snapshots import NAMES, grow_ten, machine_of

# An editor: replaces the first argument by the second in the file that is the third.
EDITOR = (
    "import pathlib, sys; f = pathlib.Path(sys.argv[3]); t = f.read_text(); assert sys.argv[1] in t; "
    "f.write_text(t.replace(*sys.argv[1:3]))"
)


class Editing:
    """A server, and `snapshot-edit` with an editor that replaces something."""

    def __init__(self, simulator: Simulator, auth_file: Path, directory: Path) -> None:
        self.simulator = simulator
        self._auth_file = auth_file
        self._directory = directory

    def __call__(self, line: str, old: str, new: str) -> tuple[int, str, str]:
        editor = f"'{sys.executable}' -c '{EDITOR}' '{old}' '{new}'"
        answer = esxvirsh(
            *("-c", self.simulator.uri, *line.split()),
            auth_file=self._auth_file,
            EDITOR=editor,
            TMPDIR=str(self._directory),
        )
        assert list(self._directory.iterdir()) == [], "what was edited is left behind"
        return answer.returncode, answer.stdout.strip(), answer.stderr.strip()

    def told(self) -> dict[str, str]:
        return {found.name: found.description for found in machine_of(self.simulator).snapshots}


@pytest.fixture
def editing(tmp_path: Path) -> Iterator[Editing]:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    with Simulator("esx-7.0", transport="http") as simulator:
        grow_ten(simulator)
        yield Editing(simulator, write_auth_file(tmp_path, simulator.username, simulator.password), scratch)


def test_nothing_is_changed(editing: Editing) -> None:
    before = editing.told()
    code, stdout, stderr = editing("snapshot-edit archive root", "root", "root")
    assert (code, stdout, stderr) == (0, "Snapshot root XML configuration not changed.", "")
    assert editing.told() == before


def test_a_description_is_changed(editing: Editing) -> None:
    assert editing("snapshot-edit archive root", "the only one", "R&amp;D")[:2] == (0, "Snapshot root edited.")
    assert editing.told()["root"] == "R&D\nof two lines & <such>"


@pytest.mark.parametrize("line", ["snapshot-edit archive root --rename", "snapshot-edit --rename archive root"])
def test_a_name_is_changed(editing: Editing, line: str) -> None:
    assert editing(line, "<name>root<", "<name>new name<")[:2] == (0, "Snapshot root renamed to new name.")
    assert set(editing.told()) == {"new name", *NAMES[1:]}


def test_the_current_one_is_changed(editing: Editing) -> None:
    assert editing("snapshot-edit archive --current --rename", " lead ", "led")[0] == 0
    assert "led" in editing.told()


@pytest.mark.parametrize(
    ("line", "old", "new", "message"),
    [
        ("root", "<name>root<", "<name>new<", "error: Must use --rename to change root to new"),
        ("root --clone", "<name>root<", "<name>new<", "error: VMware cannot clone a snapshot"),
        ("root --rename", "<name>root<", "<name>alpha<", "Snapshot 'alpha' already exists"),
        ("root --rename", "<name>root<", "<name><", "error: A snapshot needs a name"),
        ("root", "shutoff", "running", "error: <state> of a snapshot cannot be changed"),
        ("alpha", "<parent>", "<parent><x/>", "error: <parent> of a snapshot cannot be changed"),
        ("root", "</domainsnapshot>", "<disks/></domainsnapshot>", "error: <disks> of a snapshot cannot be changed"),
        ("root", "</name>", "", "error: Couldn't parse XML"),
        ("root --current", "root", "root", "error: VMware's current snapshot is the one that the domain goes on from"),
    ],
)
def test_what_cannot_be_changed(editing: Editing, line: str, old: str, new: str, message: str) -> None:
    before = editing.told()
    code, _, stderr = editing(f"snapshot-edit archive {line}", old, new)
    assert code == 1
    assert message in stderr
    assert editing.told() == before


def test_names_that_several_have(editing: Editing, tmp_path: Path) -> None:
    machine = machine_of(editing.simulator)
    snapshots.create(machine, "alpha", "the second", memory=True, quiesced=False)
    auth = tmp_path / "auth.conf"

    def run(*words: str) -> tuple[int, str, str]:
        answer = esxvirsh("-c", editing.simulator.uri, *words, auth_file=auth)
        return answer.returncode, answer.stdout, answer.stderr

    code, _, stderr = run("snapshot-delete", "archive", "alpha")
    assert code == 1
    assert "error: invalid argument: ambiguous: 2 snapshots are named 'alpha'; use the id: 4 (" in stderr
    assert run("snapshot-list", "archive", "--tree")[1].count("+- alpha\n") == 2
    assert run("snapshot-list", "archive", "--name")[1].count("alpha\n") == 2
    assert "<description>the second<" in run("snapshot-dumpxml", "archive", "11")[1]
    assert run("snapshot-delete", "archive", "11")[:2] == (0, "Domain snapshot alpha deleted\n\n")
    assert editing.told()["alpha"] == "third"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("snapshot-info ", ["Fedora11", "archive", "broken", "builder", "web"]),
        ("snapshot-info archive ", sorted(NAMES)),
        ("snapshot-info archive --snapshotname a", ["a/b%c", "alpha"]),
        ("snapshot-info --domain a", ["archive"]),
        ("snapshot-info --domain archive si", ["sibling"]),
        ("snapshot-list archive --from ro", ["root"]),
        ("snapshot-info nope ", ["--snapshotname", "--current"]),
    ],
)
def test_names_are_completed(
    editing: Editing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: list[str]
) -> None:
    monkeypatch.setenv("LIBVIRT_AUTH_FILE", str(tmp_path / "auth.conf"))
    settings = Settings(uri=editing.simulator.uri)
    virsh = Virsh(settings, Output(settings))
    try:
        _ = virsh.connection
        words = completion.candidates(virsh, text)[1]
    finally:
        virsh.disconnect()
    assert [word.strip('"').replace('\\"', '"') for word in words] == found
