"""How much memory a domain has, may use, and is guaranteed."""

from collections.abc import Callable
from functools import partial
from typing import Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.affect_flags import LIVE, LIVE_OTHERWISE, check_live, live_state, states_for
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import RUNNING, SHUTOFF, domain_state
from esxvirt.driver.tasks.machine_tasks import Wanted, prepare, reconfigure
from esxvirt.errors import OperationInvalidError

__all__ = ["get_guarantee", "set_guarantee", "set_max_memory", "set_memory"]

_RESERVATION: Final = "config.memoryAllocation.reservation"
_LIMIT: Final = "config.memoryAllocation.limit"
_SIZE: Final = "config.hardware.memoryMB"
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
    failure_prefix = f"Could not set max-memory to {kibibytes} kilobytes"
    done = partial(_has, connection, domain, _SIZE, megabytes)
    reconfigure(connection, domain, failure_prefix, SHUTOFF, _NOT_OFF, done=done, memoryMB=megabytes)


def set_memory(connection: Connection, domain: DomainHandle, kibibytes: int, affect: int = 0) -> None:
    """Limit the memory of the host that a domain uses (virDomainSetMemory): KiB, rounded up to MiB.

    Calls and errors as `set_max_memory`; `affect` is VIR_DOMAIN_AFFECT_*, of which _CONFIG alone is for a domain that
    does not run.
    """
    failure_prefix, limit = f"Could not set memory to {kibibytes} kilobytes", -(-kibibytes // 1024)
    done = partial(_has, connection, domain, _LIMIT, limit)
    _allocate(connection, domain, failure_prefix, states_for(affect), done, limit=limit)


def get_guarantee(connection: Connection, domain: DomainHandle, affect: int = 0) -> int:
    """KiB that the host keeps for a domain (virDomainGetMemoryParameters, ``min_guarantee``). One SOAP call."""
    row = read(connection, domain, (_RESERVATION, _POWER))
    check_live(affect, domain_state(row.get(_POWER)))
    return (row.get(_RESERVATION) or 0) * 1024


def set_guarantee(connection: Connection, domain: DomainHandle, kibibytes: int, affect: int = 0) -> None:
    """Have the host keep KiB, rounded up to MiB, for a domain (virDomainSetMemoryParameters, ``min_guarantee``).

    Calls and errors as `set_memory`.
    """
    reservation = -(-kibibytes // 1024)
    done = partial(_has, connection, domain, _RESERVATION, reservation)
    states = live_state(affect), LIVE_OTHERWISE
    _allocate(connection, domain, "Could not change memory parameters", states, done, reservation=reservation)


def _allocate(
    connection: Connection,
    domain: DomainHandle,
    failure_prefix: str,
    states: tuple[Wanted, str],
    done: Callable[[], bool],
    **values: int,
) -> None:
    allocation = vim.ResourceAllocationInfo(**values)
    reconfigure(connection, domain, failure_prefix, *states, done=done, memoryAllocation=allocation)


def _has(connection: Connection, domain: DomainHandle, path: str, value: int) -> bool:
    found = read(connection, domain, (path,)).get(path)
    return found is not None and int(found) == value
