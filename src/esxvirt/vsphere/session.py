"""One session on one server: negotiate, log in, call, log out on every way out."""

import os
import weakref
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Final

from pyVmomi import vim, vmodl

from esxvirt.errors import EsxvirtError, MissingPrivilegeError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.dial import Endpoint
from esxvirt.vsphere.faults import describe
from esxvirt.vsphere.login import is_current, log_in, renew
from esxvirt.vsphere.stub import SoapStub
from esxvirt.vsphere.versions import FALLBACK, SERVICE_VERSIONS, has_retrieve_properties_ex, negotiate

__all__ = ["Session"]

_LOGOUT_SECONDS: Final = 5.0


class Session:
    """A server, and our session there once `login` was called.

    Attributes:
        endpoint: Where the server is.
        stub: pyVmomi's stub; `esxvirt.vsphere.inventory` sends its own requests through it.
        content: The server's `vim.ServiceInstanceContent`.
        about: Its `vim.AboutInfo`.
    """

    def __init__(self, endpoint: Endpoint, stub: SoapStub, content: Any) -> None:
        self.endpoint = endpoint
        self.stub = stub
        self.content = content
        self.about = content.about
        # However the object or the process ends, the server must not keep the session: ESX has room for few.
        self._log_out = weakref.finalize(self, _log_out, stub, content, os.getpid())

    @classmethod
    def connect(cls, endpoint: Endpoint) -> "Session":
        """Reach a server, agree on the API version, ask what it is. One GET and one SOAP call; no login.

        Raises:
            TransportError: It cannot be reached, is not trusted, or is no ESX, GSX or vCenter.
        """
        stub = SoapStub(endpoint, FALLBACK)
        try:
            stub.set_version(negotiate(_fetch_versions(stub)))
            with translated("RetrieveServiceContent"):
                content = vim.ServiceInstance("ServiceInstance", stub).RetrieveContent()
        except BaseException:
            stub.drop_connections()
            raise
        return cls(endpoint, stub, content)

    @property
    def version(self) -> str:
        """PyVmomi's name of the API version that was agreed on."""
        return str(self.stub.version)

    @property
    def paged(self) -> bool:
        """Whether property reads are `RetrievePropertiesEx` (vSphere API 4.1 and later)."""
        return has_retrieve_properties_ex(self.version)

    @property
    def vim(self) -> Any:
        """The raw `vim.ServiceInstance`, for whoever needs more than this package offers."""
        return vim.ServiceInstance("ServiceInstance", self.stub)

    def login(self, username: str, reveal: Callable[[], str]) -> None:
        """Log in; `reveal` gives the password, now and when an expired session is renewed.

        Raises:
            ServerFault: `InvalidLogin` and other refusals.
            AuthenticationError: User name or password have characters that cannot be sent.
            TransportError: The server broke off.
        """
        manager, stub = self.content.sessionManager, self.stub
        log_in(stub, manager, username, reveal)
        collector = self.content.propertyCollector
        stub.renew = lambda: renew(stub, manager, collector, username, reveal)

    @property
    def cookie(self) -> str:
        """The secret that the server knows the session by; "" without one."""
        return str(self.stub.cookie or "")

    def adopt(self, cookie: str) -> bool:
        """Go on with a session that somebody else has opened, by its cookie; False if the server knows it no more.

        One SOAP call.

        Raises:
            TransportError: The server broke off.
        """
        before = self.stub.cookie
        self.stub.cookie = cookie
        self.stub.logged_in = is_current(self.stub, self.content.sessionManager, self.content.propertyCollector)
        if not self.stub.logged_in:
            self.stub.cookie = before
        return self.stub.logged_in

    def keep(self, renew: Callable[[], None]) -> None:
        """Leave the session open at the end; `renew` is what renews it if it has expired."""
        self.stub.kept = True
        self.stub.renew = renew

    def keep_no_longer(self) -> None:
        """Log out at the end after all."""
        self.stub.kept = False

    def reference(self, kind: str, identity: str) -> Any:
        """PyVmomi's managed object for a reference, such as ``("VirtualMachine", "vm-42")``."""
        return getattr(vim, kind)(identity, self.stub)

    def call(self, managed: Any, method: str, *arguments: Any, seconds: float | None = None) -> Any:
        """Call a method, by its name on the wire, of a pyVmomi object; faults come as `esxvirt.errors`.

        `seconds` is the deadline, the endpoint's with None.

        Raises:
            ServerFault: The server refused.
            TransportError: The server broke off.
        """
        try:
            with translated(method), self.stub.within(seconds):
                return getattr(managed, method)(*arguments)
        except MissingPrivilegeError as error:
            raise self._named(error) from None

    def _named(self, error: MissingPrivilegeError) -> MissingPrivilegeError:
        from esxvirt.vsphere.privileges import named  # noqa: PLC0415  it stands on this module

        return named(self, error)

    def send(self, method: str, request: bytes, seconds: float | None = None) -> bytes:
        """Send a ready-made SOAP request; see `SoapStub.send`, with faults as `esxvirt.errors`."""
        with translated(method):
            return self.stub.send(method, request, seconds)

    def limited(self, limit: Deadline) -> AbstractContextManager[None]:
        """See `SoapStub.limited`."""
        return self.stub.limited(limit)

    def is_alive(self) -> bool:
        """Whether the server still answers, and knows our session. One SOAP call, one renewal if it had expired."""
        try:
            self.call(self.vim, "CurrentTime")
        except EsxvirtError:
            return False
        return True

    def leave_at_exit(self) -> None:
        """Do not log out when the process ends: the server ends with it."""
        self._log_out.atexit = False

    def close(self) -> None:
        """Log out and drop the connections. Never raises: there is nothing left to do about it."""
        self._log_out()


def _log_out(stub: SoapStub, content: Any, owner: int) -> None:
    stub.end_renewals()
    try:
        if (
            stub.logged_in and not stub.kept and os.getpid() == owner
        ):  # a forked child must not end its parent's session
            manager = content.sessionManager
            method = manager._GetMethodInfo("Logout")  # noqa: SLF001  pyVmomi's bound methods do not tell
            stub.send("Logout", stub.SerializeRequest(manager, method, []), _LOGOUT_SECONDS)
    except (EsxvirtError, vmodl.MethodFault):
        pass  # the server, or the session, is gone already
    finally:
        stub.logged_in = False
        stub.retire()


@contextmanager
def translated(method: str) -> Iterator[None]:
    """Turn pyVmomi's faults into `esxvirt.errors`.

    The fault and its traceback are let go: their frames hold the arguments, for Login the password.
    """
    try:
        yield
    except vmodl.MethodFault as fault:
        fault.__traceback__ = None
        error = describe(fault, method)
    else:
        return
    raise error


def _fetch_versions(stub: SoapStub) -> bytes | None:
    """`vimServiceVersions.xml`, or None where the server has none."""
    deadline = Deadline(stub.endpoint.deadline)
    status, _, _, body = stub.exchange("GET", SERVICE_VERSIONS, {}, None, deadline, 1 << 20)
    return body if status == 200 else None
