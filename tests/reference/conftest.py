"""Servers that both programs are pointed at, and the account for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator


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
