"""Waiting until a domain has come to something, told by the server and not by asking again and again."""

from enum import Enum
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import read
from esxvirt.driver.domain.states import PAUSED, RUNNING, domain_state
from esxvirt.errors import DeadlineError, ServerFault
from esxvirt.vsphere.deadline import Deadline
from esxvirt.vsphere.updates import watching

__all__ = ["Condition", "wait_for"]

_POWER: Final = "runtime.powerState"
_TOOLS: Final = "guest.toolsStatus"
_TOOLS_RUN: Final = frozenset({"toolsOk", "toolsOld"})


class Condition(Enum):
    """What a domain can be waited for to come to; the values are the names that virsh has for them, and our own."""

    INACTIVE = "domain-inactive"
    ACTIVE = "domain-active"
    AGENT = "guest-agent-available"

    def met(self, power: str | None, tools: str | None) -> bool:
        """Return whether a machine of this power state, with tools of this status, has come to it."""
        active = domain_state(power) in {RUNNING, PAUSED}
        if self is Condition.AGENT:
            return active and tools in _TOOLS_RUN
        return active == (self is Condition.ACTIVE)


def wait_for(connection: Connection, domain: DomainHandle, condition: Condition, seconds: float | None = None) -> None:
    """Wait until a domain has come to a condition, at most for some seconds, else for as long as it takes.

    One SOAP call where it has already; else two more, and one for every round of updates.

    Raises:
        DomainNotFoundError: It is gone, or goes meanwhile.
        DeadlineError: It has not until then.
        TransportError: The server broke off.
    """
    deadline = Deadline(seconds)
    met = False
    while not met:  # again where the machine went: what has its UUID now may be registered anew
        row = read(connection, domain, (_POWER, _TOOLS))
        seen = {path: row.get(path) for path in (_POWER, _TOOLS)}
        met = condition.met(**_named(seen)) or _watch(connection, domain, condition, seen, deadline)


def _watch(
    connection: Connection, domain: DomainHandle, condition: Condition, seen: dict[str, Any], deadline: Deadline
) -> bool:
    """Be told what changes until the condition is met; False once the machine has left the inventory."""
    machine = domain.ref
    with watching(connection.session, {machine: tuple(seen)}) as updates:
        while not condition.met(**_named(seen)):
            try:
                changes = updates.wait(deadline)
            except DeadlineError:
                if not deadline.expired():
                    raise
                raise DeadlineError(
                    f"the domain did not come to '{condition.value}' within {deadline.seconds:g} seconds"
                ) from None
            except ServerFault as fault:
                if fault.name != "ManagedObjectNotFound":
                    raise
                changes = {}
            if not changes:
                return False
            seen.update({path: value for (_, path), value in changes.items()})
    return True


def _named(seen: dict[str, Any]) -> dict[str, Any]:
    return {"power": seen[_POWER], "tools": seen[_TOOLS]}
