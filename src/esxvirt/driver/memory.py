"""How much memory a domain has, may use, and is guaranteed."""

from typing import Final

from esxvirt.driver.affect import LIVE, LIVE_OTHERWISE, check_live, live_state
from esxvirt.driver.connection import Connection
from esxvirt.driver.domains import DomainHandle, read
from esxvirt.driver.states import RUNNING, SHUTOFF, domain_state
from esxvirt.driver.tasks import prepare, reconfigure
from esxvirt.errors import OperationInvalidError

__all__ = ["get_guarantee", "set_guarantee", "set_max_memory", "set_memory"]

_RESERVATION: Final = "config.memoryAllocation.reservation"
_POWER: Final = "runtime.powerState"
_NOT_OFF: Final = "Domain is not powered off"


def set_max_memory(connection: Connection, domain: DomainHandle, kibibytes: int, affect: int = 0) -> None:
    """Set the memory of a domain that is off (virDomainSetMaxMemory): KiB, rounded up to a multiple of 4096.

    8 SOAP calls with login and logout, and one for every round of updates.

    Raises:
        OperationInvalidError: It is not off.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, or the task failed.
    """
    if affect & LIVE:
        prepare(connection, domain, RUNNING, LIVE_OTHERWISE)
        raise OperationInvalidError(_NOT_OFF)
    megabytes = -(-kibibytes // 4096) * 4
    failure = f"Could not set max-memory to {kibibytes} kilobytes"
    reconfigure(connection, domain, failure, SHUTOFF, _NOT_OFF, memoryMB=megabytes)


def set_memory(connection: Connection, domain: DomainHandle, kibibytes: int, affect: int = 0) -> None:
    """Limit the memory of the host that a domain uses (virDomainSetMemory): KiB, rounded up to MiB.

    Calls and errors as `set_max_memory`; `affect` is VIR_DOMAIN_AFFECT_*.
    """
    failure = f"Could not set memory to {kibibytes} kilobytes"
    allocation = _allocation(limit=-(-kibibytes // 1024))
    reconfigure(connection, domain, failure, live_state(affect), LIVE_OTHERWISE, memoryAllocation=allocation)


def get_guarantee(connection: Connection, domain: DomainHandle, affect: int = 0) -> int:
    """KiB that the host keeps for a domain (virDomainGetMemoryParameters, ``min_guarantee``). One SOAP call."""
    row = read(connection, domain, (_RESERVATION, _POWER))
    check_live(affect, domain_state(row.get(_POWER)))
    return (row.get(_RESERVATION) or 0) * 1024


def set_guarantee(connection: Connection, domain: DomainHandle, kibibytes: int, affect: int = 0) -> None:
    """Have the host keep KiB, rounded up to MiB, for a domain (virDomainSetMemoryParameters, ``min_guarantee``).

    Calls and errors as `set_memory`.
    """
    allocation = _allocation(reservation=-(-kibibytes // 1024))
    failure = "Could not change memory parameters"
    reconfigure(connection, domain, failure, live_state(affect), LIVE_OTHERWISE, memoryAllocation=allocation)


def _allocation(**values: int) -> object:
    from pyVmomi import vim  # noqa: PLC0415  reading needs none of its types

    return vim.ResourceAllocationInfo(**values)
