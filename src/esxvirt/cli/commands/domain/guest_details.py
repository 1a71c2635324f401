"""``guestinfo`` and ``guestvcpus``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_TYPES = {
    "user": ("VIR_DOMAIN_GUEST_INFO_USERS", "report active users"),
    "os": ("VIR_DOMAIN_GUEST_INFO_OS", "report operating system information"),
    "timezone": ("VIR_DOMAIN_GUEST_INFO_TIMEZONE", "report timezone information"),
    "hostname": ("VIR_DOMAIN_GUEST_INFO_HOSTNAME", "report hostname"),
    "filesystem": ("VIR_DOMAIN_GUEST_INFO_FILESYSTEM", "report filesystem information"),
    "disk": ("VIR_DOMAIN_GUEST_INFO_DISKS", "report disk information"),
    "interface": ("VIR_DOMAIN_GUEST_INFO_INTERFACES", "report interface information"),
    "load": ("VIR_DOMAIN_GUEST_INFO_LOAD", "report load averages information"),
}


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print what the guest tells of itself."""
    types = 0
    for name, (constant, _) in _TYPES.items():
        if arguments.flag(name):
            types |= getattr(virsh.libvirt, constant)
    domain = domain_of(virsh, arguments)
    for name, value in domain.guestInfo(types, 0).items():
        virsh.line(f"{name:<20}: {value}")


def vcpus(virsh: Virsh, arguments: Arguments) -> None:
    """Print the guest's virtual CPUs, or have it use some or not."""
    arguments.exclusive("enable", "disable")
    for option in ("enable", "disable"):
        if arguments.flag(option) and "cpulist" not in arguments:
            raise Failed(f"Option --cpulist is required by option --{option}")
    cpus = arguments.text("cpulist")
    if cpus is not None and not arguments.flag("enable") and not arguments.flag("disable"):
        raise Failed("One of options --enable or --disable is required by option --cpulist")
    domain = domain_of(virsh, arguments)
    if cpus is not None:
        domain.setGuestVcpus(cpus, int(arguments.flag("enable")), 0)
        return
    for name, value in domain.guestVcpus(0).items():
        virsh.line(f"{name:<15}: {value}")


COMMANDS = (
    Command(
        "guestinfo",
        "query information about the guest (via agent)",
        show,
        "Use the guest agent to query various information from guest's point of view",
        (DOMAIN, *(flag(name, text) for name, (_, text) in _TYPES.items())),
    ),
    Command(
        "guestvcpus",
        "query or modify state of vcpu in the guest (via agent)",
        vcpus,
        "Use the guest agent to query or set cpu state from guest's point of view",
        (
            DOMAIN,
            string("cpulist", "list of cpus to enable or disable"),
            flag("enable", "enable cpus specified by cpulist"),
            flag("disable", "disable cpus specified by cpulist"),
        ),
    ),
)
