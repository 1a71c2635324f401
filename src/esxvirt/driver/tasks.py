"""Tasks on machines: the state they must be in, the questions that block them, what is said if they fail."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from esxvirt.driver.domains import DomainHandle, read
from esxvirt.driver.states import domain_state
from esxvirt.errors import (
    EsxvirtError,
    OperationInvalidError,
    QuestionError,
    ReadOnlyError,
    ServerFault,
    TransportError,
)
from esxvirt.vsphere.inventory import Query, Row, retrieve
from esxvirt.vsphere.questions import blocked, read_question
from esxvirt.vsphere.tasks import Watch, cancel, wait_for_task

if TYPE_CHECKING:
    from esxvirt.driver.connection import Connection
    from esxvirt.driver.policy import TaskPolicy
    from esxvirt.vsphere.session import Session

__all__ = ["STATE", "answer_open", "check_writable", "prepare", "ready", "reconfigure", "run"]

_RECENT: Final = "recentTask"
STATE: Final = ("runtime.powerState", "runtime.question", _RECENT)
"""What `ready` needs of a domain."""


def check_writable(connection: "Connection", function: str) -> None:
    """Refuse to change anything on a connection opened for reading.

    Raises:
        ReadOnlyError: It is one; the message names libvirt's function.
    """
    if connection.read_only:
        raise ReadOnlyError(f"read only access prevents {function}")


def prepare(connection: "Connection", domain: DomainHandle, wanted: int | None, otherwise: str = "") -> Any:
    """PyVmomi's machine of a domain, once it is in the state `wanted` and nothing is asked. 1 SOAP call, 2 if it was.

    A `wanted` of None is any state.

    Raises:
        OperationInvalidError: With the text `otherwise`: it is in another state.
        QuestionError: A question is open, and nobody answers.
        DomainNotFoundError: It is gone.
    """
    return ready(connection, domain, read(connection, domain, STATE), wanted, otherwise)


def ready(connection: "Connection", domain: DomainHandle, row: Row, wanted: int | None, otherwise: str = "") -> Any:
    """As `prepare`, for what was read already: a row with `STATE`. No SOAP call, 1 if something is asked."""
    domain.tasks = None if _RECENT in row.missing else frozenset(ref.value for ref in row.get(_RECENT) or ())
    if wanted is not None and domain_state(row.get("runtime.powerState")) != wanted:
        raise OperationInvalidError(otherwise)
    machine = connection.session.reference(domain.ref.type, domain.ref.value)
    answer_open(connection.session, connection.policy, domain, machine, row.get("runtime.question"))
    return machine


def answer_open(session: "Session", policy: "TaskPolicy", domain: DomainHandle, machine: Any, info: Any) -> None:
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
    machine: Any,
    method: str,
    failure: str,
    *arguments: Any,
    target: Any = None,
) -> Any:
    """Start a task on a domain's machine, wait for it, and return its result.

    The method is the machine's, or that of a `target` of its own, such as a snapshot. 3 SOAP calls, one for every
    round of updates, and one for every answer. The call that starts it is never sent twice: if its answer is lost, the
    machine's tasks tell whether it was begun.

    Raises:
        OperationInvalidError: Another task of the machine is under way.
        ServerFault: The task could not be started; or, with `failure` before the reason, it failed.
        TaskCancelledError: It was cancelled.
        QuestionError: A question blocks it, and nobody answers.
        DeadlineError: It takes longer than the connection's policy allows, or the server was silent.
        TransportError: The server broke off; the message says whether the task was begun, as far as that is known.
    """
    try:
        task = connection.session.call(machine if target is None else target, method, *arguments)
    except TransportError as error:
        task, known = _started(connection, domain, method)
        if task is None:
            raise type(error)(f"{failure}: {error}; {known}") from error
    except ServerFault as fault:
        if fault.name != "TaskInProgress":
            raise
        raise OperationInvalidError("Other tasks are pending for this domain") from None
    except KeyboardInterrupt:
        task, _ = _started(connection, domain, method)
        if task is not None:
            cancel(connection.session, task)
            raise KeyboardInterrupt("interrupted: the task was asked to stop") from None
        raise
    try:
        return wait_for_task(connection.session, task, machine, _watch(connection, domain))
    except ServerFault as fault:
        raise type(fault)(f"{failure}: {fault}", name=fault.name, detail=fault.detail) from None
    except TransportError as error:
        raise type(error)(f"{failure}: {error}") from error


def _started(connection: "Connection", domain: DomainHandle, method: str) -> tuple[Any, str]:
    """The task that a call has started whose answer was lost, or None and what is known of it. 2 SOAP calls."""
    unknown = None, "whether it was done is not known: look at the domain before you try again"
    if domain.tasks is None:
        return unknown
    try:
        recent = read(connection, domain, (_RECENT,)).get(_RECENT) or ()
        fresh = [ref for ref in recent if ref.value not in domain.tasks]
        rows = retrieve(connection.session, Query({"Task": ("info.name",)}, fresh))
    except EsxvirtError:
        return unknown
    own = [row.ref for row in rows if row.get("info.name") in {None, method}]
    if not own:
        return None, "nothing was begun: try again"
    return connection.session.reference(own[-1].type, own[-1].value), ""


def reconfigure(
    connection: "Connection",
    domain: DomainHandle,
    failure: str,
    wanted: int | None = None,
    otherwise: str = "",
    **changes: Any,
) -> None:
    """Change a domain's configuration: `changes` are properties of a `VirtualMachineConfigSpec`. Calls as `start`.

    Raises:
        As `prepare` and `run`.
    """
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    machine = prepare(connection, domain, wanted, otherwise)
    run(connection, domain, machine, "ReconfigVM_Task", failure, vim.vm.ConfigSpec(**changes))


def _watch(connection: "Connection", domain: DomainHandle) -> Watch:
    policy = connection.policy
    return Watch(partial(policy.answer, domain), policy.progress, policy.seconds)
