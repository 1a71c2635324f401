"""`vol-upload` and `vol-download` as people run them: files, pipes, full disks, and what is left when it fails."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file
from tests.program import FRESH

CONTENT = b"".join(hashlib.sha512(b"%d" % number).digest() for number in range(50_000))
ISO = "iso/install.iso"


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


@pytest.fixture
def auth(server: Simulator, tmp_path: Path) -> Path:
    return write_auth_file(tmp_path, server.username, server.password)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "content"
    path.write_bytes(CONTENT)
    return path


def run(server: Simulator, auth: Path, *command: str) -> "subprocess.CompletedProcess[str]":
    answer = esxvirsh("-c", server.uri, *command, auth_file=auth)
    assert server.sessions == []
    return answer


def stored(server: Simulator, path: str = ISO) -> bytes:
    found = server.site.datastores[0].find(path)
    assert found is not None
    return found.read()


def test_up_and_down(server: Simulator, auth: Path, file: Path, tmp_path: Path) -> None:
    digest = f"SHA-256: {hashlib.sha256(CONTENT).hexdigest()}\n\n"
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage", "--verbose")
    assert (up.stdout, up.stderr, up.returncode) == (digest, "", 0)
    assert stored(server) == CONTENT
    back = tmp_path / "back"
    down = run(server, auth, "vol-download", ISO, str(back), "local-storage", "--verbose")
    assert (down.stdout, down.stderr, down.returncode) == (digest, "", 0)
    assert back.read_bytes() == CONTENT


def test_parts(server: Simulator, auth: Path, file: Path, tmp_path: Path) -> None:
    assert run(server, auth, "vol-upload", ISO, str(file), "local-storage", "--length", "1000").returncode == 0
    assert stored(server) == CONTENT[:1000]
    back = tmp_path / "back"
    back.write_bytes(b"x" * 5000)  # what is there is replaced
    command = ("vol-download", ISO, str(back), "local-storage", "--offset", "10", "--length", "20")
    assert run(server, auth, *command).returncode == 0
    assert back.read_bytes() == CONTENT[10:30]


def test_a_pipe(server: Simulator, auth: Path, file: Path) -> None:
    assert run(server, auth, "vol-upload", ISO, str(file), "local-storage").returncode == 0
    command = [
        sys.executable,
        "-m",
        "esxvirt.cli",
        "-q",
        "-c",
        server.uri,
        "vol-download",
        ISO,
        "/dev/stdout",
        "local-storage",
    ]
    down = subprocess.run(command, capture_output=True, env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth)}, check=True)
    assert down.stdout == CONTENT
    command[command.index("vol-download") :] = ["vol-upload", ISO, "/dev/stdin", "local-storage"]
    subprocess.run(
        command, input=b"piped", capture_output=True, env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth)}, check=True
    )
    assert stored(server) == b"piped"


def test_a_full_disk(server: Simulator, auth: Path, file: Path) -> None:
    run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    down = run(server, auth, "vol-download", ISO, "/dev/full", "local-storage")
    assert (down.stderr, down.returncode) == ("error: cannot write /dev/full: No space left on device\n", 1)


def test_a_download_that_fails_leaves_no_new_file(server: Simulator, auth: Path, file: Path, tmp_path: Path) -> None:
    run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    new, old = tmp_path / "new", tmp_path / "old"
    old.write_bytes(b"old")
    for path in (new, old):
        command = ("vol-download", ISO, str(path), "local-storage", "--offset", "99999999")
        down = run(server, auth, *command)
        assert down.returncode == 1
        assert "ends before byte 99999999" in down.stderr
    assert not new.exists()
    assert old.read_bytes() == b"old"
    assert sorted(tmp_path.iterdir()) == sorted([auth, file, old])


def test_a_datastore_that_is_full(server: Simulator, auth: Path, file: Path) -> None:
    file.write_bytes(CONTENT * 2)
    before = stored(server)
    server.site.datastores[0].capacity = 0
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    assert up.returncode == 1
    assert "the datastore may be full, or the file is in use or locked" in up.stderr
    assert "is still as it was before" in up.stderr
    assert stored(server) == before


def test_files_that_are_not_there(server: Simulator, auth: Path, tmp_path: Path) -> None:
    up = run(server, auth, "vol-upload", ISO, str(tmp_path / "nope"), "local-storage")
    assert (up.stderr, up.returncode) == (f"error: cannot read {tmp_path / 'nope'}\n", 1)
    down = run(server, auth, "vol-download", ISO, str(tmp_path / "no" / "pe"), "local-storage")
    assert (down.stderr, down.returncode) == (f"error: cannot create {tmp_path / 'no' / 'pe'}\n", 1)


# -- sources that are no good leave the volume untouched -------------------------------------------------------------

DISK, FLAT = "new/a.vmdk", "new/a-flat.vmdk"
MIB = 1 << 20


@pytest.fixture
def disk(server: Simulator, auth: Path) -> str:
    """A disk of 3 MiB."""
    run(server, auth, "vol-create-as", "local-storage", DISK, "3M", "--format", "vmdk")
    return DISK


def found(server: Simulator, path: str) -> object:
    """The file as the simulator has it: what is written is another one."""
    return server.site.datastores[0].find(path)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (".", "cannot read .: Is a directory"),
        ("/proc/self/mem", "cannot read /proc/self/mem: Input/output error"),
        ("/dev/null", "/dev/null is empty: --allow-short uploads it all the same"),
    ],
)
@pytest.mark.parametrize("short", [[], ["--allow-short"]])
def test_what_cannot_be_read_touches_nothing(
    server: Simulator, auth: Path, disk: str, source: str, words: str, short: list[str]
) -> None:
    if source == "/dev/null" and short:
        return
    for volume, path in ((ISO, ISO), (disk, FLAT)):
        before = found(server, path)
        up = run(server, auth, "vol-upload", volume, source, "local-storage", *short)
        assert words in up.stderr
        assert up.returncode == 1
        assert found(server, path) is before


def test_an_empty_source_is_refused(server: Simulator, auth: Path, file: Path) -> None:
    file.write_bytes(b"")
    before = found(server, ISO)
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    assert up.stderr.splitlines() == [
        f"error: cannot upload to volume {ISO}",
        f"error: {file} is empty: --allow-short uploads it all the same",
        f"error: '[local-storage] {ISO}' was not touched",
    ]
    assert up.returncode == 1
    assert found(server, ISO) is before
    assert run(server, auth, "vol-upload", ISO, str(file), "local-storage", "--allow-short").returncode == 0
    assert stored(server) == b""


@pytest.mark.parametrize("piped", [False, True])
@pytest.mark.parametrize("length", [[], ["--length", "1000"]])
def test_a_source_shorter_than_the_disk_is_refused(
    server: Simulator, auth: Path, file: Path, disk: str, length: list[str], piped: bool
) -> None:
    before = found(server, FLAT)
    file.write_bytes(CONTENT[: 5000 if length else 1000])
    command = ["-c", server.uri, "vol-upload", disk, "/dev/stdin" if piped else str(file), "local-storage", *length]
    up = esxvirsh_reading(file if piped else None, *command, auth=auth)
    assert f" has 1000 bytes, and {disk} takes {3 * MIB}: --allow-short uploads it all the same" in up.stderr
    assert f"'[local-storage] {FLAT}' was not touched" in up.stderr
    assert up.returncode == 1
    assert found(server, FLAT) is before
    assert esxvirsh_reading(file if piped else None, *command, "--allow-short", auth=auth).returncode == 0
    assert stored(server, FLAT) == CONTENT[:1000] + bytes(3 * MIB - 1000)


def test_a_source_larger_than_the_disk_is_refused(server: Simulator, auth: Path, file: Path, disk: str) -> None:
    assert len(CONTENT) > 3 * MIB
    before = found(server, FLAT)
    for options in ([], ["--allow-short"]):
        up = run(server, auth, "vol-upload", disk, str(file), "local-storage", *options)
        assert f"{file} has {len(CONTENT)} bytes, and {disk} takes {3 * MIB}: --length uploads a part" in up.stderr
        assert found(server, FLAT) is before
    assert run(server, auth, "vol-upload", disk, str(file), "local-storage", "--length", str(3 * MIB)).returncode == 0
    assert stored(server, FLAT) == CONTENT[: 3 * MIB]


@pytest.mark.parametrize("piped", [False, True])
def test_a_source_shorter_than_what_was_asked_for_is_refused(
    server: Simulator, auth: Path, file: Path, piped: bool
) -> None:
    file.write_bytes(CONTENT[:1000])
    before = found(server, ISO)
    source = "/dev/stdin" if piped else str(file)
    command = ["-c", server.uri, "vol-upload", ISO, source, "local-storage", "--length", "2000"]
    up = esxvirsh_reading(file if piped else None, *command, auth=auth)
    assert f" has 1000 bytes, and {ISO} takes 2000: --allow-short" in up.stderr
    assert found(server, ISO) is before
    assert esxvirsh_reading(file if piped else None, *command, "--allow-short", auth=auth).returncode == 0
    assert stored(server) == CONTENT[:1000]


def esxvirsh_reading(source: Path | None, *arguments: str, auth: Path) -> "subprocess.CompletedProcess[str]":
    """Run the command with a pipe on its standard input that has what is in a file."""
    return subprocess.run(
        [sys.executable, "-m", "esxvirt.cli", *arguments],
        input=None if source is None else source.read_bytes().decode("latin-1"),
        encoding="latin-1",
        capture_output=True,
        env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth)},
        check=False,
    )


def test_a_pipe_that_ends_early_is_told_with_what_is_left(server: Simulator, auth: Path, file: Path, disk: str) -> None:
    file.write_bytes(CONTENT[: 2 * MIB])  # more than is read before the volume is touched
    command = ["-c", server.uri, "vol-upload", disk, "/dev/stdin", "local-storage"]
    up = esxvirsh_reading(file, *command, auth=auth)
    left = stored(server, FLAT)
    assert up.stderr.splitlines() == [
        f"error: cannot send data to volume {disk}",
        f"error: /dev/stdin ended after {2 * MIB} of {3 * MIB} bytes, too early",
        f"error: '[local-storage] {FLAT}' holds a part of what was to be uploaded, {len(left)} bytes: upload it again",
    ]
    assert up.returncode == 1
    assert left == CONTENT[: 2 * MIB]


def test_a_pipe_that_goes_on_too_long_is_told_with_what_is_left(
    server: Simulator, auth: Path, file: Path, disk: str
) -> None:
    up = esxvirsh_reading(file, "-c", server.uri, "vol-upload", disk, "/dev/stdin", "local-storage", auth=auth)
    assert f"error: /dev/stdin has more than the {3 * MIB} bytes of it\n" in up.stderr
    left = stored(server, FLAT)
    assert f"holds a part of what was to be uploaded, {len(left)} bytes: upload it again" in up.stderr
    assert left == CONTENT[: len(left)]
    assert up.returncode == 1


def test_a_pipe_of_a_length(server: Simulator, auth: Path, file: Path) -> None:
    command = ["-c", server.uri, "vol-upload", ISO, "/dev/stdin", "local-storage", "--length", str(2 * MIB)]
    assert esxvirsh_reading(file, *command, auth=auth).returncode == 0
    assert stored(server) == CONTENT[: 2 * MIB]


def test_a_lost_answer_is_looked_for(server: Simulator, auth: Path, file: Path) -> None:
    server.faults.add(socket="lost", http="PUT", count=1)
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    assert (up.stdout, up.stderr, up.returncode) == ("\n", "", 0)
    assert stored(server) == CONTENT


def test_an_upload_that_breaks_off_is_told_with_what_is_left(server: Simulator, auth: Path, file: Path) -> None:
    server.faults.add(socket="reset", http="PUT", count=1)
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    assert f"holds a part of what was to be uploaded, {len(stored(server))} bytes: upload it again" in up.stderr
    assert "warning" not in up.stderr
    assert up.returncode == 1


INTERRUPTED = """
import sys
from esxvirt.cli.main import run
from esxvirt.vsphere.file_streams import FileWriter
write = FileWriter.write

def interrupted(writer, data):
    write(writer, data)
    raise KeyboardInterrupt

FileWriter.write = interrupted
sys.exit(run())
"""


def test_ctrl_c_says_what_is_left(server: Simulator, auth: Path, file: Path) -> None:
    command = ["-c", server.uri, "vol-upload", ISO, str(file), "local-storage"]
    up = subprocess.run(
        [*FRESH, "-c", INTERRUPTED, *command],
        capture_output=True,
        text=True,
        env={**os.environ, "LIBVIRT_AUTH_FILE": str(auth)},
        check=False,
    )
    left = f"'[local-storage] {ISO}' holds a part of what was to be uploaded, {MIB} bytes: upload it again"
    assert (up.stderr, up.returncode) == (f"error: {left}\n", -signal.SIGINT)
    assert stored(server) == CONTENT[:MIB]
    assert server.sessions == []
