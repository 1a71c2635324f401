"""``attach-device``, ``detach-device``, ``detach-device-alias`` and ``update-device``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.commands.domain.affecting import AFFECT, PERSISTENT, affected, affected_device, check_persistent
from esxvirt.cli.declare import Command, data, flag
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS", "attach_xml", "detach_xml"]


def attach_xml(arguments: Arguments, domain: Domain, xml: str, flags: int) -> None:
    """Attach a device: without any option, to the domain that runs."""
    if flags or arguments.flag("current"):
        domain.attachDeviceFlags(xml, flags)
    else:
        domain.attachDevice(xml)


def detach_xml(arguments: Arguments, domain: Domain, xml: str, flags: int) -> None:
    """Detach a device, as `attach_xml`."""
    if flags or arguments.flag("current"):
        domain.detachDeviceFlags(xml, flags)
    else:
        domain.detachDevice(xml)


def _read(virsh: Virsh, arguments: Arguments) -> tuple[Domain, str, str, int]:
    """Return the domain, the file's name, its XML, and the flags."""
    flags = check_persistent(virsh, arguments)
    domain = domain_of(virsh, arguments)
    name = arguments.required("file")
    flags = affected_device(virsh, arguments, domain, flags)
    return domain, name, read_file(name), flags


def attach(virsh: Virsh, arguments: Arguments) -> None:
    """Attach the device that a file describes."""
    domain, name, xml, flags = _read(virsh, arguments)
    with virsh.failing(f"Failed to attach device from {name}"):
        attach_xml(arguments, domain, xml, flags)
    virsh.aside("Device attached successfully\n")


def detach(virsh: Virsh, arguments: Arguments) -> None:
    """Detach the device that a file describes."""
    domain, name, xml, flags = _read(virsh, arguments)
    with virsh.failing(f"Failed to detach device from {name}"):
        detach_xml(arguments, domain, xml, flags)
    virsh.aside("Device detached successfully\n")


def detach_alias(virsh: Virsh, arguments: Arguments) -> None:
    """Detach the device of an alias."""
    flags = affected(virsh, arguments)
    domain = domain_of(virsh, arguments)
    alias = arguments.required("alias")
    with virsh.failing(f"Failed to detach device with alias {alias}"):
        domain.detachDeviceAlias(alias, flags)
    virsh.aside("Device detach request sent successfully\n")


def update(virsh: Virsh, arguments: Arguments) -> None:
    """Change a device to what a file says."""
    domain, name, xml, flags = _read(virsh, arguments)
    if arguments.flag("force"):
        flags |= virsh.libvirt.VIR_DOMAIN_DEVICE_MODIFY_FORCE
    with virsh.failing(f"Failed to update device from {name}"):
        domain.updateDeviceFlags(xml, flags)
    virsh.aside("Device updated successfully\n")


_FILE = data("file", "XML file")

COMMANDS = (
    Command(
        "attach-device",
        "attach device from an XML file",
        attach,
        "Attach device from an XML <file>.",
        (DOMAIN, _FILE, PERSISTENT, *AFFECT),
    ),
    Command(
        "detach-device",
        "detach device from an XML file",
        detach,
        "Detach device from an XML <file>",
        (DOMAIN, _FILE, PERSISTENT, *AFFECT),
    ),
    Command(
        "detach-device-alias",
        "detach device from an alias",
        detach_alias,
        "Detach device identified by the given alias from a domain",
        (DOMAIN, data("alias", "device alias"), *AFFECT),
    ),
    Command(
        "update-device",
        "update device from an XML file",
        update,
        "Update device from an XML <file>.",
        (DOMAIN, _FILE, PERSISTENT, *AFFECT, flag("force", "force device update")),
    ),
)
