"""``setvcpus`` and ``schedinfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import INT, LONG_LONG, UNSIGNED, parse_number
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.affecting import AFFECT, affected
from esxvirt.cli.declare import Command, argv, flag, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

# The parameters of VMware's scheduler that are C ints; all others are long longs.
_INTS = frozenset({"shares"})


def set_vcpus(virsh: Virsh, arguments: Arguments) -> None:
    """Change the number of virtual CPUs."""
    libvirt = virsh.libvirt
    arguments.exclusive("guest", "config")
    flags = affected(virsh, arguments)
    if arguments.flag("maximum") and not arguments.flag("config"):
        raise Failed("Option --config is required by option --maximum")
    for option, value in (
        ("guest", libvirt.VIR_DOMAIN_VCPU_GUEST),
        ("maximum", libvirt.VIR_DOMAIN_VCPU_MAXIMUM),
        ("hotpluggable", libvirt.VIR_DOMAIN_VCPU_HOTPLUGGABLE),
    ):
        if arguments.flag(option):
            flags |= value
    domain = domain_of(virsh, arguments)
    count = arguments.number("count", UNSIGNED)
    if not count:
        raise Failed("Can't set 0 processors for a VM")
    if flags or arguments.flag("current"):
        domain.setVcpusFlags(count, flags)
    else:
        domain.setVcpus(count)


def schedule(virsh: Virsh, arguments: Arguments) -> None:
    """Print the scheduler and its parameters, after changing some."""
    flags = affected(virsh, arguments)
    with_flags = bool(flags) or arguments.flag("current")
    both = virsh.libvirt.VIR_DOMAIN_AFFECT_LIVE | virsh.libvirt.VIR_DOMAIN_AFFECT_CONFIG
    domain = domain_of(virsh, arguments)
    virsh.line(f"{'Scheduler':<15}: {domain.schedulerType()[0]}")
    parameters = domain.schedulerParametersFlags(flags) if with_flags else domain.schedulerParameters()
    changes = _changes(arguments, parameters)
    if changes:
        if with_flags:
            domain.setSchedulerParametersFlags(changes, flags)
            parameters = domain.schedulerParametersFlags(flags)
        else:
            domain.setSchedulerParameters(changes)
            parameters = domain.schedulerParameters()
    elif flags == both:
        raise Failed("cannot query both live and config at once")
    for name, value in parameters.items():
        virsh.line(f"{name:<15}: {value}")


def _changes(arguments: Arguments, parameters: dict[str, int]) -> dict[str, int]:
    changes: dict[str, int] = {}
    repeated = None
    for item in arguments.items("set"):
        name, equals, text = item.partition("=")
        if not equals:
            raise Failed("Invalid syntax for --set, expecting name=value")
        if name not in parameters:
            raise Failed(f"invalid scheduler option: {name}")
        limits, kind = (INT, "int") if name in _INTS else (LONG_LONG, "long long")
        value = parse_number(text, limits)
        if value is None:
            raise Failed(f"invalid argument: Invalid value for field '{name}': expected {kind}")
        if name in changes:
            repeated = name
        changes[name] = value
    for option in ("cap", "weight"):
        if arguments.flag(option):
            raise Failed(f"invalid scheduler option: {option}")
    if repeated is not None:
        raise Failed(f"invalid argument: parameter '{repeated}' occurs multiple times")
    return changes


COMMANDS = (
    Command(
        "setvcpus",
        "change number of virtual CPUs",
        set_vcpus,
        "Change the number of virtual CPUs in the guest domain.",
        (
            DOMAIN,
            number("count", "number of virtual CPUs", required=True),
            flag("maximum", "set maximum limit on next boot"),
            *AFFECT,
            flag("guest", "modify cpu state in the guest"),
            flag("hotpluggable", "make added vcpus hot(un)pluggable"),
        ),
    ),
    Command(
        "schedinfo",
        "show/set scheduler parameters",
        schedule,
        "Show/Set scheduler parameters.",
        (
            DOMAIN,
            number("weight", "weight for XEN_CREDIT", by_name_only=True),
            number("cap", "cap for XEN_CREDIT", by_name_only=True),
            flag("current", "get/set current scheduler info"),
            flag("config", "get/set value to be used on next boot"),
            flag("live", "get/set value from running domain"),
            argv("set", "parameter=value"),
        ),
    ),
)
