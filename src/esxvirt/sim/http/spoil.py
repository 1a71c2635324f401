"""Socket faults: what a request gets instead of its answer."""

import asyncio
import contextlib
import socket
import struct

from aiohttp import web

from esxvirt.sim.endpoint import Endpoint

__all__ = ["UNDONE", "cut_off", "reset_socket", "spoil", "trouble_of"]

_PAGE = (
    b"<html><head><title>503 Service Unavailable</title></head>"
    b"<body><h1>503 Service Unavailable (Failed to connect to endpoint)</h1></body></html>"
)
_DRIP_SECONDS = 0.001
# Faults that strike before anything is done.
UNDONE = frozenset({"refuse", "hang", "http503"})


def reset_socket(connection: socket.socket) -> None:
    """Make the closing of a socket a reset."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def trouble_of(endpoint: Endpoint, request: web.Request) -> str | None:
    """Return the socket fault that a request for something else than a call gets, if any."""
    return endpoint.faults.socket(None, None, request.method, request.path)


async def spoil(request: web.Request, kind: str, body: bytes, status: int, content_type: str) -> web.StreamResponse:
    """Answer `request`, whose right answer would be `body`, in the wrong way that `kind` says."""
    if kind == "http503":
        return web.Response(status=503, body=_PAGE, content_type="text/html")
    if kind == "garbage":
        return web.Response(body=b"\x00\xff<<garbage & no XML>" + body[: len(body) // 3], content_type=content_type)
    transport = request.transport
    assert transport is not None  # noqa: S101  # a request that is being handled has one
    if kind in {"hang", "mute"}:
        # aiohttp cancels the handler when the client gives up, or the server stops.
        await asyncio.Event().wait()
    if kind in {"refuse", "lost"}:
        raw = transport.get_extra_info("socket")
        if kind == "lost" and raw is not None:
            reset_socket(raw)
        transport.abort()
        return web.Response()
    response = web.StreamResponse(status=status, headers={"Content-Type": content_type})
    response.content_length = len(body)
    await response.prepare(request)
    if kind == "drip":
        for index in range(len(body)):
            await response.write(body[index : index + 1])
            await asyncio.sleep(_DRIP_SECONDS)
        return response
    await response.write(body[: len(body) // 2])
    cut_off(transport, kind)
    return response


def cut_off(transport: asyncio.BaseTransport, kind: str) -> None:
    """End a connection in the middle of an answer: with a "reset", or as if that were the end ("truncate")."""
    if kind == "reset":
        raw = transport.get_extra_info("socket")
        if raw is not None:
            reset_socket(raw)
    if kind == "reset" and isinstance(transport, asyncio.WriteTransport):
        transport.abort()
    else:
        transport.close()
