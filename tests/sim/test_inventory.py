"""A vCenter's inventory with datacenters, clusters and folders, as real clients walk it."""

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from tests.sim.test_virsh import Virsh
from tests.tools import require


def _govc(simulator: Simulator, *arguments: str) -> str:
    environment = {
        **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username, "GOVC_INSECURE": "1",
        "GOVC_PASSWORD": simulator.password, "GOVC_PERSIST_SESSION": "false",
    }  # fmt: skip
    done = subprocess.run(
        [require("govc"), *arguments], capture_output=True, text=True, env=environment, check=False, timeout=60
    )
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return done.stdout


def test_virsh_finds_every_host_by_its_path(tmp_path: Path) -> None:
    with Simulator("vcenter-5.0", "http", hosts=4, vms=8, datacenters=2, clusters=2, folders=2) as simulator:
        paths = [host.path for host in simulator.site.hosts]
        assert paths == [
            "site1/dc1/hosts1/cluster1/esx1.example.com", "site2/dc2/hosts2/cluster2/esx2.example.com",
            "site1/dc1/hosts1/cluster1/esx3.example.com", "site2/dc2/hosts2/cluster2/esx4.example.com",
        ]  # fmt: skip
        assert simulator.uri.endswith(f"/{paths[0]}?transport=http")
        root = simulator.vcenter_uri
        assert root is not None
        for host in simulator.site.hosts:
            directory = tmp_path / host.name
            directory.mkdir()
            virsh = Virsh(simulator, directory, root.replace("/?", f"/{host.path}?"))
            names = set(virsh("list", "--all", "--name").split())
            assert names == {machine.name for machine in simulator.site.machines_on(host).values()}
            # A file of the machine comes from its datacenter, wherever that lies.
            name = next(name for name in sorted(names) if name.startswith("vm-"))
            xml = virsh("dumpxml", name)
            assert f"<vmware:datacenterpath>{host.path.partition('/hosts')[0]}</vmware:datacenterpath>" in xml
            assert virsh("hostname").strip() == host.full_name
            assert virsh.warnings == []


def test_virsh_and_a_cluster_by_itself(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", "http", hosts=2, clusters=1) as simulator:
        root = simulator.vcenter_uri
        assert root is not None
        done = Virsh(simulator, tmp_path, root.replace("/?", "/dc1/cluster1?")).run("list")
        assert done.returncode == 1
        assert "error: failed to connect to the hypervisor" in done.stderr


def test_govc_sees_the_same_tree() -> None:
    with Simulator("vcenter-7.0", hosts=3, vms=6, datacenters=2, clusters=1, folders=1) as simulator:
        found = set(_govc(simulator, "find", "/").split("\n"))
        assert {
            "/site1", "/site1/dc1", "/site1/dc2", "/site1/dc1/vm/group1", "/site1/dc1/host/hosts1/cluster1",
            "/site1/dc1/host/hosts1/cluster1/esx1.example.com", "/site1/dc1/host/hosts1/cluster1/Resources",
            "/site1/dc2/host/hosts1/esx2.example.com", "/site1/dc1/vm/Fedora11", "/site1/dc1/vm/group1/vm-0001",
            "/site1/dc2/vm/group1/vm-0002", "/site1/dc1/datastore/shared-nfs",
        } <= found  # fmt: skip
        machines = {line.rpartition("/")[2] for line in _govc(simulator, "find", "/", "-type", "m").split("\n") if line}
        assert machines == {machine.name for machine in simulator.site.machines.values()}
        assert len([line for line in found if line.endswith("/VM Network")]) == 2
        info = _govc(simulator, "vm.info", "/site1/dc2/vm/group1/vm-0002")
        assert re.search(r"Host: +esx2\.example\.com", info)
        assert "cluster1" in _govc(simulator, "ls", "/site1/dc1/host/hosts1")
        assert "vm-0002.vmx" in _govc(
            simulator, "datastore.ls", "-dc", "/site1/dc2", "-ds", "local-storage-2", "vm-0002"
        )


def test_a_file_is_in_one_datacenter(tmp_path: Path) -> None:
    with Simulator("vcenter-7.0", hosts=2, vms=2, datacenters=2) as simulator:
        here = tmp_path / "a.vmx"
        _govc(simulator, "datastore.download", "-dc", "dc2", "-ds", "local-storage-2", "vm-0002/vm-0002.vmx", str(here))
        assert 'displayName = "vm-0002"' in here.read_text(encoding="utf-8")
        with pytest.raises(AssertionError, match="not found"):
            _govc(simulator, "datastore.download", "-dc", "dc1", "-ds", "local-storage-2", "x", str(here))


@pytest.mark.parametrize(
    ("profile", "knobs", "text"),
    [
        ("esx-7.0", {"clusters": 1}, "are a vCenter's"),
        ("esx-7.0", {"folders": 1}, "are a vCenter's"),
        ("vcenter-7.0", {"datacenters": 0}, "at least 1 datacenter"),
        ("vcenter-7.0", {"hosts": 2, "datacenters": 3}, "2 hosts are too few"),
        ("vcenter-7.0", {"hosts": 1, "clusters": 2}, "1 hosts are too few"),
        ("vcenter-7.0", {"clusters": -1}, "0 or more clusters"),
        ("vcenter-7.0", {"shared": True}, "at least 2 hosts"),
    ],
)
def test_layouts_that_cannot_be(profile: str, knobs: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Simulator(profile, **knobs)


def test_distributed_switches() -> None:
    with Simulator("vcenter-6.7", hosts=2, datacenters=2, distributed=2) as simulator:
        assert "/dc1/network/dvSwitch1" in _govc(simulator, "find", "/dc1/network")
        assert "dvSwitch1" not in _govc(simulator, "find", "/dc2/network")
        listed = _govc(simulator, "ls", "-l", "/dc2/network")
        assert "/dc2/network/dvSwitch2 (VmwareDistributedVirtualSwitch)" in listed
        assert "/dc2/network/DPortGroup2 (DistributedVirtualPortgroup)" in listed
        machine = simulator.site.find_machine("archive")
        _govc(simulator, "vm.network.change", "-dc", "dc1", "-vm", "archive", "-net", "DPortGroup1", "ethernet-0")
        switch = simulator.site.distributed[0]
        assert [(nic.network, nic.switch) for nic in machine.config.nics] == [(switch.groups[1].key, switch.uuid)]
        assert f'dvs.switchId = "{switch.uuid}"' in machine.text()
        found = json.loads(_govc(simulator, "object.collect", "-json", "/dc1/network/DPortGroup1", "vm"))
        assert [item["value"] for item in found[0]["val"]["_value"]] == [f"vm-{machine.number}"]


def test_a_machine_on_a_distributed_switch_migrates(tmp_path: Path) -> None:
    with Simulator("vcenter-5.0", "http", hosts=2, vms=2, shared=True, distributed=1) as simulator:
        machine = simulator.site.find_machine("vm-0001")
        group = simulator.site.distributed[0].groups[1]
        machine.config.nics[0].network, machine.config.nics[0].switch = group.key, group.switch.uuid
        there = simulator.uri.replace("/esx1.example.com", "/esx2.example.com")
        Virsh(simulator, tmp_path)("migrate", "vm-0001", there)
        assert machine.host is simulator.site.hosts[1]
        # Where the other host is not on the switch, the card has no network there.
        simulator.site.hosts[0].networks.remove(group)
        done = Virsh(simulator, tmp_path, there).run("migrate", "vm-0001", simulator.uri)
        assert done.returncode == 1
        assert "which is not accessible" in done.stderr


def test_there_were_no_distributed_switches_before_4_0() -> None:
    with pytest.raises(ValueError, match="came with vCenter 4"):
        Simulator("vcenter-2.5", distributed=1)
