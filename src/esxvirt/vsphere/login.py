"""Logging in: the one call that carries a password, and that leaves something behind on the server."""

import threading
from collections.abc import Callable
from typing import Any

from pyVmomi import vim, vmodl

from esxvirt.errors import AuthenticationError, EsxvirtError
from esxvirt.vsphere.faults import describe
from esxvirt.vsphere.soap import envelope, escape, is_sendable, read_answer
from esxvirt.vsphere.stub import SoapStub

__all__ = ["is_current", "log_in", "renew"]

_PATIENCE = 10.0
"""Seconds that Ctrl-C waits for the answer to a Login that is under way: its session must be closed again."""


def log_in(stub: SoapStub, manager: Any, username: str, reveal: Callable[[], str]) -> None:
    """Log in, in a thread of its own; `stub.logged_in` is true as soon as the server has a session of ours.

    A signal may end the waiting, but not the exchange: an answer that nobody reads would leave a session that nobody
    knows. Nor do the frames that had the password in them stay with an error.

    Args:
        stub: The stub of the session.
        manager: The server's `SessionManager`.
        username: The account.
        reveal: Gives the password.

    Raises:
        AuthenticationError: User name or password have characters that cannot be sent.
        ServerFault: The server refused.
        TransportError: It broke off.
    """
    failures: list[BaseException] = []
    done = threading.Event()

    def exchange() -> None:
        try:
            answer = stub.send("Login", _request(manager, username, reveal()))
            stub.logged_in = True
            read_answer(answer, "Login", stub.endpoint.name)
        except vmodl.MethodFault as fault:
            failures.append(describe(fault, "Login"))
        except BaseException as error:  # noqa: BLE001  it is raised again, in the thread that waits
            failures.append(error)
        finally:
            done.set()

    try:
        threading.Thread(target=exchange, name="Login", daemon=True).start()
        done.wait()  # Thread.join takes a thread for ended once a signal has interrupted it (bpo-45274)
    except BaseException:
        done.wait(_PATIENCE)
        raise
    if failures:
        raise _bare(failures.pop())


def renew(stub: SoapStub, manager: Any, collector: Any, username: str, reveal: Callable[[], str]) -> None:
    """Log in again if the server knows our session no more; its `currentSession` tells, to every account.

    Arguments and errors are those of `log_in`; `collector` is the server's `PropertyCollector`.
    """
    if not is_current(stub, manager, collector):
        log_in(stub, manager, username, reveal)


def is_current(stub: SoapStub, manager: Any, collector: Any) -> bool:
    """Whether the server knows the stub's session; arguments and errors are those of `renew`."""
    wanted = (
        "<specSet><propSet><type>SessionManager</type><pathSet>currentSession</pathSet></propSet><objectSet>"
        f'<obj type="SessionManager">{escape(manager._moId)}</obj></objectSet></specSet>'  # noqa: SLF001  as below
    )
    method = "RetrieveProperties"  # which all versions have
    try:
        answer = stub.send(method, envelope(method, "PropertyCollector", collector._moId, wanted))  # noqa: SLF001
    except vim.fault.NotAuthenticated:
        return False
    found = read_answer(answer, method, stub.endpoint.name)
    return any(part.text == "currentSession" for part in found.iter("{urn:vim25}name"))


def _request(manager: Any, username: str, password: str) -> bytes:
    for what, text in (("user name", username), ("password", password)):
        if not is_sendable(text):
            raise AuthenticationError(
                f"the {what} has a character that cannot be sent to the server: a control character, or a byte that is "
                "no UTF-8; is the terminal, or the auth file, in another encoding?"
            )
    account = f"<userName>{escape(username)}</userName><password>{escape(password)}</password>"
    return envelope("Login", "SessionManager", manager._moId, account)  # noqa: SLF001  pyVmomi has no other name for it


def _bare(error: BaseException) -> BaseException:
    """The error, and all that led to it, without tracebacks."""
    pending: list[BaseException | None] = [error]
    while pending:
        part = pending.pop()
        if part is not None and part.__traceback__ is not None:
            part.__traceback__ = None
            pending += [part.__cause__, part.__context__]
    if isinstance(error, EsxvirtError):
        error.__cause__ = error.__context__ = None
    return error
