"""Sessions that outlive a run: who may read them, when they are used, and how they end."""

import json
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import esxvirsh, write_auth_file


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
        assert runs.calls("list", "--all") == [
            "RetrieveServiceContent", "RetrieveProperties", "RetrievePropertiesEx", "RetrievePropertiesEx",
        ]  # fmt: skip
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


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cookie": 5}', '{"cookie": "vmware_soap_session=forged"}'])
def test_a_file_of_no_use_is_replaced(runs: Runs, text: str) -> None:
    runs.calls("list")
    runs.file.write_text(text, encoding="utf-8")
    assert runs.calls("list").count("Login") == 1
    assert runs.calls("list").count("Login") == 0


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
