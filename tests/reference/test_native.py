"""Conversions on a connection, beside the real virsh; what virsh refuses, ours refuses by `--strict`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.profiles import PROFILES
from tests.reference import harness

DISK = "domxml-to-native vmware-vmx tests/reference/native/disk.xml"


@pytest.fixture(scope="module", params=["esx-7.0", "esx-3.5", "gsx-2.0", "vcenter-5.0"])
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http", password="secret") as simulator:
        yield simulator


@pytest.mark.parametrize("line", harness.lines("native"))
def test_esxvirsh_answers_as_virsh(line: str, server: Simulator, auth_file: Path) -> None:
    arguments = ["-c", server.uri, *harness.arguments_of(line)]
    theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    ours = harness.esxvirsh([*arguments, "--strict"], LIBVIRT_AUTH_FILE=str(auth_file))
    harness.compare(line, server.profile.name, theirs, ours)
    assert list(server.sessions) == []


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_a_file_is_for_the_hardware_of_the_product(profile: str, tmp_path: Path) -> None:
    with Simulator(profile, transport="http", password="secret") as simulator:
        auth_file = tmp_path / "auth.conf"
        services = "".join(f"[auth-{name}-default]\ncredentials=lab\n" for name in ("esx", "gsx", "vpx"))
        account = f"[credentials-lab]\nusername={simulator.username}\npassword=secret\n"
        auth_file.write_text(account + services, encoding="utf-8")
        auth_file.chmod(0o600)
        arguments = ["-c", simulator.uri, *harness.arguments_of(DISK)]
        theirs = harness.virsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
        ours = harness.esxvirsh(arguments, LIBVIRT_AUTH_FILE=str(auth_file))
    assert ours == theirs
    assert ours.code == 0
