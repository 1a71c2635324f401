"""``desc`` and ``metadata``: what people note about a domain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.commands.common import DOMAIN, domain_of, xml_of
from esxvirt.cli.commands.domain.affecting import affected
from esxvirt.cli.declare import Command, argv, data, flag, string
from esxvirt.cli.editor import edit_text, edit_until_taken
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS"]

_STATES = (
    flag("live", "modify/get running state"),
    flag("config", "modify/get persistent configuration"),
    flag("current", "modify/get current state configuration"),
)


def _read(virsh: Virsh, domain: Domain, kind: int, *, inactive: bool) -> str:
    """The description, or the title; nothing if there is none."""
    libvirt = virsh.libvirt
    try:
        return str(domain.metadata(kind, None, libvirt.VIR_DOMAIN_AFFECT_CONFIG if inactive else 0))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return ""
        if not virsh.unsupported(error):
            raise
    root = xml_of(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE if inactive else 0))
    return root.findtext("title" if kind == libvirt.VIR_DOMAIN_METADATA_TITLE else "description") or ""


def describe(virsh: Virsh, arguments: Arguments) -> None:
    """Print the description or the title, or set it."""
    libvirt = virsh.libvirt
    flags = affected(virsh, arguments)
    domain = domain_of(virsh, arguments)
    title, config = arguments.flag("title"), arguments.flag("config")
    kind = libvirt.VIR_DOMAIN_METADATA_TITLE if title else libvirt.VIR_DOMAIN_METADATA_DESCRIPTION
    word = "title" if title else "description"
    given = "new-desc" in arguments
    text = " ".join(arguments.items("new-desc"))
    if not given or (arguments.flag("edit") and not text):
        present = _read(virsh, domain, kind, inactive=config)
        if not arguments.flag("edit"):
            virsh.write(present or f"No {word} for domain: {domain.name()}")
            return
        text = present
    if arguments.flag("edit"):
        before = text
        text = edit_text(virsh, before).removesuffix("\n")
        if text == before and not given:
            virsh.aside(f"Domain {word} not changed\n")
            return
    with virsh.failing(f"Failed to set new domain {word}"):
        domain.setMetadata(kind, text, None, None, flags)
    virsh.done(f"Domain {word} updated successfully")


def _element(virsh: Virsh, domain: Domain, uri: str, flags: int) -> str:
    """The element of a namespace; virsh shows nothing where there is none."""
    libvirt = virsh.libvirt
    try:
        return str(domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, uri, flags))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return ""
        raise


def metadata(virsh: Virsh, arguments: Arguments) -> None:
    """Print the element of a namespace, set it or take it out."""
    libvirt = virsh.libvirt
    flags = affected(virsh, arguments)
    arguments.exclusive("edit", "set")
    arguments.exclusive("remove", "set")
    arguments.exclusive("remove", "edit")
    domain = domain_of(virsh, arguments)
    uri, key, new = arguments.required("uri"), arguments.text("key"), arguments.text("set")
    kind = libvirt.VIR_DOMAIN_METADATA_ELEMENT
    if (new is not None or arguments.flag("edit")) and key is None:
        raise Failed("namespace key is required when modifying metadata")
    if new is not None:
        domain.setMetadata(kind, new, key, uri, flags)
        virsh.aside("Metadata modified\n")
    elif arguments.flag("remove"):
        domain.setMetadata(kind, None, key, uri, flags)
        virsh.aside("Metadata removed\n")
    elif arguments.flag("edit"):
        try:
            present = str(domain.metadata(kind, uri, flags))
        except libvirt.libvirtError:
            present = "\n"

        def take(text: str, _: bool) -> None:
            domain.setMetadata(kind, text, key, uri, flags)

        taken = edit_until_taken(virsh, present, take)
        virsh.aside("Metadata not changed" if taken is None else "Metadata modified\n")
    else:
        virsh.line(_element(virsh, domain, uri, flags))


COMMANDS = (
    Command(
        "desc",
        "show or set domain's description or title",
        describe,
        "Allows setting or modifying the description or title of a domain.",
        (
            DOMAIN,
            *_STATES,
            flag("title", "modify/get the title instead of description"),
            flag("edit", "open an editor to modify the description"),
            argv("new-desc", "message"),
        ),
    ),
    Command(
        "metadata",
        "show or set domain's custom XML metadata",
        metadata,
        "Shows or modifies the XML metadata of a domain.",
        (
            DOMAIN,
            data("uri", "URI of the namespace"),
            *_STATES,
            flag("edit", "use an editor to change the metadata"),
            string("key", "key to be used as a namespace identifier"),
            string("set", "new metadata to set"),
            flag("remove", "remove the metadata corresponding to an uri"),
        ),
    ),
)
