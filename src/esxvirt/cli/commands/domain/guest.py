"""``domhostname`` and ``domifaddr``: what the guest tells of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_WIDTH = 79
_FAMILIES = ("ipv4", "ipv6")


def show_hostname(virsh: Virsh, arguments: Arguments) -> None:
    """Print the guest's name."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    flags = _source(
        arguments,
        {"lease": libvirt.VIR_DOMAIN_GET_HOSTNAME_LEASE, "agent": libvirt.VIR_DOMAIN_GET_HOSTNAME_AGENT},
        0,
    )
    with virsh.failing("failed to get hostname"):
        virsh.line(domain.hostname(flags))


def show_addresses(virsh: Virsh, arguments: Arguments) -> None:
    """Print the guest's network cards and their addresses."""
    libvirt = virsh.libvirt
    wanted = arguments.text("interface")
    lease = libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE
    sources = {
        "lease": lease,
        "agent": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT,
        "arp": libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP,
    }
    source = _source(arguments, sources, lease)
    domain = domain_of(virsh, arguments)
    with virsh.failing("Failed to query for interfaces addresses"):
        cards = domain.interfaceAddresses(source, 0)
    virsh.heading(f" {'Name':<10} {'MAC address':<20} {'Protocol':<8}     Address\n{'-' * _WIDTH}\n")
    for name, card in cards.items():
        if wanted in {None, name}:
            _show_card(virsh, name, card, full=arguments.flag("full"))


def _show_card(virsh: Virsh, name: str, card: dict[str, Any], *, full: bool) -> None:
    mac = card["hwaddr"] or ""
    if not card["addrs"]:
        virsh.line(f" {name:<10} {mac:<17}    {'N/A':<12} N/A")
    for position, address in enumerate(card["addrs"]):
        shown = (name, mac) if full or not position else ("-", "-")
        family = _FAMILIES[address["type"]]
        virsh.line(f" {shown[0]:<10} {shown[1]:<17}    {family:<12} {address['addr']}/{address['prefix']}")


def _source(arguments: Arguments, sources: dict[str, int], default: int) -> int:
    text = arguments.text("source")
    if text is None:
        return default
    if text not in sources:
        raise Failed(f"Unknown data source '{text}'")
    return sources[text]


COMMANDS = (
    Command(
        "domhostname",
        "print the domain's hostname",
        show_hostname,
        "",
        (DOMAIN, string("source", "address source: 'lease' or 'agent'")),
    ),
    Command(
        "domifaddr",
        "Get network interfaces' addresses for a running domain",
        show_addresses,
        "Get network interfaces' addresses for a running domain",
        (
            DOMAIN,
            string("interface", "network interface name", by_position=True),
            flag("full", "always display names and MACs of interfaces"),
            string("source", "address source: 'lease', 'agent', or 'arp'"),
        ),
    ),
)
