"""Opening and closing connections."""

import os
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from esxvirt.auth import CallbackAuthenticator, Credentials, Secret
from esxvirt.driver.connection.connection import Connection
from esxvirt.errors import (
    AuthenticationError,
    EsxvirtError,
    InvalidArgumentError,
    NoCredentialsError,
    ServerFault,
    TransportError,
)
from esxvirt.sim import Simulator
from esxvirt.uri import parse
from tests.server.driver.conftest import Opener
from tests.tools import missing


def answer(simulator: Simulator) -> Any:
    return lambda **_: Credentials(simulator.username, Secret(simulator.password))


def test_opening_takes_few_calls_and_closing_one(simulator: Simulator, connect: Opener) -> None:
    simulator.calls.clear()
    connection = connect(simulator)
    assert [call.method for call in simulator.calls][:2] == ["RetrieveServiceContent", "Login"]
    opening = 3 if simulator.profile.is_vcenter else 2  # the hosts of a vCenter
    assert len(simulator.calls) == opening
    assert len(simulator.sessions) == 1
    connection.close()
    connection.close()
    assert [call.method for call in simulator.calls][opening:] == ["Logout"]
    assert simulator.sessions == []


def test_the_scope_is_the_host(simulator: Simulator, connect: Opener) -> None:
    scope = connect(simulator).scope
    assert scope.host.type == "HostSystem"
    assert scope.datacenter.type == "Datacenter"
    assert scope.resource_pool is not None
    assert scope.autostart_manager is not None
    assert scope.datacenter_path == ("dc1" if simulator.profile.is_vcenter else "ha-datacenter")


def test_a_connection_that_nobody_closed_logs_out(simulator: Simulator) -> None:
    connection = Connection.open(parse(simulator.uri), answer(simulator))
    assert len(simulator.sessions) == 1
    del connection
    assert simulator.sessions == []


def test_the_questions_for_credentials(simulator: Simulator) -> None:
    asked: list[dict[str, Any]] = []

    def authenticate(**question: Any) -> Credentials:
        asked.append(question)
        return Credentials(simulator.username, Secret(simulator.password))

    Connection.open(parse(simulator.uri), authenticate).close()
    vpx = simulator.profile.is_vcenter
    assert asked == [
        {
            "service": "vpx" if vpx else "esx",
            "hostname": parse(simulator.uri).host,
            "username": simulator.username,
            "default_username": "administrator@vsphere.local" if vpx else "root",
        }
    ]


def test_a_vcenter_is_known_by_its_name_and_by_its_address(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The name is what the certificate has, libvirt asks for the account of the address, and auth files have either."""
    name = "vc.lab.example"
    with Simulator("vcenter-7.0", names=[name]) as vcenter:
        if vcenter.port != 443:
            missing("the standard ports may not be bound here, and a host knows no port of its vCenter")
        real = socket.getaddrinfo
        monkeypatch.setattr(
            "socket.getaddrinfo",
            lambda host, *rest, **more: real(vcenter.host if host == name.encode() else host, *rest, **more),
        )
        asked: list[dict[str, Any]] = []

        def authenticate(**question: Any) -> Credentials:
            asked.append(question)
            username = vcenter.username if question["service"] == "vpx" else "root"
            return Credentials(username, Secret(vcenter.password))

        uri = parse(f"{vcenter.host_uris[0]}?cacert={vcenter.cacert}&vcenter={name}")
        with closing(Connection.open(uri, authenticate)) as connection:
            assert connection.vcenter is not None
            assert connection.vcenter.endpoint.host == name
        assert asked[1] == {
            "service": "vpx",
            "hostname": vcenter.host,
            "username": None,
            "default_username": "administrator@vsphere.local",
            "name": name,
            "host_username": "root",
        }
        authfile = tmp_path / "auth.conf"
        for known in (name, vcenter.host):
            authfile.write_text(
                "[credentials-vc]\nusername=administrator@vsphere.local\npassword=secret\n"
                "[credentials-host]\npassword=secret\n"
                f"[auth-vpx-{known}]\ncredentials=vc\n[auth-esx-default]\ncredentials=host\n"
            )
            Connection.open(uri, CallbackAuthenticator(authfile=str(authfile))).close()
        assert vcenter.sessions == []


def test_a_wrong_password_is_libvirts_error_and_leaves_nothing(simulator: Simulator) -> None:
    with pytest.raises(ServerFault, match="HTTP response code 500 for call to 'Login'") as caught:
        Connection.open(parse(simulator.uri), lambda **_: Credentials(simulator.username, Secret("wr0ng-and-s3cret")))
    assert caught.value.name == "InvalidLogin"
    assert simulator.sessions == []
    trail: BaseException | None = caught.value
    while trail is not None:
        assert "wr0ng-and-s3cret" not in f"{trail} {trail!r} {trail.__notes__ if hasattr(trail, '__notes__') else ''}"
        trail = trail.__cause__ or trail.__context__


def test_no_credentials_reach_nobody(simulator: Simulator) -> None:
    def decline(**_: Any) -> Credentials:
        raise NoCredentialsError("Missing authentication credentials")

    simulator.calls.clear()
    with pytest.raises(AuthenticationError):
        Connection.open(parse(simulator.uri), decline)
    assert list(simulator.calls) == []


@pytest.mark.parametrize(
    ("profile", "scheme", "wanted", "found"),
    [
        ("esx-7.0", "gsx", "Server/GSX", "ESX(i)"),
        ("esx-7.0", "vpx", "vCenter/VPX", "ESX(i)"),
        ("gsx-2.0", "esx", "ESX(i)", "Server/GSX"),
        ("vcenter-7.0", "esx", "ESX(i)", "vCenter/VPX"),
    ],
)
def test_another_product_than_the_uri_says(profile: str, scheme: str, wanted: str, found: str) -> None:
    with Simulator(profile, transport="http") as simulator:
        address = parse(simulator.uri)
        uri = parse(f"{scheme}://{address.host}:{address.port}/dc1/host?transport=http")
        simulator.calls.clear()
        with pytest.raises(EsxvirtError) as caught:
            Connection.open(uri, answer(simulator))
        assert str(caught.value) == f"Expecting '{address.host}' to be a {wanted} host but found a {found} host"
        assert [call.method for call in simulator.calls] == ["RetrieveServiceContent"]


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("nowhere", EsxvirtError, "Could not find datacenter specified in '/nowhere'; '/' has 'dc1'"),
        ("dc1/nothing", EsxvirtError, "Could not find compute resource specified in '/dc1/nothing'; '/dc1' has 'HOST'"),
        ("dc1/HOST/more", InvalidArgumentError, "Path '/dc1/HOST/more' ends with an excess item"),
    ],
)
def test_vpx_paths_that_lead_nowhere(path: str, error: type[Exception], message: str) -> None:
    with Simulator("vcenter-7.0", transport="http") as simulator:
        address = parse(simulator.uri)
        host = address.path[-1]
        uri = parse(f"vpx://{address.host}:{address.port}/{path.replace('HOST', host)}?transport=http")
        with pytest.raises(EsxvirtError) as caught:
            Connection.open(uri, answer(simulator))
        assert type(caught.value) is error
        assert str(caught.value) == message.replace("HOST", host)
        assert simulator.sessions == []


def test_an_esx_that_no_vcenter_manages() -> None:
    with Simulator("esx-7.0", transport="http") as simulator:
        with pytest.raises(EsxvirtError, match="This host is not managed by a vCenter"):
            Connection.open(parse(simulator.uri + "&vcenter=*"), answer(simulator))
        assert simulator.sessions == []


def test_the_simulator_of_a_sim_uri_lives_as_long_as_the_connection() -> None:
    connection = Connection.open(parse("sim:///esx?vms=3"), lambda **_: pytest.fail("nobody is to be asked"))
    endpoint = connection.session.endpoint
    assert connection.uri.text == "sim:///esx?vms=3"
    connection.close()
    uri = parse(f"esx://{endpoint.host}:{endpoint.port}/?transport=http")
    with pytest.raises(TransportError, match="cannot connect to"):
        Connection.open(uri, lambda **_: Credentials("root", Secret("secret")))


@pytest.mark.parametrize(
    ("uri", "message"),
    [
        ("sim:///toaster", "toaster"),
        ("sim:///esx?vms=many", "'vms' of the simulator has the value 'many', which is no number"),
        ("sim:///esx?speed=3", "no parameter 'speed'"),
        ("sim:///esx?latency=-1", "latency"),
    ],
)
def test_sim_uris_that_cannot_be(uri: str, message: str) -> None:
    with pytest.raises(InvalidArgumentError, match=message):
        Connection.open(parse(uri), lambda **_: Credentials("root", Secret("secret")))


def test_a_fault_of_login_keeps_no_frame_with_the_password(simulator: Simulator) -> None:
    with pytest.raises(ServerFault) as caught:
        Connection.open(parse(simulator.uri), lambda **_: Credentials(simulator.username, Secret("wr0ng-and-s3cret")))
    seen: list[BaseException] = []
    pending: list[BaseException | None] = [caught.value]
    while pending:
        error = pending.pop()
        if error is None or error in seen:
            continue
        seen.append(error)
        pending += [error.__cause__, error.__context__]
        trace = error.__traceback__
        while trace is not None:
            values = trace.tb_frame.f_locals.values()
            if "tests" not in trace.tb_frame.f_code.co_filename:
                assert not [value for value in values if isinstance(value, str) and "wr0ng-and-s3cret" in value]
            trace = trace.tb_next


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_leaves_its_parents_session(simulator: Simulator) -> None:
    connection = Connection.open(parse(simulator.uri), answer(simulator))
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover  in the child
        del connection
        os.write(writer, b"x")
        os._exit(0)
    os.read(reader, 1)
    os.waitpid(child, 0)
    os.close(reader)
    os.close(writer)
    assert len(simulator.sessions) == 1
    connection.close()
    assert simulator.sessions == []
