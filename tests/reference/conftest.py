"""Servers that both programs are pointed at, and the account for them; the version of libvirt."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.reference import harness
from tests.tools import ROOT


@pytest.fixture(scope="module", params=harness.VERSIONS, autouse=True)
def libvirt_version(request: pytest.FixtureRequest) -> str:
    """Compare with each version of libvirt."""
    version: str = request.param
    harness.beside(version)
    return version


@pytest.fixture(scope="session")
def auth_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write an auth file with the accounts of every profile, as both programs read it."""
    path = tmp_path_factory.mktemp("auth") / "auth.conf"
    path.write_text(
        "[credentials-host]\nusername=root\npassword=secret\n"
        "[credentials-vcenter]\nusername=administrator@vsphere.local\npassword=secret\n"
        "[auth-esx-default]\ncredentials=host\n"
        "[auth-gsx-default]\ncredentials=host\n"
        "[auth-vpx-default]\ncredentials=vcenter\n",
        encoding="utf-8",
    )
    path.chmod(0o600)
    return path


@pytest.fixture(scope="module")
def esx() -> Iterator[Simulator]:
    """Serve a simulated ESX host over plain HTTP."""
    with Simulator("esx-7.0", transport="http", password="secret") as simulator:
        yield simulator


@pytest.fixture(scope="module")
def on_libvirt(libvirt_version: str) -> list[str]:
    """Our command line on the real libvirt-python of the version compared with."""
    assert libvirt_version in harness.VERSIONS
    return [harness.libvirt_python(), str(harness.HERE / "on_libvirt.py")]


@pytest.fixture(scope="module")
def path(on_libvirt: list[str]) -> str:
    """Where that Python finds our sources, and lxml if it has none: that of this Python, if it is of its version."""
    sources = str(ROOT / "src")
    ask = "import sys; print(*sys.version_info[:2]); import lxml.etree"
    answer = subprocess.run([on_libvirt[0], "-c", ask], capture_output=True, text=True, check=False)
    version = answer.stdout.split()
    if version == [str(number) for number in sys.version_info[:2]]:
        return os.pathsep.join([sources, sysconfig.get_path("platlib")])
    if answer.returncode:
        pytest.skip(f"the Python of libvirt-python is {'.'.join(version)}, and cannot use the lxml of this one")
    return sources
