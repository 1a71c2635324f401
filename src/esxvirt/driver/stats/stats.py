"""Statistics of many domains at once (virConnectGetAllDomainStats): what one bulk read gives.

What the server does not tell, of a machine without configuration, is left out.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from esxvirt.constants import parameters
from esxvirt.constants.domains import VIR_VCPU_RUNNING
from esxvirt.driver.connection.connection import Connection
from esxvirt.driver.devices.digests import DEVICES, Devices
from esxvirt.driver.domain.handles import DomainHandle, handle
from esxvirt.driver.domain.info import MEMORY, VCPUS, resources
from esxvirt.driver.domain.listing import list_domains
from esxvirt.driver.domain.reading import identity, read_many
from esxvirt.driver.domain.states import CONNECTED, PAUSED, RUNNING
from esxvirt.errors import ArgumentUnsupportedError
from esxvirt.vsphere.inventory import Row

__all__ = ["ALL", "BALLOON", "BLOCK", "INTERFACE", "STATE", "VCPU", "Stats", "all_stats", "stats_of"]

STATE: Final = parameters.VIR_DOMAIN_STATS_STATE
BALLOON: Final = parameters.VIR_DOMAIN_STATS_BALLOON
VCPU: Final = parameters.VIR_DOMAIN_STATS_VCPU
INTERFACE: Final = parameters.VIR_DOMAIN_STATS_INTERFACE
BLOCK: Final = parameters.VIR_DOMAIN_STATS_BLOCK
ALL: Final = STATE | BALLOON | VCPU | INTERFACE | BLOCK

Stats = dict[str, int | str | bool]
"""By libvirt's names, such as ``"state.state"``."""

_HOST_MEMORY: Final = "summary.quickStats.hostMemoryUsage"


def _state(domain: DomainHandle, _: Row) -> Stats:
    return {"state.state": domain.state, "state.reason": 0}


def _balloon(domain: DomainHandle, row: Row) -> Stats:
    if row.get(MEMORY) is None:
        return {}
    info = resources(row)
    stats: Stats = {"balloon.current": info.memory, "balloon.maximum": info.max_memory}
    used = row.get(_HOST_MEMORY)
    if domain.state == RUNNING and domain.connection == CONNECTED and used is not None:
        stats["balloon.rss"] = used * 1024
    return stats


def _vcpu(domain: DomainHandle, row: Row) -> Stats:
    count = row.get(VCPUS)
    if count is None:
        return {}
    stats: Stats = {"vcpu.current": count, "vcpu.maximum": count}
    if domain.state in {RUNNING, PAUSED}:
        for number in range(count):
            stats[f"vcpu.{number}.state"] = VIR_VCPU_RUNNING  # VMware never takes one offline
    return stats


def _interface(_: DomainHandle, row: Row) -> Stats:
    devices: Devices | None = row.get(DEVICES)
    if devices is None:
        return {}
    cards = devices.cards
    stats: Stats = {"net.count": len(cards)}
    for number, card in enumerate(cards):
        stats[f"net.{number}.name"] = card.label
    return stats


def _block(_: DomainHandle, row: Row) -> Stats:
    devices: Devices | None = row.get(DEVICES)
    if devices is None:
        return {}
    disks = devices.disks
    stats: Stats = {"block.count": len(disks)}
    for number, disk in enumerate(disks):
        stats[f"block.{number}.name"] = disk.target
        if disk.path is not None:
            stats[f"block.{number}.path"] = disk.path
        if disk.capacity is not None:
            stats[f"block.{number}.capacity"] = disk.capacity
    return stats


_Group = tuple[Callable[[DomainHandle, Row], Stats], tuple[str, ...]]

_GROUPS: Final[dict[int, _Group]] = {
    STATE: (_state, ()),
    BALLOON: (_balloon, (MEMORY, "config.memoryAllocation.limit", _HOST_MEMORY)),
    VCPU: (_vcpu, (VCPUS,)),
    INTERFACE: (_interface, (DEVICES,)),
    BLOCK: (_block, (DEVICES,)),
}
"""In libvirt's order: how a group is made, and of which properties besides `IDENTITY`."""


def all_stats(
    connection: Connection, groups: int = 0, flags: int = 0, *, enforce: bool = False
) -> list[tuple[DomainHandle, Stats]]:
    """Statistics of all domains that fit `flags` (see `esxvirt.driver.domain.listing`); `groups` 0 means all there are.

    One SOAP call a page, and what a filter costs.

    Raises:
        ArgumentUnsupportedError: With `enforce`, a group that VMware has not.
    """
    chosen = _choose(groups, enforce=enforce)
    domains = list_domains(connection, flags, _properties(chosen))
    return [(domain, _make(chosen, domain)) for domain in domains]


def stats_of(
    connection: Connection, domains: Sequence[DomainHandle], groups: int = 0, *, enforce: bool = False
) -> list[tuple[DomainHandle, Stats]]:
    """Statistics of these domains, in their order (virDomainListGetStats). One SOAP call a page.

    Raises:
        ArgumentUnsupportedError: With `enforce`, a group that VMware has not.
        DomainNotFoundError: One of them is gone.
    """
    chosen = _choose(groups, enforce=enforce)
    rows = read_many(connection, domains, (*identity(connection), *_properties(chosen)))
    fresh = [handle(row) for row in rows]
    return [(domain, _make(chosen, domain)) for domain in fresh]


def _choose(groups: int, *, enforce: bool) -> list[_Group]:
    if enforce and groups & ~ALL:
        raise ArgumentUnsupportedError(f"Stats types bits 0x{groups & ~ALL:x} are not supported by this daemon")
    return [group for bit, group in _GROUPS.items() if not groups or groups & bit]


def _properties(chosen: Sequence[_Group]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for _, paths in chosen for path in paths))


def _make(chosen: Sequence[_Group], domain: DomainHandle) -> Stats:
    stats: dict[str, Any] = {}
    for make, _ in chosen:
        stats.update(make(domain, domain.row))
    return stats
