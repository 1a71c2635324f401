"""All hosts of vcsim's vCenter on one connection, beside what govc says."""

from collections.abc import Iterator

import pytest

from esxvirt import libvirt, libvirt_esx
from tests.client import machine_names, open_connection
from tests.servers import Vcsim, running_vcsim
from tests.vcsim.witness import govc, govc_json


@pytest.fixture(scope="module")
def vcenter() -> Iterator[Vcsim]:
    """Serve two datacenters, one in a folder, each with two clusters and a host that is in none."""
    options = ("-dc", "2", "-folder", "1", "-cluster", "2", "-host", "2", "-standalone-host", "1", "-vm", "3")
    with running_vcsim(*options, esx=False, tls=False) as server:
        yield server


def found(server: Vcsim, kind: str, below: str = "/") -> list[str]:
    """The paths of everything of a kind, as govc has them."""
    return govc(server, "find", below, "-type", kind).stdout.splitlines()


def path_of(found_path: str) -> str:
    """A host's path as `vpx://` has it: without the folder of hosts, and a host in no cluster once."""
    items = [item for item in found_path.split("/") if item and item != "host"]
    return "/".join(items[:-1] if items[-1] == items[-2] else items)


def test_all_hosts(vcenter: Vcsim) -> None:
    with open_connection(vcenter.uri("/"), vcenter.username, vcenter.password) as connection:
        hosts = libvirt_esx.hosts(connection)
        assert {host["path"] for host in hosts} == {path_of(path) for path in found(vcenter, "h")}
        assert len(hosts) == 10
        info = libvirt_esx.node_info(connection)
        told = govc_json(vcenter, "host.info", "-json", *found(vcenter, "h"))["hostSystems"]
        assert info[1] == sum(host["hardware"]["memorySize"] for host in told) // 1024
        assert info[2] == sum(host["hardware"]["cpuInfo"]["numCpuCores"] for host in told)
        assert sum(host["machines"] for host in hosts) == len(connection.listAllDomains())


@pytest.mark.parametrize("path", ["/", "/DC0", "/F0", "/F0/DC1", "/F0/DC1/F0", "/DC0/DC0_C1", "/F0/DC1/F0/DC1_C0"])
def test_machines_below(vcenter: Vcsim, path: str) -> None:
    names = machine_names(vcenter.uri(path), vcenter.username, vcenter.password)
    hosts = {host for host in found(vcenter, "h") if f"/{path_of(host)}/".startswith(f"{path.rstrip('/')}/")}
    told = govc_json(vcenter, "vm.info", "-json", *found(vcenter, "m"))["virtualMachines"]
    entries = govc_json(vcenter, "host.info", "-json", *found(vcenter, "h"))["hostSystems"]
    by_host = {entry["self"]["value"]: entry["name"] for entry in entries}
    wanted = {host.rpartition("/")[2] for host in hosts}
    assert names == sorted(
        machine["name"] for machine in told if by_host[machine["runtime"]["host"]["value"]] in wanted
    )
    assert names


def test_every_host_alone(vcenter: Vcsim) -> None:
    together: list[str] = []
    for host in found(vcenter, "h"):
        together += machine_names(vcenter.uri("/" + path_of(host)), vcenter.username, vcenter.password)
    assert sorted(together) == machine_names(vcenter.uri("/"), vcenter.username, vcenter.password)


def test_one_machine_of_many(vcenter: Vcsim) -> None:
    with open_connection(vcenter.uri("/"), vcenter.username, vcenter.password) as connection:
        domain = connection.lookupByName("DC1_C0_RP0_VM0")
        assert libvirt_esx.location(domain)["cluster"] == "DC1_C0"
        assert connection.lookupByName("F0/DC1_C0_RP0_VM0").UUID() == domain.UUID()
        domain.destroy()
        assert domain.state()[0] == libvirt.VIR_DOMAIN_SHUTOFF
        domain.create()
        assert domain.state()[0] == libvirt.VIR_DOMAIN_RUNNING
