"""``setmem``, ``setmaxmem`` and ``memtune``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.affecting import AFFECT, affected
from esxvirt.cli.declare import Command, alias, number
from esxvirt.cli.scaled import required_kibibytes, tuned_kibibytes

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_UNLIMITED = 9007199254740991  # VIR_DOMAIN_MEMORY_PARAM_UNLIMITED
_TUNED = ("hard-limit", "soft-limit", "swap-hard-limit", "min-guarantee")


def set_memory(virsh: Virsh, arguments: Arguments) -> None:
    """Change how much memory the domain may use now."""
    flags = affected(virsh, arguments)
    domain = domain_of(virsh, arguments)
    if not flags and not arguments.flag("current"):
        flags = virsh.libvirt.VIR_DOMAIN_AFFECT_LIVE
    domain.setMemoryFlags(required_kibibytes(arguments, "size"), flags)


def set_max_memory(virsh: Virsh, arguments: Arguments) -> None:
    """Change how much memory the domain has."""
    flags = affected(virsh, arguments) | virsh.libvirt.VIR_DOMAIN_MEM_MAXIMUM
    domain = domain_of(virsh, arguments)
    kibibytes = required_kibibytes(arguments, "size")
    with virsh.failing("Unable to change MaxMemorySize"):
        domain.setMemoryFlags(kibibytes, flags)


def tune(virsh: Virsh, arguments: Arguments) -> None:
    """Print the memory parameters, or change some."""
    flags = affected(virsh, arguments)
    domain = domain_of(virsh, arguments)
    sizes = {name: tuned_kibibytes(arguments, name) for name in _TUNED}
    changes = {name.replace("-", "_"): size for name, size in sizes.items() if size is not None}
    if changes:
        with virsh.failing("Unable to change memory parameters"):
            domain.setMemoryParameters(changes, flags)
        return
    with virsh.failing("Unable to get number of memory parameters"):
        parameters = domain.memoryParameters(flags)
    for name, value in parameters.items():
        virsh.line(f"{name:<15}: {'unlimited' if value == _UNLIMITED else value}")


COMMANDS = (
    Command(
        "setmem",
        "change memory allocation",
        set_memory,
        "Change the current memory allocation in the guest domain.",
        (
            DOMAIN,
            alias("kilobytes", "size"),
            number("size", "new memory size, as scaled integer (default KiB)", required=True),
            *AFFECT,
        ),
    ),
    Command(
        "setmaxmem",
        "change maximum memory limit",
        set_max_memory,
        "Change the maximum memory allocation limit in the guest domain.",
        (
            DOMAIN,
            alias("kilobytes", "size"),
            number("size", "new maximum memory size, as scaled integer (default KiB)", required=True),
            *AFFECT,
        ),
    ),
    Command(
        "memtune",
        "Get or set memory parameters",
        tune,
        "Get or set the current memory parameters for a guest domain.",
        (
            DOMAIN,
            number("hard-limit", "Max memory, as scaled integer (default KiB)"),
            number("soft-limit", "Memory during contention, as scaled integer (default KiB)"),
            number("swap-hard-limit", "Max memory plus swap, as scaled integer (default KiB)"),
            number("min-guarantee", "Min guaranteed memory, as scaled integer (default KiB)"),
            *AFFECT,
        ),
    ),
)
