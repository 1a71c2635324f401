"""The host: its name, its hardware, its version, what it can do."""

import re
from dataclasses import dataclass
from typing import Any, Final

from esxvirt.driver.connection import Connection
from esxvirt.driver.product import version_number
from esxvirt.errors import EsxvirtError
from esxvirt.vsphere.inventory import Query, Row, retrieve

__all__ = ["NodeInfo", "capabilities_facts", "free_memory", "hostname", "node_info", "version"]

_LONG_MODE_BIT: Final = 29
"""In EDX of CPUID 0x80000001."""


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class HostFacts:
    """What `virConnectGetCapabilities` tells of an ESX host: its UUID, and whether it has 64-bit guests."""

    uuid: str
    long_mode: bool


def _read_host(connection: Connection, *properties: str) -> Row:
    rows = retrieve(connection.session, Query({"HostSystem": properties}, [connection.scope.host]))
    if not rows:
        raise EsxvirtError("Could not retrieve the HostSystem object; may the account see the host?")
    return rows[0]


def hostname(connection: Connection) -> str:
    """The host's own name, with its domain if it has one (virConnectGetHostname). One SOAP call.

    Raises:
        EsxvirtError: The host has none.
    """
    dns = "config.network.dnsConfig."
    row = _read_host(connection, dns + "hostName", dns + "domainName")
    name, domain = row.get(dns + "hostName"), row.get(dns + "domainName")
    if not name:
        raise EsxvirtError("Missing or empty 'hostName' property")
    return f"{name}.{domain}" if domain else str(name)


def version(connection: Connection) -> int:
    """The product's version in libvirt's numbers (virConnectGetVersion). No SOAP call."""
    return version_number(str(connection.session.about.version))


def node_info(connection: Connection) -> NodeInfo:
    """The host's processors and memory (virNodeGetInfo). One SOAP call."""
    row = _read_host(
        connection,
        "hardware.cpuInfo.hz",
        "hardware.cpuInfo.numCpuCores",
        "hardware.cpuInfo.numCpuPackages",
        "hardware.cpuInfo.numCpuThreads",
        "hardware.memorySize",
        "hardware.numaInfo.numNodes",
        "summary.hardware.cpuModel",
    )
    packages = _positive(row, "hardware.cpuInfo.numCpuPackages")
    cores = _positive(row, "hardware.cpuInfo.numCpuCores")
    return NodeInfo(
        model=shorten_cpu_model(row.get("summary.hardware.cpuModel") or ""),
        memory=(row.get("hardware.memorySize") or 0) // 1024,
        cpus=cores,
        mhz=(row.get("hardware.cpuInfo.hz") or 0) // 1_000_000,
        nodes=row.get("hardware.numaInfo.numNodes") or 1,
        sockets=packages,
        cores=cores // packages,
        threads=(row.get("hardware.cpuInfo.numCpuThreads") or cores) // cores,
    )


def _positive(row: Row, path: str) -> int:
    value: int = row.get(path) or 0
    if value < 1:
        raise EsxvirtError(f"The host does not tell its '{path}'; may the account see the host?")
    return value


def shorten_cpu_model(model: str) -> str:
    """A CPU's name in the 31 characters of virNodeInfo, without ``(R)``, ``(C)``, ``(TM)`` and double blanks."""
    return re.sub(r"\((?:R|C|TM)\)| +(?= )|^ +", "", model)[:31]


def free_memory(connection: Connection) -> int:
    """Bytes of the host's memory that are in no use now (virNodeGetFreeMemory). One SOAP call.

    Raises:
        EsxvirtError: The server does not tell.
    """
    row = _read_host(connection, "hardware.memorySize", "summary.quickStats.overallMemoryUsage")
    size, used_mib = row.get("hardware.memorySize"), row.get("summary.quickStats.overallMemoryUsage")
    if size is None or used_mib is None:
        raise EsxvirtError("The host does not tell how much of its memory is in use")
    return int(size) - (int(used_mib) << 20)


def capabilities_facts(connection: Connection) -> HostFacts:
    """What the capabilities XML is made of. One SOAP call."""
    row = _read_host(connection, "hardware.systemInfo.uuid", "hardware.cpuFeature")
    return HostFacts(str(row.get("hardware.systemInfo.uuid") or ""), _long_mode(row.get("hardware.cpuFeature") or []))


def _long_mode(features: list[Any]) -> bool:
    """Whether CPUID 0x80000001 says long mode; its EDX comes as ``----:--1-:...``, highest bit first."""
    for feature in features:
        if feature.level == -(1 << 31) + 1 or feature.level == (1 << 31) + 1:
            bits = (feature.edx or "").replace(":", "")
            if len(bits) == 32:
                return bool(bits[31 - _LONG_MODE_BIT] == "1")
    return False
