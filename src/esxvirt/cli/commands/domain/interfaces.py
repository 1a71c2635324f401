"""``attach-interface``, ``detach-interface`` and ``domif-setlink``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.addresses import pci_element
from esxvirt.cli.commands.domain.affecting import AFFECT, PERSISTENT, affected_device, check_persistent
from esxvirt.cli.commands.domain.devices import attach_xml, detach_xml
from esxvirt.cli.declare import Command, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.markup import element, node_text, original_xml
from esxvirt.cli.rates import parse_rates

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_SOURCES = {"network": "network", "bridge": "bridge", "direct": "dev"}
_MAC = re.compile(r"[0-9a-fA-F]{1,2}(:[0-9a-fA-F]{1,2}){5}")


def _bandwidth(inbound: str | None, outbound: str | None) -> list[str]:
    lines = []
    if inbound is not None:
        rates = parse_rates(inbound)
        if not rates.get("average") and not rates.get("floor"):
            raise Failed("either inbound average or floor is mandatory")
        lines.append(element("inbound", **{name: str(rate) for name, rate in rates.items() if rate}))
    if outbound is not None:
        rates = parse_rates(outbound)
        if not rates.get("average"):
            raise Failed("outbound average is mandatory")
        if rates.get("floor"):
            raise Failed("outbound floor is unsupported yet")
        lines.append(element("outbound", **{name: str(rate) for name, rate in rates.items() if rate}))
    return ["<bandwidth>", *(f"  {line}" for line in lines), "</bandwidth>"] if lines else []


def _source(kind: str, source: str, mode: str | None) -> list[str]:
    if kind in _SOURCES:
        return [element("source", **{_SOURCES[kind]: source})]
    if kind == "vhostuser":
        if mode is None:
            raise Failed("source-mode is mandatory")
        return [element("source", type="unix", path=source, mode=mode)]
    address = pci_element(source)
    if address is None:
        raise Failed(f"cannot parse pci address '{source}' for network interface")
    return ["<source>", f"  {address}", "</source>"]


def _describe(arguments: Arguments) -> str:
    """Return the ``<interface>`` that the options say.

    Raises:
        Failed: they say none.
    """
    kind, source = arguments.required("type"), arguments.required("source")
    inbound, outbound = arguments.text("inbound"), arguments.text("outbound")
    target, mode = arguments.text("target"), arguments.text("source-mode")
    if mode is not None and mode not in {"server", "client"}:
        raise Failed(f"Invalid source mode: {mode}")
    if kind not in {*_SOURCES, "hostdev", "vhostuser"}:
        raise Failed(f"No support for {kind} in command 'attach-interface'")
    bandwidth = _bandwidth(inbound, outbound)
    lines = _source(kind, source, mode)
    for name, attribute, option in (
        ("target", "dev", target),
        ("mac", "address", arguments.text("mac")),
        ("script", "path", arguments.text("script")),
        ("model", "type", arguments.text("model")),
        ("alias", "name", arguments.text("alias")),
    ):
        if option is not None:
            lines.append(element(name, **{attribute: option}))
    lines += bandwidth
    managed = "yes" if arguments.flag("managed") else None
    opening = element("interface", type=kind, managed=managed).replace("/>", ">")
    return "\n".join([opening, *(f"  {line}" for line in lines), "</interface>", ""])


def attach(virsh: Virsh, arguments: Arguments) -> None:
    """Attach a network interface that options describe, or print its XML."""
    flags = check_persistent(virsh, arguments)
    xml = _describe(arguments)
    if arguments.flag("print-xml"):
        virsh.write(xml)
        return
    domain = domain_of(virsh, arguments)
    flags = affected_device(virsh, arguments, domain, flags)
    with virsh.failing("Failed to attach interface"):
        attach_xml(arguments, domain, xml, flags)
    virsh.aside("Interface attached successfully\n")


def _same(left: str, right: str) -> bool:
    if _MAC.fullmatch(left) is None or _MAC.fullmatch(right) is None:
        return False
    return [int(part, 16) for part in left.split(":")] == [int(part, 16) for part in right.split(":")]


def _mac(interface: Any) -> str:
    mac = interface.find("mac")
    return "" if mac is None else mac.get("address", "")


def _find(root: Any, kind: str, mac: str | None) -> Any:
    found = [interface for interface in root.findall("devices/interface") if interface.get("type") == kind]
    if not found:
        raise Failed(f"No interface found whose type is {kind}")
    if mac is None:
        if len(found) > 1:
            raise Failed(f"Domain has {len(found)} interfaces. Please specify which one to detach using --mac")
        return found[0]
    matching = [interface for interface in found if _same(_mac(interface), mac)]
    if not matching:
        raise Failed(f"No interface with MAC address {mac} was found")
    if len(matching) > 1:
        raise Failed(
            f"Domain has multiple interfaces matching MAC address {mac}. "
            "You must use detach-device and specify the device pci address to remove it."
        )
    return matching[0]


def detach(virsh: Virsh, arguments: Arguments) -> None:
    """Detach the network interface of a type, and of a MAC address if there are several; or print its XML."""
    flags = check_persistent(virsh, arguments)
    domain = domain_of(virsh, arguments)
    kind, mac = arguments.required("type"), arguments.text("mac")
    flags = affected_device(virsh, arguments, domain, flags)
    inactive = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("config") else 0
    root = original_xml(virsh, domain, inactive)
    if arguments.flag("print-xml"):
        virsh.write(node_text(_find(root, kind, mac)))
        return
    try:
        interface = _find(root, kind, mac)
    except Failed as failure:
        raise Failed(*failure.messages, "Failed to detach interface") from failure
    with virsh.failing("Failed to detach interface"):
        detach_xml(arguments, domain, node_text(interface), flags)
    virsh.aside("Interface detached successfully\n")


def set_link(virsh: Virsh, arguments: Arguments) -> None:
    """Plug the cable of an interface, named by MAC address or by target device, in or out."""
    libvirt = virsh.libvirt
    domain = domain_of(virsh, arguments)
    name, state = arguments.required("interface"), arguments.required("state")
    if state not in {"up", "down"}:
        raise Failed(f"invalid link state '{state}'")
    config = arguments.flag("config")
    flags = libvirt.VIR_DOMAIN_AFFECT_CONFIG if config or domain.isActive() == 0 else libvirt.VIR_DOMAIN_AFFECT_LIVE
    root = original_xml(virsh, domain, libvirt.VIR_DOMAIN_XML_INACTIVE if config else 0)
    by_mac = _MAC.fullmatch(name) is not None
    found = [
        interface
        for interface in root.findall("devices/interface")
        if (_same(_mac(interface), name) if by_mac else [t.get("dev") for t in interface.findall("target")] == [name])
    ]
    if not found:
        raise Failed(f"interface '{name}' not found")
    if len(found) > 1:
        raise Failed("multiple matching interfaces found")
    link = found[0].find("link")
    if link is None:
        link = found[0].makeelement("link")
        found[0].append(link)
    link.set("state", state)
    if arguments.flag("print-xml"):
        virsh.write(node_text(found[0]))
        return
    with virsh.failing("Failed to update interface link state"):
        domain.updateDeviceFlags(node_text(found[0]), flags)
    virsh.aside("Device updated successfully\n")


COMMANDS = (
    Command(
        "attach-interface",
        "attach network interface",
        attach,
        "Attach new network interface.",
        (
            DOMAIN,
            data("type", "network interface type"),
            data("source", "source of network interface"),
            string("target", "target network name"),
            string("mac", "MAC address"),
            string("script", "script used to bridge network interface"),
            string("model", "model type"),
            string("alias", "custom alias name of interface device"),
            string("inbound", "control domain's incoming traffics"),
            string("outbound", "control domain's outgoing traffics"),
            PERSISTENT,
            *AFFECT,
            flag("print-xml", "print XML document rather than attach the interface"),
            flag("managed", "libvirt will automatically detach/attach the device from/to host"),
            string("source-mode", "mode attribute of <source/> element"),
        ),
    ),
    Command(
        "detach-interface",
        "detach network interface",
        detach,
        "Detach network interface.",
        (
            DOMAIN,
            data("type", "network interface type"),
            string("mac", "MAC address"),
            PERSISTENT,
            *AFFECT,
            flag("print-xml", "print XML document rather than detach the interface"),
        ),
    ),
    Command(
        "domif-setlink",
        "set link state of a virtual interface",
        set_link,
        "Set link state of a domain's virtual interface. This command wraps usage of update-device command.",
        (
            DOMAIN,
            data("interface", "interface device (MAC Address)"),
            data("state", "new state of the device"),
            flag("config", "affect next boot"),
            flag("print-xml", "print XML document rather than set the interface link state"),
        ),
    ),
)
