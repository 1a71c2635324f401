"""Changes whose answers were lost: they are not sent again, but looked for."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle
from esxvirt.driver.tasks import run
from esxvirt.errors import DeadlineError, EsxvirtError, TransportError
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Query, retrieve
from esxvirt.vsphere.updates import watching

__all__ = ["run_or_look", "see_out"]

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


def see_out(connection: Connection, task: Any) -> None:
    """Wait for the end of a task whose answers were lost: only then it tells anything what there is.

    Where the answer that names the task was lost itself, it is one of the server's recent ones; the others may be
    other people's, so nothing is cancelled here.
    """
    session = connection.session
    deadline = Deadline(_SEE_OUT_SECONDS)
    with suppress(EsxvirtError):
        tasks = [task]
        if task is None:
            manager = Ref("TaskManager", session.content.taskManager._moId)  # noqa: SLF001  its only name
            rows = retrieve(session, Query({manager.type: ("recentTask",)}, [manager]))
            tasks = [session.reference(*ref) for row in rows for ref in row.get("recentTask") or ()]
        for one in tasks:
            with watching(session, {one: ("info.state",)}) as updates:
                while not set(updates.wait(deadline).values()) & {"success", "error"}:
                    pass
