"""Our client through proxies of every kind, to a server under a name or address that only the proxy knows.

So nothing can go past the proxy: the client could not find, or not reach, the server without it.
"""

import socket
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


@pytest.fixture(params=[(kind, transport) for kind in KINDS for transport in TRANSPORTS], ids="-".join)
def behind(request: pytest.FixtureRequest, servers: dict[str, Simulator]) -> Iterator[Behind]:
    kind, transport = request.param
    server = servers[transport]
    with running_proxy(kind, {HIDDEN[kind]: "127.0.0.1"}) as proxy:
        trust = f"thumbprint={server.thumbprint}" if transport == "https" else "transport=http"
        uri = f"esx://{server.username}@{HIDDEN[kind]}:{server.port}/?{trust}&proxy={proxy.parameter}"
        yield Behind(server, proxy, HIDDEN[kind], uri)


def direct_uri(server: Simulator, transport: str, *more: str) -> str:
    trust = f"thumbprint={server.thumbprint}" if transport == "https" else "transport=http"
    return f"esx://{server.username}@127.0.0.1:{server.port}/?" + "&".join((trust, *more))


def test_the_same_list_comes_through_the_proxy(behind: Behind, servers: dict[str, Simulator]) -> None:
    server = behind.server
    direct = machine_names(direct_uri(servers["http"], "http"), servers["http"].username, servers["http"].password)
    assert len(direct) >= 3
    server.calls.clear()
    assert machine_names(behind.uri, server.username, server.password) == direct
    assert server.calls  # of the server behind, too
    requests = behind.proxy.requests()
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
def test_a_proxy_that_refuses_is_named(servers: dict[str, Simulator], kind: str, transport: str) -> None:
    server = servers[transport]
    with running_proxy(kind, closed=True) as proxy:
        uri = direct_uri(server, transport, f"proxy={proxy.parameter}")
        server.calls.clear()
        with pytest.raises(libvirt.libvirtError, match="proxy"):
            machine_names(uri, server.username, server.password)
        assert list(server.calls) == []
        assert proxy.requests() == []


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_finds_no_server_is_named(servers: dict[str, Simulator], kind: str, transport: str) -> None:
    server = servers[transport]
    with socket.socket() as free, running_proxy(kind) as proxy:
        free.bind(("127.0.0.1", 0))
        target = f"127.0.0.1:{free.getsockname()[1]}"
        uri = direct_uri(server, transport, f"proxy={proxy.parameter}").replace(f"127.0.0.1:{server.port}", target, 1)
        with pytest.raises(libvirt.libvirtError, match="proxy") as raised:
            machine_names(uri, server.username, server.password)
        assert target in str(raised.value)
        assert proxy.requests()


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize(
    ("meant", "real"), [("socks5", "http"), ("socks4", "http"), ("socks4a", "socks5"), ("http", "socks5")]
)
def test_a_proxy_of_another_kind_is_named(servers: dict[str, Simulator], meant: str, real: str, transport: str) -> None:
    server = servers[transport]
    with running_proxy(real) as proxy:
        uri = direct_uri(server, transport, f"proxy={meant}://127.0.0.1:{proxy.port}")
        server.calls.clear()
        with pytest.raises(libvirt.libvirtError, match="proxy"):
            machine_names(uri, server.username, server.password)
        assert list(server.calls) == []


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_are_checked_through_the_proxy(servers: dict[str, Simulator], kind: str) -> None:
    server = servers["https"]
    with running_proxy(kind, {HIDDEN[kind]: "127.0.0.1"}) as proxy:
        uri = f"esx://{HIDDEN[kind]}:{server.port}/?proxy={proxy.parameter}"
        server.calls.clear()
        with pytest.raises(libvirt.libvirtError) as raised:
            machine_names(uri, server.username, server.password)
    assert all(remedy in str(raised.value) for remedy in ("cacert=", f"thumbprint={server.thumbprint}", "no_verify=1"))
    assert list(server.calls) == []
