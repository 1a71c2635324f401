"""``net-desc`` and ``net-metadata``: what people note about a network, where the server keeps notes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.network.common import NETWORK, network_of, read_note
from esxvirt.cli.declare import Command, argv, data, flag, string
from esxvirt.cli.editor import edit_text, edit_until_taken
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Network
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_STATES = (
    flag("live", "modify/get running state"),
    flag("config", "modify/get persistent configuration"),
    flag("current", "modify/get current state configuration"),
)
_TOGETHER = "Flags 'VIR_NETWORK_UPDATE_AFFECT_LIVE' and 'VIR_NETWORK_UPDATE_AFFECT_CONFIG' are mutually exclusive"


def _flags(virsh: Virsh, arguments: Arguments) -> int:
    arguments.exclusive("current", "live")
    arguments.exclusive("current", "config")
    flags = 0
    if arguments.flag("live"):
        flags |= virsh.libvirt.VIR_NETWORK_UPDATE_AFFECT_LIVE
    if arguments.flag("config"):
        flags |= virsh.libvirt.VIR_NETWORK_UPDATE_AFFECT_CONFIG
    return flags


def describe(virsh: Virsh, arguments: Arguments) -> None:
    """Print the description or the title, or set it."""
    libvirt = virsh.libvirt
    flags = _flags(virsh, arguments)
    network = network_of(virsh, arguments)
    kind, word = libvirt.VIR_NETWORK_METADATA_DESCRIPTION, "description"
    if arguments.flag("title"):
        kind, word = libvirt.VIR_NETWORK_METADATA_TITLE, "title"
    given = "new-desc" in arguments
    text = " ".join(arguments.items("new-desc"))
    if not given or (arguments.flag("edit") and not text):
        if arguments.flag("live") and arguments.flag("config"):
            raise Failed(_TOGETHER)
        text = read_note(virsh, network, kind, flags)
        if not arguments.flag("edit"):
            virsh.write(text or f"No {word} for network: {network.name()}")
            return
    if arguments.flag("edit"):
        before = text
        text = edit_text(virsh, before).removesuffix("\n")
        if text == before and not given:
            virsh.aside(f"Network {word} not changed\n")
            return
    with virsh.failing(f"Failed to set new network {word}"):
        network.setMetadata(kind, text, None, None, flags)
    virsh.write(f"Network {word} updated successfully")


def _element(virsh: Virsh, network: Network, uri: str, flags: int) -> str:
    """The element of a namespace; virsh shows nothing where there is none."""
    libvirt = virsh.libvirt
    try:
        return str(network.metadata(libvirt.VIR_NETWORK_METADATA_ELEMENT, uri, flags))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_NETWORK_METADATA:
            return ""
        raise


def metadata(virsh: Virsh, arguments: Arguments) -> None:
    """Print the element of a namespace, set it or take it out."""
    libvirt = virsh.libvirt
    flags = _flags(virsh, arguments)
    arguments.exclusive("edit", "set")
    arguments.exclusive("remove", "set")
    arguments.exclusive("remove", "edit")
    network = network_of(virsh, arguments)
    uri, key, new = arguments.required("uri"), arguments.text("key"), arguments.text("set")
    kind = libvirt.VIR_NETWORK_METADATA_ELEMENT
    if (new is not None or arguments.flag("edit")) and key is None:
        raise Failed("namespace key is required when modifying metadata")
    if new is not None:
        network.setMetadata(kind, new, key, uri, flags)
        virsh.aside("Metadata modified\n")
    elif arguments.flag("remove"):
        network.setMetadata(kind, None, key, uri, flags)
        virsh.aside("Metadata removed\n")
    elif arguments.flag("edit"):
        try:
            present = str(network.metadata(kind, uri, flags))
        except libvirt.libvirtError:
            present = "\n"

        def take(text: str, _: bool) -> None:
            network.setMetadata(kind, text, key, uri, flags)

        taken = edit_until_taken(virsh, present, take)
        virsh.aside("Metadata not changed" if taken is None else "Metadata modified\n")
    else:
        virsh.line(_element(virsh, network, uri, flags))


COMMANDS = (
    Command(
        "net-desc",
        "show or set network's description or title",
        describe,
        "Allows setting or modifying the description or title of a network.",
        (
            NETWORK,
            *_STATES,
            flag("title", "modify/get the title instead of description"),
            flag("edit", "open an editor to modify the description"),
            argv("new-desc", "message"),
        ),
    ),
    Command(
        "net-metadata",
        "show or set network's custom XML metadata",
        metadata,
        "Shows or modifies the XML metadata of a network.",
        (
            NETWORK,
            data("uri", "URI of the namespace"),
            *_STATES,
            flag("edit", "use an editor to change the metadata"),
            string("key", "key to be used as a namespace identifier"),
            string("set", "new metadata to set"),
            flag("remove", "remove the metadata corresponding to an uri"),
        ),
    ),
)
