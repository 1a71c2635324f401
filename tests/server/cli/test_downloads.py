"""`vol-download`: a target is whole or as it was, and what is left over is continued if it is of the same content."""

import hashlib
import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from esxvirt.cli.part_files import CannotBesideError, PartFile
from esxvirt.cli.targets import CannotCreateError, DirectTarget, open_target
from esxvirt.sim import Simulator
from esxvirt.sim.state.storage.datastores import File
from tests.client import write_auth_file
from tests.program import FRESH
from tests.small_disks import SmallDisk

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(50_000))
SHA = f"SHA-256: {hashlib.sha256(CONTENT).hexdigest()}\n\n"
ISO = "iso/install.iso"
MIB = 1 << 20
EARLIER = datetime.now(UTC) - timedelta(days=1)

# Ends the program, in the way that its first argument says, after so many bytes.
ENDING = """
import os, signal, sys
from esxvirt.cli.main import run
from esxvirt.cli.part_files import PartFile
how, left = sys.argv.pop(1), int(sys.argv.pop(1))
write = PartFile.write

def end():
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "wait":
        print("waiting", flush=True)
        sys.stdin.readline()
    if how == "interrupt":
        raise KeyboardInterrupt
    if how == "terminate":
        os.kill(os.getpid(), signal.SIGTERM)

def ending(part, content):
    global left
    write(part, content[:left])
    if len(content) >= left:
        end()
        write(part, content[left:])
    left -= len(content)

PartFile.write = ending
sys.exit(run())
"""


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        running.site.datastores[0].put(ISO, File.of(CONTENT, EARLIER))
        yield running


class Downloads:
    """Runs of the command in a directory of its own, with a target in it."""

    def __init__(self, server: Simulator, directory: Path) -> None:
        self.server = server
        self.place = directory / "place"
        self.place.mkdir()
        self.target = self.place / "target"
        self.part = self.place / ".target.esxvirt-part"
        self.record = self.place / ".target.esxvirt-part.json"
        self._auth = write_auth_file(directory, server.username, server.password)

    def words(self, *options: str) -> list[str]:
        return ["-c", self.server.uri, "vol-download", ISO, str(self.target), "local-storage", *options]

    def __call__(self, *options: str, program: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
        command = [*FRESH, *(program or ("-m", "esxvirt.cli")), *self.words(*options)]
        return subprocess.run(command, capture_output=True, text=True, env=self.environment, check=False)

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, "LIBVIRT_AUTH_FILE": str(self._auth)}

    def ended(self, how: str, count: int, *options: str) -> "subprocess.CompletedProcess[str]":
        return self(*options, program=("-c", ENDING, how, str(count)))

    @property
    def files(self) -> set[str]:
        return {path.name for path in self.place.iterdir()}

    def whole(self, *options: str) -> str:
        """Download it; returns what was said on standard error."""
        before = self.server.sessions  # what was killed has left its own
        answer = self(*options)
        assert answer.returncode == 0, answer.stderr
        assert self.target.read_bytes() == CONTENT
        assert self.files == {"target"}
        assert self.server.sessions == before
        return answer.stderr


@pytest.fixture
def downloads(server: Simulator, tmp_path: Path) -> Downloads:
    return Downloads(server, tmp_path)


def test_a_new_file_has_the_mode_of_a_new_file(downloads: Downloads) -> None:
    mask = os.umask(0o027)
    try:
        assert downloads.whole() == ""
    finally:
        os.umask(mask)
    assert stat.S_IMODE(downloads.target.stat().st_mode) == 0o640


@pytest.mark.parametrize("mode", [0o600, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode_and_owner(downloads: Downloads, mode: int) -> None:
    downloads.target.write_bytes(b"old")
    downloads.target.chmod(mode)
    if os.geteuid() == 0:
        os.chown(downloads.target, 12345, 12346)
    before = downloads.target.stat()
    assert downloads.whole() == ""
    after = downloads.target.stat()
    assert after.st_ino != before.st_ino
    assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_links_are_written_through(downloads: Downloads) -> None:
    there = downloads.place / "there"
    there.write_bytes(b"x" * (len(CONTENT) + 5))
    downloads.target.symlink_to(there)
    assert downloads().returncode == 0
    assert downloads.target.is_symlink()
    assert there.read_bytes() == CONTENT
    downloads.target.unlink()
    there.write_bytes(b"x")
    downloads.target.hardlink_to(there)
    assert downloads().returncode == 0
    assert there.read_bytes() == CONTENT
    assert downloads.files == {"target", "there"}


def test_a_pipe_is_written_directly(downloads: Downloads) -> None:
    os.mkfifo(downloads.target)
    copy = downloads.place / "copy"
    with copy.open("wb") as file, subprocess.Popen(["cat", str(downloads.target)], stdout=file) as reader:
        assert downloads().returncode == 0
        assert reader.wait() == 0
    assert copy.read_bytes() == CONTENT
    assert downloads.files == {"target", "copy"}


@pytest.mark.parametrize("linked", [True, False])
def test_what_cannot_be_downloaded_touches_no_target(downloads: Downloads, linked: bool) -> None:
    old = downloads.place / "old"
    old.write_bytes(b"old")
    if linked:
        downloads.target.symlink_to(old)
    else:
        old.rename(downloads.target)
    before = downloads.files
    answer = downloads("--offset", "99999999")
    assert "ends before byte 99999999" in answer.stderr
    assert answer.returncode == 1
    assert downloads.target.read_bytes() == b"old"
    assert downloads.files == before


@pytest.mark.parametrize("count", [1, 1000, 100_000, MIB, 2 * MIB + 5, len(CONTENT)])
def test_after_a_kill_the_same_command_continues(downloads: Downloads, count: int) -> None:
    downloads.target.write_bytes(b"old")
    assert downloads.ended("kill", count).returncode == -signal.SIGKILL
    assert downloads.target.read_bytes() == b"old"
    assert downloads.files == {"target", downloads.part.name, downloads.record.name}
    assert downloads.part.read_bytes() == CONTENT[:count]
    assert stat.S_IMODE(downloads.part.stat().st_mode) == stat.S_IMODE(downloads.record.stat().st_mode) == 0o600
    answer = downloads("--verbose")
    assert (answer.stdout, answer.stderr, answer.returncode) == (SHA, "", 0)
    assert downloads.target.read_bytes() == CONTENT
    assert downloads.files == {"target"}


def test_what_is_continued_is_not_fetched_again(downloads: Downloads) -> None:
    downloads.ended("kill", MIB)
    with downloads.part.open("r+b") as file:
        file.write(b"mark")
    answer = downloads("--verbose")
    expected = b"mark" + CONTENT[4:]
    assert downloads.target.read_bytes() == expected
    assert answer.stdout == f"SHA-256: {hashlib.sha256(expected).hexdigest()}\n\n"


def test_a_range_is_continued_too(downloads: Downloads) -> None:
    options = ("--offset", "100", "--length", str(2 * MIB), "--verbose")
    downloads.ended("kill", MIB + 7, *options)
    assert downloads.part.stat().st_size == MIB + 7
    answer = downloads(*options)
    expected = CONTENT[100 : 100 + 2 * MIB]
    assert (answer.stderr, answer.returncode) == ("", 0)
    assert answer.stdout == f"SHA-256: {hashlib.sha256(expected).hexdigest()}\n\n"
    assert downloads.target.read_bytes() == expected


@pytest.mark.parametrize(("how", "number"), [("interrupt", signal.SIGINT), ("terminate", signal.SIGTERM)])
def test_a_signal_says_how_to_continue(downloads: Downloads, how: str, number: signal.Signals) -> None:
    answer = downloads.ended(how, MIB)
    said = f"error: '{downloads.part}' has the first {MIB} bytes: the same command continues from there\n"
    assert (answer.stderr, answer.returncode) == (said, -number)
    assert downloads.server.sessions == []
    assert not downloads.target.exists()
    assert json.loads(downloads.record.read_bytes())["boot"] is None  # it is on the disk
    assert downloads.whole() == ""


def test_ctrl_c_before_the_first_byte_leaves_nothing(downloads: Downloads) -> None:
    assert downloads.ended("interrupt", 0).returncode == -signal.SIGINT
    assert downloads.files == set()


def test_a_server_that_breaks_off_for_good(downloads: Downloads) -> None:
    downloads.ended("kill", MIB)
    rule = downloads.server.faults.add(socket="refuse", http="GET", path="/folder/iso")
    answer = downloads()
    assert f"'{downloads.part}' has the first {MIB} bytes: the same command continues from there" in answer.stderr
    assert answer.returncode == 1
    assert downloads.part.stat().st_size == MIB
    downloads.server.faults.remove(rule)
    assert downloads.whole() == ""


def test_a_volume_that_has_changed_is_downloaded_anew(downloads: Downloads) -> None:
    store = downloads.server.site.datastores[0]
    for other in (File.of(CONTENT, EARLIER + timedelta(hours=1)), File.of(b"y" * MIB * 2, EARLIER), File.of(b"z")):
        downloads.target.unlink(missing_ok=True)
        store.put(ISO, File.of(CONTENT, EARLIER))
        downloads.ended("kill", MIB)
        store.put(ISO, other)
        answer = downloads("--verbose")
        warning = f"warning: '{downloads.part}' cannot be continued: the volume has changed since; starting anew\n"
        assert (answer.stderr, answer.returncode) == (warning, 0)
        assert downloads.target.read_bytes() == other.read()
        assert answer.stdout == f"SHA-256: {hashlib.sha256(other.read()).hexdigest()}\n\n"
        assert downloads.files == {"target"}


def test_a_volume_that_changes_meanwhile_leaves_nothing(downloads: Downloads) -> None:
    downloads.target.write_bytes(b"old")
    command = [*FRESH, "-c", ENDING, "wait", str(MIB), *downloads.words()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    downloads.server.faults.add(socket="truncate", http="GET", path="/folder/iso", count=1)
    with subprocess.Popen(command, text=True, env=downloads.environment, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        downloads.server.site.datastores[0].put(ISO, File.of(b"y" * len(CONTENT)))
        _, said = process.communicate("go on\n")
    assert "was changed while it was read" in said
    assert "continues" not in said
    assert downloads.files == {"target"}
    assert downloads.target.read_bytes() == b"old"


def spoil_record(downloads: Downloads) -> None:
    downloads.record.write_bytes(b'{"request": ')


def nest_record(downloads: Downloads) -> None:
    downloads.record.write_bytes(b"[" * 60_000)


def lose_record(downloads: Downloads) -> None:
    downloads.record.unlink()


def link_record(downloads: Downloads) -> None:
    downloads.record.rename(downloads.place.parent / "record")
    downloads.record.symlink_to(downloads.place.parent / "record")


def change_record(**values: object) -> Callable[[Downloads], None]:
    def change(downloads: Downloads) -> None:
        record = json.loads(downloads.record.read_bytes())
        for path, value in values.items():
            place, _, name = path.rpartition("__")
            (record[place] if place else record)[name] = value
        downloads.record.write_text(json.dumps(record), encoding="utf-8")

    return change


def spoil_end(downloads: Downloads) -> None:
    with downloads.part.open("r+b") as file:
        file.seek(-10, os.SEEK_END)
        file.write(bytes(10))


def grow(downloads: Downloads) -> None:
    with downloads.part.open("ab") as file:
        file.write(bytes(MIB))


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (spoil_record, "nothing tells what it is of"),
        (nest_record, "nothing tells what it is of"),
        (lose_record, "nothing tells what it is of"),
        (link_record, "nothing tells what it is of"),
        (change_record(facts=5), "nothing tells what it is of"),
        (change_record(request__volume="[local-storage] other"), "it is of another download"),
        (change_record(request__server="esx://other/"), "it is of another download"),
        (change_record(request__offset=7), "it is of another download"),
        (change_record(boot="another"), "the computer was restarted meanwhile, and it may not be as it was written"),
        (change_record(facts__etag="other"), "the volume has changed since"),
        (spoil_end, "it is not the beginning of the volume"),
        (grow, "it is not the beginning of the volume"),
    ],
)
def test_what_may_be_something_else_is_not_continued(
    downloads: Downloads, spoil: Callable[[Downloads], None], why: str
) -> None:
    downloads.ended("kill", MIB)
    spoil(downloads)
    assert downloads.whole() == f"warning: '{downloads.part}' cannot be continued: {why}; starting anew\n"


def test_what_is_left_of_another_download_stays_until_this_one_begins(downloads: Downloads) -> None:
    downloads.ended("kill", MIB)
    answer = downloads("--offset", "99999999")
    assert answer.returncode == 1
    assert downloads.part.stat().st_size == MIB
    assert downloads.whole() == ""


def test_two_at_once_do_not_mix(downloads: Downloads) -> None:
    command = [*FRESH, "-c", ENDING, "wait", str(MIB), *downloads.words()]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, text=True, env=downloads.environment, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
        second = downloads()
        busy = f"another download to it is under way, and writes to '{downloads.part}'"
        assert second.stderr == f"error: cannot create {downloads.target}: {busy}\n"
        assert second.returncode == 1
        assert downloads.part.stat().st_size == MIB
        _, said = process.communicate("go on\n")
        assert (said, process.returncode) == ("", 0)
    assert downloads.target.read_bytes() == CONTENT
    assert downloads.files == {"target"}


NO_LOCKS = ("-c", "import sys; sys.modules['fcntl'] = None; from esxvirt.cli.main import run; sys.exit(run())")


def test_without_locks_a_file_is_one(downloads: Downloads) -> None:
    assert downloads(program=NO_LOCKS).returncode == 0
    assert downloads.target.read_bytes() == CONTENT
    assert downloads.files == {"target"}
    lock = downloads.place / ".target.esxvirt-part.lock"
    lock.touch()
    answer = downloads(program=NO_LOCKS)
    assert f"another download to it is under way, or was killed; if there is none, remove '{lock}'" in answer.stderr
    assert answer.returncode == 1
    assert lock.exists()
    lock.unlink()
    assert downloads(program=NO_LOCKS).returncode == 0


@pytest.mark.parametrize("what", ["directory", "link", "pipe", "linked"])
@pytest.mark.parametrize("old", [True, False])
def test_what_is_in_the_way_of_the_part_is_told(downloads: Downloads, what: str, old: bool) -> None:
    if old:
        downloads.target.write_bytes(b"old")
    elsewhere = downloads.place / "elsewhere"
    elsewhere.write_bytes(b"precious")
    if what == "directory":
        downloads.part.mkdir()
    elif what == "link":
        downloads.part.symlink_to(elsewhere)
    elif what == "linked":
        downloads.part.hardlink_to(elsewhere)
    else:
        os.mkfifo(downloads.part)
    answer = downloads()
    assert answer.stderr == f"error: cannot create {downloads.target}: '{downloads.part}' is in the way\n"
    assert elsewhere.read_bytes() == b"precious"
    assert downloads.target.exists() == old


def test_a_long_name(downloads: Downloads) -> None:
    downloads.target = downloads.place / ("ä" * 126)
    downloads.ended("kill", MIB)
    [part] = [name for name in downloads.files if name.endswith("-part")]
    assert (downloads.place / part).stat().st_size == MIB
    assert downloads().returncode == 0
    assert downloads.files == {downloads.target.name}


def test_where_no_file_can_be_made_the_target_itself_is_written(
    downloads: Downloads, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_name: str) -> PartFile:
        raise CannotBesideError(": Permission denied")

    monkeypatch.setattr(PartFile, "open", refuse)
    with pytest.raises(CannotCreateError, match=": Permission denied"):
        open_target(str(downloads.target))
    downloads.target.write_bytes(b"old")
    target = open_target(str(downloads.target))
    assert isinstance(target, DirectTarget)
    assert downloads.target.read_bytes() == b"old"
    target.begin()
    target.write(b"new")
    target.finish()
    assert downloads.target.read_bytes() == b"new"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_is_not_ours(downloads: Downloads) -> None:
    downloads.target.write_bytes(b"old")
    downloads.place.chmod(0o555)
    try:
        answer = downloads()
    finally:
        downloads.place.chmod(0o755)
    assert (answer.stderr, answer.returncode) == ("", 0)
    assert downloads.target.read_bytes() == CONTENT
    downloads.target.chmod(0o444)
    answer = downloads()
    assert (answer.stderr, answer.returncode) == (f"error: cannot create {downloads.target}: Permission denied\n", 1)


NO_FACTS = (
    "import sys; import esxvirt.cli.part_files as p; from esxvirt.cli import api; "
    "api._OURS = None; "  # as on the real libvirt-python
)


def test_a_library_that_tells_no_facts_has_whole_files_all_the_same(downloads: Downloads) -> None:
    downloads.target.write_bytes(b"old")
    answer = downloads(program=("-c", NO_FACTS + ENDING, "interrupt", str(MIB)))
    assert (answer.stderr, answer.returncode) == ("", -signal.SIGINT)
    assert downloads.files == {"target"}
    assert downloads.target.read_bytes() == b"old"
    assert downloads(program=("-c", NO_FACTS + "from esxvirt.cli.main import run; sys.exit(run())")).returncode == 0
    assert downloads.target.read_bytes() == CONTENT


def test_a_full_disk_is_told_and_touches_no_target(downloads: Downloads, small_disk: SmallDisk) -> None:
    downloads.place = small_disk.place
    downloads.target = small_disk.place / "target"
    downloads.part = small_disk.place / ".target.esxvirt-part"
    downloads.target.write_bytes(b"old")
    command = small_disk.command([sys.executable, "-m", "esxvirt.cli", *downloads.words()])
    answer = subprocess.run(command, capture_output=True, text=True, env=downloads.environment, check=False)
    size = downloads.part.stat().st_size
    assert answer.stderr.splitlines() == [
        f"error: cannot write {downloads.target}: {small_disk.reason}",
        f"error: '{downloads.part}' has the first {size} bytes: the same command continues from there",
    ]
    assert answer.returncode == 1
    assert downloads.target.read_bytes() == b"old"
    assert downloads.server.sessions == []
    small_disk.grow()
    assert downloads.whole() == ""


def test_a_screenshot_touches_no_target_on_a_full_disk(downloads: Downloads, small_disk: SmallDisk) -> None:
    target = small_disk.place / "target"
    target.write_bytes(b"old")
    small_disk.fill()
    command = ["-m", "esxvirt.cli", "-c", downloads.server.uri, "screenshot", "web", str(target)]
    run = small_disk.command([*FRESH, *command])
    answer = subprocess.run(run, capture_output=True, text=True, env=downloads.environment, check=False)
    assert answer.returncode == 1
    assert target.read_bytes() == b"old"
    assert {path.name for path in small_disk.place.iterdir()} <= {"target", "filling"}
    subprocess.run([*FRESH, *command[:-1], str(downloads.target)], env=downloads.environment, check=True)
    assert downloads.target.read_bytes().startswith(b"\x89PNG")
    assert downloads.files == {"target"}


def test_a_disk_without_room_for_a_file(downloads: Downloads, small_disk: SmallDisk) -> None:
    downloads.target = small_disk.place / "target"
    downloads.target.write_bytes(b"old")
    small_disk.fill()
    command = small_disk.command([sys.executable, "-m", "esxvirt.cli", *downloads.words()])
    answer = subprocess.run(command, capture_output=True, text=True, env=downloads.environment, check=False)
    assert answer.stderr.splitlines()[0].startswith("error: cannot ")
    assert small_disk.reason in answer.stderr
    assert answer.returncode == 1
    assert downloads.target.read_bytes() == b"old"
    with suppress(FileNotFoundError):
        assert (small_disk.place / ".target.esxvirt-part").stat().st_size == 0
