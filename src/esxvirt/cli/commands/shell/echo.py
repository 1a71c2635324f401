"""``echo``: how the grammar took the words, optionally quoted for a shell or for XML."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.declare import Command, alias, argv, flag, string
from esxvirt.cli.failures import Failed

if TYPE_CHECKING:
    from esxvirt.cli.arguments import Arguments
    from esxvirt.cli.virsh import Virsh

__all__ = ["COMMANDS", "for_shell", "for_xml", "split"]

_SHELL_SPECIAL = frozenset("\r\t\n !\"#$&'()*;<>?[\\]^`{|}~")
_XML = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"}


def for_shell(text: str) -> str:
    """Quote a word for a POSIX shell, if it needs quotes."""
    if text and not _SHELL_SPECIAL.intersection(text):
        return text
    return "'" + text.replace("'", "'\\''") + "'"


def for_xml(text: str) -> str:
    """Escape text for XML; control characters that XML cannot have are left out."""
    return "".join(_XML.get(character, character) for character in text if character >= " " or character in "\t\n\r")


def split(text: str) -> list[str]:
    """Split at commas; two of them are one that does not split. Nothing has no parts."""
    parts = [""] if text else []
    position = 0
    while position < len(text):
        if text.startswith(",,", position):
            parts[-1] += ","
            position += 2
        elif text[position] == ",":
            parts.append("")
            position += 1
        else:
            parts[-1] += text[position]
            position += 1
    return parts


def echo(virsh: Virsh, arguments: Arguments) -> None:
    """Print the words."""
    arguments.exclusive("shell", "xml")
    arguments.exclusive("shell", "split")
    arguments.exclusive("xml", "split")
    words = arguments.items("string")
    if arguments.flag("shell"):
        words = [for_shell(word) for word in words]
    elif arguments.flag("xml"):
        words = [for_xml(word) for word in words]
    elif arguments.flag("split"):
        words = ["".join(part + "\n" for part in split(word)) for word in words]
    prefix = None
    try:
        prefix = arguments.text("prefix")
    except Failed as failure:  # virsh says so, and goes on without it
        virsh.report(failure)
    text = " ".join(words if prefix is None else [prefix, *words])
    if not arguments.flag("err"):
        virsh.write(text)
    elif words:
        virsh.output.error(text)


COMMANDS = (
    Command(
        "echo",
        "echo arguments. Used for internal testing.",
        echo,
        "Echo back arguments, possibly with quoting. Used for internal testing.",
        (
            flag("shell", "escape for shell use"),
            flag("xml", "escape for XML use"),
            flag("split", "split each argument on ','; ',,' is an escape sequence"),
            flag("err", "output to stderr"),
            string("prefix", "prefix the message", by_name_only=True),
            alias("str", "string"),
            alias("hi", "string", "hello"),
            argv("string", "arguments to echo"),
        ),
        needs_connection=False,
    ),
)
