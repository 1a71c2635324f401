"""``/folder``: datastore files over HTTP, for sessions and for basic authentication."""

import base64
import html
import re
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from aiohttp import web

from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.holds import StoppedError
from esxvirt.sim.http.sdk import cookie_of
from esxvirt.sim.http.spoil import UNDONE, cut_off, spoil, trouble_of
from esxvirt.sim.state.storage.datastores import Datastore, File, Upload

__all__ = ["FolderHandler", "username_of"]

_CHUNK = 1 << 18
_Value = TypeVar("_Value")
_CUTS = ("reset", "truncate")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def username_of(endpoint: Endpoint, request: web.Request) -> str:
    """Return who asks; the answer 401 if nobody is known."""
    session = endpoint.sessions.find(cookie_of(request))
    if session is not None:
        return session.username
    scheme, _, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            username, _, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            username = password = ""
        account = endpoint.access.authenticate(username, password)
        if account is not None:
            return account.username
    raise web.HTTPUnauthorized(headers={"WWW-Authenticate": 'Basic realm="VMware HTTP server"'})


class FolderHandler:
    """Serves the files of an endpoint's datastores."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def _target(self, request: web.Request, privilege: str) -> tuple[Datastore, str]:
        username = username_of(self._endpoint, request)
        if privilege != "Datastore.Browse" and self._endpoint.access.restricted:
            raise web.HTTPForbidden
        name = request.query.get("dsName", "")
        # Hosts have one datacenter and take any name for it.
        stores = self._endpoint.datastores
        if self._endpoint.host is None:
            wanted = request.query.get("dcPath", "").strip("/")
            site = self._endpoint.site
            hosts = [host for host in site.hosts if host.datacenter and host.datacenter.path == wanted]
            stores = [store for host in hosts for store in host.datastores]
            reached = [store for host in hosts if host.connection == "connected" for store in host.datastores]
            if any(store.name == name and store not in reached for store in stores):
                raise web.HTTPServiceUnavailable  # the vCenter passes files on from the hosts
        store = next((store for store in stores if store.name == name and store.accessible), None)
        access = self._endpoint.access
        if not access.may(username, privilege, None if store is None else self._endpoint.ids.of(store)):
            raise web.HTTPForbidden
        if store is None:
            raise web.HTTPNotFound
        try:
            return store, store.normalise(request.match_info.get("path", ""))
        except ValueError:
            raise web.HTTPBadRequest from None

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Send a file, whole or a range of it, or the page of a directory."""
        store, path = self._target(request, "Datastore.Browse")
        kind = trouble_of(self._endpoint, request)
        if kind is not None and kind in UNDONE:
            return await spoil(request, kind, b"", 200, "application/octet-stream")
        file, names = await self._held(request, lambda: self._look(store, path))
        if kind is not None and (file is None or kind not in _CUTS):
            return await spoil(request, kind, file.read() if file else b"", 200, "application/octet-stream")
        if file is not None:
            return await self._send(request, file, cut=kind)
        if names is None:
            raise web.HTTPNotFound
        return self._page(request, path, names)

    async def _held(self, request: web.Request, work: Callable[[], _Value]) -> _Value:
        """Do `work`, which is quick, and hold it or its answer if a test wants it; the answer 503 where it stops."""
        session = self._endpoint.sessions.find(cookie_of(request))
        claim = self._endpoint.holds.claim("file", request.method, request.path, session.key if session else None)
        if claim is None:
            return work()
        try:
            return await claim.around_async(work)
        except StoppedError:
            raise web.HTTPServiceUnavailable from None

    def _look(self, store: Datastore, path: str) -> tuple[File | None, list[tuple[str, bool]] | None]:
        """Return the file at `path`, or what the directory there holds; None for what is not there."""
        with self._endpoint.site.lock:
            file = store.find(path)
            names = list(store.names(path)) if file is None and store.is_directory(path) else None
        return file, names

    def _page(self, request: web.Request, path: str, names: list[tuple[str, bool]]) -> web.Response:
        query = html.escape(request.query_string)
        rows = "".join(
            f'<tr><td><a href="/folder/{quote(f"{path}/{name}".strip("/"))}?{query}">'
            f"{html.escape(name)}{'/' * below}</a></td></tr>\n"
            for name, below in names
        )
        title = html.escape(f"Index of {path or 'datastore'}")
        text = f"<html><head><title>{title}</title></head><body><h1>{title}</h1><table>\n{rows}</table></body></html>"
        return web.Response(text=text, content_type="text/html")

    async def _send(self, request: web.Request, file: File, cut: str | None = None) -> web.StreamResponse:
        """Send a file, or the part that is asked for; `cut`, one of `_CUTS`, ends the connection half-way."""
        start, end, status = _wanted(request.headers.get("Range"), file.size)
        headers = {
            "Content-Type": "application/octet-stream",
            "Accept-Ranges": "bytes",
            "Last-Modified": file.modified.strftime("%a, %d %b %Y %H:%M:%S GMT"),
        }
        if status == 206:
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = end - start
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        with file.open() as stream:
            stream.seek(start)
            left = end - start
            keep = left // 2 if cut else 0
            while left > keep:
                chunk = stream.read(min(_CHUNK, left - keep))
                if not chunk:
                    break
                left -= len(chunk)
                await response.write(chunk)
        if cut and request.transport is not None:
            cut_off(request.transport, cut)
        return response

    async def put(self, request: web.Request) -> web.StreamResponse:
        """Write a file: 201 for a new one, 200 for another's place, 500 where the datastore is full.

        What has come of an upload that breaks off stays.
        """
        store, path = self._target(request, "Datastore.FileManagement")
        kind = trouble_of(self._endpoint, request)
        if kind is not None and kind in UNDONE:
            return await spoil(request, kind, b"", 201, "text/plain")
        upload = Upload()
        wanted = (request.content_length or 0) // 2 if kind == "reset" else None
        try:
            async for chunk in request.content.iter_chunked(_CHUNK):
                upload.write(chunk if wanted is None else chunk[: wanted - upload.size])
                if wanted is not None and upload.size >= wanted:
                    break
        except BaseException:
            # Also where the client has gone: the handler is cancelled then.
            self._write(store, path, upload, whole=False)
            raise
        status = await self._held(request, lambda: self._write(store, path, upload, whole=wanted is None))
        if kind is not None:
            return await spoil(request, "lost" if kind == "reset" else kind, b"", status, "text/plain")
        return web.Response(status=status)

    def _write(self, store: Datastore, path: str, upload: Upload, *, whole: bool) -> int:
        """Put a file where an upload, or the part of it that has come, belongs; return the status of the answer."""
        site = self._endpoint.site
        with site.lock:
            before = store.find(path)
            if upload.size > store.free + (before.used if before else 0):
                return 500
            try:
                store.put(path, upload.finish())
            except NotADirectoryError:
                if whole:
                    raise web.HTTPNotFound from None
            except IsADirectoryError:
                if whole:
                    raise web.HTTPConflict from None
            site.touch()
        return 200 if before else 201

    async def delete(self, request: web.Request) -> web.StreamResponse:
        """Delete a file."""
        store, path = self._target(request, "Datastore.FileManagement")
        kind = trouble_of(self._endpoint, request)
        if kind is not None and kind in UNDONE:
            return await spoil(request, kind, b"", 204, "text/plain")
        await self._held(request, lambda: self._delete(store, path))
        if kind is not None:
            return await spoil(request, kind, b"", 204, "text/plain")
        return web.Response(status=204)

    def _delete(self, store: Datastore, path: str) -> None:
        with self._endpoint.site.lock:
            try:
                store.delete(path)
            except FileNotFoundError:
                raise web.HTTPNotFound from None
            self._endpoint.site.touch()


def _wanted(header: str | None, size: int) -> tuple[int, int, int]:
    """Return (start, end, status) for a Range header; a header that makes no sense is ignored, as HTTP has it."""
    match = _RANGE.fullmatch(header.strip()) if header else None
    if match is None or not (match[1] or match[2]):
        return 0, size, 200
    if not match[1]:
        return max(0, size - int(match[2])), size, 206
    start = int(match[1])
    end = min(size, int(match[2]) + 1) if match[2] else size
    if start >= size or end <= start:
        raise web.HTTPRequestRangeNotSatisfiable(headers={"Content-Range": f"bytes */{size}"})
    return start, end, 206
