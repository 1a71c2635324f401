"""Virtual switches, port groups and network cards, with the real virsh and in process."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esxvirt.sim import Simulator
from esxvirt.sim.wire.values import Data, Fault, Ref
from tests.sim.test_virsh import Virsh
from tests.tools import require
from tests.unit.sim.inside import Inside

PROFILES = ("esx-3.5", "esx-4.1", "esx-5.0", "esx-5.5", "esx-6.7", "esx-7.0", "esx-8.0", "gsx-2.0", "vcenter-7.0")
XML = """\
<network>
  <name>vSwitch1</name>
  <forward mode='bridge'><interface dev='vmnic2'/></forward>
  <portgroup name='lab'>
    <bandwidth>
      <inbound average='1000' peak='2000' burst='5120'/>
      <outbound average='1000' peak='2000' burst='5120'/>
    </bandwidth>
  </portgroup>
  <portgroup name='lab two'/>
</network>
"""


@pytest.fixture(params=PROFILES)
def simulator(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, "http") as running:
        yield running


@pytest.fixture
def virsh(simulator: Simulator, tmp_path: Path) -> Virsh:
    return Virsh(simulator, tmp_path)


def test_interfaces(simulator: Simulator, virsh: Virsh) -> None:
    # libvirt 9.0.0 takes a name for an address: its list stays empty, and only addresses lead to a card.
    nics = simulator.site.hosts[0].nics
    virsh("iface-list", "--all")
    for nic in nics:
        assert virsh("iface-name", nic.mac).strip() == nic.device
        xml = virsh("iface-dumpxml", nic.mac)
        assert f"<interface type='ethernet' name='{nic.device}'>" in xml
        assert f"<mac address='{nic.mac}'/>" in xml
    unknown = virsh.run("iface-dumpxml", "00:11:22:33:44:55")
    assert unknown.returncode == 1
    assert "Could not find physical NIC" in unknown.stderr


def test_a_network_from_its_making_to_its_end(simulator: Simulator, virsh: Virsh, tmp_path: Path) -> None:
    host = simulator.site.hosts[0]
    file = tmp_path / "network.xml"
    file.write_text(XML, encoding="utf-8")
    virsh("net-define", str(file))
    assert [(switch.name, switch.uplinks) for switch in host.switches][1:] == [("vSwitch1", ["vmnic2"])]
    assert "vSwitch1" in virsh("net-list", "--all")
    xml = virsh("net-dumpxml", "vSwitch1")
    assert "<interface dev='vmnic2'/>" in xml
    assert "<portgroup name='lab'>" in xml
    assert "<inbound average='1000' peak='2000' burst='5120'/>" in xml
    assert "<portgroup name='lab two'>" in xml
    uuid = virsh("net-uuid", "vSwitch1").strip()
    assert virsh("net-name", uuid).strip() == "vSwitch1"
    assert "lab two" in {network.name for network in simulator.site.networks}
    again = virsh.run("net-define", str(file))
    assert again.returncode == 1
    virsh("net-undefine", "vSwitch1")
    assert "vSwitch1" not in virsh("net-list", "--all")
    assert {network.name for network in simulator.site.networks} == {"VM Network", "Management Network"}
    used = virsh.run("net-undefine", "vSwitch0")
    assert used.returncode == 1
    assert "Cannot undefine HostVirtualSwitch" in used.stderr
    assert virsh.warnings == []


def test_networks_that_cannot_be(simulator: Simulator, virsh: Virsh, tmp_path: Path) -> None:
    file = tmp_path / "network.xml"
    for old, new in (("dev='vmnic2'", "dev='vmnic7'"), ("dev='vmnic2'", "dev='vmnic0'")):
        file.write_text(XML.replace(old, new), encoding="utf-8")
        assert virsh.run("net-define", str(file)).returncode == 1
    assert [switch.name for switch in simulator.site.hosts[0].switches] == ["vSwitch0"]


@pytest.mark.parametrize("profile", ["esx-5.0", "esx-8.0"])
def test_govc(profile: str) -> None:
    program = require("govc")
    with Simulator(profile, "http") as simulator:
        environment = {
            **os.environ, "GOVC_URL": simulator.sdk_url, "GOVC_USERNAME": simulator.username,
            "GOVC_PASSWORD": simulator.password, "GOVC_INSECURE": "1", "GOVC_PERSIST_SESSION": "false",
            "GOVC_VIM_VERSION": simulator.profile.api_version,
        }  # fmt: skip

        def govc(*arguments: str) -> str:
            done = subprocess.run([program, *arguments], capture_output=True, text=True, env=environment, check=False)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
            return done.stdout

        govc("host.vswitch.add", "-nic", "vmnic2", "vSwitch1")
        govc("host.portgroup.add", "-vswitch", "vSwitch1", "-vlan", "7", "lab")
        assert "vSwitch1" in govc("host.vswitch.info")
        assert "lab" in govc("host.portgroup.info")
        assert "lab" in govc("ls", "network")
        govc("host.portgroup.change", "-vlan-id", "9", "lab")
        assert {group.name: group.vlan for group in simulator.site.hosts[0].port_groups}["lab"] == 9
        govc("host.portgroup.remove", "lab")
        govc("host.vswitch.remove", "vSwitch1")
        assert "lab" not in govc("ls", "network")


class Net:
    """A host's network system, called in process."""

    def __init__(self) -> None:
        self.inside = Inside("esx-7.0")
        self.host = self.inside.endpoint.site.hosts[0]
        self.ref = Ref("HostNetworkSystem", "ha-networksystem")

    def fault(self, method: str, **arguments: Any) -> str | None:
        try:
            self.inside.call(method, self.ref, **arguments)
        except Fault as fault:
            return fault.data.type_name
        return None

    def group(self, name: str, switch: str = "vSwitch1", vlan: int = 0) -> str | None:
        policy = Data("HostNetworkPolicy")
        spec = Data("HostPortGroupSpec", name=name, vlanId=vlan, vswitchName=switch, policy=policy)
        return self.fault("AddPortGroup", portgrp=spec)


def test_wrong_switches_and_groups() -> None:
    net = Net()
    assert net.fault("AddVirtualSwitch", vswitchName="vSwitch1") is None
    assert net.fault("AddVirtualSwitch", vswitchName="vSwitch1") == "AlreadyExists"
    assert net.fault("AddVirtualSwitch", vswitchName="x" * 32) == "InvalidArgument"
    for spec, fault in (
        (Data("HostVirtualSwitchSpec", numPorts=5000), "InvalidArgument"),
        (Data("HostVirtualSwitchSpec", numPorts=8, mtu=100), "InvalidArgument"),
        (_bond("vmnic0"), "ResourceInUse"),
        (_bond("vmnic9"), "PlatformConfigFault"),
    ):
        assert net.fault("AddVirtualSwitch", vswitchName="vSwitch2", spec=spec) == fault
    assert net.fault("RemoveVirtualSwitch", vswitchName="vSwitch2") == "NotFound"
    assert net.group("lab") is None
    assert net.group("lab") == "AlreadyExists"
    assert net.group("") == "InvalidArgument"
    assert net.group("other", vlan=4096) == "InvalidArgument"
    assert net.group("other", switch="vSwitch2") == "NotFound"
    assert net.fault("RemovePortGroup", pgName="other") == "NotFound"
    # A running machine is on one, the host itself on the other.
    assert net.fault("RemovePortGroup", pgName="VM Network") == "ResourceInUse"
    assert net.fault("RemoveVirtualSwitch", vswitchName="vSwitch0") == "ResourceInUse"
    assert net.fault("RemoveVirtualSwitch", vswitchName="vSwitch1") is None
    assert [network.name for network in net.host.networks] == ["VM Network", "Management Network"]


def _bond(device: str) -> Data:
    return Data("HostVirtualSwitchSpec", numPorts=64, bridge=Data("HostVirtualSwitchBondBridge", nicDevice=[device]))


def test_a_network_that_is_gone() -> None:
    net = Net()
    net.fault("AddVirtualSwitch", vswitchName="vSwitch1")
    net.group("lab")
    ref = net.inside.endpoint.ids.of(net.host.networks[-1])
    assert '<val xsi:type="xsd:string">lab</val>' in net.inside.read(ref, "name")
    net.fault("RemovePortGroup", pgName="lab")
    with pytest.raises(Fault) as caught:
        net.inside.read(ref, "name")
    assert caught.value.data.type_name == "ManagedObjectNotFound"


def test_a_read_only_account_changes_nothing() -> None:
    inside = Inside("esx-7.0", username="readonly")
    with pytest.raises(Fault) as caught:
        inside.call("AddVirtualSwitch", Ref("HostNetworkSystem", "ha-networksystem"), vswitchName="vSwitch1")
    assert caught.value.data.type_name == "NoPermission"
    assert caught.value.data.privilegeId == "Host.Config.Network"


def test_hosts_share_a_network_of_one_name() -> None:
    inside = Inside("vcenter-7.0", hosts=2)
    hosts = inside.endpoint.site.hosts
    for host in hosts:
        system = Ref("HostNetworkSystem", f"networkSystem-{host.number * 10 + 1}")
        inside.call("AddVirtualSwitch", system, vswitchName=f"own{host.number}")
        policy = Data("HostNetworkPolicy")
        spec = Data("HostPortGroupSpec", name="lab", vlanId=0, vswitchName=f"own{host.number}", policy=policy)
        inside.call("AddPortGroup", system, portgrp=spec)
    assert hosts[0].networks[-1] is hosts[1].networks[-1]
    ref = inside.endpoint.ids.of(hosts[0].networks[-1])
    assert inside.read(ref, "host").count("HostSystem") == 2
    inside.call("RemovePortGroup", Ref("HostNetworkSystem", "networkSystem-11"), pgName="lab")
    assert inside.read(ref, "host").count("HostSystem") == 1
