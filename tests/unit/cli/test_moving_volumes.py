"""`vol-upload` and `vol-download` as people run them: files, pipes, full disks, and what is left when it fails."""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file

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
    down = subprocess.run(command, capture_output=True, env={"LIBVIRT_AUTH_FILE": str(auth)}, check=True)
    assert down.stdout == CONTENT
    command[command.index("vol-download") :] = ["vol-upload", ISO, "/dev/stdin", "local-storage"]
    subprocess.run(command, input=b"piped", capture_output=True, env={"LIBVIRT_AUTH_FILE": str(auth)}, check=True)
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
    assert old.read_bytes() == b""  # as virsh: it was opened for writing


def test_a_datastore_that_is_full(server: Simulator, auth: Path, file: Path) -> None:
    file.write_bytes(CONTENT * 2)
    before = stored(server)
    server.site.datastores[0].capacity = 0
    up = run(server, auth, "vol-upload", ISO, str(file), "local-storage")
    assert up.returncode == 1
    assert "the datastore may be full" in up.stderr
    assert stored(server) == before or "holds a part" in up.stderr


def test_files_that_are_not_there(server: Simulator, auth: Path, tmp_path: Path) -> None:
    up = run(server, auth, "vol-upload", ISO, str(tmp_path / "nope"), "local-storage")
    assert (up.stderr, up.returncode) == (f"error: cannot read {tmp_path / 'nope'}\n", 1)
    down = run(server, auth, "vol-download", ISO, str(tmp_path / "no" / "pe"), "local-storage")
    assert (down.stderr, down.returncode) == (f"error: cannot create {tmp_path / 'no' / 'pe'}\n", 1)
    directory = run(server, auth, "vol-upload", ISO, str(tmp_path), "local-storage")
    assert "Is a directory" in directory.stderr
    assert directory.returncode == 1
