"""The real virsh on the simulator."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from esxvirt.sim import Simulator
from tests.tools import require

_LOG_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+\+0000: \d+: ")


class Virsh:
    """virsh with a simulator's URI and account; `warnings` are the lines that libvirt has logged."""

    def __init__(self, simulator: Simulator, directory: Path, uri: str | None = None) -> None:
        self._program = require("virsh")
        uri = uri or simulator.uri
        self.uri = f"{uri}{'&' if '?' in uri else '?'}no_verify=1" if simulator.transport == "https" else uri
        host = urlsplit(uri).hostname
        self.auth = directory / "auth.conf"
        sections = "".join(f"[auth-{service}-{host}]\ncredentials=sim\n" for service in ("esx", "gsx", "vpx"))
        text = f"[credentials-sim]\nusername={simulator.username}\npassword={simulator.password}\n{sections}"
        self.auth.write_text(text, encoding="utf-8")
        self.warnings: list[str] = []

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "LIBVIRT_AUTH_FILE": str(self.auth)}
        done = subprocess.run(
            [self._program, "-c", self.uri, *arguments],
            capture_output=True, text=True, env=environment, timeout=60, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        logged = [line for line in done.stderr.splitlines() if _LOG_LINE.match(line)]
        self.warnings += [line for line in logged if " : info : " not in line and ": info : " not in line]
        return done

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout


@pytest.fixture
def virsh(simulator: Simulator, tmp_path: Path) -> Virsh:
    return Virsh(simulator, tmp_path)


def _names(simulator: Simulator) -> set[str]:
    return {machine.name for machine in simulator.site.machines_on(simulator.site.hosts[0]).values()}


def test_list(simulator: Simulator, virsh: Virsh) -> None:
    rows = [re.split(r"\s{2,}", line.strip()) for line in virsh("list", "--all").splitlines()[2:] if line.strip()]
    assert {row[1] for row in rows} == _names(simulator)
    states = {row[1]: row[2] for row in rows}
    assert states["web"] == "running"
    assert states["builder"] == "paused"
    assert states["archive"] == states["Fedora11"] == states["broken"] == "shut off"
    assert virsh.warnings == []


def test_a_domain(simulator: Simulator, virsh: Virsh) -> None:
    info = dict(line.split(":", 1) for line in virsh("dominfo", "web").splitlines() if ":" in line)
    machine = simulator.site.find_machine("web")
    assert info["UUID"].strip() == machine.config.uuid
    assert info["State"].strip() == "running"
    assert info["CPU(s)"].strip() == str(machine.config.cpus)
    assert info["Max memory"].strip() == f"{machine.config.memory_mb << 10} KiB"
    assert info["Autostart"].strip() == "disable"
    assert virsh("domstate", "builder").strip() == "paused"
    assert virsh("vcpucount", "web", "--maximum", "--live").strip()
    assert virsh("domid", "web").strip() == str(2 if simulator.profile.is_vcenter else 2 * simulator.profile.moid_step)
    assert "[local-storage] Fedora11/Fedora11.vmdk" in virsh("domblklist", "Fedora11")
    assert "00:50:56:91:48:c7" in virsh("domiflist", "Fedora11")
    assert virsh.warnings == []


def test_xml(simulator: Simulator, virsh: Virsh) -> None:
    xml = virsh("dumpxml", "Fedora11")
    assert "<uuid>50115e16-9bdc-49d7-f171-53c4d7f91710</uuid>" in xml
    assert "<source file='[local-storage] Fedora11/Fedora11.vmdk'/>" in xml
    datacenter = simulator.site.datacenter if simulator.profile.is_vcenter else "ha-datacenter"
    assert f"<vmware:datacenterpath>{datacenter}</vmware:datacenterpath>" in xml
    for name in _names(simulator) - {"broken"}:
        assert f"<name>{name}</name>" in virsh("dumpxml", name)
    assert virsh.warnings == []
    broken = virsh.run("dumpxml", "broken")
    assert broken.returncode == 1
    assert "error: configuration file syntax error" in broken.stderr


def test_the_host(simulator: Simulator, virsh: Virsh) -> None:
    host = simulator.site.hosts[0]
    assert virsh("hostname").strip() == host.full_name
    node = dict(line.split(":", 1) for line in virsh("nodeinfo").splitlines() if ":" in line)
    assert node["CPU(s)"].strip() == str(host.cores)
    assert node["CPU frequency"].strip() == f"{host.mhz} MHz"
    assert node["Memory size"].strip() == f"{host.memory >> 10} KiB"
    assert f"<uuid>{host.uuid}</uuid>" in virsh("capabilities")
    assert f"Running hypervisor: ESX {host.profile.version}" in virsh("version")
    assert re.match(r"Total: \d+ KiB", virsh("freecell"))
    assert virsh("uri").startswith(f"{simulator.profile.scheme}://")
    assert virsh.warnings == []


def test_wrong_passwords_and_names(simulator: Simulator, tmp_path: Path) -> None:
    virsh = Virsh(simulator, tmp_path)
    missing = virsh.run("dominfo", "nobody")
    assert missing.returncode == 1
    assert "error: failed to get domain 'nobody'" in missing.stderr
    auth = tmp_path / "auth.conf"
    auth.write_text(auth.read_text(encoding="utf-8").replace("=secret", "=wrong"), encoding="utf-8")
    wrong = virsh.run("list")
    assert wrong.returncode == 1
    assert "Cannot complete login due to an incorrect user name or password" in wrong.stderr


def test_the_wrong_product(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", "http") as vcenter:
        path = urlsplit(vcenter.uri)
        done = Virsh(vcenter, tmp_path, f"esx://{path.netloc}/?transport=http").run("list")
        assert done.returncode == 1
        assert "is neither an ESX" in done.stderr or "ESX" in done.stderr


def test_a_vcenters_hosts_on_their_own(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", "http", hosts=2, vms=4) as vcenter:
        for host, uri in zip(vcenter.site.hosts, vcenter.host_uris, strict=True):
            directory = tmp_path / host.name
            directory.mkdir()
            virsh = Virsh(vcenter, directory, uri)
            auth = directory / "auth.conf"
            auth.write_text(auth.read_text(encoding="utf-8").replace(vcenter.username, "root"), encoding="utf-8")
            listed = virsh("list", "--all", "--name").split()
            assert set(listed) == {machine.name for machine in vcenter.site.machines_on(host).values()}


def test_power(esx: Simulator, tmp_path: Path) -> None:
    virsh = Virsh(esx, tmp_path)
    for command, state in (
        ("start", "running"),
        ("suspend", "paused"),
        ("resume", "running"),
        ("destroy", "shut off"),
    ):
        virsh(command, "archive")
        assert virsh("domstate", "archive").strip() == state
    done = virsh.run("start", "web")
    assert done.returncode == 1
    assert "error: Domain is already active" in done.stderr
    assert virsh.warnings == []


def test_no_session_is_left(esx: Simulator, tmp_path: Path) -> None:
    virsh = Virsh(esx, tmp_path)
    virsh("list")
    assert esx.sessions == []
    assert esx.calls[0].method == "RetrieveServiceContent"
    assert esx.calls.methods()[-1] == "Logout"


def test_storage_and_networks(simulator: Simulator, virsh: Virsh) -> None:
    assert "local-storage" in virsh("pool-list", "--all")
    assert f"<path>{simulator.site.datastores[0].mount}</path>" in virsh("pool-dumpxml", "local-storage")
    volumes = virsh("vol-list", "local-storage", "--details")
    assert re.search(r"Fedora11/Fedora11\.vmdk\s+\[local-storage\] Fedora11/Fedora11\.vmdk\s+file\s+8\.00 GiB", volumes)
    assert "vSwitch0" in virsh("net-list", "--all")
    assert "<portgroup name='VM Network'>" in virsh("net-dumpxml", "vSwitch0")
    assert virsh.warnings == []
