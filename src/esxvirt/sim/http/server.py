"""One listener and the HTTP application behind it."""

import asyncio
import contextlib
import socket
import ssl
import weakref
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

from aiohttp import web

from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.http.addresses import BACKLOG, bind
from esxvirt.sim.http.folder import FolderHandler
from esxvirt.sim.http.nfc import NfcHandler
from esxvirt.sim.http.screen import ScreenHandler
from esxvirt.sim.http.sdk import SoapHandler
from esxvirt.sim.http.spoil import reset_socket, spoil, trouble_of
from esxvirt.sim.http.versions import service_versions

__all__ = ["Server"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_LARGEST_CALL = 64 << 20
_GRACE = 0.2
# A TLS record: an alert, TLS 1.2, two bytes long: fatal, handshake_failure.
_HANDSHAKE_FAILURE = bytes((21, 3, 3, 0, 2, 2, 40))


class Server:
    """Serves `endpoint` on `listener`. It accepts connections itself, so that faults can strike before TLS."""

    def __init__(self, endpoint: Endpoint, listener: socket.socket, tls: ssl.SSLContext | None, pool: Executor) -> None:
        self.endpoint = endpoint
        self.listener = listener
        self._tls = tls
        self._pool = pool
        self._runner: web.AppRunner | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._transports: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()

    @property
    def address(self) -> str:
        """The address that it listens on."""
        return str(self.listener.getsockname()[0])

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.listener.getsockname()[1])

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=_LARGEST_CALL, middlewares=[self._delay])
        calls = SoapHandler(self.endpoint, self._pool)
        files = FolderHandler(self.endpoint)
        app.router.add_get("/", self._welcome)
        app.router.add_get("/nfc/{ticket}/{name}", NfcHandler(self.endpoint).get)
        for path in ("/sdk", "/sdk/", "/sdk/vimService", "/sdk/vimService/"):
            app.router.add_post(path, calls.post)
        app.router.add_get("/sdk/vimServiceVersions.xml", self._versions)
        app.router.add_get("/screen", ScreenHandler(self.endpoint).get)
        for path in ("/folder", "/folder/{path:.*}"):
            app.router.add_get(path, files.get)
            app.router.add_put(path, files.put)
            app.router.add_delete(path, files.delete)
        return app

    @web.middleware
    async def _delay(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Delay what is no call by the latency; calls are delayed on their way to the method."""
        if self.endpoint.latency > 0 and request.method != "POST":
            await asyncio.sleep(self.endpoint.latency)
        return await handler(request)

    async def _welcome(self, request: web.Request) -> web.Response:
        del request
        return web.Response(
            text=f"<html><title>{self.endpoint.profile.full_name}</title></html>", content_type="text/html"
        )

    async def _versions(self, request: web.Request) -> web.StreamResponse:
        kind = trouble_of(self.endpoint, request)
        text = service_versions(self.endpoint.profile)
        if kind is not None:
            return await spoil(request, kind, (text or "").encode(), 200, "text/xml")
        if text is None:
            raise web.HTTPNotFound
        return web.Response(text=text, content_type="text/xml")

    async def start(self) -> None:
        """Begin to accept connections."""
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_GRACE,
            keepalive_timeout=300,
            handler_cancellation=True,
        )
        await self._runner.setup()
        await self.listen(not self.endpoint.faults.refusing)

    async def listen(self, wanted: bool) -> None:
        """Accept connections, or let them be refused: the port stays taken, but nobody listens."""
        if wanted and self._accepting is None:
            self.listener.listen(BACKLOG)
            self._accepting = asyncio.create_task(self._accept())
        if wanted:
            return
        await self._end_accepting()
        where = self.address, self.port
        self.listener.close()
        self.listener = bind(*where, listening=False)

    async def _end_accepting(self) -> None:
        if self._accepting is not None:
            self._accepting.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._accepting
            self._accepting = None

    async def hang_up(self) -> None:
        """Reset every connection, as a server that ends does."""
        for transport in list(self._transports):
            raw = transport.get_extra_info("socket")
            if raw is not None:
                reset_socket(raw)
            _abort(transport)

    async def stop(self) -> None:
        """Close the listener and every connection."""
        await self._end_accepting()
        self.listener.close()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._runner is not None:
            await self._runner.cleanup()
        # A client that keeps its connection does not answer TLS's farewell, and the loop ends before anyone waits.
        for transport in list(self._transports):
            _abort(transport)
        await asyncio.sleep(0)

    async def _accept(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(self.listener)
            except OSError:
                # Out of descriptors, or the peer is gone already: neither ends a server.
                await asyncio.sleep(0.01)
                continue
            task = asyncio.create_task(self._serve(connection))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        kind = self.endpoint.faults.connection()
        if kind is not None:
            await _spoil_connection(connection, kind)
            return
        assert self._runner is not None  # noqa: S101  # start has made it
        server = self._runner.server
        assert server is not None  # noqa: S101  # as above
        try:
            transport, _ = await loop.connect_accepted_socket(server, connection, ssl=self._tls)
            self._transports.add(transport)
        except (OSError, ssl.SSLError):
            # The client has broken off, or does not like the certificate.
            connection.close()


async def _spoil_connection(connection: socket.socket, kind: str) -> None:
    """Treat a new connection as the fault says, before a byte of it is read."""
    loop = asyncio.get_running_loop()
    with contextlib.closing(connection), contextlib.suppress(OSError):
        if kind == "hang":
            while await loop.sock_recv(connection, 65536):
                pass
        elif kind in {"reset", "refuse"}:
            reset_socket(connection)
        elif kind == "garbage":
            await loop.sock_sendall(connection, b"220 this is no web server\r\n")
        elif kind == "tls":
            # The client speaks first, and then hears that the two have no cipher in common.
            await loop.sock_recv(connection, 65536)
            await loop.sock_sendall(connection, _HANDSHAKE_FAILURE)


def _abort(transport: asyncio.Transport) -> None:
    """Close a connection at once; one that has ended this moment by itself has no loop any more to do it."""
    with contextlib.suppress(AttributeError):
        transport.abort()
