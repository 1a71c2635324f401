"""Starting, stopping, suspending: what changes a domain's power state."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle, domain_id
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, RUNNING, SHUTOFF, domain_state
from esxvirt.driver.tasks.lost_answers import Write, call_and_verify
from esxvirt.driver.tasks.machine_tasks import STATE, check_writable, is_in_state, prepare, ready, run
from esxvirt.errors import EsxvirtError
from esxvirt.vsphere.inventory import Row

__all__ = ["destroy", "reboot", "reset", "resume", "shutdown", "sleep", "start", "suspend"]

_NOT_ON: Final = "Domain is not powered on"
_NOT_OFF: Final = "Domain is not powered off"
_SUSPENDED: Final = (
    f"{_NOT_ON}, but suspended: resume it first, or discard what its memory holds (virDomainManagedSaveRemove, "
    "esxvirsh's `destroy --discard-state`)"
)


def start(connection: Connection, domain: DomainHandle, refused: Callable[[EsxvirtError], None] | None = None) -> None:
    """Power a domain on, or let a suspended one go on (virDomainCreate).

    A suspended domain is to VMware what one with a managed save image is to libvirt. 4 SOAP calls and one for every
    round of updates.

    Args:
        connection: The connection.
        domain: The domain.
        refused: Called with the error where it is certain that the domain was not started, and will not be.

    Raises:
        OperationInvalidError: It runs.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
    """
    check_writable(connection, "virDomainCreate")
    try:
        row = read(connection, domain, STATE)
        machine = ready(connection, domain, row, PAUSED if _state(row) == PAUSED else SHUTOFF, _NOT_OFF)
    except EsxvirtError as error:
        if refused is not None:
            refused(error)
        raise
    _run(connection, domain, machine, "PowerOnVM_Task", "Could not start domain", RUNNING, refused)


def destroy(connection: Connection, domain: DomainHandle) -> None:
    """Power a domain off at once (virDomainDestroy). Calls and errors as `start`; it must run."""
    check_writable(connection, "virDomainDestroy")
    row = read(connection, domain, STATE)
    machine = ready(connection, domain, row, RUNNING, _SUSPENDED if _state(row) == PAUSED else _NOT_ON)
    _run(connection, domain, machine, "PowerOffVM_Task", "Could not destroy domain", SHUTOFF)


def suspend(connection: Connection, domain: DomainHandle, function: str = "virDomainSuspend") -> None:
    """Suspend a domain, its memory kept in a file (virDomainSuspend). Calls and errors as `start`; it must run.

    VMware's way to suspend is libvirt's managed save, too (virDomainManagedSave): `function` says which is meant.
    """
    check_writable(connection, function)
    machine = prepare(connection, domain, RUNNING, _NOT_ON)
    _run(connection, domain, machine, "SuspendVM_Task", "Could not suspend domain", PAUSED)


def resume(connection: Connection, domain: DomainHandle) -> None:
    """Let a suspended domain go on (virDomainResume). Calls and errors as `start`; it must be suspended."""
    check_writable(connection, "virDomainResume")
    machine = prepare(connection, domain, PAUSED, "Domain is not suspended")
    _run(connection, domain, machine, "PowerOnVM_Task", "Could not resume domain", RUNNING)


def reset(connection: Connection, domain: DomainHandle) -> None:
    """Restart a domain as its reset button would (virDomainReset). Calls and errors as `start`; it must run."""
    check_writable(connection, "virDomainReset")
    machine = prepare(connection, domain, RUNNING, _NOT_ON)
    run(connection, domain, machine, "ResetVM_Task", "Could not reset domain")


def shutdown(connection: Connection, domain: DomainHandle) -> None:
    """Ask the guest to shut down, which it does a while later (virDomainShutdown). 2 SOAP calls.

    Raises:
        OperationInvalidError: It does not run.
        ServerFault: The server refused: `ToolsUnavailable` if no VMware Tools run in the guest.
        TransportError: The server broke off, and whether the guest was asked is not known.
    """
    check_writable(connection, "virDomainShutdown")
    _ask_guest(connection, domain, "ShutdownGuest", SHUTOFF)


def reboot(connection: Connection, domain: DomainHandle) -> None:
    """Ask the guest to restart (virDomainReboot). Calls and errors as `shutdown`."""
    check_writable(connection, "virDomainReboot")
    _ask_guest(connection, domain, "RebootGuest")


def sleep(connection: Connection, domain: DomainHandle) -> None:
    """Ask the guest to go to sleep, its memory kept (virDomainPMSuspendForDuration; vSphere's StandbyGuest).

    What becomes of a machine whose guest sleeps is VMware's to choose (`powerOpInfo.standbyAction`): it is suspended,
    unless it was told otherwise. Calls and errors as `shutdown`.
    """
    check_writable(connection, "virDomainPMSuspendForDuration")
    _ask_guest(connection, domain, "StandbyGuest", PAUSED)


def _state(row: Row) -> int:
    return domain_state(row.get("runtime.powerState"))


def _run(
    connection: Connection,
    domain: DomainHandle,
    machine: Any,
    method: str,
    failure_prefix: str,
    state: int,
    refused: Callable[[EsxvirtError], None] | None = None,
) -> None:
    """Run the task that brings a domain to a state."""
    done = partial(is_in_state, connection, domain, state)
    run(connection, domain, machine, method, failure_prefix, done=done, refused=refused)
    _note(domain, state)


def _ask_guest(connection: Connection, domain: DomainHandle, method: str, state: int | None = None) -> None:
    """Ask the guest for something that shows, where it shows, by a state that the domain comes to after a while."""
    machine = prepare(connection, domain, RUNNING, _NOT_ON)

    def done() -> bool:
        if state is None or not is_in_state(connection, domain, state):
            raise EsxvirtError("a guest that has been asked may run on for a while")
        return True

    write = Write("", f"look what the domain '{domain.name}' does", done)
    call_and_verify(connection.session, write, lambda: connection.session.call(machine, method))


def _note(domain: DomainHandle, state: int) -> None:
    domain.state = state
    domain.id = domain_id(domain.ref) if state in {RUNNING, PAUSED} else -1
