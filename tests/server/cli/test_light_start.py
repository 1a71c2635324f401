"""What a command that only reads brings in."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import write_auth_file

# Each costs tens of milliseconds.
HEAVY = {"pyVmomi", "asyncio", "aiohttp", "lxml", "rich", "prompt_toolkit", "cryptography"}
PARSING = {"domblklist", "domiflist"}  # which look at the domain's XML
READING = [
    "list --all",
    "dominfo web",
    "domstate web",
    "domuuid web",
    "domid web",
    "domblklist web",
    "domiflist web",
    "domstats",
    "dumpxml web",
    "pool-list --all",
    "pool-info local-storage",
    "vol-list local-storage",
    "vol-info web/web.vmdk local-storage",
    "net-list",
    "nodeinfo",
    "hostname",
    "version",
    "snapshot-list web",
    "schedinfo web",
]
CODE = """
import atexit, json, sys
from esxvirt.cli.main import run
code = run(sys.argv[1:])
print("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
sys.exit(code)
"""


@pytest.fixture(scope="module", params=["http", "https"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport=request.param) as running:
        yield running


def modules(simulator: Simulator, directory: Path, command: str) -> set[str]:
    file = write_auth_file(directory, simulator.username, simulator.password)
    pinned = f"&thumbprint={simulator.thumbprint}" if simulator.thumbprint else ""
    uri = f"{simulator.uri}{'&' if '?' in simulator.uri else '?'}authfile={file}{pinned}"
    words = [sys.executable, "-c", CODE, "-c", uri, *command.split()]
    answer = subprocess.run(words, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    return set(json.loads(answer.stdout.splitlines()[-1]))


@pytest.mark.parametrize("command", READING)
def test_a_command_that_reads_does_without_pyvmomi(simulator: Simulator, tmp_path: Path, command: str) -> None:
    allowed = {"lxml"} if command.split(maxsplit=1)[0] in PARSING else set()
    assert modules(simulator, tmp_path, command) & HEAVY <= allowed


def test_one_that_sends_objects_brings_it_in(simulator: Simulator, tmp_path: Path) -> None:
    assert "pyVmomi" in modules(simulator, tmp_path, "desc web --config a")
