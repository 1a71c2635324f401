"""Tasks on machines: the state they must be in, the questions that block them, what is said if they fail."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from esxvirt.driver._late import vim
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import CONNECTION, domain_state, why_lost
from esxvirt.driver.tasks.lost_answers import Write, new_task, run_and_verify
from esxvirt.errors import (
    EsxvirtError,
    OperationInvalidError,
    QuestionError,
    ReadOnlyError,
    ServerFault,
)
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row
from esxvirt.vsphere.questions import blocked, read_question
from esxvirt.vsphere.tasks import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.driver.connection.connection import Connection
    from esxvirt.driver.connection.policy import TaskPolicy
    from esxvirt.vsphere.session import Session

__all__ = [
    "CHANGE_VERSION",
    "STATE",
    "Wanted",
    "answer_open",
    "check_writable",
    "is_in_state",
    "prepare",
    "ready",
    "reconfigure",
    "run",
    "until_undisturbed",
]

Wanted: TypeAlias = int | frozenset[int] | None
"""The state that a domain must be in, or one of several; None for any."""

CHANGE_VERSION: Final = "config.changeVersion"
"""What of a machine is another after every change of its configuration, whoever made it."""

_ATTEMPTS: Final = 5
"""How often a change is tried that others come between."""
_RECENT: Final = "recentTask"
STATE: Final = ("runtime.powerState", "runtime.question", CONNECTION, _RECENT)
"""What `ready` needs of a domain."""


def check_writable(connection: "Connection", function: str) -> None:
    """Refuse to change anything on a connection opened for reading.

    Raises:
        ReadOnlyError: It is one; the message names libvirt's function.
    """
    if connection.read_only:
        raise ReadOnlyError(f"read only access prevents {function}")


def prepare(connection: "Connection", domain: DomainHandle, wanted: Wanted, wrong_state_message: str = "") -> Ref:
    """Return the machine of a domain, once it is in the state `wanted` and nothing is asked. 1 SOAP call, 2 if it was.

    A `wanted` of None is any state, of several any of those.

    Raises:
        OperationInvalidError: With the text `wrong_state_message`: it is in another state. Or the server does not reach
            it, or has no configuration of it; the message says why.
        QuestionError: A question is open, and nobody answers.
        DomainNotFoundError: It is gone.
    """
    return ready(connection, domain, read(connection, domain, STATE), wanted, wrong_state_message)


def ready(
    connection: "Connection", domain: DomainHandle, row: Row, wanted: Wanted, wrong_state_message: str = ""
) -> Ref:
    """As `prepare`, for what was read already: a row with `STATE`. No SOAP call, 1 if something is asked."""
    domain.tasks = None if _RECENT in row.missing else frozenset(ref.value for ref in row.get(_RECENT) or ())
    lost = why_lost(row.get(CONNECTION))
    if lost is not None:
        raise OperationInvalidError(f"domain '{domain.name}' {lost}")
    states = {wanted} if isinstance(wanted, int) else wanted
    if states is not None and domain_state(row.get("runtime.powerState")) not in states:
        raise OperationInvalidError(wrong_state_message)
    machine = domain.ref
    answer_open(connection.session, connection.policy, domain, machine, row.get("runtime.question"))
    return machine


def answer_open(session: "Session", policy: "TaskPolicy", domain: DomainHandle, machine: Ref, info: Any) -> None:
    """Have a question answered that a machine asks: `info` is its `runtime.question`. 1 SOAP call, none without one.

    Raises:
        QuestionError: Nobody answers.
    """
    if info is None:
        return
    question = read_question(info)
    key = policy.answer(domain, question)
    if key is None:
        raise QuestionError(blocked(question), question)
    session.call(machine, "AnswerVM", question.id, key)


def run(
    connection: "Connection",
    domain: DomainHandle,
    machine: Ref,
    method: str,
    failure_prefix: str,
    *arguments: Any,
    target: Ref | None = None,
    done: "Callable[[], bool] | None" = None,
    refused: "Callable[[EsxvirtError], None] | None" = None,
) -> Any:
    """Start a task on a domain's machine, wait for it, and return its result.

    The method is the machine's, or that of a `target` of its own, such as a snapshot. 3 SOAP calls, one for every
    round of updates, and one for every answer. The call that starts it is never sent twice: if its answer is lost, the
    machine's tasks tell whether it was begun, and `done` whether what was to be is. `refused` is called with the error
    where it is certain that it was not done, and will not be.

    Raises:
        OperationInvalidError: Another task of the machine is under way.
        EsxvirtError: As `esxvirt.driver.tasks.lost_answers.run_and_verify`.
    """
    session, policy = connection.session, connection.policy
    known = domain.tasks

    def own_task() -> Any:
        if known is None:
            raise EsxvirtError("the tasks of the domain are not told")
        recent = frozenset(read(connection, domain, (_RECENT,)).get(_RECENT) or ())
        return new_task(session, recent, frozenset(Ref("Task", name) for name in known), frozenset({method}))

    write = Write(
        failure_prefix,
        f"look at the domain '{domain.name}'",
        done,
        own_task,
        machine,
        Watch(partial(policy.answer, domain), policy.progress, policy.deadline()),
    )

    def send() -> Any:
        try:
            started = machine if target is None else target
            return session.call(started, method, *arguments, seconds=write.call_seconds(session))
        except ServerFault as fault:
            if fault.name != "TaskInProgress":
                raise
            raise OperationInvalidError("Other tasks are pending for this domain") from None

    try:
        return run_and_verify(session, write, send)
    except EsxvirtError as error:
        if write.refused and refused is not None:
            refused(error)
        raise


def is_in_state(connection: "Connection", domain: DomainHandle, *states: int) -> bool:
    """Return whether a domain is now in one of these states. One SOAP call."""
    row = read(connection, domain, ("runtime.powerState",))
    return domain_state(row.get("runtime.powerState")) in states


def until_undisturbed(attempt: "Callable[[], None]") -> None:
    """Make a change that rests on what was read of the configuration; again, if others have changed that meanwhile.

    `attempt` reads, and sends what it read of `CHANGE_VERSION` along: the server refuses what was read too early.

    Raises:
        OperationInvalidError: Others come between again and again.
    """
    for _ in range(_ATTEMPTS):
        try:
            attempt()
        except ServerFault as fault:
            if fault.name != "ConcurrentAccess":
                raise
        else:
            return
    raise OperationInvalidError("other clients keep changing the domain meanwhile: nothing was done; try again")


def reconfigure(
    connection: "Connection",
    domain: DomainHandle,
    failure_prefix: str,
    wanted: Wanted = None,
    wrong_state_message: str = "",
    *,
    done: "Callable[[], bool] | None" = None,
    **changes: Any,
) -> None:
    """Change a domain's configuration: `changes` are properties of a `VirtualMachineConfigSpec`. Calls as `start`.

    `done` tells, where an answer is lost, whether the change was made.

    Raises:
        As `prepare` and `run`.
    """
    machine = prepare(connection, domain, wanted, wrong_state_message)
    run(connection, domain, machine, "ReconfigVM_Task", failure_prefix, vim.vm.ConfigSpec(**changes), done=done)
