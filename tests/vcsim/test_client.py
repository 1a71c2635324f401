"""Our client on govmomi's vcsim, an ESX host and a vCenter, with govmomi's own client as the witness."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from esxvirt import libvirt
from tests.client import esxvirsh, machine_names, open_connection, write_auth_file
from tests.servers import Vcsim, running_vcsim, write_certificate
from tests.vcsim.witness import Machine, govc, govc_json, machines_of

STATES = {"poweredOn": "running", "poweredOff": "shut off", "suspended": "paused"}


@dataclass(frozen=True, slots=True)
class Case:
    """A server, the host that our URI names, and what govc says about it."""

    server: Vcsim
    machines: dict[str, Machine]

    def open(self, **parameters: str) -> "libvirt.virConnect":
        return open_connection(self.uri(**parameters), self.server.username, self.server.password)

    def uri(self, **parameters: str) -> str:
        if self.server.transport == "https":
            parameters = {"thumbprint": self.server.thumbprint, **parameters}
        return self.server.uri(**parameters)


@pytest.fixture(params=["vcsim_esx", "vcsim_vcenter", "vcsim_esx_plain", "vcsim_vcenter_plain"])
def case(request: pytest.FixtureRequest) -> Case:
    server: Vcsim = request.getfixturevalue(request.param)
    return Case(server, machines_of(server, "localhost.localdomain" if server.esx else "DC0_C0_H0"))


def test_the_list_is_that_of_the_host(case: Case) -> None:
    assert case.machines
    assert machine_names(case.uri(), case.server.username, case.server.password) == sorted(case.machines)


def test_each_machine_is_described_as_govc_has_it(case: Case) -> None:
    connection = case.open()
    try:
        for domain in connection.listAllDomains():
            machine = case.machines[domain.name()]
            state, maximum, memory, vcpus, _ = domain.info()
            assert domain.UUIDString() == machine.uuid
            assert (maximum, memory, vcpus) == (machine.memory * 1024, machine.memory * 1024, machine.vcpus)
            assert (state == libvirt.VIR_DOMAIN_RUNNING) == (machine.state == "poweredOn")
            assert connection.lookupByUUIDString(machine.uuid).name() == domain.name()
            assert connection.lookupByName(domain.name()).UUIDString() == machine.uuid
    finally:
        connection.close()


def test_the_node_is_described_as_govc_has_it(case: Case) -> None:
    datacenter, compute, host = (
        ("ha-datacenter", "localhost.localdomain", "localhost.localdomain")
        if case.server.esx
        else ("DC0", "DC0_C0", "DC0_C0_H0")
    )
    properties = ("hardware.cpuInfo", "hardware.memorySize", "summary.hardware.cpuModel")
    answer = govc_json(case.server, "object.collect", "-json", f"/{datacenter}/host/{compute}/{host}", *properties)
    cpu, size, cpu_model = (next(item["val"] for item in answer if item["name"] == name) for name in properties)
    connection = case.open()
    try:
        model, memory, cpus, mhz, _, sockets, cores, threads = connection.getInfo()
    finally:
        connection.close()
    assert memory == size // 1024**2
    assert mhz == cpu["hz"] // 1_000_000
    assert (cpus, sockets) == (cpu["numCpuCores"], cpu["numCpuPackages"])
    assert cores == cpu["numCpuCores"] // cpu["numCpuPackages"]
    assert threads == cpu["numCpuThreads"] // cpu["numCpuCores"]
    # libvirt drops blanks and marks from the model, and cuts it at 31 bytes.
    shortened = cpu_model.replace(" ", "").replace("(R)", "").replace("(TM)", "")
    assert shortened.startswith(model.replace(" ", "")[:10])


def test_the_devices_are_those_that_govc_has(case: Case) -> None:
    host = (
        "ha-datacenter/host/localhost.localdomain/localhost.localdomain"
        if case.server.esx
        else "DC0/host/DC0_C0/DC0_C0_H0"
    )
    (answer,) = govc_json(case.server, "object.collect", "-json", f"/{host}", "hardware")
    hardware = answer["val"]
    with case.open() as connection:
        devices = {device.name(): device for device in connection.listAllDevices()}
        assert len(devices) == len(hardware["pciDevice"]) + 1
        for found in hardware["pciDevice"]:
            device = devices["pci_" + found["id"].replace(":", "_").replace(".", "_")]
            parent = found.get("parentBridge")
            assert device.parent() == ("pci_" + parent.replace(":", "_").replace(".", "_") if parent else "computer")
            text = device.XMLDesc()
            assert f"<vendor id='0x{found['vendorId'] & 0xFFFF:04x}'>" in text
            assert f"<product id='0x{found['deviceId'] & 0xFFFF:04x}'" in text
        assert hardware["systemInfo"]["uuid"] in devices["computer"].XMLDesc()
        assert hardware["biosInfo"]["biosVersion"] in connection.getSysinfo()
        assert connection.getCPUMap()[0] == hardware["cpuInfo"]["numCpuThreads"]
        assert connection.getCellsFreeMemory(0, 8) == [connection.getFreeMemory()]
        assert f"<memory unit='KiB'>{hardware['memorySize'] >> 10}</memory>" in connection.getCapabilities()
        assert "<arch>x86_64</arch>" in connection.getDomainCapabilities()


def test_esxvirsh_lists_describes_and_says_what_the_node_is(case: Case, tmp_path: Path) -> None:
    auth_file = write_auth_file(tmp_path, case.server.username, case.server.password)
    answer = esxvirsh("-c", case.uri(), "list --all; nodeinfo", auth_file=auth_file)
    assert (answer.returncode, answer.stderr) == (0, "")
    for name, machine in case.machines.items():
        row = next(line for line in answer.stdout.splitlines() if f" {name} " in line)
        assert row.rstrip().endswith(STATES[machine.state])
    assert "CPU frequency:" in answer.stdout

    name, machine = next(iter(case.machines.items()))
    answer = esxvirsh("-c", case.uri(), "dominfo", name, auth_file=auth_file)
    assert (answer.returncode, answer.stderr) == (0, "")
    values = dict(line.split(":", 1) for line in answer.stdout.splitlines() if ":" in line)
    values = {key: value.strip() for key, value in values.items()}
    assert (values["Name"], values["UUID"]) == (name, machine.uuid)
    assert values["State"] == STATES[machine.state]
    assert values["CPU(s)"] == str(machine.vcpus)
    assert values["Max memory"] == f"{machine.memory * 1024} KiB"


@pytest.mark.parametrize("esx", [True, False], ids=["esx", "vcenter"])
def test_states_are_those_that_govc_brought_about(esx: bool, tmp_path: Path) -> None:
    with running_vcsim("-vm", "3", esx=esx, tls=False) as server:
        host, path = ("localhost.localdomain", "/") if esx else ("DC0_H0", "/DC0/DC0_H0")
        off, paused, _ = sorted(machines_of(server, host))
        for command in ("-off", off), ("-suspend", paused):
            assert govc(server, "vm.power", *command).returncode == 0
        machines = machines_of(server, host)
        assert {machine.state for machine in machines.values()} == {"poweredOff", "suspended", "poweredOn"}
        auth_file = write_auth_file(tmp_path, server.username, server.password)
        answer = esxvirsh("-c", server.uri(path), "list", "--all", auth_file=auth_file)
        assert (answer.returncode, answer.stderr) == (0, "")
        rows = [line.split(maxsplit=2) for line in answer.stdout.splitlines()[2:] if line]
        assert {name: state.strip() for _, name, state in rows} == {
            name: STATES[machine.state] for name, machine in machines.items()
        }
        answer = esxvirsh("-c", server.uri(path), "list", "--name", auth_file=auth_file)
        assert sorted(answer.stdout.split()) == sorted(name for name in machines if name != off)


def test_a_wrong_password_is_refused(case: Case) -> None:
    with pytest.raises(libvirt.libvirtError):
        machine_names(case.uri(), case.server.username, "wrong")


@pytest.fixture(params=["vcsim_esx", "vcsim_vcenter"])
def server(request: pytest.FixtureRequest) -> Vcsim:
    secured: Vcsim = request.getfixturevalue(request.param)
    return secured


def test_an_unknown_certificate_is_refused_and_the_error_says_what_to_do(server: Vcsim, tmp_path: Path) -> None:
    with pytest.raises(libvirt.libvirtError) as raised:
        machine_names(server.uri(), server.username, server.password)
    auth_file = write_auth_file(tmp_path, server.username, server.password)
    answer = esxvirsh("-c", server.uri(), "list", "--all", auth_file=auth_file)
    assert (answer.returncode, answer.stdout) == (1, "")
    for text in (str(raised.value), answer.stderr):
        assert f"thumbprint={server.thumbprint}" in text
        assert "cacert=" in text
        assert "no_verify=1" in text
        assert server.password not in text


@pytest.mark.parametrize("form", [str, str.lower, lambda text: text.replace(":", "")], ids=["upper", "lower", "plain"])
def test_the_certificate_that_thumbprint_names_is_accepted(server: Vcsim, form: "type[str]", tmp_path: Path) -> None:
    uri = server.uri(thumbprint=form(server.thumbprint))
    names = machine_names(uri, server.username, server.password)
    assert names
    auth_file = write_auth_file(tmp_path, server.username, server.password)
    answer = esxvirsh("-c", uri, "list", "--all", "--name", auth_file=auth_file)
    assert (answer.returncode, answer.stderr, sorted(answer.stdout.split())) == (0, "", names)


def test_another_certificate_than_thumbprint_names_is_refused(server: Vcsim, tmp_path: Path) -> None:
    wrong = server.thumbprint[:-2] + ("00" if server.thumbprint[-2:] != "00" else "01")
    with pytest.raises(libvirt.libvirtError) as raised:
        machine_names(server.uri(thumbprint=wrong), server.username, server.password)
    assert wrong in str(raised.value)
    assert server.thumbprint in str(raised.value)
    # Not even no_verify=1 beside it makes a pinned certificate a matter of choice.
    auth_file = write_auth_file(tmp_path, server.username, server.password)
    answer = esxvirsh("-c", server.uri(thumbprint=wrong, no_verify="1"), "list", auth_file=auth_file)
    assert answer.returncode == 1
    assert server.thumbprint in answer.stderr


def test_a_ca_file_is_trusted_for_the_names_it_vouches_for(server: Vcsim, tmp_path: Path) -> None:
    uri = server.uri(cacert=str(write_certificate(server, tmp_path)))
    assert machine_names(uri, server.username, server.password)


def test_no_verify_accepts_any_certificate(server: Vcsim) -> None:
    assert machine_names(server.uri(no_verify="1"), server.username, server.password)


def test_an_esx_uri_that_reaches_a_vcenter_is_an_error_and_the_reverse(
    vcsim_esx_plain: Vcsim, vcsim_vcenter_plain: Vcsim
) -> None:
    for server, scheme in ((vcsim_esx_plain, "vpx"), (vcsim_vcenter_plain, "esx")):
        uri = f"{scheme}://{server.host}:{server.port}/DC0/DC0_C0/DC0_C0_H0?transport=http"
        with pytest.raises(libvirt.libvirtError) as raised:
            machine_names(uri, server.username, server.password)
        assert server.host in str(raised.value)


def test_a_path_that_does_not_lead_to_a_host_is_an_error(vcsim_vcenter_plain: Vcsim) -> None:
    server = vcsim_vcenter_plain
    for path in ("/DC9/DC0_C0/DC0_C0_H0", "/DC0/DC9_C9/DC0_C0_H0", "/DC0/DC0_C0/nosuchhost"):
        with pytest.raises(libvirt.libvirtError):
            machine_names(server.uri(path), server.username, server.password)


def test_a_host_of_its_own_in_a_datacenter_is_found(vcsim_vcenter_plain: Vcsim) -> None:
    server = vcsim_vcenter_plain
    names = machine_names(server.uri("/DC0/DC0_H0"), server.username, server.password)
    assert names == sorted(machines_of(server, "DC0_H0"))


def test_networks_are_those_of_the_host(case: Case) -> None:
    with case.open() as connection:
        found = {network.name(): network.XMLDesc() for network in connection.listAllNetworks()}
        for name, text in found.items():
            network = connection.networkLookupByName(name)
            assert connection.networkLookupByUUIDString(network.UUIDString()).XMLDesc() == text
        assert "vSwitch0" in found
        assert ("DVS0" in found) == (not case.server.esx)
        if not case.server.esx:
            assert "<portgroup name='DC0_DVPG0'>" in found["DVS0"]
        cards = connection.listAllInterfaces()
        assert [card.name() for card in cards] == ["vmnic0", "vmnic1"]
        assert connection.interfaceLookupByMACString(cards[0].MACString()).name() == "vmnic0"


@pytest.mark.parametrize("esx", [True, False])
def test_networks_are_made_and_removed(esx: bool) -> None:
    xml = "<network><name>lab</name><portgroup name='one'><vlan><tag id='42'/></vlan></portgroup></network>"
    with (
        running_vcsim(esx=esx, tls=False) as server,
        open_connection(server.uri(), server.username, server.password) as connection,
    ):
        network = connection.networkDefineXML(xml)
        assert "<name>lab</name>" in network.XMLDesc()
        groups = govc(server, "host.portgroup.info", "-host", _host_of(server))
        assert "one" in groups.stdout, groups
        switches = govc(server, "host.vswitch.info", "-host", _host_of(server))
        assert "lab" in switches.stdout, switches
        network.undefine()
        assert "lab" not in [found.name() for found in connection.listAllNetworks()]


def _host_of(server: Vcsim) -> str:
    return (
        "/ha-datacenter/host/localhost.localdomain/localhost.localdomain"
        if server.esx
        else "/DC0/host/DC0_C0/DC0_C0_H0"
    )
