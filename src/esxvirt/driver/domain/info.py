"""What a domain is and has now: state, memory, processors."""

from collections.abc import Iterable
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of, read
from esxvirt.driver.domain.states import CONNECTED, CONNECTION, domain_state, why_lost
from esxvirt.errors import EsxvirtError
from esxvirt.records import record
from esxvirt.vsphere.inventory import Query, Row, retrieve

__all__ = [
    "MAX_VCPUS",
    "MEMORY",
    "OS_TYPE",
    "RESOURCES",
    "VCPUS",
    "DomainInfo",
    "domain_info",
    "max_memory",
    "max_vcpus",
    "most_vcpus",
    "resources",
    "state",
    "vcpus",
]

OS_TYPE: Final = "hvm"
"""Of every ESX domain."""
MAX_VCPUS: Final = "capability.maxSupportedVcpus"
"""The property of a host of which `most_vcpus` is made."""

_POWER: Final = "runtime.powerState"
MEMORY: Final = "config.hardware.memoryMB"
_LIMIT: Final = "config.memoryAllocation.limit"
VCPUS: Final = "config.hardware.numCPU"
RESOURCES: Final = (_POWER, MEMORY, _LIMIT, VCPUS)
"""The properties of which `resources` makes a `DomainInfo`."""


@record(frozen=True)
class DomainInfo:
    """As virDomainInfo: memory in KiB, CPU time in nanoseconds (0: VMware counts none since the start)."""

    state: int
    max_memory: int
    memory: int
    vcpus: int
    cpu_time: int = 0


def resources(row: Row) -> DomainInfo:
    """Return the info for a row with the `RESOURCES` properties; 0 for what the server did not tell."""
    maximum = (row.get(MEMORY) or 0) * 1024
    limit = row.get(_LIMIT)
    return DomainInfo(
        state=domain_state(row.get(_POWER)),
        max_memory=maximum,
        # No limit (-1, or none told) lets the machine have all of its memory.
        memory=maximum if limit is None or limit < 0 else limit * 1024,
        vcpus=row.get(VCPUS) or 0,
    )


def domain_info(connection: Connection, domain: DomainHandle) -> DomainInfo:
    """State, memory and processors (virDomainGetInfo). One SOAP call."""
    return resources(read(connection, domain, RESOURCES))


def state(connection: Connection, domain: DomainHandle) -> int:
    """Return libvirt's number of the state (virDomainGetState). One SOAP call.

    The handle then has the machine's connection state, too.
    """
    row = read(connection, domain, (_POWER, CONNECTION))
    domain.connection = row.get(CONNECTION) or CONNECTED
    return domain_state(row.get(_POWER))


def max_memory(connection: Connection, domain: DomainHandle) -> int:
    """KiB of memory (virDomainGetMaxMemory). One SOAP call.

    Raises:
        EsxvirtError: The server has no configuration of it.
    """
    return int(_told(connection, domain, MEMORY, "memory")) * 1024


def vcpus(connection: Connection, domain: DomainHandle) -> int:
    """Virtual processors (virDomainGetVcpusFlags with VIR_DOMAIN_VCPU_LIVE). One SOAP call; errors as `max_memory`."""
    return int(_told(connection, domain, VCPUS, "virtual processors"))


def _told(connection: Connection, domain: DomainHandle, path: str, what: str) -> Any:
    row = read(connection, domain, (path, CONNECTION))
    found = row.get(path)
    if found is None:
        why = why_lost(row.get(CONNECTION)) or "has no configuration"
        raise EsxvirtError(f"the domain '{domain.name}' {why}; the server does not tell its {what}")
    return found


def max_vcpus(connection: Connection, domain: DomainHandle | None = None) -> int:
    """Virtual processors that a machine may have (virDomainGetMaxVcpus, virConnectGetMaxVcpus). One SOAP call.

    Those of the domain's host, with one SOAP call more on a connection to several; without a domain, of the host that
    allows the most.

    Raises:
        EsxvirtError: The host does not tell.
    """
    hosts = connection.scope.hosts if domain is None else [place_of(connection, domain).ref]
    return most_vcpus(retrieve(connection.session, Query({"HostSystem": (MAX_VCPUS,)}, hosts)))


def most_vcpus(rows: Iterable[Row]) -> int:
    """Return the largest number of virtual processors that hosts, read with `MAX_VCPUS`, allow.

    Raises:
        EsxvirtError: None of them tells.
    """
    counts = [int(row.get(MAX_VCPUS)) for row in rows if row.get(MAX_VCPUS) is not None]
    if not counts:
        raise EsxvirtError("The host does not tell how many virtual processors a domain may have")
    return max(counts)
