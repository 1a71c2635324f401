"""Tasks of the server's managers, which no machine is asked about: of its files and its disk images."""

from collections.abc import Callable
from typing import Any

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.tasks.lost_answers import Write, run_and_verify
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.tasks import Watch

__all__ = ["manager_write", "run_manager_task"]


def manager_write(
    connection: Connection,
    failure_prefix: str,
    look: str,
    done: Callable[[], bool] | None = None,
    *,
    brief: bool = False,
) -> Write:
    """Return what must be known of a manager's task: it has the connection's deadline and progress from now on."""
    policy = connection.policy
    watch = Watch(progress=None if brief else policy.progress, deadline=policy.deadline())
    return Write(failure_prefix, look, done, watch=watch, brief=brief)


def run_manager_task(connection: Connection, write: Write, manager: Ref, method: str, *arguments: Any) -> Any:
    """Run a task of a manager, such as the `VirtualDiskManager`, and return its result.

    3 SOAP calls, and one for every round of updates; 2 or 3 for a brief one.

    Raises:
        EsxvirtError: As `esxvirt.driver.tasks.lost_answers.run_and_verify`.
    """
    session = connection.session
    seconds = write.call_seconds(session)
    return run_and_verify(session, write, lambda: session.call(manager, method, *arguments, seconds=seconds))
