"""``domxml-from-native`` and ``domxml-to-native``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import find_domain
from esxvirt.cli.declare import Command, data, string
from esxvirt.cli.failures import Failed
from esxvirt.cli.files import read_file

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def from_native(virsh: Virsh, arguments: Arguments) -> None:
    """Print the XML for a VMX file."""
    form = arguments.required("format")
    config = read_file(arguments.required("config"))
    virsh.write(virsh.connection.domainXMLFromNative(form, config, 0))


def to_native(virsh: Virsh, arguments: Arguments) -> None:
    """Print the VMX file for an XML file, or for a domain."""
    arguments.exclusive("domain", "xml")
    form = arguments.required("format")
    domain, file = arguments.text("domain"), arguments.text("xml")
    if file is not None:
        xml = read_file(file)
    elif domain is not None:
        xml = find_domain(virsh, arguments.command.name, domain).XMLDesc(virsh.libvirt.VIR_DOMAIN_XML_INACTIVE)
    else:
        raise Failed("need either domain or domain XML")
    virsh.write(virsh.connection.domainXMLToNative(form, xml, 0))


COMMANDS = (
    Command(
        "domxml-from-native",
        "Convert native config to domain XML",
        from_native,
        "Convert native guest configuration format to domain XML format.",
        (
            data("format", "source config data format"),
            data("config", "config data file to import from"),
        ),
    ),
    Command(
        "domxml-to-native",
        "Convert domain XML to native config",
        to_native,
        "Convert domain XML config to a native guest configuration format.",
        (
            data("format", "target config data type format"),
            string("domain", "domain name, id or uuid", by_name_only=True),
            string("xml", "xml data file to export from"),
        ),
    ),
)
