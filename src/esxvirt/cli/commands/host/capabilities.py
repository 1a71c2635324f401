"""``capabilities``, ``domcapabilities``, ``cpu-models``, ``maxvcpus`` and ``sysinfo``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.common import xml_of
from esxvirt.cli.declare import Command, data, flag, string

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


_XPATH = (
    string("xpath", "xpath expression to filter the XML document", by_name_only=True),
    flag("wrap", "wrap xpath results in an common root element"),
)


def _selected(text: str, arguments: Arguments) -> str:
    expression = arguments.raw("xpath")
    return text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap"))


def show_capabilities(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML about the host and what guests it runs."""
    with virsh.failing("failed to get capabilities"):
        text = virsh.connection.getCapabilities()
    virsh.write(_selected(text, arguments))


def show_domain_capabilities(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML about what a domain may have."""
    emulator, arch = arguments.text("emulatorbin"), arguments.text("arch")
    machine, virttype = arguments.text("machine"), arguments.text("virttype")
    flags = 0
    if arguments.flag("disable-deprecated-features"):
        flags = virsh.libvirt.VIR_CONNECT_GET_DOMAIN_CAPABILITIES_DISABLE_DEPRECATED_FEATURES
    with virsh.failing("failed to get emulator capabilities"):
        text = virsh.connection.getDomainCapabilities(emulator, arch, machine, virttype, flags)
    virsh.write(_selected(text, arguments))


def show_models(virsh: Virsh, arguments: Arguments) -> None:
    """Print the names of CPU models."""
    with virsh.failing("failed to get CPU model names"):
        models = virsh.connection.getCPUModelNames(arguments.required("arch"))
    if not models:
        virsh.line("all CPU models are accepted")
    for model in models:
        virsh.line(model)


def show_maximum(virsh: Virsh, arguments: Arguments) -> None:
    """Print how many virtual CPUs a domain may have at most."""
    kind = arguments.text("type")
    libvirt = virsh.libvirt
    try:
        text = virsh.connection.getDomainCapabilities(None, None, None, kind, 0)
    except libvirt.libvirtError:  # few drivers have it
        text = None
    vcpu = None if text is None else xml_of(text).find("vcpu[@max]")
    virsh.line(str(virsh.connection.getMaxVcpus(kind) if vcpu is None else vcpu.get("max")))


def show_sysinfo(virsh: Virsh, _arguments: Arguments) -> None:
    """Print the XML of the host's SMBIOS."""
    with virsh.failing("failed to get sysinfo"):
        virsh.write(virsh.connection.getSysinfo())


COMMANDS = (
    Command(
        "capabilities",
        "capabilities",
        show_capabilities,
        "Returns capabilities of hypervisor/driver.",
        _XPATH,
    ),
    Command(
        "cpu-models",
        "CPU models",
        show_models,
        "Get the CPU models for an arch.",
        (data("arch", "architecture"),),
    ),
    Command(
        "domcapabilities",
        "domain capabilities",
        show_domain_capabilities,
        "Returns capabilities of emulator with respect to host and libvirt.",
        (
            string("virttype", "virtualization type (/domain/@type)"),
            string("emulatorbin", "path to emulator binary (/domain/devices/emulator)"),
            string("arch", "domain architecture (/domain/os/type/@arch)"),
            string("machine", "machine type (/domain/os/type/@machine)"),
            *_XPATH,
            flag("disable-deprecated-features", "report host CPU model with deprecated features disabled"),
        ),
    ),
    Command(
        "maxvcpus",
        "connection vcpu maximum",
        show_maximum,
        "Show maximum number of virtual CPUs for guests on this connection.",
        (string("type", "domain type"),),
    ),
    Command(
        "sysinfo",
        "print the hypervisor sysinfo",
        show_sysinfo,
        "output an XML string for the hypervisor sysinfo, if available",
    ),
)
