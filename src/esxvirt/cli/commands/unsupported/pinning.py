"""Commands that place processors, threads and memory on those of the host, one by one: VMware's hosts do it alone."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from esxvirt.cli.arguments import INT, UNSIGNED, UNSIGNED_LONG_LONG, parse_number
from esxvirt.cli.commands.common import domain_of, running
from esxvirt.cli.commands.unsupported.declared import commands
from esxvirt.cli.commands.unsupported.steps import Done
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_MOST_CPUS = 1024
_ITEM = re.compile(r"\s*(\^?)(\d+)(?:\s*-\s*(\d+))?\s*", re.ASCII)
# VIR_DOMAIN_NUMATUNE_MEM_*
_MODES = {"strict", "preferred", "interleave", "restrictive"}
_THREAD = {
    "poll-max-ns": UNSIGNED_LONG_LONG,
    "poll-grow": UNSIGNED,
    "poll-shrink": UNSIGNED,
    "thread-pool-min": INT,
    "thread-pool-max": INT,
}


def check_cpus(virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse a list of processors that is none, or that the host has not."""
    text = arguments.raw("cpulist")
    if text is None or text == "r":  # all of them
        return
    cpus = _cpus(text)
    if cpus is None:
        raise Failed(f"Invalid cpulist '{text}'", f"invalid argument: Failed to parse bitmap '{text}'")
    if not cpus:
        raise Failed(f"Invalid cpulist '{text}'")
    most = math.prod(virsh.connection.getInfo()[4:])  # nodes, sockets of each, cores, threads
    if max(cpus) >= most:
        raise Failed(f"CPU {max(cpus)} in cpulist '{text}' exceed the maxcpu {most}")


def _cpus(text: str) -> set[int] | None:
    """Return the processors of a list such as ``0-3,^2``; None if it is none."""
    cpus: set[int] = set()
    parts = text.split(",")
    if len(parts) > 1 and not parts[-1].strip():
        parts.pop()
    for part in parts:
        match = _ITEM.fullmatch(part)
        if match is None or (match[1] and match[3]):
            return None
        first, last = int(match[2]), int(match[3] or match[2])
        if not first <= last < _MOST_CPUS:
            return None
        numbers = range(first, last + 1)
        cpus = cpus.difference(numbers) if match[1] else cpus.union(numbers)
    return cpus


def pin(virsh: Virsh, arguments: Arguments, /, *_: str) -> str | None:
    """Check what is to be pinned. Without a list virsh asks where processors may run, and says nothing if none tells.

    Raises:
        Done: it was only asked.
    """
    query = "cpulist" not in arguments
    if query:
        arguments.exclusive("live", "config")
    if arguments.number("vcpu", UNSIGNED) is None and not query:
        raise Failed("vcpupin: Missing vCPU number in pin mode.")
    domain = domain_of(virsh, arguments)
    if query:
        if arguments.flag("live") and not running(domain):
            raise Failed("cannot get vcpupin for offline domain")
        raise Done
    check_cpus(virsh, arguments)
    return "virDomainPinVcpuFlags" if any(map(arguments.flag, ("config", "live", "current"))) else None


def check_thread(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no thread, or nothing about it."""
    thread = arguments.number("id", INT)
    if thread is None or thread <= 0:
        raise Failed(f"Invalid IOThread id value: '{thread}'")
    if {arguments.number(option, limits) for option, limits in _THREAD.items()} == {None}:
        raise Failed("Not enough arguments passed, nothing to set")


def check_mode(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse what is no way to choose a node's memory, by name or number."""
    mode = arguments.raw("mode")
    if mode is not None and mode not in _MODES and parse_number(mode, INT) is None:
        raise Failed(f"Invalid mode: {mode}")


def check_choice(_virsh: Virsh, arguments: Arguments, /, *_: str) -> None:
    """Refuse to do nothing to processors."""
    if not arguments.flag("enable") and not arguments.flag("disable"):
        raise Failed("one of --enable, --disable is required")


COMMANDS = commands(
    __file__,
    {"choice": check_choice, "cpus": check_cpus, "mode": check_mode, "pin": pin, "thread": check_thread},
)
