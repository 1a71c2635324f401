"""Sessions that outlive a run: who may read them, when they are used, and how they end."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from esxvirt.driver.connection import session_cache as kept_sessions
from esxvirt.sim import Simulator
from esxvirt.vsphere import session_cache
from esxvirt.vsphere.session_cache import UnusableCacheError
from tests.client import esxvirsh, machine_names, open_connection, write_auth_file
from tests.program import COMMAND
from tests.small_disks import SmallDisk


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http") as running:
        yield running


class Runs:
    """Runs of the command that keep their sessions in a directory of the test's own."""

    def __init__(self, simulator: Simulator, tmp_path: Path) -> None:
        self.simulator = simulator
        self.cache = tmp_path / "cache"
        self.accounts = write_auth_file(tmp_path, "root", simulator.password)

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"XDG_CACHE_HOME": str(self.cache), "ESXVIRT_SESSION_CACHE": "1", **environment}
        return esxvirsh(*arguments, auth_file=self.accounts, **variables)

    def calls(self, *arguments: str, **environment: str) -> list[str]:
        self.simulator.calls.clear()
        answer = self("-c", self.simulator.uri, *arguments, **environment)
        assert answer.returncode == 0, answer.stderr
        return [call.method for call in self.simulator.calls]

    @property
    def file(self) -> Path:
        [found] = (self.cache / "esxvirt" / "sessions").glob("*.json")
        return found


@pytest.fixture
def runs(simulator: Simulator, tmp_path: Path) -> Runs:
    return Runs(simulator, tmp_path)


def test_one_login_serves_many_runs(runs: Runs, simulator: Simulator) -> None:
    first = runs.calls("list", "--all")
    assert first.count("Login") == 1
    assert "Logout" not in first
    for _ in range(3):
        assert runs.calls("list", "--all") == ["RetrieveServiceContent", "RetrieveProperties", "RetrievePropertiesEx"]
    assert len(simulator.sessions) == 1
    answer = runs("-c", simulator.uri, "logout")
    assert answer.stdout == "Session of 'root' on '127.0.0.1' ended\n\n"
    assert simulator.sessions == []
    assert runs("logout", "--all").stdout == "No session is kept\n\n"


def test_nobody_is_asked_for_a_password_while_the_session_lives(runs: Runs, simulator: Simulator) -> None:
    runs.calls("list")
    runs.accounts.write_text("", encoding="utf-8")
    assert runs("-c", simulator.uri, "list").returncode == 0
    simulator.expire_sessions()
    assert runs("-c", simulator.uri, "list").returncode == 1


def test_the_file_is_the_owners_and_has_no_password(runs: Runs, simulator: Simulator) -> None:
    os.umask(0)
    try:
        runs.calls("list")
    finally:
        os.umask(0o022)
    assert runs.file.stat().st_mode & 0o777 == 0o600
    assert runs.file.parent.stat().st_mode & 0o777 == 0o700
    text = runs.file.read_text(encoding="utf-8")
    assert simulator.password not in text
    assert "root" not in runs.file.name
    assert set(json.loads(text)) == {"uri", "hostname", "user", "cookie"}


def test_an_expired_session_is_replaced(runs: Runs, simulator: Simulator) -> None:
    runs.calls("list")
    before = runs.file.read_text(encoding="utf-8")
    simulator.expire_sessions()
    assert runs.calls("list").count("Login") == 1
    assert runs.file.read_text(encoding="utf-8") != before
    assert runs.calls("list").count("Login") == 0
    assert len(simulator.sessions) == 1


def test_processes_at_once_share_one_session(runs: Runs, simulator: Simulator) -> None:
    simulator.latency = 0.02
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: runs("-c", simulator.uri, "list"), range(6)))
    assert [answer.returncode for answer in answers] == [0] * 6
    assert len(simulator.sessions) == 1
    assert [call.method for call in simulator.calls].count("Login") == 1


@pytest.mark.parametrize("what", ["file", "directory", "link"])
def test_what_others_may_read_is_refused(runs: Runs, simulator: Simulator, what: str) -> None:
    runs.calls("list")
    if what == "file":
        runs.file.chmod(0o644)
    elif what == "directory":
        runs.file.parent.chmod(0o755)
    else:
        elsewhere = runs.cache / "elsewhere"
        runs.file.rename(elsewhere)
        [lock] = (runs.cache / "esxvirt" / "sessions").glob("*.lock")
        lock.with_suffix(".json").symlink_to(elsewhere)
    simulator.calls.clear()
    answer = runs("-c", simulator.uri, "list")
    assert answer.returncode == 1
    assert "remove it" in answer.stderr
    assert "Login" not in [call.method for call in simulator.calls]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 60_000,
        b"\xff\xfe\x00",
        b'{"cookie": 5}',
        b'{"cookie": "vmware_soap_session=forged"}',
        b'{"cookie": "vmware_soap_session=a\\r\\nHost: elsewhere"}',
        b'{"cookie": "\\ud800"}',
    ],
)
def test_a_file_of_no_use_is_replaced(runs: Runs, data: bytes) -> None:
    runs.calls("list")
    runs.file.write_bytes(data)
    assert runs.calls("list").count("Login") == 1
    assert runs.calls("list").count("Login") == 0


def entry_is_a_directory(runs: Runs) -> None:
    entry = runs.file
    entry.unlink()
    entry.mkdir()


def entry_is_a_pipe(runs: Runs) -> None:
    entry = runs.file
    entry.unlink()
    os.mkfifo(entry)


def lock_is_a_directory(runs: Runs) -> None:
    lock = runs.file.with_suffix(".lock")
    lock.unlink()
    lock.mkdir()


def lock_is_a_pipe(runs: Runs) -> None:
    lock = runs.file.with_suffix(".lock")
    lock.unlink()
    os.mkfifo(lock)


def cache_is_a_file(runs: Runs) -> None:
    shutil.rmtree(runs.cache)
    runs.cache.write_bytes(b"")


@pytest.mark.parametrize(
    "spoil", [entry_is_a_directory, entry_is_a_pipe, lock_is_a_directory, lock_is_a_pipe, cache_is_a_file]
)
def test_what_is_wrong_with_the_cache_stops_nothing(
    runs: Runs, simulator: Simulator, spoil: Callable[[Runs], None]
) -> None:
    runs.calls("list")
    expected = runs("-c", simulator.uri, "list").stdout
    spoil(runs)
    simulator.calls.clear()
    answer = runs("-c", simulator.uri, "list")
    assert (answer.stdout, answer.returncode) == (expected, 0)
    assert answer.stderr.startswith("warning: sessions are not kept for later runs: ")
    assert answer.stderr.count("\n") == 1
    methods = [call.method for call in simulator.calls]
    assert (methods.count("Login"), methods.count("Logout")) == (1, 1)
    answer = runs("logout", "--all")
    assert answer.returncode == 0 or "cannot use" in answer.stderr


def test_a_full_disk_stops_nothing(runs: Runs, simulator: Simulator, small_disk: SmallDisk) -> None:
    expected = runs("-c", simulator.uri, "list").stdout
    runs("logout", "--all")
    runs.cache = small_disk.place / "cache"
    (runs.cache / "esxvirt" / "sessions").mkdir(mode=0o700, parents=True)
    small_disk.fill()
    command = small_disk.command([*COMMAND, "-c", simulator.uri, "list"])
    variables = {
        "XDG_CACHE_HOME": str(runs.cache),
        "ESXVIRT_SESSION_CACHE": "1",
        "LIBVIRT_AUTH_FILE": str(runs.accounts),
    }
    answer = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **variables}, check=False)
    assert (answer.stdout, answer.returncode) == (expected, 0)
    assert answer.stderr.startswith("warning: sessions are not kept for later runs: cannot use '")
    assert answer.stderr.endswith(f"': {small_disk.reason}\n")
    assert answer.stderr.count("\n") == 1
    assert simulator.sessions == []
    assert not list(runs.cache.rglob("*.json"))
    assert not [path for path in runs.cache.rglob("*") if path.suffix[1:].isdigit()]


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO])
def test_what_the_disk_refuses_stops_nothing(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setenv("ESXVIRT_SESSION_CACHE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in ("mkdir", "replace"):
        with monkeypatch.context() as patches:
            patches.setattr(Path, name, refuse)
            assert machine_names(simulator.uri, simulator.username, simulator.password)
        assert f": {os.strerror(number)}" in caplog.text
        assert simulator.sessions == []
        caplog.clear()


def test_without_a_home_nothing_is_kept(simulator: Simulator, tmp_path: Path) -> None:
    runs = Runs(simulator, tmp_path)
    runs.cache = Path("relative")
    answer = runs("-c", simulator.uri, "list")
    assert answer.returncode == 0
    said = "there is no home directory, and XDG_CACHE_HOME names none that begins with '/'"
    assert answer.stderr == f"warning: sessions are not kept for later runs: {said}\n"
    assert simulator.sessions == []
    assert not Path("relative").exists()


def test_a_home_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(UnusableCacheError, match="there is no home directory"):
        session_cache.directory()


def test_a_lock_that_somebody_keeps_is_not_waited_for_long(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ESXVIRT_SESSION_CACHE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(session_cache, "_PATIENCE", 0)
    machine_names(simulator.uri, simulator.username, simulator.password)
    [entry] = session_cache.entries()
    kept = list(simulator.sessions)
    with entry.locked():
        assert machine_names(simulator.uri, simulator.username, simulator.password)
        assert "another process keeps" in caplog.text
        assert list(simulator.sessions) == kept
        assert list(kept_sessions.end_all(None)) == []
    assert len(list(kept_sessions.end_all(None))) == 1
    assert simulator.sessions == []


def test_a_session_that_cannot_be_kept_when_it_is_renewed_ends_with_its_run(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ESXVIRT_SESSION_CACHE", "1")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    connection = open_connection(simulator.uri, simulator.username, simulator.password)
    assert caplog.text == ""
    [entry] = session_cache.entries()
    entry.path.unlink()
    entry.path.mkdir()
    for _ in range(2):
        simulator.expire_sessions()
        assert connection.listAllDomains()
    assert "is no file: remove it" in caplog.text
    connection.close()
    assert simulator.sessions == []


def test_other_users_and_other_ways_there_have_sessions_of_their_own(runs: Runs, simulator: Simulator) -> None:
    runs.calls("list")
    other = simulator.uri.replace("root@", "readonly@")
    runs.accounts.write_text(runs.accounts.read_text(encoding="utf-8").replace("root", "readonly"), encoding="utf-8")
    assert runs("-c", other, "list").returncode == 0
    assert sorted(session.username for session in simulator.sessions) == ["readonly", "root"]
    assert runs("-c", other, "logout").returncode == 0
    assert [session.username for session in simulator.sessions] == ["root"]


def test_without_the_variable_nothing_is_kept(runs: Runs, simulator: Simulator) -> None:
    for value in ("", "0"):
        assert "Logout" in runs.calls("list", ESXVIRT_SESSION_CACHE=value)
        assert not runs.cache.exists()
    assert simulator.sessions == []


def test_a_server_that_is_gone_is_told_and_forgotten(runs: Runs, simulator: Simulator) -> None:
    runs.calls("list")
    simulator.stop()
    answer = runs("logout", "--all")
    assert answer.returncode == 1
    assert "error: the session of 'root' on '127.0.0.1': " in answer.stderr
    assert runs("logout", "--all").stdout == "No session is kept\n\n"
    simulator.start()


def test_a_vcenter_of_a_host_has_its_own(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", transport="http") as vcenter:
        runs = Runs(vcenter, tmp_path)
        runs.accounts = write_auth_file(tmp_path, vcenter.username, vcenter.password)
        assert runs.calls("list").count("Login") == 1
        assert runs.calls("net-list").count("Login") == 0
        assert runs("logout", "--all").returncode == 0
        assert vcenter.sessions == []
