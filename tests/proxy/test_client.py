"""Our client through proxies of every kind, to a server under a name or address that only the proxy knows.

So nothing can go past the proxy: the client could not find, or not reach, the server without it.
"""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from esxvirt import libvirt
from esxvirt.sim import Simulator
from tests.client import esxvirsh, machine_names, open_connection, write_auth_file
from tests.proxy.proxies import KINDS, RunningProxy, running_proxy

TRANSPORTS = ("http", "https")

# SOCKS4 takes addresses only: an address at which nobody listens, and which the proxy takes for 127.0.0.1.
HIDDEN = {kind: "127.0.0.77" if kind == "socks4" else "esx1.behind-the-proxy.invalid" for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Behind:
    """A server and the proxy that leads to it."""

    server: Simulator
    proxy: RunningProxy
    host: str
    uri: str


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Simulator]]:
    with ExitStack() as stack:
        yield {
            transport: stack.enter_context(Simulator("esx-7.0", transport=transport, vms=3)) for transport in TRANSPORTS
        }


@pytest.fixture(scope="module")
def proxies() -> Iterator[dict[str, RunningProxy]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(running_proxy(kind, {HIDDEN[kind]: "127.0.0.1"})) for kind in KINDS}


@pytest.fixture(scope="module")
def closed_proxies() -> Iterator[dict[str, RunningProxy]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(running_proxy(kind, closed=True)) for kind in KINDS}


@pytest.fixture(params=[(kind, transport) for kind in KINDS for transport in TRANSPORTS], ids="-".join)
def behind(request: pytest.FixtureRequest, servers: dict[str, Simulator], proxies: dict[str, RunningProxy]) -> Behind:
    kind, transport = request.param
    server, proxy = servers[transport], proxies[kind]
    trust = f"thumbprint={server.thumbprint}" if transport == "https" else "transport=http"
    uri = f"esx://{server.username}@{HIDDEN[kind]}:{server.port}/?{trust}&proxy={proxy.parameter}"
    return Behind(server, proxy, HIDDEN[kind], uri)


def direct_uri(server: Simulator, transport: str, *more: str) -> str:
    trust = f"thumbprint={server.thumbprint}" if transport == "https" else "transport=http"
    return f"esx://{server.username}@127.0.0.1:{server.port}/?" + "&".join((trust, *more))


def test_the_same_list_comes_through_the_proxy(behind: Behind, servers: dict[str, Simulator]) -> None:
    server = behind.server
    direct = machine_names(direct_uri(servers["http"], "http"), servers["http"].username, servers["http"].password)
    assert len(direct) >= 3
    server.calls.clear()
    earlier = len(behind.proxy.requests())
    assert machine_names(behind.uri, server.username, server.password) == direct
    assert server.calls  # of the server behind, too
    requests = behind.proxy.requests()[earlier:]
    assert {request.split()[1] for request in requests} == {f"{behind.host}:{server.port}"}
    # Whole requests where an HTTP proxy can read them, so that it need not allow tunnels to odd ports; else tunnels.
    tunnelled = behind.proxy.kind != "http" or "thumbprint" in behind.uri
    assert ({request.split()[0] for request in requests} == {"CONNECT"}) == tunnelled


def test_files_of_the_datastore_come_through_the_proxy(behind: Behind) -> None:
    connection = open_connection(behind.uri, behind.server.username, behind.server.password)
    try:
        assert "<name>Fedora11</name>" in connection.lookupByName("Fedora11").XMLDesc()
    finally:
        connection.close()


def test_esxvirsh_lists_through_the_proxy(behind: Behind, tmp_path: Path) -> None:
    auth_file = write_auth_file(tmp_path, behind.server.username, behind.server.password)
    answer = esxvirsh("-c", behind.uri, "list", "--all", "--name", auth_file=auth_file)
    assert (answer.returncode, answer.stderr) == (0, "")
    assert sorted(answer.stdout.split()) == machine_names(behind.uri, behind.server.username, behind.server.password)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_is_not_there_is_named(servers: dict[str, Simulator], kind: str, transport: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # taken, but nobody listens: a connection is refused
        address = f"127.0.0.1:{free.getsockname()[1]}"
        uri = direct_uri(servers[transport], transport, f"proxy={kind}://{address}")
        with pytest.raises(libvirt.libvirtError, match="proxy") as raised:
            machine_names(uri, "root", "secret")
    assert address in str(raised.value)
    assert "refused" in str(raised.value).lower()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_refuses_is_named(
    servers: dict[str, Simulator], closed_proxies: dict[str, RunningProxy], kind: str, transport: str
) -> None:
    server, proxy = servers[transport], closed_proxies[kind]
    uri = direct_uri(server, transport, f"proxy={proxy.parameter}")
    server.calls.clear()
    with pytest.raises(libvirt.libvirtError, match="proxy") as raised:
        machine_names(uri, server.username, server.password)
    assert str(proxy.port) in str(raised.value)
    assert list(server.calls) == []
    assert proxy.requests() == []


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_finds_no_server_is_named(
    servers: dict[str, Simulator], proxies: dict[str, RunningProxy], kind: str, transport: str
) -> None:
    server, proxy = servers[transport], proxies[kind]
    earlier = len(proxy.requests())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        target = f"127.0.0.1:{free.getsockname()[1]}"
        uri = direct_uri(server, transport, f"proxy={proxy.parameter}").replace(f"127.0.0.1:{server.port}", target, 1)
        with pytest.raises(libvirt.libvirtError, match="proxy") as raised:
            machine_names(uri, server.username, server.password)
    assert target in str(raised.value)
    assert {request.split()[1] for request in proxy.requests()[earlier:]} == {target}


class _Greeter(socketserver.BaseRequestHandler):
    """What answers at a port that is something else's."""

    def handle(self) -> None:
        self.request.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
        self.request.recv(1000)


@pytest.fixture(scope="module")
def ssh_port() -> Iterator[int]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Greeter) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_proxy_is_named(servers: dict[str, Simulator], ssh_port: int, kind: str, transport: str) -> None:
    server = servers[transport]
    uri = direct_uri(server, transport, f"proxy={kind}://127.0.0.1:{ssh_port}")
    server.calls.clear()
    with pytest.raises(libvirt.libvirtError, match="proxy") as raised:
        machine_names(uri, server.username, server.password)
    assert str(ssh_port) in str(raised.value)
    assert list(server.calls) == []


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_are_checked_through_the_proxy(
    servers: dict[str, Simulator], proxies: dict[str, RunningProxy], kind: str
) -> None:
    server, proxy = servers["https"], proxies[kind]
    uri = f"esx://{HIDDEN[kind]}:{server.port}/?proxy={proxy.parameter}"
    server.calls.clear()
    with pytest.raises(libvirt.libvirtError) as raised:
        machine_names(uri, server.username, server.password)
    assert all(remedy in str(raised.value) for remedy in ("cacert=", f"thumbprint={server.thumbprint}", "no_verify=1"))
    assert list(server.calls) == []
