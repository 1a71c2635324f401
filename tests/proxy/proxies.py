"""Real proxies for tests: proxy.py for HTTP, tiny-proxy for SOCKS. Each records what it was asked to reach."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import anyio.abc
import anyio.from_thread
import tiny_proxy

from tests.tools import ROOT

KINDS = ("http", "socks4", "socks4a", "socks5")


@dataclass(frozen=True, slots=True)
class RunningProxy:
    """A proxy on a loopback port."""

    kind: str
    port: int
    requests: Callable[[], list[str]]
    """What it was asked to reach so far, a connection each: `CONNECT host:port`, or an HTTP proxy's other methods."""

    @property
    def parameter(self) -> str:
        """The value for `proxy=` in a connection URI."""
        return f"{self.kind}://127.0.0.1:{self.port}"


def running_proxy(
    kind: str, names: Mapping[str, str] | None = None, *, closed: bool = False
) -> AbstractContextManager[RunningProxy]:
    """Run a proxy until the block ends.

    Args:
        kind: One of KINDS.
        names: Hosts that only the proxy knows (names or addresses), and the addresses that they stand for.
        closed: Let nobody in: the proxy wants a user name and a password, for which a connection URI has no place.
    """
    if kind == "http":
        return _http_proxy(names or {}, closed=closed)
    return _socks_proxy(kind, names or {}, closed=closed)


@contextmanager
def _http_proxy(names: Mapping[str, str], *, closed: bool) -> Iterator[RunningProxy]:
    with tempfile.TemporaryDirectory() as directory:
        record = Path(directory, "requests")
        record.touch()
        command = [sys.executable, "-m", "tests.proxy.http_proxy", str(record), json.dumps(names)]
        command += ["user:password"] if closed else []
        process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            yield RunningProxy("http", port, lambda: record.read_text(encoding="utf-8").splitlines())
        finally:
            process.communicate()


@contextmanager
def _socks_proxy(kind: str, names: Mapping[str, str], *, closed: bool) -> Iterator[RunningProxy]:
    requests: list[str] = []
    handler = _Socks5Witness if kind == "socks5" else _Socks4Witness
    account = (
        ({"username": "user"} if kind != "socks5" else {"username": "user", "password": "password"}) if closed else {}
    )
    handle = handler(requests, names, **account).handle

    async def listen() -> Any:
        return await anyio.create_tcp_listener(local_host="127.0.0.1", local_port=0)

    with anyio.from_thread.start_blocking_portal() as portal:
        listener = portal.call(listen)
        serving = portal.start_task_soon(listener.serve, handle)
        try:
            port = listener.extra(anyio.abc.SocketAttribute.local_port)
            yield RunningProxy(kind, port, lambda: list(requests))
        finally:
            serving.cancel()
            portal.call(listener.aclose)


class _Socks4Witness(tiny_proxy.Socks4ProxyHandler):  # type: ignore[misc]  # tiny-proxy has no types
    def __init__(self, requests: list[str], names: Mapping[str, str], **account: str) -> None:
        super().__init__(**account)
        self._requests, self._names = requests, names

    def create_proxy(self, stream: tiny_proxy.SocketStream) -> tiny_proxy.AbstractProxy:
        return _witnessed(tiny_proxy.Socks4Proxy, self._requests, self._names)(stream, username=self.username)


class _Socks5Witness(tiny_proxy.Socks5ProxyHandler):  # type: ignore[misc]  # tiny-proxy has no types
    def __init__(self, requests: list[str], names: Mapping[str, str], **account: str) -> None:
        super().__init__(**account)
        self._requests, self._names = requests, names

    def create_proxy(self, stream: tiny_proxy.SocketStream) -> tiny_proxy.AbstractProxy:
        witnessed = _witnessed(tiny_proxy.Socks5Proxy, self._requests, self._names)
        return witnessed(stream, username=self.username, password=self.password)


def _witnessed(
    base: type[tiny_proxy.AbstractProxy], requests: list[str], names: Mapping[str, str]
) -> Callable[..., tiny_proxy.AbstractProxy]:
    class Witnessed(base):  # type: ignore[misc]  # as above
        async def negotiate(self) -> tuple[str, int]:
            host, port = await super().negotiate()
            requests.append(f"CONNECT {host}:{port}")
            return names.get(host, host), port

    return Witnessed
