"""``nodecpumap`` and ``nodecpustats``."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, flag, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_ALL_CPUS = -1
_USAGE = "utilization"


def show_map(virsh: Virsh, arguments: Arguments) -> None:
    """Print which processors are there and which are online."""
    with virsh.failing("Unable to get cpu map"):
        present, online_map, online = virsh.connection.getCPUMap()
    virsh.field("CPUs present:", present)
    virsh.field("CPUs online:", online)
    if arguments.flag("pretty"):
        shown = _ranges([cpu for cpu, up in enumerate(online_map) if up])
    else:
        shown = "".join("y" if up else "-" for up in online_map)
    virsh.field("CPU map:", shown)


def _ranges(numbers: list[int]) -> str:
    """``0-2,5`` for 0, 1, 2, 5."""
    runs: list[list[int]] = []
    for value in numbers:
        if runs and runs[-1][1] == value - 1:
            runs[-1][1] = value
        else:
            runs.append([value, value])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def show_statistics(virsh: Virsh, arguments: Arguments) -> None:
    """Print how long the processors did what, or in per cent during one second."""
    cpu = arguments.number("cpu")
    which = _ALL_CPUS if cpu is None else cpu

    def read() -> dict[str, int]:
        with virsh.failing("Unable to get number of cpu stats"):
            statistics = dict(virsh.connection.getCPUStats(which))
        if not statistics:
            raise Failed("Unable to get number of cpu stats")
        return statistics

    first = read()
    if not arguments.flag("percent"):
        for title, name in (
            ("user:", "user"),
            ("system:", "kernel"),
            ("idle:", "idle"),
            ("iowait:", "iowait"),
            ("intr:", "intr"),
        ):
            if name in first:
                virsh.write(f"{title:<15} {first[name]:20}\n")
        if _USAGE in first:
            virsh.write(f"{'usage:':<15} {first[_USAGE]:5}%\n")
        return
    if _USAGE in first:
        virsh.write(f"{'usage:':<15} {first[_USAGE]:5.1f}%\n")
        virsh.write(f"{'idle:':<15} {100 - first[_USAGE]:5.1f}%\n")
        return
    threading.Event().wait(1)
    second = read()
    spent = {name: second[name] - first.get(name, 0) for name in second}
    total = sum(spent.values())
    if total <= 0:
        raise Failed("the processors' counters did not move during one second")
    usage = spent.get("user", 0) + spent.get("kernel", 0)
    for title, value in (
        ("usage:", usage),
        ("user:", spent.get("user", 0)),
        ("system:", spent.get("kernel", 0)),
        ("idle:", spent.get("idle", 0)),
        ("iowait:", spent.get("iowait", 0)),
    ):
        virsh.write(f"{title:<15} {value / total * 100:5.1f}%\n")


COMMANDS = (
    Command(
        "nodecpumap",
        "node cpu map",
        show_map,
        "Displays the node's total number of CPUs, the number of online CPUs and the list of online CPUs.",
        (flag("pretty", "return human readable output"),),
    ),
    Command(
        "nodecpustats",
        "Prints cpu stats of the node.",
        show_statistics,
        "Returns cpu stats of the node, in nanoseconds.",
        (
            number("cpu", "prints specified cpu statistics only."),
            flag("percent", "prints by percentage during 1 second."),
        ),
    ),
)
