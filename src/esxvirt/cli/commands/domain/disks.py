"""``attach-disk`` and ``detach-disk``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.addresses import address_element
from esxvirt.cli.commands.domain.affecting import AFFECT, PERSISTENT, affected_device, check_persistent
from esxvirt.cli.commands.domain.devices import attach_xml, detach_xml
from esxvirt.cli.commands.domain.disk_names import named_disk, target_and_bus
from esxvirt.cli.declare import Command, alias, data, flag, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.markup import element, node_text, original_xml

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def _check(arguments: Arguments) -> str:
    """Refuse options that do not fit together; the type of the source.

    Raises:
        Failed: they do not.
    """
    for option in ("source-host-name", "source-host-transport", "source-host-socket"):
        if option in arguments and "source-protocol" not in arguments:
            raise Failed(f"Option --source-protocol is required by option --{option}")
    arguments.exclusive("source-host-name", "source-host-socket")
    if "source-host-socket" in arguments and "source-host-transport" not in arguments:
        raise Failed("Option --source-host-transport is required by option --source-host-socket")
    mode = arguments.text("mode")
    protocol, kind = arguments.text("source-protocol"), arguments.text("sourcetype")
    if kind is None:
        kind = "network" if protocol is not None else "file"
    elif kind not in {"file", "block", "network"}:
        raise Failed(f"Unknown source type: '{kind}'")
    elif (protocol is not None) != (kind == "network"):
        raise Failed("--source-protocol option requires --sourcetype network")
    if mode is not None and mode not in {"readonly", "shareable"}:
        raise Failed(f"No support for {mode} in command 'attach-disk'")
    return kind


def _source(arguments: Arguments, kind: str) -> list[str]:
    source = arguments.raw("source") or ""
    if kind != "network":
        return [element("source", **{"dev" if kind == "block" else "file": source})]
    opening = element("source", protocol=arguments.text("source-protocol"), name=source)
    name, socket = arguments.text("source-host-name"), arguments.text("source-host-socket")
    transport = arguments.text("source-host-transport")
    if name is None and socket is None and transport is None:
        return [opening]
    host, colon, port = (name or "").partition(":")
    host_name = host if name is not None else None
    shown = element("host", transport=transport, name=host_name, port=port if colon else None, socket=socket)
    return [opening.replace("/>", ">"), f"  {shown}", "</source>"]


def _describe(arguments: Arguments) -> str:
    """Return the ``<disk>`` that the options say.

    Raises:
        Failed: they say none.
    """
    kind = _check(arguments)
    target, bus = target_and_bus(arguments.required("target"), arguments.text("targetbus"))
    device, mode = arguments.text("type"), arguments.text("mode")
    rawio = "yes" if arguments.flag("rawio") else None
    driver = element(
        "driver",
        name=arguments.text("driver"),
        type=arguments.text("subdriver"),
        iothread=arguments.text("iothread"),
        cache=arguments.text("cache"),
        io=arguments.text("io"),
    )
    lines = [driver] if driver != "<driver/>" else []
    lines += _source(arguments, kind)
    lines.append(element("target", dev=target, bus=bus))
    if mode is not None:
        lines.append(f"<{mode}/>")
    groups = arguments.text("throttle-groups")
    if groups is not None:
        filters = [f"  {element('throttlefilter', group=group)}" for group in groups.split(",")]
        lines += ["<throttlefilters>", *filters, "</throttlefilters>"]
    serial, wwn, name = arguments.text("serial"), arguments.text("wwn"), arguments.text("alias")
    if serial is not None:
        lines.append(f"<serial>{serial}</serial>")  # as it is: virsh does not escape it either
    if name is not None:
        lines.append(element("alias", name=name))
    if wwn is not None:
        lines.append(f"<wwn>{wwn}</wwn>")
    address = arguments.text("address")
    if address is not None:
        lines.append(address_element(address, target, multifunction=arguments.flag("multifunction")))
    opening = element("disk", type=kind, device=device, rawio=rawio).replace("/>", ">")
    return "\n".join([opening, *(f"  {line}" for line in lines), "</disk>", ""])


def attach(virsh: Virsh, arguments: Arguments) -> None:
    """Attach a disk that options describe, or print its XML."""
    flags = check_persistent(virsh, arguments)
    xml = _describe(arguments)
    if arguments.flag("print-xml"):
        virsh.write(xml)
        return
    domain = domain_of(virsh, arguments)
    flags = affected_device(virsh, arguments, domain, flags)
    with virsh.failing("Failed to attach disk"):
        attach_xml(arguments, domain, xml, flags)
    virsh.aside("Disk attached successfully\n")


def detach(virsh: Virsh, arguments: Arguments) -> None:
    """Detach the disk of a target or a source, or print its XML."""
    flags = check_persistent(virsh, arguments)
    domain = domain_of(virsh, arguments)
    flags = affected_device(virsh, arguments, domain, flags)
    inactive = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("config") else 0
    root = original_xml(virsh, domain, inactive)
    disk = named_disk(virsh, root, arguments.required("target"), changeable=False)
    if arguments.flag("print-xml"):
        virsh.write(node_text(disk))
        return
    with virsh.failing("Failed to detach disk"):
        detach_xml(arguments, domain, node_text(disk), flags)
    virsh.aside("Disk detached successfully\n")


COMMANDS = (
    Command(
        "attach-disk",
        "attach disk device",
        attach,
        "Attach new disk device.",
        (
            DOMAIN,
            data("source", "source of disk device or name of network disk", empty_ok=True),
            data("target", "target of disk device"),
            string("targetbus", "target bus of disk device", by_name_only=True),
            string("driver", "driver of disk device", by_name_only=True),
            string("subdriver", "subdriver of disk device", by_name_only=True),
            string("iothread", "IOThread to be used by supported device", by_name_only=True),
            string("cache", "cache mode of disk device", by_name_only=True),
            string("io", "io policy of disk device", by_name_only=True),
            string("type", "target device type", by_name_only=True),
            alias("shareable", "mode", "shareable"),
            string("mode", "mode of device reading and writing", by_name_only=True),
            string("sourcetype", "type of source (block|file|network)", by_name_only=True),
            string("serial", "serial of disk device", by_name_only=True),
            string("wwn", "wwn of disk device", by_name_only=True),
            string("alias", "custom alias name of disk device", by_name_only=True),
            flag("rawio", "needs rawio capability"),
            string("address", "address of disk device", by_name_only=True),
            flag("multifunction", "use multifunction pci under specified address"),
            flag("print-xml", "print XML document rather than attach the disk"),
            string("source-protocol", "protocol used by disk device source", by_name_only=True),
            string("source-host-name", "host name for source of disk device", by_name_only=True),
            string("source-host-transport", "host transport for source of disk device", by_name_only=True),
            string("source-host-socket", "host socket for source of disk device", by_name_only=True),
            string("throttle-groups", "comma separated list of throttle groups to be applied", by_name_only=True),
            PERSISTENT,
            *AFFECT,
        ),
    ),
    Command(
        "detach-disk",
        "detach disk device",
        detach,
        "Detach disk device.",
        (
            DOMAIN,
            data("target", "target of disk device"),
            PERSISTENT,
            *AFFECT,
            flag("print-xml", "print XML document rather than detach the disk"),
        ),
    ),
)
