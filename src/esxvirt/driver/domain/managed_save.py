"""Managed save images, libvirt's word for what VMware keeps of a suspended domain: the memory, beside its VMX file.

A domain has one exactly while it is suspended; starting it goes on from there. VMware has one way to be rid of the
memory, which is to power the domain off.
"""

from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.info import state
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, SHUTOFF, domain_state
from esxvirt.driver.tasks.lost_answers import new_task, recent_tasks
from esxvirt.driver.tasks.machine_tasks import STATE, check_writable, is_in_state, ready, run
from esxvirt.errors import EsxvirtError, OperationInvalidError, OperationUnsupportedError, ServerFault
from esxvirt.vsphere.decode import Ref

__all__ = ["has_image", "remove_image"]

_FAILURE: Final = "Could not discard the state of domain"
_RESUMED: Final = frozenset({"PowerOnVM_Task", "VirtualMachine.powerOn"})


def has_image(connection: Connection, domain: DomainHandle) -> bool:
    """Return whether a domain has a managed save image (virDomainHasManagedSaveImage). One SOAP call."""
    return state(connection, domain) == PAUSED


def remove_image(connection: Connection, domain: DomainHandle) -> None:
    """Discard what the memory of a suspended domain holds: it is off then (virDomainManagedSaveRemove).

    Nothing is done to one that is not suspended. 1 SOAP call for such a one; else 6 or 7, and one for every round of
    updates.

    Raises:
        OperationUnsupportedError: The server does not power off what is suspended.
        OperationInvalidError: Another client has resumed the domain before it was powered off.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
        TransportError: The server broke off; the message says what is known, and where to look.
    """
    check_writable(connection, "virDomainManagedSaveRemove")
    row = read(connection, domain, STATE)
    if domain_state(row.get("runtime.powerState")) != PAUSED:
        return
    machine = ready(connection, domain, row, PAUSED)
    known = domain.tasks

    def done() -> bool:
        return is_in_state(connection, domain, SHUTOFF)

    try:
        run(connection, domain, machine, "PowerOffVM_Task", _FAILURE, done=done)
    except ServerFault as fault:
        if fault.name != "InvalidPowerState":
            raise
        raise OperationUnsupportedError(
            f"this server does not power off the domain '{domain.name}' while it is suspended: "
            "resume it, then destroy it"
        ) from fault
    domain.state, domain.id = SHUTOFF, -1
    if known is not None and _was_resumed(connection, domain, frozenset(Ref("Task", name) for name in known)):
        raise OperationInvalidError(
            f"what the memory of the domain '{domain.name}' held was removed, and another client had resumed it: "
            "it is off, look at it"
        )


def _was_resumed(connection: Connection, domain: DomainHandle, known: frozenset[Ref]) -> bool:
    """Return whether somebody had resumed the domain before.

    Nothing keeps a server from powering off what runs by then.

    One that runs now was started after that.
    """
    try:
        recent = recent_tasks(connection.session, domain.ref)
        started = new_task(connection.session, recent, known, _RESUMED) is not None
        return started and is_in_state(connection, domain, SHUTOFF)
    except EsxvirtError:
        return False  # it was done, which is what counts
