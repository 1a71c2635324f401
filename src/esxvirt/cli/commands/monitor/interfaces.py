"""``domiflist``, ``domifstat`` and ``domif-getlink``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml, elements
from esxvirt.cli.commands.monitor.blocks import source_of
from esxvirt.cli.declare import Command, data, flag
from esxvirt.cli.failures import Failed
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_SOURCES = {"bridge", "dev", "network", "name", "path"}
_MAC = re.compile(r"[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}")
_COUNTERS = ("rx_bytes", "rx_packets", "rx_errs", "rx_drop", "tx_bytes", "tx_packets", "tx_errs", "tx_drop")


def _attribute(device: Any, element: str, name: str) -> str | None:
    found = device.find(element)
    return None if found is None else found.get(name)


def show_list(virsh: Virsh, arguments: Arguments) -> None:
    """Print the domain's network interfaces."""
    flags = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("inactive") else 0
    root = domain_xml(virsh, domain_of(virsh, arguments), flags)
    table = Table("Interface", "Type", "Source", "Model", "MAC")
    for interface in elements(root, "devices/interface"):
        table.add(
            _attribute(interface, "target", "dev") or "-",
            interface.get("type") or "-",
            source_of(interface, _SOURCES) or "-",
            _attribute(interface, "model", "type") or "-",
            _attribute(interface, "mac", "address") or "-",
        )
    virsh.table(table)


def show_statistics(virsh: Virsh, arguments: Arguments) -> None:
    """Print what went through an interface."""
    domain = domain_of(virsh, arguments)
    name = arguments.required("interface")
    with virsh.failing(f"Failed to get interface stats {domain.name()} {name}"):
        numbers = domain.interfaceStats(name)
    for counter, number in zip(_COUNTERS, numbers, strict=True):
        if number >= 0:
            virsh.line(f"{name} {counter} {number}")


def show_link(virsh: Virsh, arguments: Arguments) -> None:
    """Print whether an interface, named by MAC address or by target device, has its cable plugged in."""
    domain = domain_of(virsh, arguments)
    name = arguments.required("interface")
    flags = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("config") else 0
    root = domain_xml(virsh, domain, flags)
    by_mac = _MAC.fullmatch(name) is not None
    element, attribute = ("mac", "address") if by_mac else ("target", "dev")
    wanted = _address(name) if by_mac else name
    found = [
        interface
        for interface in elements(root, "devices/interface")
        for value in [_attribute(interface, element, attribute)]
        if value is not None and (_address(value) if by_mac else value) == wanted
    ]
    if not found:
        raise Failed(f"Interface ({'mac' if by_mac else 'dev'}: {name}) not found.")
    if len(found) > 1:
        raise Failed("multiple matching interfaces found")
    virsh.write(f"{name} {_link(virsh, domain, found[0], config=arguments.flag('config')) or 'up'}")


def _link(virsh: Virsh, domain: Domain, interface: Any, *, config: bool) -> str | None:
    told: str | None = _attribute(interface, "link", "state")
    if told is None and virsh.esx is not None:  # libvirt-python has only the XML, which tells nothing
        links = virsh.esx.interface_links(domain, virsh.libvirt.VIR_DOMAIN_AFFECT_CONFIG if config else 0)
        told = links.get((_attribute(interface, "mac", "address") or "").lower())
    return told


def _address(text: str) -> tuple[int, ...]:
    return tuple(int(part, 16) for part in text.split(":"))


COMMANDS = (
    Command(
        "domif-getlink",
        "get link state of a virtual interface",
        show_link,
        "Get link state of a domain's virtual interface.",
        (
            DOMAIN,
            data("interface", "interface device (MAC Address)"),
            flag("config", "Get persistent interface state"),
        ),
    ),
    Command(
        "domiflist",
        "list all domain virtual interfaces",
        show_list,
        "Get the summary of virtual interfaces for a domain.",
        (DOMAIN, flag("inactive", "get inactive rather than running configuration")),
    ),
    Command(
        "domifstat",
        "get network interface stats for a domain",
        show_statistics,
        "Get network interface stats for a running domain.",
        (DOMAIN, data("interface", "interface device specified by name or MAC Address")),
    ),
)
