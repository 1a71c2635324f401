"""The pytest plugin, in sessions of pytest that know nothing of this repository."""

import subprocess
import sys
from pathlib import Path

_HEADER = """
import socket
import pytest
from urllib.parse import urlsplit
"""
_TESTS = {
    "test_default": """
def test_default(esx_simulator):
    assert esx_simulator.profile.name == "esx-7.0"
    assert esx_simulator.uri.startswith("esx://root@127.0.0.1:")
    socket.create_connection((esx_simulator.host, esx_simulator.port)).close()
""",
    "test_marker": """
@pytest.mark.esx_simulator("vcenter-8.0", "http", hosts=2, vms=3)
def test_marker(esx_simulator):
    assert len(esx_simulator.site.hosts) == 2
    assert esx_simulator.site.find_machine("vm-0003")
    assert esx_simulator.transport == "http"
""",
    "test_each_has_its_own": """
@pytest.mark.esx_simulator(transport="http")
class TestEach:
    def test_one(self, esx_simulator):
        esx_simulator.site.find_machine("archive").power = "poweredOn"

    def test_two(self, esx_simulator):
        assert not esx_simulator.site.find_machine("archive").running
""",
}


def _pytest(directory: Path, source: str, *options: str) -> "subprocess.CompletedProcess[str]":
    (directory / "test_it.py").write_text(_HEADER + source, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--strict-markers", *options]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False, timeout=120)


def test_the_fixture(tmp_path: Path) -> None:
    done = _pytest(tmp_path, "".join(_TESTS.values()))
    assert "4 passed" in done.stdout, done.stdout + done.stderr


def test_the_option(tmp_path: Path) -> None:
    done = _pytest(
        tmp_path,
        "def test_it(esx_simulator):\n    assert esx_simulator.profile.is_gsx\n",
        "--esx-profile",
        "gsx",
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_wrong_profile_says_so(tmp_path: Path) -> None:
    done = _pytest(tmp_path, '@pytest.mark.esx_simulator("esx-1.0")\ndef test_it(esx_simulator): ...\n')
    assert "no profile 'esx-1.0': choose one of" in done.stdout
    assert done.returncode == 1
