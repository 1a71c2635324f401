"""``domthrottlegrouplist`` and ``domthrottlegroupinfo``: the limits that disks share, as far as the XML has some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli.commands.common import DOMAIN, domain_of, domain_xml
from esxvirt.cli.declare import Command, data, flag
from esxvirt.cli.tables import Table

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_INACTIVE = flag("inactive", "get inactive rather than running configuration")


def _groups(virsh: Virsh, arguments: Arguments) -> list[Any]:
    flags = virsh.libvirt.VIR_DOMAIN_XML_INACTIVE if arguments.flag("inactive") else 0
    root = domain_xml(virsh, domain_of(virsh, arguments), flags)
    return list(root.findall("throttlegroups/throttlegroup"))


def show(virsh: Virsh, arguments: Arguments) -> None:
    """Print the limits of a group; virsh says nothing of one that there is not."""
    name = arguments.required("group-name")
    for group in _groups(virsh, arguments):
        if group.findtext("group_name") == name:
            for limit in group:
                if limit.tag != "group_name":
                    virsh.line(f"{limit.tag:<15}: {limit.text}")


def list_groups(virsh: Virsh, arguments: Arguments) -> None:
    """Print the names of the groups as a table."""
    table = Table("Name")
    for group in _groups(virsh, arguments):
        table.add(group.findtext("group_name") or "")
    virsh.table(table)


COMMANDS = (
    Command(
        "domthrottlegroupinfo",
        "Get a throttling group.",
        show,
        "Get a throttling group.",
        (DOMAIN, data("group-name", "throttle group name"), _INACTIVE),
    ),
    Command(
        "domthrottlegrouplist",
        "list all domain throttlegroups.",
        list_groups,
        "Get the summary of throttle groups for a domain.",
        (DOMAIN, _INACTIVE),
    ),
)
