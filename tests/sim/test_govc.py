"""govc on the simulator."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.tools import require

Govc = Callable[..., str]


@pytest.fixture(scope="module", params=["esx-4.1", "esx-7.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, vms=3) as running:
        yield running


@pytest.fixture
def govc(simulator: Simulator) -> Govc:
    program = require("govc")
    environment = {
        **os.environ,
        "GOVC_URL": simulator.sdk_url,
        "GOVC_USERNAME": simulator.username,
        "GOVC_PASSWORD": simulator.password,
        "GOVC_TLS_CA_CERTS": str(simulator.cacert),
        "GOVC_PERSIST_SESSION": "false",
    }

    def run(*arguments: str) -> str:
        done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
        assert done.returncode == 0, (arguments, done.stdout, done.stderr)
        return done.stdout

    return run


def test_about(simulator: Simulator, govc: Govc) -> None:
    about = json.loads(govc("about", "-json"))["about"]
    assert about["fullName"] == simulator.profile.full_name
    assert about["apiType"] == simulator.profile.api_type


def test_finding(simulator: Simulator, govc: Govc) -> None:
    names = {line.rpartition("/")[2] for line in govc("find", "/", "-type", "m").split("\n") if line}
    assert names == {machine.name for machine in simulator.site.machines.values()}
    assert "(VirtualMachine)" in govc("ls", "-l", "vm")
    everything = govc("find").split("\n")
    assert any(line.endswith(f"/{simulator.site.hosts[0].full_name}/Resources") for line in everything)


def test_a_machine(simulator: Simulator, govc: Govc) -> None:
    (machine,) = json.loads(govc("vm.info", "-json", "web"))["virtualMachines"]
    config = simulator.site.find_machine("web").config
    assert machine["config"]["uuid"] == config.uuid
    assert machine["config"]["hardware"]["memoryMB"] == config.memory_mb
    assert machine["guest"]["ipAddress"] == simulator.site.find_machine("web").address
    labels = {device["deviceInfo"]["label"] for device in machine["config"]["hardware"]["device"]}
    assert labels >= {"Hard disk 1", "CD/DVD drive 1", "Network adapter 1", "SCSI controller 0"}


def test_host_and_datastores(simulator: Simulator, govc: Govc) -> None:
    (host,) = json.loads(govc("host.info", "-json"))["hostSystems"]
    assert host["summary"]["hardware"]["uuid"] == simulator.site.hosts[0].uuid
    assert "local-storage" in govc("datastore.info")
    assert "web.vmx" in govc("datastore.ls", "-ds", "local-storage", "web")


def test_a_sample(govc: Govc) -> None:
    assert "cpu.usage.average" in govc("metric.sample", "-n", "2", "-instance", "-", "vm/web", "cpu.usage.average")


def test_files(govc: Govc, tmp_path: Path) -> None:
    source, back = tmp_path / "a.txt", tmp_path / "b.txt"
    source.write_text("hello", encoding="utf-8")
    govc("datastore.upload", "-ds", "local-storage", str(source), "iso/hello.txt")
    govc("datastore.download", "-ds", "local-storage", "iso/hello.txt", str(back))
    assert back.read_text(encoding="utf-8") == "hello"


def test_power(simulator: Simulator, govc: Govc) -> None:
    govc("vm.power", "-on", "archive")
    assert simulator.site.find_machine("archive").running
    govc("vm.power", "-off", "archive")
    assert not simulator.site.find_machine("archive").running
