"""What the commands on notes share: descriptions, titles and elements of other programs, of domains and of networks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from esxvirt.cli.declare import Command, Option, argv, data, flag, string
from esxvirt.cli.editor import edit_text, edit_until_taken
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.protocols import Domain, Network
    from esxvirt.cli.virsh import Virsh

__all__ = ["Noted", "commands"]

_STATES = (
    flag("live", "modify/get running state"),
    flag("config", "modify/get persistent configuration"),
    flag("current", "modify/get current state configuration"),
)


class Noted(NamedTuple):
    """What notes are about: domains, or networks.

    Attributes:
        word: what one is called.
        option: names one.
        kinds: how the constants begin that tell the kinds of notes.
        missing: the constant of the error where there is no such note.
        flags: the flags that the options stand for; raises `Failed` if they contradict each other.
        find: finds the one that the option names.
        read: reads the description or the title of one, by kind; nothing if there is none.
        tell: prints that it was changed.
    """

    word: str
    option: Option
    kinds: str
    missing: str
    flags: Callable[[Virsh, Arguments], int]
    find: Callable[[Virsh, Arguments], Any]
    read: Callable[[Virsh, Arguments, Any, int, int], str]
    tell: Callable[[Virsh, str], None]

    def kind(self, virsh: Virsh, name: str) -> int:
        """Return the constant of a kind of notes."""
        return int(getattr(virsh.libvirt, self.kinds + name.upper()))


def commands(noted: Noted, describing: str, changing: str) -> tuple[Command, Command]:
    """Return the two commands, by these names."""
    word = noted.word
    return (
        Command(
            describing,
            f"show or set {word}'s description or title",
            partial(_describe, noted),
            f"Allows setting or modifying the description or title of a {word}.",
            (
                noted.option,
                *_STATES,
                flag("title", "modify/get the title instead of description"),
                flag("edit", "open an editor to modify the description"),
                argv("new-desc", "message"),
            ),
        ),
        Command(
            changing,
            f"show or set {word}'s custom XML metadata",
            partial(_metadata, noted),
            f"Shows or modifies the XML metadata of a {word}.",
            (
                noted.option,
                data("uri", "URI of the namespace"),
                *_STATES,
                flag("edit", "use an editor to change the metadata"),
                string("key", "key to be used as a namespace identifier"),
                string("set", "new metadata to set"),
                flag("remove", "remove the metadata corresponding to an uri"),
            ),
        ),
    )


def _describe(noted: Noted, virsh: Virsh, arguments: Arguments) -> None:
    """Print the description or the title, or set it."""
    flags = noted.flags(virsh, arguments)
    found: Domain | Network = noted.find(virsh, arguments)
    word = "title" if arguments.flag("title") else "description"
    kind, shown = noted.kind(virsh, word), noted.word.capitalize()
    given = "new-desc" in arguments
    text = " ".join(arguments.items("new-desc"))
    if not given or (arguments.flag("edit") and not text):
        text = noted.read(virsh, arguments, found, kind, flags)
        if not arguments.flag("edit"):
            virsh.write(text or f"No {word} for {noted.word}: {found.name()}")
            return
    if arguments.flag("edit"):
        before = text
        text = edit_text(virsh, before).removesuffix("\n")
        if text == before and not given:
            virsh.aside(f"{shown} {word} not changed\n")
            return
    with virsh.failing(f"Failed to set new {noted.word} {word}"):
        found.setMetadata(kind, text, None, None, flags)
    noted.tell(virsh, f"{shown} {word} updated successfully")


def _element(noted: Noted, virsh: Virsh, found: Domain | Network, uri: str, flags: int) -> str:
    """Return the element of a namespace; virsh shows nothing where there is none."""
    try:
        return str(found.metadata(noted.kind(virsh, "element"), uri, flags))
    except virsh.libvirt.libvirtError as error:
        if error.get_error_code() == getattr(virsh.libvirt, noted.missing):
            return ""
        raise


def _metadata(noted: Noted, virsh: Virsh, arguments: Arguments) -> None:
    """Print the element of a namespace, set it or take it out."""
    flags = noted.flags(virsh, arguments)
    arguments.exclusive("edit", "set")
    arguments.exclusive("remove", "set")
    arguments.exclusive("remove", "edit")
    found: Domain | Network = noted.find(virsh, arguments)
    uri, key, new = arguments.required("uri"), arguments.text("key"), arguments.text("set")
    kind = noted.kind(virsh, "element")
    if (new is not None or arguments.flag("edit")) and key is None:
        raise Failed("namespace key is required when modifying metadata")
    if new is not None:
        found.setMetadata(kind, new, key, uri, flags)
        virsh.aside("Metadata modified\n")
    elif arguments.flag("remove"):
        found.setMetadata(kind, None, key, uri, flags)
        virsh.aside("Metadata removed\n")
    elif arguments.flag("edit"):
        try:
            present = str(found.metadata(kind, uri, flags))
        except virsh.libvirt.libvirtError:
            present = "\n"

        def take(text: str, _: bool) -> None:
            found.setMetadata(kind, text, key, uri, flags)

        taken = edit_until_taken(virsh, present, take)
        virsh.aside("Metadata not changed" if taken is None else "Metadata modified\n")
    else:
        virsh.line(_element(noted, virsh, found, uri, flags))
