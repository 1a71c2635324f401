"""The proxies themselves, without our client: that they forward, record and refuse as the other tests take it."""

import http.client
import socket
import ssl

import pytest
from python_socks import ProxyError, ProxyType
from python_socks.sync import Proxy

from tests.proxy.proxies import KINDS, running_proxy
from tests.servers import Vcsim

HIDDEN = "esx1.behind-the-proxy.invalid"

TYPES = {
    "http": ProxyType.HTTP,
    "socks4": ProxyType.SOCKS4,
    "socks4a": ProxyType.SOCKS4,
    "socks5": ProxyType.SOCKS5,
}


def connect(kind: str, proxy_port: int, host: str, port: int) -> socket.socket:
    return Proxy(TYPES[kind], "127.0.0.1", proxy_port, rdns=kind != "socks4").connect(host, port, timeout=20)


@pytest.mark.parametrize("kind", KINDS)
def test_a_tunnel_leads_to_the_server(vcsim_esx: Vcsim, kind: str) -> None:
    hidden = "127.0.0.77" if kind == "socks4" else HIDDEN
    with running_proxy(kind, {hidden: "127.0.0.1"}) as proxy:
        context = ssl.create_default_context(cadata=vcsim_esx.certificate)
        tunnel = connect(kind, proxy.port, hidden, vcsim_esx.port)
        with context.wrap_socket(tunnel, server_hostname=vcsim_esx.host) as connected:
            connected.sendall(b"GET /sdk/vimServiceVersions.xml HTTP/1.0\r\n\r\n")
            assert b"200 OK" in connected.recv(1000)
        assert proxy.requests() == [f"CONNECT {hidden}:{vcsim_esx.port}"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_closed_proxy_refuses(vcsim_esx: Vcsim, kind: str) -> None:
    with running_proxy(kind, closed=True) as proxy:
        with pytest.raises(ProxyError):
            connect(kind, proxy.port, vcsim_esx.host, vcsim_esx.port)
        assert proxy.requests() == []


def test_the_http_proxy_takes_whole_requests_too(vcsim_esx_plain: Vcsim) -> None:
    with running_proxy("http", {HIDDEN: "127.0.0.1"}) as proxy:
        connection = http.client.HTTPConnection("127.0.0.1", proxy.port)
        for _ in range(2):
            connection.request("GET", f"http://{HIDDEN}:{vcsim_esx_plain.port}/sdk/vimServiceVersions.xml")
            answer = connection.getresponse()
            assert answer.status == 200
            assert b"urn:vim25" in answer.read()
        connection.close()
        assert proxy.requests() == [f"GET {HIDDEN}:{vcsim_esx_plain.port}"]
