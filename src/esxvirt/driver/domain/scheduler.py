"""A domain's share of the host's processors (the manual, "Scheduler configuration")."""

from typing import Any, Final

from esxvirt.driver._late import vim
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.affect_flags import LIVE_OTHERWISE, check_live, live_state
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import domain_state
from esxvirt.driver.tasks.machine_tasks import reconfigure
from esxvirt.errors import EsxvirtError, InvalidArgumentError
from esxvirt.records import record

__all__ = ["SCHEDULER_TYPE", "Scheduling", "get_scheduling", "set_scheduling"]

SCHEDULER_TYPE: Final = "allocation"
"""Libvirt's name of VMware's scheduler."""

_ALLOCATION: Final = "config.cpuAllocation"
_PROPERTIES: Final = tuple(f"{_ALLOCATION}.{name}" for name in ("reservation", "limit", "shares"))
_POWER: Final = "runtime.powerState"
_LEVELS: Final = {-1: "low", -2: "normal", -3: "high"}
_SHARES: Final = {level: number for number, level in _LEVELS.items()}


@record(frozen=True)
class Scheduling:
    """The parameters.

    Attributes:
        reservation: MHz that are guaranteed.
        limit: MHz at most, -1 for no limit.
        shares: Relative to other domains; -1, -2 and -3 are VMware's low, normal and high. None is for not to be
            changed, as in the others.
    """

    reservation: int | None = None
    limit: int | None = None
    shares: int | None = None


def get_scheduling(connection: Connection, domain: DomainHandle, affect: int = 0) -> Scheduling:
    """Return the parameters of a domain (virDomainGetSchedulerParameters). One SOAP call.

    Raises:
        EsxvirtError: The server told one that is not known, or did not tell all.
        OperationInvalidError: Those of the running domain are asked for, and it does not run.
    """
    row = read(connection, domain, (*_PROPERTIES, _POWER))
    check_live(affect, domain_state(row.get(_POWER)))
    reservation, limit, shares = (row.get(path) for path in _PROPERTIES)
    if reservation is None or limit is None or shares is None:
        raise EsxvirtError(f"The server does not tell all scheduler parameters of domain '{domain.name}'")
    level = str(shares.level)
    if level != "custom" and level not in _SHARES:
        raise EsxvirtError(f"Shares level has unknown value {level}")
    return Scheduling(int(reservation), int(limit), int(shares.shares) if level == "custom" else _SHARES[level])


def set_scheduling(connection: Connection, domain: DomainHandle, values: Scheduling, affect: int = 0) -> None:
    """Change those parameters of a domain that are not None (virDomainSetSchedulerParameters).

    8 SOAP calls with login and logout, and one for every round of updates.

    Raises:
        InvalidArgumentError: A value is out of its range.
        OperationInvalidError: Those of the running domain are to change, and it does not run.
        QuestionError: A question blocks it, and nobody answers.
        ServerFault: The server refused, for instance because it has not as much to guarantee, or the task failed.
    """
    _check(values)
    changes: dict[str, Any] = {}
    if values.reservation is not None:
        changes["reservation"] = values.reservation
    if values.limit is not None:
        changes["limit"] = values.limit
    if values.shares is not None:
        level = _LEVELS.get(values.shares, "custom")
        changes["shares"] = vim.SharesInfo(level=level, shares=max(values.shares, 0))
    failure_prefix = "Could not change scheduler parameters"
    allocation = vim.ResourceAllocationInfo(**changes)

    def done() -> bool:
        now = get_scheduling(connection, domain)
        pairs = ((values.reservation, now.reservation), (values.limit, now.limit), (values.shares, now.shares))
        return all(wanted in {None, found} for wanted, found in pairs)

    reconfigure(
        connection, domain, failure_prefix, live_state(affect), LIVE_OTHERWISE, done=done, cpuAllocation=allocation
    )


def _check(values: Scheduling) -> None:
    if values.reservation is not None and values.reservation < 0:
        raise InvalidArgumentError(f"Could not set reservation to {values.reservation} MHz, expecting positive value")
    if values.limit is not None and values.limit < -1:
        raise InvalidArgumentError(
            f"Could not set limit to {values.limit} MHz, expecting positive value or -1 (unlimited)"
        )
    if values.shares is not None and values.shares < -3:
        raise InvalidArgumentError(
            f"Could not set shares to {values.shares}, expecting positive value or -1 (low), -2 (normal) or -3 (high)"
        )
