"""What may come next on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import commands
from esxvirt.cli.declare import Kind
from esxvirt.cli.grammar import GrammarError, words_of_string

if TYPE_CHECKING:
    from esxvirt.cli.declare import Command
    from esxvirt.cli.virsh import Virsh

__all__ = ["candidates"]

_QUOTED = " \t;'\"\\#"


def candidates(virsh: Virsh, text: str) -> tuple[int, list[str]]:
    """The words that may stand where the text ends.

    Args:
        virsh: gives names of domains and the like, if it is connected; completing does not connect.
        text: the line up to the cursor.

    Returns:
        Where in the text the word begun starts, and the whole words that it may become, quoted where need be.
    """
    done, begun = _split(text)
    start = len(text) - len(begun)
    typed = begun.replace("\\", "").lstrip("'\"")
    if not done:
        words = [name for group in commands.GROUPS for name in group.commands]
    else:
        command = commands.find(done[0])
        words = [] if command is None else _after(virsh, command, done[1:], typed)
    return start, [_quoted(word) for word in words if word.startswith(typed)]


def _split(text: str) -> tuple[list[str], str]:
    """The finished words of the command being typed, and what has been typed of the next, as it stands."""
    words: list[str] = []
    position = 0
    for end in range(len(text), -1, -1):
        # the longest front that is whole: what follows it without a blank is the word begun
        front = text[:end]
        if end and front[-1] not in " \t;\n":
            continue
        try:
            found = list(words_of_string(front))
        except GrammarError:
            continue
        if list(words_of_string(front + "x")) != [*found, "x"]:
            continue  # the blank or semicolon is inside quotes or behind a backslash
        position = end
        words = _last_command(found)
        break
    return words, text[position:]


def _last_command(words: list[str | None]) -> list[str]:
    last: list[str] = []
    for word in words:
        if word is None:
            last = []
        else:
            last.append(word)
    return last


def _after(virsh: Virsh, command: Command, done: list[str], typed: str) -> list[str]:
    if typed.startswith("-"):
        given = {word.partition("=")[0] for word in done}
        return [
            f"--{option.name}"
            for option in command.options
            if option.kind is not Kind.ALIAS and (f"--{option.name}" not in given or option.kind is Kind.ARGV)
        ]
    option = command.option("host")
    if done and done[-1] == "--host" and option is not None and option.takes_value:
        return _hosts(virsh)
    match command.completer:
        case "domains":
            return _names(virsh, "listAllDomains")
        case "networks":
            return _names(virsh, "listAllNetworks")
        case "interfaces":
            return _names(virsh, "listAllInterfaces")
        case "pools":
            return _names(virsh, "listAllStoragePools")
        case "snapshots":
            return _snapshots(virsh, done)
        case "commands":
            return [name for group in commands.GROUPS for name in (group.keyword, *group.commands)]
        case "directories":
            return _directories(typed)
        case _:
            return []


def _hosts(virsh: Virsh) -> list[str]:
    """The paths of the connection's hosts."""
    if not virsh.connected:
        return []
    try:
        return [host["path"] for host in virsh.connection.hosts()]
    except virsh.libvirt.libvirtError:
        return []


def _names(virsh: Virsh, method: str) -> list[str]:
    if not virsh.connected:
        return []
    try:
        return sorted(found.name() for found in getattr(virsh.connection, method)())
    except virsh.libvirt.libvirtError:
        return []


def _snapshots(virsh: Virsh, done: list[str]) -> list[str]:
    """The names of the snapshots of the domain that was named, of the domains before it was."""
    named = [word for word in done if not word.startswith("--")]
    if not named or done[-1] == "--domain":
        return _names(virsh, "listAllDomains")
    if not virsh.connected:
        return []
    try:
        return sorted(found.getName() for found in virsh.connection.lookupByName(named[0]).listAllSnapshots())
    except virsh.libvirt.libvirtError:
        return []


def _directories(typed: str) -> list[str]:
    import os  # noqa: PLC0415  only for this

    head = os.path.dirname(typed)  # noqa: PTH120  a prefix as it was typed, which pathlib would tidy up
    try:
        with os.scandir(head or ".") as entries:
            names = sorted(entry.name for entry in entries if entry.is_dir())
    except OSError:
        return []
    return [os.path.join(head, name) + "/" for name in names]  # noqa: PTH118  as above


def _quoted(word: str) -> str:
    if not word or any(character in _QUOTED for character in word):
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return word
