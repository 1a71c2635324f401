"""Programs of others, unmodified, on esxvirt: the quick ones; `make programs` runs all, beside libvirt-python."""

import subprocess
import sys
from pathlib import Path

import pytest

import esxvirt
from esxvirt.compat.shim import install_shim
from tests.programs.environments import MissingError
from tests.programs.programs import PROGRAMS
from tests.programs.running import OURS, Program, run
from tests.tools import ROOT, missing

QUICK = [program for program in PROGRAMS if program.quick]
# What does not work on esxvirt, and why. Whatever else a quick program does has to work.
NOT_YET = {
    ("libvirt-python's examples", "`nodestats`"): "the capabilities have no NUMA cells",
    ("libvirt-python's examples", "`topology`"): "the capabilities have no NUMA cells",
    ("libvirt-python's examples", "`domipaddrs`"): "addresses are not to be had without naming a source",
    ("libvirt-python's examples", "`dhcpleases`"): "VMware leases no addresses, as with libvirt's driver",
    ("libvirt-python's examples", "`domstart`"): "there is no createXML",
    ("libvirt-python's examples", "`event-test`"): "there are no events",
    ("libvirt-python's examples", "`event-test --loop poll`"): "there are no events",
    ("libvirt-python's examples", "`event-test --loop asyncio`"): "there are no events",
    ("libvirt-python's examples", "`domsave`"): "VMware saves a machine's memory to no file of this machine",
    ("libvirt-python's examples", "`sparsestream`"): "streams have no holes, as with libvirt's driver",
    ("virtualbmc with ipmitool", "`ipmitool chassis bootparam get 5`"): "XML of a connection shows no boot order",
}


@pytest.mark.parametrize("program", QUICK, ids=lambda program: program.name)
def test_a_quick_program_works(program: Program) -> None:
    try:
        environment = program.environment()
    except MissingError as error:
        missing(f"{program.name}: {error}")
    problems = {outcome.step.what: outcome.problem for outcome in run(program, OURS, environment) if outcome.problem}
    assert {what: problem for what, problem in problems.items() if (program.name, what) not in NOT_YET} == {}


TYPED = """\
import libvirt
import libvirt_lxc
import libvirt_qemu
import libvirtaio

conn: libvirt.virConnect = libvirt.open("esx:///")
names: list[str] = [domain.name() for domain in conn.listAllDomains()]
conn.nosuch()
libvirt.nosuch()
libvirtaio.nosuch()
number: str = conn.getVersion()
"""


def test_mypy_follows_the_modules(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    install_shim(tmp_path / "shim")
    (tmp_path / "program.py").write_text(TYPED)
    sources = str(Path(esxvirt.__file__).parents[1])
    command = [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path}/cache", "program.py"]
    environment = {"PYTHONPATH": f"{tmp_path}/shim:{sources}"}
    answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path, env=environment)
    errors = [line.partition("error: ")[2] for line in answer.stdout.splitlines() if "error: " in line]
    assert errors == [
        '"virConnect" has no attribute "nosuch"  [attr-defined]',
        'Module has no attribute "nosuch"  [attr-defined]',
        'Module has no attribute "nosuch"  [attr-defined]',
        'Incompatible types in assignment (expression has type "int", variable has type "str")  [assignment]',
    ], answer.stdout + answer.stderr


def test_pip_is_content_with_the_distribution(tmp_path: Path) -> None:
    """A program that needs libvirt-python finds it installed; esxvirt itself is what the environment has."""
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    made = subprocess.run(
        [*pip, "install", "--quiet", "--no-deps", ROOT / "shim"], capture_output=True, text=True, check=False
    )
    if made.returncode and "No matching distribution" in made.stderr:
        missing("pip reaches no index for the build")
    assert made.returncode == 0, made.stderr
    wanted = subprocess.run(
        [*pip, "install", "--no-index", "--no-deps", "libvirt-python>=6.0,!=7.9"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Requirement already satisfied" in wanted.stdout, wanted.stderr
    shown = subprocess.run([*pip, "show", "libvirt-python"], capture_output=True, text=True, check=True).stdout
    assert "Version: 11.3.0+esxvirt" in shown
    assert "Requires: esxvirt" in shown
