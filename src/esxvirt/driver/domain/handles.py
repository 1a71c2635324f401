"""Who a domain is: its reference, name, UUID, id and state, as they were when it was looked up."""

import re
from collections.abc import Iterable
from typing import Final

from esxvirt.driver.domain.states import CONNECTED, CONNECTION, PAUSED, RUNNING, domain_state, why_lost
from esxvirt.logs import Log
from esxvirt.names import unescape
from esxvirt.records import field, record
from esxvirt.uuids import NO_UUID, normalize, of_text
from esxvirt.vsphere.decode import Ref
from esxvirt.vsphere.inventory import Row

__all__ = ["HOST", "IDENTITY", "DomainHandle", "domain_id", "handle", "warn"]

_log = Log(__name__)

IDENTITY: Final = ("name", "config.uuid", "configStatus", "runtime.powerState", CONNECTION)
"""The properties of which a `DomainHandle` is made."""

HOST: Final = "runtime.host"
"""The property beside them where a connection is to several hosts."""


_SHOWN: Final = 8
"""How many domains with the same trouble have a warning each; of more, so many are named."""


@record
class DomainHandle:
    """A domain as it was when it was looked up.

    Attributes:
        ref: The `VirtualMachine`.
        name: Without vSphere's escapes.
        uuid: In its usual form. Where the server has no configuration of the machine, one that is made of its
            reference, so that such machines are told apart; libvirt has all zeros then.
        id: Of an active domain, -1 for others.
        state: libvirt's number, see `esxvirt.driver.domain.states`.
        connection: Whether the server reaches it: ``connected``, ``disconnected``, ``inaccessible``, ``invalid`` or
            ``orphaned``.
        row: What was read for it.
        problem: Why part of it could not be read, for a person; None if all was.
        host: The host that it is on, where the connection is to several.
        tasks: The machine's tasks when it was last made ready for one, by which a newer one is known; None before.
    """

    ref: Ref
    name: str
    uuid: str
    id: int
    state: int
    row: Row = field(repr=False)
    problem: str | None = None
    connection: str = CONNECTED
    host: Ref | None = None
    tasks: frozenset[str] | None = field(default=None, repr=False)


def handle(row: Row) -> DomainHandle:
    """Return the handle for a row with the `IDENTITY` properties.

    A machine whose properties cannot be read is there all the same, with what is known (DESIGN, "One bad VM").
    """
    raw_uuid = row.get("config.uuid")
    state = domain_state(row.get("runtime.powerState"))
    active = state in {RUNNING, PAUSED}
    lost = why_lost(row.get(CONNECTION))
    problem = None
    if lost is not None:
        problem = f"it {lost}"
    elif row.missing:
        faults = ", ".join(sorted(set(row.missing.values())))
        problem = f"{', '.join(sorted(row.missing))} cannot be read ({faults})"
    elif raw_uuid is None:
        problem = "it has no configuration; its VMX file may be missing or broken"
    name = row.get("name") or row.ref.value
    return DomainHandle(
        ref=row.ref,
        name=unescape(name),
        uuid=_uuid(row),
        id=domain_id(row.ref) if active else -1,
        state=state,
        row=row,
        problem=problem,
        connection=row.get(CONNECTION) or CONNECTED,
        host=row.get(HOST),
    )


def _uuid(row: Row) -> str:
    known = normalize(str(row.get("config.uuid")))
    return of_text(row.ref.value) if known is None or known == NO_UUID else known


def warn(domains: Iterable[DomainHandle]) -> None:
    """Tell of what could not be read of domains that somebody is shown: of many with the same trouble, once."""
    by_problem: dict[str, list[DomainHandle]] = {}
    for domain in domains:
        if domain.problem is not None:
            by_problem.setdefault(domain.problem, []).append(domain)
    for problem, found in by_problem.items():
        named = [f"'{domain.name}' ({domain.ref.value})" for domain in found]
        if len(named) <= _SHOWN:
            for name in named:
                _log.warning("domain %s: %s", name, problem)
        else:
            shown = ", ".join(named[:_SHOWN])
            _log.warning("%d domains, %s and %d more: of each, %s", len(named), shown, len(named) - _SHOWN, problem)


def domain_id(ref: Ref) -> int:
    """Return libvirt's id: the number in the reference, ``48`` on a host, ``vm-48`` on a vCenter."""
    found = re.search(r"\d+$", ref.value)
    return int(found[0]) if found else -1
