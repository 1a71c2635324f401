"""Options and steps that many commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from esxvirt.cli._late import etree
from esxvirt.cli.arguments import INT, parse_number
from esxvirt.cli.declare import data, flag
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = [
    "ADAPT",
    "BY_ID",
    "BY_NAME",
    "BY_UUID",
    "DOMAIN",
    "descriptors",
    "domain_of",
    "domain_xml",
    "elements",
    "find_domain",
    "running",
    "xml_of",
]

DOMAIN = data("domain", "domain name, id or uuid")
ADAPT = flag("adapt", "make a machine for ESX of XML of KVM or another hypervisor")

BY_ID, BY_UUID, BY_NAME = 1, 2, 4
_UUID_LENGTH = 36


def domain_of(virsh: Virsh, arguments: Arguments, by: int = BY_ID | BY_UUID | BY_NAME) -> Domain:
    """Return the domain that the option `domain` names.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    text = arguments.required("domain")
    virsh.note(arguments.command.name, f"found option <domain>: {text}")
    return find_domain(virsh, arguments.command.name, text, by)


def find_domain(virsh: Virsh, command: str, text: str, by: int = BY_ID | BY_UUID | BY_NAME) -> Domain:
    """Return the domain of this id, UUID or name, tried in this order.

    virsh says no more than that it failed; when what failed is the server or the connection, we say that too.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    libvirt = virsh.libvirt
    trouble: BaseException | None = None
    attempts: list[tuple[str, Callable[[Any], Domain], str | int]] = []
    number = parse_number(text, INT)
    if by & BY_ID and number is not None and number >= 0:
        attempts.append(("looks like ID", virsh.connection.lookupByID, number))
    if by & BY_UUID and len(text) == _UUID_LENGTH:
        attempts.append(("trying as domain UUID", virsh.connection.lookupByUUIDString, text))
    if by & BY_NAME:
        attempts.append(("trying as domain NAME", virsh.connection.lookupByName, text))
    for step, lookup, key in attempts:
        virsh.trace(command, f"<domain> {step}")
        try:
            return lookup(key)
        except libvirt.libvirtError as error:
            if error.get_error_code() not in {libvirt.VIR_ERR_NO_DOMAIN, libvirt.VIR_ERR_INVALID_ARG}:
                trouble = error
    raise Failed(f"failed to get domain '{text}'", cause=trouble)


def descriptors(arguments: Arguments) -> list[int]:
    """Return the numbers of ``--pass-fds``.

    Raises:
        Failed: one of them is none.
    """
    text = arguments.raw("pass-fds")
    if not text:  # virsh lets an empty one pass
        return []
    numbers = []
    for part in text.split(","):
        number = parse_number(part, INT)
        if number is None:
            raise Failed(f"Unable to parse FD number '{part}'")
        numbers.append(number)
    return numbers


def running(domain: Domain) -> bool:
    """Return whether a domain that was just looked up runs: only then it has an id, and asking costs no call."""
    return int(domain.ID()) >= 0


def domain_xml(virsh: Virsh, domain: Domain, flags: int = 0) -> Any:
    """Return the domain's XML as a tree (lxml's root element).

    Raises:
        Failed: the server did not give it, or it is none.
    """
    with virsh.failing("Failed to get domain description xml"):
        text = domain.XMLDesc(flags)
    return xml_of(text)


def xml_of(text: str) -> Any:
    """Parse XML of libvirt's (lxml's root element).

    Raises:
        Failed: it is none.
    """
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True)
    try:
        return etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        raise Failed(f"Couldn't parse XML: {error}") from error


def elements(root: Any, path: str) -> list[Any]:
    """Return all elements below the root on a path such as ``devices/disk``."""
    return list(root.findall(path))
