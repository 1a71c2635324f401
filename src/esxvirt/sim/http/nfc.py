"""``/nfc``: the disks of a lease. Its ticket, which stands in the URL, is all that it takes."""

from typing import TYPE_CHECKING

from aiohttp import web

from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.http.spoil import spoil, trouble_of
from esxvirt.sim.objects.storage.http_nfc_lease import sha1

if TYPE_CHECKING:
    from esxvirt.sim.state.machine.leases import Disk, Lease

__all__ = ["NfcHandler"]

_CHUNK = 1 << 18


class NfcHandler:
    """Serves the disks that an endpoint has lent."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def _find(self, request: web.Request) -> "tuple[Lease, Disk]":
        with self._endpoint.site.lock:
            lease = self._endpoint.leases.find(request.match_info["ticket"])
        disk = next((disk for disk in lease.disks if disk.name == request.match_info["name"]), None) if lease else None
        if lease is None or disk is None:
            raise web.HTTPNotFound
        return lease, disk

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Send a disk."""
        lease, disk = self._find(request)
        kind = trouble_of(self._endpoint, request)
        if kind is not None:
            return await spoil(request, kind, disk.file.read(), 200, "application/x-vnd.vmware-streamVmdk")
        response = web.StreamResponse(headers={"Content-Type": "application/x-vnd.vmware-streamVmdk"})
        response.content_length = disk.file.size
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        digest = sha1()
        with disk.file.open() as stream:
            left = disk.file.size
            while left > 0 and lease.alive:
                chunk = stream.read(min(_CHUNK, left)) or b""
                digest.update(chunk)
                left -= len(chunk)
                await response.write(chunk)
        if left == 0:
            with self._endpoint.site.lock:
                lease.sent[disk.name] = digest.hexdigest()
        elif request.transport is not None:
            # The lease has ended under way: what was promised does not come.
            request.transport.abort()
        return response
