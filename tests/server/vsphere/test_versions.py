"""How the version of the API is agreed on with a server."""

from collections.abc import Iterator

import pytest

from esxvirt.errors import ServerFault, TransportError
from esxvirt.sim import Simulator
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.session import Session

LIST = "/sdk/vimServiceVersions.xml"
NAMES = {
    "esx-3.5": "vim.version.version2",
    "esx-4.0": "vim.version.version5",
    "esx-7.0": "vim.version.v7_0_3_0",
    "esx-8.0": "vim.version.v8_0_2_0",
    "gsx-2.0": "vim.version.version4",
    "vcenter-2.5": "vim.version.version3",
    "vcenter-8.0": "vim.version.v8_0_2_0",
}


@pytest.fixture(params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    with Simulator(request.param, transport="http") as running:
        yield running


def connect(server: Simulator) -> Session:
    return Session.connect(Endpoint(server.host, server.port, None))


def is_old(server: Simulator) -> bool:
    return server.profile.name in {"esx-3.5", "gsx-2.0", "vcenter-2.5"}


def test_each_product_is_spoken_to_in_its_own_version(server: Simulator) -> None:
    assert connect(server).version == NAMES[server.profile.name]


def test_only_old_servers_are_asked_for_a_list(server: Simulator) -> None:
    server.faults.add(socket="refuse", http="GET", path=LIST)
    if is_old(server):
        with pytest.raises(TransportError):
            connect(server)
    else:
        connect(server)
    assert [call.method for call in server.calls] == ["RetrieveServiceContent"]


def test_a_server_that_no_longer_speaks_the_oldest_is_asked_for_a_list(server: Simulator) -> None:
    if server.profile.name == "esx-3.5":
        pytest.skip("it speaks no other")
    server.faults.add(fault="InvalidRequest", method="RetrieveServiceContent", count=1)
    assert connect(server).about.fullName == server.profile.full_name
    assert [call.method for call in server.calls] == ["RetrieveServiceContent"] * 2


def test_a_server_that_refuses_in_every_version_is_not_asked_for_ever() -> None:
    with Simulator("esx-7.0", transport="http") as server:
        server.faults.add(fault="InvalidRequest", method="RetrieveServiceContent")
        with pytest.raises(ServerFault, match="Invalid request"):
            connect(server)
        assert len(server.calls) == 2


def test_which_vcenter_it_is_is_asked_once() -> None:
    with Simulator("vcenter-8.0", transport="http") as server, Simulator("vcenter-2.5", transport="http") as old:
        session = connect(server)
        server.calls.clear()
        assert session.instance_uuid == session.instance_uuid != ""
        assert len(server.calls) == 1
        assert connect(old).instance_uuid == ""
