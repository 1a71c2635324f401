"""``domid``, ``domname`` and ``domuuid``: one name of a domain for another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import BY_ID, BY_NAME, BY_UUID, domain_of
from esxvirt.cli.declare import Command, data

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]


def show_id(virsh: Virsh, arguments: Arguments) -> None:
    """Print the id, which only a running domain has."""
    number = domain_of(virsh, arguments, BY_NAME | BY_UUID).ID()
    virsh.line("-" if number < 0 else str(number))


def show_name(virsh: Virsh, arguments: Arguments) -> None:
    """Print the name."""
    virsh.line(domain_of(virsh, arguments, BY_ID | BY_UUID).name())


def show_uuid(virsh: Virsh, arguments: Arguments) -> None:
    """Print the UUID."""
    domain = domain_of(virsh, arguments, BY_ID | BY_NAME)
    with virsh.failing("failed to get domain UUID"):
        virsh.line(domain.UUIDString())


COMMANDS = (
    Command(
        "domid",
        "convert a domain name or UUID to domain id",
        show_id,
        options=(data("domain", "domain name or uuid"),),
    ),
    Command(
        "domname",
        "convert a domain id or UUID to domain name",
        show_name,
        options=(data("domain", "domain id or uuid"),),
    ),
    Command(
        "domuuid",
        "convert a domain name or id to domain UUID",
        show_uuid,
        options=(data("domain", "domain id or name"),),
    ),
)
