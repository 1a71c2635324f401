"""``dumpxml``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import xpath
from esxvirt.cli.commands.common import DOMAIN, domain_of
from esxvirt.cli.declare import Command, flag, string

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def dump(virsh: Virsh, arguments: Arguments) -> None:
    """Print the domain's XML, or the parts of it that an XPath expression picks."""
    libvirt = virsh.libvirt
    flags = 0
    for option, value in (
        ("inactive", libvirt.VIR_DOMAIN_XML_INACTIVE),
        ("security-info", libvirt.VIR_DOMAIN_XML_SECURE),
        ("update-cpu", libvirt.VIR_DOMAIN_XML_UPDATE_CPU),
        ("migratable", libvirt.VIR_DOMAIN_XML_MIGRATABLE),
    ):
        if arguments.flag(option):
            flags |= value
    expression = arguments.raw("xpath")
    text = domain_of(virsh, arguments).XMLDesc(flags)
    virsh.write(text if expression is None else xpath.select(text, expression, wrap=arguments.flag("wrap")))


COMMANDS = (
    Command(
        "dumpxml",
        "domain information in XML",
        dump,
        "Output the domain information as an XML dump to stdout.",
        (
            DOMAIN,
            flag("inactive", "show inactive defined XML"),
            flag("security-info", "include security sensitive information in XML dump"),
            flag("update-cpu", "update guest CPU according to host CPU"),
            flag("migratable", "provide XML suitable for migrations"),
            string("xpath", "xpath expression to filter the XML document", by_name_only=True),
            flag("wrap", "wrap xpath results in an common root element"),
        ),
    ),
)
