"""Changes whose answers were lost: they are not sent again, but looked for."""

from collections.abc import Callable
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle
from esxvirt.driver.tasks import run
from esxvirt.errors import DeadlineError, EsxvirtError, MissingPrivilegeError, ServerFault, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve
from esxvirt.vsphere.tasks import Watch, wait_for_task
from esxvirt.vsphere.updates import watching

__all__ = ["manage_or_look", "run_or_look", "see_out"]

_SEE_OUT_SECONDS: Final = 60.0
"""How long a task is waited for whose answers were lost."""


def run_or_look(
    connection: Connection,
    domain: DomainHandle,
    machine: Any,
    method: str,
    failure: str,
    *arguments: Any,
    done: Callable[[], bool],
    target: Any = None,
) -> None:
    """Run a task as `esxvirt.driver.tasks.run` does; if answers are lost, `done` looks whether it was done.

    Raises:
        As `run`; TransportError only if it was not done, or nobody can tell.
    """
    try:
        run(connection, domain, machine, method, failure, *arguments, target=target)
    except DeadlineError:
        raise
    except TransportError as error:
        see_out(connection, None)
        try:
            if done():
                return
        except EsxvirtError:
            raise type(error)(f"{failure}: {error}; whether it was done all the same is not known") from error
        raise type(error)(f"{failure}: {error}; it was not done") from error


def manage_or_look(
    connection: Connection,
    manager: Any,
    method: str,
    failure: str,
    *arguments: Any,
    done: Callable[[], bool],
    advice: str,
) -> None:
    """Run a task of one of the server's managers; if answers are lost, `done` looks whether it was done.

    3 SOAP calls, and one for every round of updates.

    Args:
        connection: The connection.
        manager: pyVmomi's, such as the `vim.VirtualDiskManager`.
        method: The task's.
        failure: What is said of a task that failed, before the reason.
        arguments: The method's.
        done: Whether what was to be is; it may raise an EsxvirtError where that cannot be told.
        advice: What to do where nobody can tell: the end of a sentence.

    Raises:
        ServerFault: The task could not be started; or, with `failure` before the reason, it failed.
        DeadlineError: It takes longer than the connection's policy allows, and the message says what became of it; or
            the server was silent.
        TransportError: The server broke off, and it was not done, or nobody can tell; the message says which.
    """
    session, policy = connection.session, connection.policy
    task = None
    try:
        task = session.call(manager, method, *arguments)
        wait_for_task(session, task, watch=Watch(progress=policy.progress, seconds=policy.seconds))
    except ServerFault as fault:
        if task is None:
            raise
        # It may be watching it that was refused.
        if isinstance(fault, MissingPrivilegeError) and _is_done(connection, task, done):
            return
        raise type(fault)(f"{failure}: {fault}", name=fault.name, detail=fault.detail) from None
    except TransportError as error:
        if task is not None and isinstance(error, DeadlineError) and policy.seconds is not None:
            raise type(error)(f"{failure}: {error}") from error  # it was cancelled, or could not be
        cause = error.__cause__ if isinstance(error.__cause__, TransportError) else error
        known = _is_done(connection, task, done)
        if known:
            return
        end = "it was not done" if known is False else f"whether it was done all the same is not known: {advice}"
        raise type(error)(f"{failure}: {cause}; {end}") from error


def _is_done(connection: Connection, task: Any, done: Callable[[], bool]) -> bool | None:
    """Whether a task whose answers were lost has done its work; None if nobody can tell."""
    if not see_out(connection, task):
        return None
    try:
        return done()
    except EsxvirtError:
        return None


def see_out(connection: Connection, task: Any) -> bool:
    """Wait for the end of a task whose answers were lost: only then it tells anything what there is.

    Returns whether it has ended, as far as that can be told.

    Where the answer that names the task was lost itself, it is one of the server's recent ones; the others may be
    other people's, so nothing is cancelled here.
    """
    session = connection.session
    deadline = Deadline(_SEE_OUT_SECONDS)
    try:
        tasks = [task]
        if task is None:
            manager = Ref("TaskManager", session.content.taskManager._moId)  # noqa: SLF001  its only name
            rows = retrieve(session, Query({manager.type: ("recentTask",)}, [manager]))
            tasks = [session.reference(*ref) for row in rows for ref in row.get("recentTask") or ()]
        for one in tasks:
            with watching(session, {one: ("info.state",)}) as updates:
                while not set(updates.wait(deadline).values()) & {"success", "error"}:
                    pass
    except EsxvirtError:
        return False
    return True
