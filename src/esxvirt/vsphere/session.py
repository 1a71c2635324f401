"""One session on one server: negotiate, log in, call, log out on every way out."""

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import Any, Final

from esxvirt.errors import BadAnswerError, EsxvirtError, MissingPrivilegeError, ServerFault
from esxvirt.vsphere._late import privileges, typed
from esxvirt.vsphere.calls import read_result, write_call
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Data, Ref
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.faults import SoapFault, describe
from esxvirt.vsphere.login import is_current, log_in, renew
from esxvirt.vsphere.soap import envelope, read_answer
from esxvirt.vsphere.transport import Transport
from esxvirt.vsphere.versions import FALLBACK, SERVICE_VERSIONS, has_retrieve_properties_ex, negotiate, version_called

__all__ = ["LONGEST_PAUSE", "SERVICE", "Session", "translated"]

SERVICE: Final = Ref("ServiceInstance", "ServiceInstance")
"""Where every server begins."""

_LOGOUT_SECONDS: Final = 5.0
_NEEDED: Final = ("rootFolder", "propertyCollector", "sessionManager")
"""What every server has, and nothing goes without."""

LONGEST_PAUSE: Final = 0.03
"""Seconds that a task which should not take long is given before anybody looks at it, as long as nothing is known."""


class Session:
    """A server, and our session there once `login` was called.

    Attributes:
        endpoint: Where the server is.
        transport: What sends requests.
        content: The server's `ServiceContent`, whose managers are references; those that VI API 2.5 has.
        about: Its `AboutInfo`, what VI API 2.5 has of it.
        task_pause: Seconds that a brief task is given before the first look at it: as long as the last ones took.
    """

    def __init__(self, endpoint: Endpoint, transport: Transport, content: Data) -> None:
        self.endpoint = endpoint
        self.transport = transport
        self.content = content
        self.about: Data = content.about
        self.task_pause = LONGEST_PAUSE
        # However the object or the process ends, the server must not keep the session: ESX has room for few.
        self._log_out = weakref.finalize(self, _log_out, transport, content, os.getpid())

    @classmethod
    def connect(cls, endpoint: Endpoint) -> "Session":
        """Reach a server, ask what it is, agree on the API version. One SOAP call; no login.

        A server of before vSphere 4.0, or of a version that we do not know, is asked for a list of its versions, by a
        GET; so is one that refuses to speak the oldest.

        Raises:
            TransportError: It cannot be reached, is not trusted, or is no ESX, GSX or vCenter.
        """
        transport = Transport(endpoint, FALLBACK)
        try:
            content = _introduce(transport)
        except BaseException:
            transport.drop_connections()
            raise
        return cls(endpoint, transport, content)

    @property
    def version(self) -> str:
        """PyVmomi's name of the API version that was agreed on."""
        return str(self.transport.version)

    @cached_property
    def instance_uuid(self) -> str:
        """Which vCenter it is, of all; "" for hosts, and before vSphere API 4.0. One SOAP call, the first time."""
        return str(_retrieve_content(self.transport).about.instanceUuid or "")

    @property
    def paged(self) -> bool:
        """Whether property reads are `RetrievePropertiesEx` (vSphere API 4.1 and later)."""
        return has_retrieve_properties_ex(self.version)

    @property
    def vim(self) -> Any:
        """The raw `vim.ServiceInstance` of pyVmomi, for whoever needs more than this package offers."""
        return typed.service_instance(self.transport)

    def login(self, username: str, reveal: Callable[[], str]) -> None:
        """Log in; `reveal` gives the password, now and when an expired session is renewed.

        Raises:
            ServerFault: `InvalidLogin` and other refusals.
            AuthenticationError: User name or password have characters that cannot be sent.
            TransportError: The server broke off.
        """
        manager, transport = self.content.sessionManager, self.transport
        log_in(transport, manager, username, reveal)
        collector = self.content.propertyCollector
        transport.renew = lambda: renew(transport, manager, collector, username, reveal)

    @property
    def cookie(self) -> str:
        """The secret that the server knows the session by; "" without one."""
        return str(self.transport.cookie or "")

    def adopt(self, cookie: str) -> bool:
        """Go on with a session that somebody else has opened, by its cookie; False if the server knows it no more.

        One SOAP call.

        Raises:
            TransportError: The server broke off.
        """
        before = self.transport.cookie
        self.transport.cookie = cookie
        self.transport.logged_in = is_current(
            self.transport, self.content.sessionManager, self.content.propertyCollector
        )
        if not self.transport.logged_in:
            self.transport.cookie = before
        return self.transport.logged_in

    def keep(self, renew: Callable[[], None]) -> None:
        """Leave the session open at the end; `renew` is what renews it if it has expired."""
        self.transport.kept = True
        self.transport.renew = renew

    def keep_no_longer(self) -> None:
        """Log out at the end after all."""
        self.transport.kept = False

    def typed(self, value: Any) -> Any:
        """Make pyVmomi's objects of a decoded value, for its data objects; of a `Ref` its managed object.

        What pyVmomi's tables do not know, of servers newer than they, is left out.
        """
        return typed.to_pyvmomi(self.transport, value)

    def knows(self, kind: Any) -> bool:
        """Return whether the version of the API that is spoken has a type of pyVmomi's.

        It would send an older one for it.
        """
        return bool(typed.knows(self.version, kind))

    def call(self, target: Ref, method: str, *arguments: Any, seconds: float | None = None) -> Any:
        """Call a method of a managed object, by its name on the wire; faults come as `esxvirt.errors`.

        Arguments are in the order of the method's parameters: texts, numbers, references, lists of such, and
        data objects, which are pyVmomi's. What the method returns is decoded as `esxvirt.vsphere.decode` says.
        `seconds` is the deadline, the endpoint's with None.

        Raises:
            ServerFault: The server refused.
            TransportError: The server broke off.
        """
        try:
            with translated(method):
                request = write_call(self.version, target, method, arguments)
                if request is None:
                    request = typed.serialized(self.transport, target, method, arguments)
                body = self.transport.send(method, request, seconds)
        except MissingPrivilegeError as error:
            raise self._named(error) from None
        return _result(self.transport, body, method)

    def ask(self, target: Ref, method: str, arguments: str, *, seconds: float | None = None) -> Any:
        """Call a method as `call` does, its arguments ready-made as XML."""
        body = self.send(method, envelope(method, target.type, target.value, arguments), seconds)
        return _result(self.transport, body, method)

    def _named(self, error: MissingPrivilegeError) -> MissingPrivilegeError:
        named: MissingPrivilegeError = privileges.named(self, error)
        return named

    def send(self, method: str, request: bytes, seconds: float | None = None) -> bytes:
        """Send a ready-made SOAP request; see `Transport.send`, with faults as `esxvirt.errors`."""
        with translated(method):
            return self.transport.send(method, request, seconds)

    def limited(self, limit: Deadline) -> AbstractContextManager[None]:
        """See `Transport.limited`."""
        return self.transport.limited(limit)

    def is_alive(self) -> bool:
        """Return whether the server still answers, and knows our session.

        One SOAP call, one renewal if it had expired.
        """
        try:
            self.call(SERVICE, "CurrentTime")
        except EsxvirtError:
            return False
        return True

    def leave_at_exit(self) -> None:
        """Do not log out when the process ends: the server ends with it."""
        self._log_out.atexit = False

    def close(self) -> None:
        """Log out and drop the connections. Never raises: there is nothing left to do about it."""
        self._log_out()


def _log_out(transport: Transport, content: Data, owner: int) -> None:
    transport.end_renewals()
    try:
        # A forked child must not end its parent's session.
        if transport.logged_in and not transport.kept and os.getpid() == owner:
            manager = content.sessionManager
            transport.send("Logout", envelope("Logout", manager.type, manager.value, ""), _LOGOUT_SECONDS)
    except (EsxvirtError, SoapFault):
        pass  # the server, or the session, is gone already
    finally:
        transport.logged_in = False
        transport.retire()


@contextmanager
def translated(method: str) -> Iterator[None]:
    """Turn faults into `esxvirt.errors`.

    The fault and its traceback are let go: their frames hold the arguments, for Login the password.
    """
    try:
        yield
    except SoapFault as fault:
        fault.__traceback__ = None
        error = describe(fault, method)
    else:
        return
    raise error


def _introduce(transport: Transport) -> Data:
    """Ask what the server is, and go on in the highest version that it and we know."""
    try:
        content = _retrieve_content(transport)
    except ServerFault:
        transport.version = negotiate(_fetch_versions(transport))
        if transport.version == FALLBACK:
            raise
        return _retrieve_content(transport)
    transport.version = version_called(content.about.apiVersion) or negotiate(_fetch_versions(transport))
    return content


def _fetch_versions(transport: Transport) -> bytes | None:
    """`vimServiceVersions.xml`, or None where the server has none."""
    deadline = Deadline(transport.endpoint.deadline)
    status, _, _, body = transport.exchange("GET", SERVICE_VERSIONS, {}, None, deadline, 1 << 20)
    return body if status == 200 else None


def _retrieve_content(transport: Transport) -> Data:
    method = "RetrieveServiceContent"
    with translated(method):
        body = transport.send(method, envelope(method, SERVICE.type, SERVICE.value, ""))
    content = _result(transport, body, method)
    if not isinstance(content, Data) or not isinstance(content.about, Data):
        raise BadAnswerError(f"the answer of {transport.endpoint.shown} to '{method}' cannot be read: it says nothing")
    for name in _NEEDED:
        manager = getattr(content, name)
        if not isinstance(manager, Ref) or not manager.value:
            raise BadAnswerError(f"the answer of {transport.endpoint.shown} to '{method}' has no '{name}'")
    return content


def _result(transport: Transport, body: bytes, method: str) -> Any:
    """Return what a method returns, of its answer."""
    try:
        return read_result(read_answer(body, method, transport.endpoint.name), method)
    except ValueError as error:
        raise BadAnswerError(
            f"the answer of {transport.endpoint.shown} to '{method}' cannot be read: {error}"
        ) from error
