"""NUMA nodes and logical processors of hosts, from what one read told of them."""

from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final

from esxvirt.driver.host.host_rows import positive
from esxvirt.vsphere.inventory import Row
from esxvirt.xml.capabilities import Cell, Cpu

__all__ = ["CPUS", "TOPOLOGY", "cells_of", "count_cpus", "share_out"]

_NODES: Final = "hardware.numaInfo"
_PACKAGES: Final = "hardware.cpuPkg"
_SIZE: Final = "hardware.memorySize"
_CORES: Final = "hardware.cpuInfo.numCpuCores"
_THREADS: Final = "hardware.cpuInfo.numCpuThreads"

CPUS: Final = (_CORES, _THREADS)
"""The properties that `count_cpus` needs."""
TOPOLOGY: Final = (_NODES, _PACKAGES, _SIZE, *CPUS)
"""The properties that `cells_of` needs."""

_SHORT: Final = 0xFFFF  # the API's numbers of processors have a sign


def count_cpus(row: Row) -> int:
    """Return how many logical processors a host has.

    Raises:
        EsxvirtError: The host does not tell.
    """
    return int(row.get(_THREADS) or 0) or positive(row, _CORES)


def cells_of(rows: Iterable[Row]) -> tuple[Cell, ...]:
    """Return the NUMA nodes of hosts; nodes, processors and sockets are counted on, host by host.

    A host that tells of no nodes is one; one that tells nothing of its processors, as a vCenter does not of a host that
    is gone, is left out.
    """
    cells: list[Cell] = []
    cpus = sockets = 0
    for row in rows:
        if not any(row.get(path) for path in CPUS):
            continue
        places = _places(row)
        for memory, numbers in _nodes(row):
            known = [places.get(number, Cpu(number)) for number in numbers]
            cells.append(Cell(len(cells), memory, tuple(_moved(cpu, cpus, sockets) for cpu in known)))
        cpus += count_cpus(row)
        sockets += len(row.get(_PACKAGES) or ())
    return tuple(cells)


def share_out(row: Row, amount: int) -> list[int]:
    """Return the share of each NUMA node of a host in an amount, by the nodes' sizes; all together are the amount.

    Nodes of which no sizes are told have the same.
    """
    weights = [int(node.memorySize or node.memoryRangeLength or 0) for node in _numa_nodes(row)]
    if not any(weights):
        weights = [1] * max(1, len(weights))
    ends = [amount * end // sum(weights) for end in accumulate(weights)]
    return [end - start for start, end in zip([0, *ends], ends, strict=False)]


def _numa_nodes(row: Row) -> list[Any]:
    info = row.get(_NODES)
    nodes = [] if info is None else info.numaNode or []
    return sorted(nodes, key=lambda node: node.typeId & 0xFF)


def _nodes(row: Row) -> list[tuple[int, list[int]]]:
    """Return the memory and the processors of each NUMA node.

    The range of a node's memory may be but its last one: the sizes are shares in the host's memory, by those ranges.
    """
    numbers = [sorted(cpu & _SHORT for cpu in node.cpuID or ()) for node in _numa_nodes(row)] or [
        list(range(count_cpus(row)))
    ]
    return list(zip(share_out(row, int(row.get(_SIZE) or 0)), numbers, strict=True))


def _places(row: Row) -> dict[int, Cpu]:
    """Return the host's processors by their numbers: the threads of a core have numbers that follow each other."""
    threads = max(1, count_cpus(row) // (row.get(_CORES) or count_cpus(row)))
    found = {}
    for socket, package in enumerate(row.get(_PACKAGES) or ()):
        numbers = sorted(cpu & _SHORT for cpu in package.threadId or ())
        for position, number in enumerate(numbers):
            core = position // threads
            siblings = tuple(numbers[core * threads : (core + 1) * threads])
            found[number] = Cpu(number, socket, core, siblings)
    return found


def _moved(cpu: Cpu, cpus: int, sockets: int) -> Cpu:
    """Return a processor as it is counted behind the processors and sockets of other hosts."""
    socket = None if cpu.socket is None else cpu.socket + sockets
    return Cpu(cpu.number + cpus, socket, cpu.core, tuple(number + cpus for number in cpu.siblings))
