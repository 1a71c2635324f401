"""``iface-bridge`` and ``iface-unbridge``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli._late import etree
from esxvirt.cli.arguments import UNSIGNED
from esxvirt.cli.commands.common import BY_NAME, xml_of
from esxvirt.cli.commands.interface.common import interface_of
from esxvirt.cli.declare import Command, data, flag, number
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def bridge(virsh: Virsh, arguments: Arguments) -> None:
    """Put an interface on a new bridge; VMware's hosts have virtual switches instead, and the driver refuses."""
    libvirt = virsh.libvirt
    interface = interface_of(virsh, arguments, BY_NAME)
    name = arguments.required("bridge")
    delay = arguments.number("delay", UNSIGNED) or 0
    if _exists(virsh, name):
        raise Failed(f"Network device {name} already exists")
    text = interface.XMLDesc(libvirt.VIR_INTERFACE_XML_INACTIVE)
    xml = _bridged(xml_of(text), name, delay, stp=not arguments.flag("no-stp"))
    with virsh.failing(f"Failed to define new bridge interface {name}"):
        made = virsh.connection.interfaceDefineXML(xml, 0)
    virsh.aside(f"Created bridge {name} with attached device {interface.name()}\n")
    if not arguments.flag("no-start"):
        with virsh.failing(f"Failed to start bridge interface {name}"):
            made.create(0)
        virsh.aside(f"Bridge interface {name} started\n")


def unbridge(virsh: Virsh, arguments: Arguments) -> None:
    """Take the interface off a bridge, and the bridge away."""
    libvirt = virsh.libvirt
    found = interface_of(virsh, arguments, BY_NAME, "bridge")
    name = arguments.required("bridge")
    root = xml_of(found.XMLDesc(libvirt.VIR_INTERFACE_XML_INACTIVE))
    inner = root.find("bridge")
    if root.get("type") != "bridge" or inner is None:
        raise Failed(f"Interface {name} is not a bridge")
    attached = inner.findall("interface")
    if len(attached) != 1:
        raise Failed(f"Bridge {name} has {len(attached)} attached devices, and must have one")
    xml = _unbridged(root, attached[0])
    with virsh.failing(f"Failed to destroy bridge interface {name}"):
        found.destroy(0)
    with virsh.failing(f"Failed to undefine bridge interface {name}"):
        found.undefine()
    device = attached[0].get("name")
    with virsh.failing(f"Failed to define new interface {device}"):
        made = virsh.connection.interfaceDefineXML(xml, 0)
    virsh.aside(f"Device {device} un-attached from bridge {name}\n")
    if not arguments.flag("no-start"):
        with virsh.failing(f"Failed to start interface {device}"):
            made.create(0)
        virsh.aside(f"Interface {device} started\n")


def _exists(virsh: Virsh, name: str) -> bool:
    try:
        virsh.connection.interfaceLookupByName(name)
    except virsh.libvirt.libvirtError:
        return False
    return True


def _bridged(root: Any, name: str, delay: int, *, stp: bool) -> str:
    """Return the description of a bridge with what the interface had, and the interface inside."""
    outer = etree.Element("interface", type="bridge", name=name)
    inner = etree.SubElement(outer, "bridge", stp="on" if stp else "off", delay=str(delay))
    slave = etree.SubElement(inner, "interface", type=root.get("type"), name=root.get("name"))
    for child in list(root):
        (slave if child.tag == "mac" else outer).append(child)
    return etree.tostring(outer, encoding="unicode")


def _unbridged(root: Any, slave: Any) -> str:
    """Return the description of the interface inside a bridge, with what the bridge had."""
    outer = etree.Element("interface", dict(slave.attrib))
    for child in [*root, *slave]:
        if child.tag != "bridge":
            outer.append(child)
    return etree.tostring(outer, encoding="unicode")


COMMANDS = (
    Command(
        "iface-bridge",
        "create a bridge device and attach an existing network device to it",
        bridge,
        "bridge an existing network device",
        (
            data("interface", "existing interface name"),
            data("bridge", "new bridge device name"),
            flag("no-stp", "do not enable STP for this bridge"),
            number("delay", "number of seconds to squelch traffic on newly connected ports"),
            flag("no-start", "don't start the bridge immediately"),
        ),
    ),
    Command(
        "iface-unbridge",
        "undefine a bridge device after detaching its device(s)",
        unbridge,
        "unbridge a network device",
        (
            data("bridge", "current bridge device name"),
            flag("no-start", "don't start the detached interface immediately (not recommended)"),
        ),
    ),
)
