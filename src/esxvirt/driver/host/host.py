"""The host: its name, its hardware, its version, what it can do."""

import re
from typing import Any, Final

from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.connection.product import version_number
from esxvirt.driver.host.host_rows import free_bytes, positive, read_hosts
from esxvirt.driver.host.topology import CPUS, TOPOLOGY, cells_of, count_cpus, share_out
from esxvirt.errors import EsxvirtError
from esxvirt.records import record
from esxvirt.xml.capabilities import Cell

__all__ = [
    "NodeInfo",
    "capabilities_facts",
    "cpu_map",
    "free_memory",
    "free_memory_of_cells",
    "has_long_mode",
    "hostname",
    "node_info",
    "version",
]

MIXED: Final = "mixed"
"""The CPU model of hosts of which each has its own."""

_MEMORY: Final = ("hardware.memorySize", "summary.quickStats.overallMemoryUsage")

_LONG_MODE_BIT: Final = 29
"""In EDX of CPUID 0x80000001."""


@record(frozen=True)
class NodeInfo:
    """As virNodeInfo: `memory` in KiB, `mhz` of one core; `cores` a socket and `threads` a core."""

    model: str
    memory: int
    cpus: int
    mhz: int
    nodes: int
    sockets: int
    cores: int
    threads: int


@record(frozen=True)
class HostFacts:
    """What `virConnectGetCapabilities` tells of an ESX host: its UUID, whether it has 64-bit guests, its NUMA nodes."""

    uuid: str
    long_mode: bool
    cells: tuple[Cell, ...] = ()


def hostname(connection: Connection) -> str:
    """Return the host's own name, with its domain if it has one (virConnectGetHostname). One SOAP call.

    On a connection to several hosts the vCenter's name, as the connection's URI has it. No SOAP call.

    Raises:
        EsxvirtError: The host has none.
    """
    if not connection.scope.is_one_host:
        return connection.session.endpoint.host
    dns = "config.network.dnsConfig."
    (row,) = read_hosts(connection, dns + "hostName", dns + "domainName")
    name, domain = row.get(dns + "hostName"), row.get(dns + "domainName")
    if not name:
        raise EsxvirtError("Missing or empty 'hostName' property")
    return f"{name}.{domain}" if domain else str(name)


def version(connection: Connection) -> int:
    """Return the product's version in libvirt's numbers (virConnectGetVersion). No SOAP call."""
    return version_number(str(connection.session.about.version))


def node_info(connection: Connection) -> NodeInfo:
    """Return the processors and the memory of the host, or of all hosts together (virNodeGetInfo).

    One SOAP call (a page).

    Of several hosts: memory, processors, sockets and NUMA nodes are summed up, cores and threads as the whole has them,
    MHz the mean of all cores, and the model is theirs if they have the same.
    """
    rows = read_hosts(
        connection,
        "hardware.cpuInfo.hz",
        "hardware.cpuInfo.numCpuCores",
        "hardware.cpuInfo.numCpuPackages",
        "hardware.cpuInfo.numCpuThreads",
        "hardware.memorySize",
        "hardware.numaInfo.numNodes",
        "summary.hardware.cpuModel",
    )
    counts = [positive(row, "hardware.cpuInfo.numCpuCores") for row in rows]
    packages = sum(positive(row, "hardware.cpuInfo.numCpuPackages") for row in rows)
    cores = sum(counts)
    hertz = sum((row.get("hardware.cpuInfo.hz") or 0) * count for row, count in zip(rows, counts, strict=True)) // cores
    threads = sum(row.get("hardware.cpuInfo.numCpuThreads") or count for row, count in zip(rows, counts, strict=True))
    models = {shorten_cpu_model(row.get("summary.hardware.cpuModel") or "") for row in rows}
    return NodeInfo(
        model=models.pop() if len(models) == 1 else MIXED,
        memory=sum(row.get("hardware.memorySize") or 0 for row in rows) // 1024,
        cpus=cores,
        mhz=hertz // 1_000_000,
        nodes=sum(row.get("hardware.numaInfo.numNodes") or 1 for row in rows),
        sockets=packages,
        cores=cores // packages,
        threads=threads // cores,
    )


def shorten_cpu_model(model: str) -> str:
    """Return a CPU's name in the 31 characters of virNodeInfo, without ``(R)``, ``(C)``, ``(TM)`` and double blanks."""
    return re.sub(r"\((?:R|C|TM)\)| +(?= )|^ +", "", model)[:31]


def free_memory(connection: Connection) -> int:
    """Bytes of the memory of the host, or of all, that are in no use now (virNodeGetFreeMemory). One SOAP call.

    Raises:
        EsxvirtError: The server does not tell.
    """
    return sum(map(free_bytes, read_hosts(connection, *_MEMORY)))


def free_memory_of_cells(connection: Connection, start: int, count: int) -> list[int]:
    """Bytes of the memory of NUMA nodes that are in no use now (virNodeGetCellsFreeMemory). One SOAP call.

    VMware tells what is free of a host and not of its nodes: each has a share of it, by its size, and all nodes
    together have what `free_memory` tells. Of several hosts the nodes are counted on, host by host.

    Args:
        connection: The connection.
        start: The number of the first node.
        count: How many are asked for; those that there are are told.

    Raises:
        EsxvirtError: There is no such node, or the server does not tell.
    """
    rows = read_hosts(connection, *_MEMORY, "hardware.numaInfo")
    free = [share for row in rows for share in share_out(row, free_bytes(row))]
    if start >= len(free):
        raise EsxvirtError(f"start cell {start} out of range (0-{len(free) - 1})")
    return free[start : start + count]


def cpu_map(connection: Connection) -> int:
    """Return how many logical processors the host, or all hosts, have, all of them online (virNodeGetCPUMap).

    One SOAP call.

    They are more than virNodeGetInfo's where a core has several threads, which libvirt's driver counts once.
    """
    return sum(map(count_cpus, read_hosts(connection, *CPUS)))


def capabilities_facts(connection: Connection) -> HostFacts:
    """Return what the capabilities XML is made of. One SOAP call.

    Several hosts have no UUID together, 64-bit guests if all have them, and the NUMA nodes of all.
    """
    rows = read_hosts(connection, "hardware.systemInfo.uuid", "hardware.cpuFeature", *TOPOLOGY)
    uuid = str(rows[0].get("hardware.systemInfo.uuid") or "") if len(rows) == 1 else ""
    return HostFacts(uuid, all(has_long_mode(row.get("hardware.cpuFeature") or []) for row in rows), cells_of(rows))


def has_long_mode(features: list[Any]) -> bool:
    """Return whether CPUID 0x80000001 says long mode; its EDX comes as ``----:--1-:...``, highest bit first."""
    for feature in features:
        if feature.level == -(1 << 31) + 1 or feature.level == (1 << 31) + 1:
            bits = (feature.edx or "").replace(":", "")
            if len(bits) == 32:
                return bool(bits[31 - _LONG_MODE_BIT] == "1")
    return False
