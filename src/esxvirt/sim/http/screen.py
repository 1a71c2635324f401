"""``/screen``: a picture of a machine's screen, as PNG."""

from aiohttp import web

from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.http.folder import username_of
from esxvirt.sim.http.spoil import spoil, trouble_of
from esxvirt.sim.state.machine.screen import picture

__all__ = ["ScreenHandler"]

_PRIVILEGE = "VirtualMachine.Interact.ConsoleInteract"


class ScreenHandler:
    """Serves the screens of an endpoint's machines, to sessions and for basic authentication."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Send the screen of the machine `id`: 404 for no machine, 503 for one that does not run."""
        username = username_of(self._endpoint, request)
        with self._endpoint.site.lock:
            machine = self._endpoint.machine_of(request.query.get("id", ""))
            if machine is None:
                raise web.HTTPNotFound
            if not self._endpoint.access.may(username, _PRIVILEGE):
                raise web.HTTPForbidden
            if not machine.running:
                raise web.HTTPServiceUnavailable
            body = picture(machine)
        kind = trouble_of(self._endpoint, request)
        if kind is not None:
            return await spoil(request, kind, body, 200, "image/png")
        return web.Response(body=body, content_type="image/png")
