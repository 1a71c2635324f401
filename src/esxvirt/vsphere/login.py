"""Logging in: the one call that carries a password, and that leaves something behind on the server."""

import threading
from collections.abc import Callable

from esxvirt.errors import AuthenticationError, EsxvirtError
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.faults import SoapFault, describe
from esxvirt.vsphere.soap import VIM, envelope, escape, is_sendable, read_answer
from esxvirt.vsphere.transport import Transport

__all__ = ["is_current", "log_in", "renew"]

_PATIENCE = 10.0
"""Seconds that Ctrl-C waits for the answer to a Login that is under way: its session must be closed again."""


def log_in(transport: Transport, manager: Ref, username: str, reveal: Callable[[], str]) -> None:
    """Log in, in a thread of its own; `transport.logged_in` is true as soon as the server has a session of ours.

    A signal may end the waiting, but not the exchange: an answer that nobody reads would leave a session that nobody
    knows. Nor do the frames that had the password in them stay with an error.

    Args:
        transport: The session's.
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
            answer = transport.send("Login", _request(manager, username, reveal()))
            transport.logged_in = True
            read_answer(answer, "Login", transport.endpoint.name)
        except SoapFault as fault:
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


def renew(transport: Transport, manager: Ref, collector: Ref, username: str, reveal: Callable[[], str]) -> None:
    """Log in again if the server knows our session no more; its `currentSession` tells, to every account.

    Arguments and errors are those of `log_in`; `collector` is the server's `PropertyCollector`.
    """
    if not is_current(transport, manager, collector):
        log_in(transport, manager, username, reveal)


def is_current(transport: Transport, manager: Ref, collector: Ref) -> bool:
    """Return whether the server knows the transport's session; arguments and errors are those of `renew`."""
    wanted = (
        "<specSet><propSet><type>SessionManager</type><pathSet>currentSession</pathSet></propSet><objectSet>"
        f'<obj type="SessionManager">{escape(manager.value)}</obj></objectSet></specSet>'
    )
    method = "RetrieveProperties"  # which all versions have
    try:
        answer = transport.send(method, envelope(method, "PropertyCollector", collector.value, wanted))
    except SoapFault as fault:
        if fault.is_a("NotAuthenticated"):
            return False
        raise
    found = read_answer(answer, method, transport.endpoint.name)
    return any(part.text == "currentSession" for part in found.iter(VIM + "name"))


def _request(manager: Ref, username: str, password: str) -> bytes:
    for what, text in (("user name", username), ("password", password)):
        if not is_sendable(text):
            raise AuthenticationError(
                f"the {what} has a character that cannot be sent to the server: a control character, or a byte that is "
                "no UTF-8; is the terminal, or the auth file, in another encoding?"
            )
    account = f"<userName>{escape(username)}</userName><password>{escape(password)}</password>"
    return envelope("Login", "SessionManager", manager.value, account)


def _bare(error: BaseException) -> BaseException:
    """Return the error, and all that led to it, without tracebacks."""
    pending: list[BaseException | None] = [error]
    while pending:
        part = pending.pop()
        if part is not None and part.__traceback__ is not None:
            part.__traceback__ = None
            pending += [part.__cause__, part.__context__]
    if isinstance(error, EsxvirtError):
        error.__cause__ = error.__context__ = None
    return error
