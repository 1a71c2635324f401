"""What the commands on networks share: the network that an option names, and texts of yes and no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import BY_NAME, BY_UUID, xml_of
from esxvirt.cli.declare import Option, data
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Network
    from esxvirt.cli.virsh import Virsh

__all__ = ["NETWORK", "VALIDATE", "find_network", "network_of", "read_note", "yes_or_no"]

NETWORK = data("network", "network name or uuid")
VALIDATE = "validate the XML against the schema"

_UUID_LENGTH = 36


def network_of(virsh: Virsh, arguments: Arguments, by: int = BY_UUID | BY_NAME) -> Network:
    """Return the network that the option `network` names.

    Raises:
        Failed: there is none, or the server could not be asked.
    """
    text = arguments.required("network")
    virsh.note(arguments.command.name, f"found option <network>: {text}")
    return find_network(virsh, arguments.command.name, text, by)


def find_network(virsh: Virsh, command: str, text: str, by: int) -> Network:
    """Return the network of this UUID or name, tried in this order; errors as `network_of`."""
    libvirt = virsh.libvirt
    trouble: BaseException | None = None
    if by & BY_UUID and len(text) == _UUID_LENGTH:
        virsh.trace(command, "<network> trying as network UUID")
        try:
            return virsh.connection.networkLookupByUUIDString(text)
        except libvirt.libvirtError as error:
            trouble = error
    if by & BY_NAME:
        virsh.trace(command, "<network> trying as network NAME")
        try:
            return virsh.connection.networkLookupByName(text)
        except libvirt.libvirtError as error:
            trouble = error
    raise Failed(f"failed to get network '{text}'", cause=trouble)


def read_note(virsh: Virsh, network: Network, kind: int, flags: int) -> str:
    """Return the title or the description of a network, by its kind (VIR_NETWORK_METADATA_*).

    Nothing if there is none.
    """
    libvirt = virsh.libvirt
    try:
        return str(network.metadata(kind, None, flags))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_NETWORK_METADATA:
            return ""
    inactive = libvirt.VIR_NETWORK_XML_INACTIVE if flags & libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG else 0
    root = xml_of(network.XMLDesc(inactive))
    return root.findtext("title" if kind == libvirt.VIR_NETWORK_METADATA_TITLE else "description") or ""


def yes_or_no(value: int) -> str:
    """Give the word for a truth."""
    return "yes" if value else "no"


def network_option(text: str) -> Option:
    """Return the option `network` with other words for its help."""
    return data("network", text)
