"""``/sdk``: SOAP over HTTP."""

import asyncio
import logging
import re
import threading
from concurrent.futures import Executor

from aiohttp import web

from esxvirt.records import record
from esxvirt.sim.calls import Call, Peer
from esxvirt.sim.dispatch import invoke
from esxvirt.sim.endpoint import Endpoint
from esxvirt.sim.http.spoil import UNDONE, spoil
from esxvirt.sim.log import CallRecord
from esxvirt.sim.wire import schema, soap
from esxvirt.sim.wire.decode import Decoder
from esxvirt.sim.wire.encode import Encoder
from esxvirt.sim.wire.values import Fault, Ref

__all__ = ["COOKIE", "SoapHandler", "cookie_of"]

COOKIE = "vmware_soap_session"
_LOG = logging.getLogger(__name__)
_UNNAMED = "2.5"
_ACTION = re.compile(r'"?urn:(?:vim25|internalvim25|vim2)(?:/([\w.]+))?"?')


def cookie_of(request: web.Request) -> str | None:
    """Return the session cookie that a request shows, without the quotes that ESX puts around it."""
    value = request.cookies.get(COOKIE)
    return value.strip('"') if value else None


@record(frozen=True)
class _Answer:
    status: int
    body: bytes
    cookie: str | None = None


class SoapHandler:
    """Serves an endpoint's SOAP calls, each on a thread of `pool`."""

    def __init__(self, endpoint: Endpoint, pool: Executor) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._decoder = Decoder(endpoint.encoder.versions)

    async def post(self, request: web.Request) -> web.StreamResponse:
        """Answer one call."""
        body = await request.read()
        loop = asyncio.get_running_loop()
        peer = Peer(request.remote or "", request.headers.get("User-Agent", ""), cookie_of(request))
        action = request.headers.get("SOAPAction", "")
        parsed = self._parse(body)
        name, this = (None, None) if isinstance(parsed, Fault) else (parsed.method, self._this(parsed))
        kind = self._endpoint.faults.socket(name, this, request.method, request.path)
        if kind is not None and kind in UNDONE:
            # The call came, though no method saw it.
            record = CallRecord(name or "", str(this), None, 0.0, f"socket {kind}", self._endpoint.name)
            self._endpoint.calls.append(record)
            return await spoil(request, kind, b"", 200, "text/xml")
        gone = threading.Event()
        try:
            answer = await loop.run_in_executor(self._pool, self._call, parsed, action, peer, gone)
        except asyncio.CancelledError:
            # The client has hung up: what waits for changes need not wait any more.
            gone.set()
            with self._endpoint.site.changed:
                self._endpoint.site.changed.notify_all()
            raise
        if kind is not None:
            return await spoil(request, kind, answer.body, answer.status, "text/xml")
        response = web.Response(status=answer.status, body=answer.body)
        response.headers["Content-Type"] = "text/xml; charset=utf-8"
        response.headers["Cache-Control"] = "no-cache"
        if answer.cookie:
            secure = "; Secure" if request.secure else ""
            response.headers.add("Set-Cookie", f'{COOKIE}="{answer.cookie}"; Path=/; HttpOnly{secure}')
        return response

    @staticmethod
    def _parse(body: bytes) -> soap.Request | Fault:
        try:
            return soap.parse(body)
        except Fault as fault:
            return fault

    def _this(self, parsed: soap.Request) -> Ref | None:
        try:
            return self._decoder.reference(parsed.this)
        except Fault:
            return None

    def _encoder(self, action: str) -> Encoder | None:
        """Return the writer of the version that the client names; None for another namespace than the API's.

        A client that names no version, as libvirt, sees what there was before clients named versions: 2.5. One that
        names a version that the server does not know, as new clients of old servers, gets the server's own.
        """
        match = _ACTION.fullmatch(action.strip())
        if match is None:
            return None if action.strip().strip('"') else self._endpoint.encoder_for(_UNNAMED)
        asked = match[1] or _UNNAMED
        try:
            versions = schema.visible_versions(asked)
        except KeyError:
            return self._endpoint.encoder
        known = versions <= self._endpoint.encoder.versions
        return self._endpoint.encoder_for(asked) if known else self._endpoint.encoder

    def _call(
        self, parsed: soap.Request | Fault, action: str, peer: Peer, gone: threading.Event | None = None
    ) -> _Answer:
        encoder = self._encoder(action)
        if encoder is None:
            return _Answer(500, soap.version_mismatch(action.strip().strip('"')))
        if isinstance(parsed, Fault):
            return _Answer(500, soap.fault_answer(parsed, encoder))
        try:
            this = self._decoder.reference(parsed.this)
            call = Call(
                self._endpoint, parsed.method, this, {}, peer, encoder, abandoned=(gone or threading.Event()).is_set
            )
            decoder = Decoder(self._endpoint.encoder.versions, encoder.versions)
            call.decode = lambda method: decoder.arguments(method, parsed.element)
            value = invoke(call)
            assert call.method is not None  # noqa: S101  # the version gate sets it
            content = encoder.element(call.method.result, value) if value is not None else ""
        except Fault as fault:
            return _Answer(500, soap.fault_answer(fault, encoder))
        except Exception as error:  # noqa: BLE001  # whatever goes wrong, the client gets a fault and the server lives
            _LOG.exception("%s on %s failed", parsed.method, parsed.this.text)
            accident = Fault("SystemError", f"A general system error occurred: {error}", reason=str(error))
            return _Answer(500, soap.fault_answer(accident, encoder))
        opened = call.session.cookie if call.session and call.session.cookie != peer.cookie else None
        return _Answer(200, soap.answer(parsed.method, content), opened)
