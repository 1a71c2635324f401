"""govc makes, changes, asks, types to, and destroys machines of the simulator."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from esxvirt.sim import Simulator
from tests.tools import require

Govc = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(params=["esx-5.0", "esx-8.0", "vcenter-7.0"])
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http") as running:
        yield running


@pytest.fixture
def govc(simulator: Simulator) -> Govc:
    return _govc(simulator)


def _govc(simulator: Simulator, username: str | None = None) -> Govc:
    program = require("govc")
    environment = {
        **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": username or simulator.username,
        "GOVC_PASSWORD": simulator.password, "GOVC_PERSIST_SESSION": "false", "GOVC_INSECURE": "1",
    }  # fmt: skip

    def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [program, *arguments], capture_output=True, text=True, env=environment, check=False, timeout=60
        )

    return run


def good(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 0, (done.args, done.stdout, done.stderr)
    return done.stdout


def test_a_machine_from_birth_to_death(simulator: Simulator, govc: Govc) -> None:
    good(govc("vm.create", "-on=false", "-c", "2", "-m", "512", "-g", "otherGuest64", "-disk", "1GB", "-net",
              "VM Network", "-ds", "local-storage", "fresh"))  # fmt: skip
    machine = simulator.site.find_machine("fresh")
    assert (machine.config.cpus, machine.config.memory_mb) == (2, 512)
    assert machine.config.disks[0].capacity_kib == 1 << 20
    assert len(machine.config.nics) == 1
    good(govc("vm.change", "-vm", "fresh", "-m", "1024", "-c", "1", "-annotation", "changed", "-e", "guestinfo.a=b"))
    assert (machine.config.cpus, machine.config.memory_mb, machine.config.annotation) == (1, 1024, "changed")
    assert machine.config.extra["guestinfo.a"] == "b"
    good(govc("vm.disk.create", "-vm", "fresh", "-name", "fresh/more", "-size", "2GB", "-ds", "local-storage"))
    assert [disk.capacity_kib for disk in machine.config.disks] == [1 << 20, 2 << 20]
    good(govc("device.cdrom.add", "-vm", "fresh"))
    good(govc("device.cdrom.insert", "-vm", "fresh", "-ds", "local-storage", "iso/install.iso"))
    assert machine.config.cdroms[0].file.endswith("/iso/install.iso")
    good(govc("device.serial.add", "-vm", "fresh"))
    good(govc("device.floppy.add", "-vm", "fresh"))
    devices = {item["name"] for item in json.loads(good(govc("device.ls", "-vm", "fresh", "-json")))["devices"]}
    assert {"floppy-8000", "serialport-9000"} <= devices
    good(govc("device.remove", "-vm", "fresh", "floppy-8000"))
    assert machine.config.floppies == []
    good(govc("vm.power", "-on", "fresh"))
    good(govc("vm.power", "-off", "fresh"))
    good(govc("object.rename", "/ha-datacenter/vm/fresh" if machine.host.profile is simulator.profile
              else f"/{simulator.site.datacenter}/vm/fresh", "stale"))  # fmt: skip
    assert machine.name == "stale"
    good(govc("vm.destroy", "stale"))
    assert not machine.datastore.is_directory("fresh")


def test_registering(simulator: Simulator, govc: Govc) -> None:
    good(govc("vm.unregister", "archive"))
    good(govc("vm.register", "-ds", "local-storage", "archive/archive.vmx"))
    assert simulator.site.find_machine("archive").config.memory_mb == 512
    again = govc("vm.register", "-ds", "local-storage", "archive/archive.vmx")
    assert again.returncode == 1
    assert "already exists" in again.stderr


def test_a_question(simulator: Simulator, govc: Govc) -> None:
    machine = simulator.site.find_machine("archive")
    simulator.trouble("archive", "moved")
    uuid = machine.config.uuid
    starting = subprocess.Popen(
        [require("govc"), "vm.power", "-on", "archive"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username,
             "GOVC_PASSWORD": simulator.password, "GOVC_PERSIST_SESSION": "false"},
    )  # fmt: skip
    with simulator.site.changed:
        assert simulator.site.changed.wait_for(lambda: machine.question is not None, 30)
    assert "button.uuid.movedTheVM" in good(govc("vm.question", "-vm", "archive"))
    good(govc("vm.question", "-vm", "archive", "-answer", "1"))
    starting.communicate(timeout=30)
    assert starting.returncode == 0
    assert machine.running
    assert machine.config.uuid == uuid


def test_keys_and_pictures(simulator: Simulator, govc: Govc, tmp_path: Path) -> None:
    machine = simulator.site.find_machine("web")
    picture = tmp_path / "web.png"
    good(govc("vm.console", "-capture", str(picture), "web"))
    assert picture.read_bytes().startswith(b"\x89PNG")
    if machine.host.profile.release >= (6, 5):
        good(govc("vm.keystrokes", "-vm", "web", "-s", "aB"))
        assert machine.scan_codes == [(4, frozenset()), (5, frozenset({"leftShift"}))]


def test_roles(simulator: Simulator, govc: Govc) -> None:
    good(govc("role.create", "Starter", "VirtualMachine.Interact.PowerOn", "System.Read"))
    assert "VirtualMachine.Interact.PowerOn" in good(govc("role.ls", "Starter"))
    good(govc("permissions.set", "-principal", "readonly", "-role", "Starter", "/"))
    other = _govc(simulator, "readonly")
    good(other("vm.power", "-on", "archive"))
    refused = other("vm.power", "-off", "archive")
    assert refused.returncode == 1
    assert "Permission to perform this operation was denied" in refused.stderr


def test_boot_order(simulator: Simulator, govc: Govc) -> None:
    machine = simulator.site.find_machine("archive")
    good(govc("device.boot", "-vm", "archive", "-order", "ethernet,disk"))
    settings = {key.lower(): value for key, value in machine.config.extra.items()}
    assert settings["bios.bootorder"] == "ethernet0,hdd"
    assert settings["bios.hddorder"] == "scsi0:0"
    told = good(govc("vm.info", "-json", "archive"))
    order = json.loads(told)["virtualMachines"][0]["config"]["bootOptions"]["bootOrder"]
    assert [device["deviceKey"] for device in order] == [4000, 2000]
    good(govc("device.boot", "-vm", "archive", "-order", "-"))
    assert {key.lower() for key in machine.config.extra}.isdisjoint({"bios.bootorder", "bios.hddorder"}), (
        machine.config.extra
    )
