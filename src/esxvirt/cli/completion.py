"""What may come next on a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli import commands
from esxvirt.cli.completers import Offer, values
from esxvirt.cli.declare import Kind
from esxvirt.cli.grammar import GrammarError, words_of_string

if TYPE_CHECKING:
    from collections.abc import Sequence

    from esxvirt.cli.declare import Command, Option
    from esxvirt.cli.virsh import Virsh

__all__ = ["after", "candidates", "plain"]

_QUOTED = " \t;'\"\\#"


def candidates(virsh: Virsh, text: str) -> tuple[int, list[str]]:
    """Return the words that may stand where the text ends, in the shell.

    Args:
        virsh: gives names of domains and the like, if it is connected; completing does not connect.
        text: the line up to the cursor.

    Returns:
        Where in the text the word begun starts, and the whole words that it may become, quoted where need be.
    """
    done, begun = _split(text)
    connection = virsh.connection if virsh.connected else None
    return len(text) - len(begun), [_quoted(word) for word in after(Offer(virsh, lambda: connection), done, begun)]


def after(offer: Offer, done: Sequence[str], begun: str) -> list[str]:
    """Return the words that may follow those of a command, as they are: without quotes.

    Args:
        offer: where names come from.
        done: the finished words, the command's name first.
        begun: the word that has been begun, as it was typed.
    """
    typed = plain(begun)
    if not done:
        words = [name for group in commands.GROUPS for name in group.commands]
    else:
        command = commands.find(done[0])
        words = [] if command is None else _after(offer, command, list(done[1:]), typed)
    return [word for word in words if word.startswith(typed)]


def plain(word: str) -> str:
    """Return a word as it was typed, without its quotes and backslashes; the last quote may be open."""
    for end in ("", "'", '"'):
        try:
            found = list(words_of_string(word + end))
        except GrammarError:
            continue
        if len(found) == 1 and found[0] is not None:
            return found[0]
    return word


def _split(text: str) -> tuple[list[str], str]:
    """Return the finished words of the command being typed, and what has been typed of the next, as it stands."""
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


def _after(offer: Offer, command: Command, done: list[str], typed: str) -> list[str]:
    try:
        given, expected, only_data = _taken(command, done)
    except KeyError:
        return []
    if expected is not None:
        return values(offer, command, expected, given, typed)
    if typed.startswith("-") and not only_data:
        name, equals, begun = typed[2:].partition("=")
        option = command.option(name)
        if equals and option is not None and option.takes_value:
            return [f"--{name}={value}" for value in values(offer, command, option, given, begun)]
        return _options(command, given)
    following = _by_position(command, given)
    found = [] if following is None else values(offer, command, following, given, typed)
    return found or ([] if typed or only_data else _options(command, given))


def _taken(command: Command, done: list[str]) -> tuple[dict[str, list[str]], Option | None, bool]:
    """The values given, the option that waits for one, and whether there are no options any more (behind ``--``).

    Raises:
        KeyError: an option that the command has not.
    """
    given: dict[str, list[str]] = {}
    expected: Option | None = None
    only_data = False
    for word in done:
        option: Option | None
        if expected is not None:
            given[expected.name].append(word)
            expected = None
        elif word == "--" and not only_data:
            only_data = True
        elif word.startswith("--") and not only_data:
            name, equals, value = word[2:].partition("=")
            option = _named(command, name)
            given.setdefault(option.name, [])
            if equals:
                given[option.name].append(value)
            elif option.takes_value:
                expected = option
        else:
            option = _by_position(command, given)
            if option is not None:
                given.setdefault(option.name, []).append(word)
    return given, expected, only_data


def _named(command: Command, name: str) -> Option:
    option = command.option(name)
    if option is not None and option.kind is Kind.ALIAS:
        option = command.option(option.target)
    if option is None:
        raise KeyError(name)
    return option


def _by_position(command: Command, given: dict[str, list[str]]) -> Option | None:
    """Return the option that the next word belongs to."""
    return next((option for option in command.options if option.positional and _is_open(option, given)), None)


def _is_open(option: Option, given: dict[str, list[str]]) -> bool:
    """Return whether the option may take one more value."""
    return option.kind is Kind.ARGV or option.name not in given


def _options(command: Command, given: dict[str, list[str]]) -> list[str]:
    return [
        f"--{option.name}" for option in command.options if option.kind is not Kind.ALIAS and _is_open(option, given)
    ]


def _quoted(word: str) -> str:
    if not word or any(character in _QUOTED for character in word):
        return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return word
