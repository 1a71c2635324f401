"""The examples of the pages run, on the simulator."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.client import open_connection, write_auth_file
from tests.tools import ROOT

VMX = """\
config.version = "8"
virtualHW.version = "8"
displayName = "x"
ethernet0.present = "TRUE"
ethernet0.networkName = "n"
ethernet0.virtualDev = "foo"
"""
Run = Callable[..., subprocess.CompletedProcess[str]]


def example(page: str) -> str:
    found = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    code: str = found[0]
    return code


def test_the_readmes_program_lists_machines(capsys: pytest.CaptureFixture[str]) -> None:
    with Simulator("esx-7.0") as server:
        given = {
            "esx://esx1.example.com/?thumbprint=AB:CD:...": f"{server.uri}?thumbprint={server.thumbprint}",
            '"ann"': repr(server.username),
            '"secret"': repr(server.password),
        }
        code = example("README.md")
        for placeholder, value in given.items():
            assert placeholder in code
            code = code.replace(placeholder, value)
        exec(compile(code, "README.md", "exec"), {})
    lines = capsys.readouterr().out.splitlines()
    assert "Fedora11 [5, 0]" in lines  # libvirt's (shut off, unknown reason), as libvirt-python has it
    assert len(lines) == 5


def test_the_simulators_example_runs() -> None:
    exec(compile(example("docs/simulator.md"), "simulator.md", "exec"), {})


@pytest.fixture
def server() -> Iterator[Simulator]:
    with Simulator("esx-7.0", transport="http", vms=3) as running:
        yield running


@pytest.fixture
def run(tmp_path: Path, server: Simulator) -> Run:
    auth_file = write_auth_file(tmp_path, server.username, server.password)

    def program(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *arguments]
        environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(auth_file)}
        return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)

    return program


class TestPrograms:
    def test_inventory_csv(self, run: Run, server: Simulator) -> None:
        answer = run("examples/inventory_csv.py", server.uri)
        lines = answer.stdout.splitlines()
        assert answer.returncode == 0
        assert lines[0] == "name,uuid,state,cpus,memory MiB,disks"
        assert len(lines) == 1 + len(server.site.machines)
        assert any(line.startswith("web,564d9efe-") and "[local-storage] web/web.vmdk" in line for line in lines)

    def test_snapshot_retention(self, run: Run, server: Simulator) -> None:
        def snapshots() -> list[str]:
            with open_connection(server.uri, server.username, server.password) as connection:
                names: list[str] = connection.lookupByName("web").snapshotListNames()
                return names

        command = ["examples/snapshot_retention.py", server.uri]
        assert run(*command, "0", "web").returncode == 0
        (first,) = snapshots()
        assert run(*command, "30", "web").returncode == 0
        assert first in snapshots()
        assert f"web: removed {first}" in run(*command, "-1", "web").stdout
        assert first not in snapshots()

    def test_graceful_shutdown(self, run: Run, server: Simulator) -> None:
        answer = run("examples/graceful_shutdown.py", server.uri, "20")
        assert (answer.returncode, answer.stdout) == (0, "")
        assert "poweredOn" not in {machine.power for machine in server.site.machines.values()}

    def test_convert_vmx(self, run: Run, tmp_path: Path) -> None:
        file = tmp_path / "a.vmx"
        file.write_text(VMX, encoding="utf-8")
        answer = run("examples/convert_vmx.py", str(file), str(tmp_path / "none.vmx"))
        assert "'foo' is no model that libvirt knows" in answer.stdout
        assert "<name>x</name>" in (tmp_path / "a.vmx.xml").read_text(encoding="utf-8")

    def test_a_test_of_ones_own(self, run: Run) -> None:
        assert run("-m", "pytest", "-q", "-p", "no:cacheprovider", "examples/test_against_simulator.py").returncode == 0

    def test_each_is_run(self) -> None:
        tried = Path(__file__).read_text(encoding="utf-8")
        assert all(f"examples/{path.name}" in tried for path in (ROOT / "examples").glob("*.py"))
