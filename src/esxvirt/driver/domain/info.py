"""What a domain is and has now: state, memory, processors."""

from collections.abc import Iterable
from typing import Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.domain.handles import DomainHandle
from esxvirt.driver.domain.reading import place_of, read
from esxvirt.driver.domain.states import domain_state
from esxvirt.errors import EsxvirtError
from esxvirt.records import record
from esxvirt.vsphere.inventory import Query, Row, retrieve

__all__ = [
    "MAX_VCPUS",
    "OS_TYPE",
    "RESOURCES",
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
_MEMORY: Final = "config.hardware.memoryMB"
_LIMIT: Final = "config.memoryAllocation.limit"
_VCPUS: Final = "config.hardware.numCPU"
RESOURCES: Final = (_POWER, _MEMORY, _LIMIT, _VCPUS)
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
    """The info for a row with the `RESOURCES` properties; 0 for what the server did not tell."""
    maximum = (row.get(_MEMORY) or 0) * 1024
    limit = row.get(_LIMIT)
    return DomainInfo(
        state=domain_state(row.get(_POWER)),
        max_memory=maximum,
        # No limit (-1, or none told) lets the machine have all of its memory.
        memory=maximum if limit is None or limit < 0 else limit * 1024,
        vcpus=row.get(_VCPUS) or 0,
    )


def domain_info(connection: Connection, domain: DomainHandle) -> DomainInfo:
    """State, memory and processors (virDomainGetInfo). One SOAP call."""
    return resources(read(connection, domain, RESOURCES))


def state(connection: Connection, domain: DomainHandle) -> int:
    """Libvirt's number of the state (virDomainGetState). One SOAP call."""
    return domain_state(read(connection, domain, (_POWER,)).get(_POWER))


def max_memory(connection: Connection, domain: DomainHandle) -> int:
    """KiB of memory (virDomainGetMaxMemory). One SOAP call."""
    return resources(read(connection, domain, (_MEMORY,))).max_memory


def vcpus(connection: Connection, domain: DomainHandle) -> int:
    """Virtual processors (virDomainGetVcpusFlags with VIR_DOMAIN_VCPU_LIVE). One SOAP call."""
    return resources(read(connection, domain, (_VCPUS,))).vcpus


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
    """The largest number of virtual processors that hosts, read with `MAX_VCPUS`, allow.

    Raises:
        EsxvirtError: None of them tells.
    """
    counts = [int(row.get(MAX_VCPUS)) for row in rows if row.get(MAX_VCPUS) is not None]
    if not counts:
        raise EsxvirtError("The host does not tell how many virtual processors a domain may have")
    return max(counts)
