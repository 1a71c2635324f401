r"""Virsh's grammar: command lines and ``;``-separated strings into commands and their arguments.

A string is cut into words as follows: blanks separate; ``;`` and newlines end a command; ``#`` at the start of a word
is a comment to the end of the line; ``'`` and ``"`` quote; a backslash outside single quotes takes the next character
as it is, and vanishes together with a newline. As in virsh, nothing runs unless the whole string is right, and an
unclosed ``'`` is forgiven while an unclosed ``"`` is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esxvirt.cli.arguments import Arguments
from esxvirt.cli.declare import Command, Kind, Option
from esxvirt.records import record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Note = Callable[[str, str, str | None, int | None], None]

__all__ = ["GrammarError", "Invocation", "parse", "words_of_arguments", "words_of_string"]

_BLANK = " \t"
_END = ";\n"
HELP = "help"


class GrammarError(Exception):
    """The line is not virsh's; the messages, one or more, are virsh's."""


@record(frozen=True)
class Invocation:
    """A command to run with its arguments."""

    command: Command
    arguments: Arguments


def words_of_arguments(arguments: Iterable[str]) -> Iterator[str | None]:
    """Yield the words of a command given as separate arguments: each is one, whatever is in it."""
    yield from arguments


def words_of_string(text: str) -> Iterator[str | None]:
    """Yield the words of a command string; None stands for the end of a command.

    Raises:
        GrammarError: a quote is not closed, or a backslash ends the string.
    """
    position, end = 0, len(text)
    while position < end:
        character = text[position]
        if character in _BLANK:
            position += 1
        elif text.startswith("\\\n", position):
            position += 2
        elif character in _END:
            position += 1
            yield None
        elif character == "#":
            newline = text.find("\n", position)
            position = end if newline < 0 else newline + 1
            yield None
        else:
            word, position = _word(text, position)
            yield word


def _word(text: str, position: int) -> tuple[str, int]:
    """Return one word that starts at `position`, and where it ends."""
    word: list[str] = []
    quote = ""
    end = len(text)
    while position < end:
        character = text[position]
        if not quote and character in _BLANK + _END:
            break
        position += 1
        if character in "'\"" and quote in {"", character}:
            quote = "" if quote else character
        elif character == "\\" and quote != "'":
            if position == end:
                raise GrammarError("dangling \\")
            if text[position] != "\n":
                word.append(text[position])
            position += 1
        else:
            word.append(character)
    if quote == '"':
        raise GrammarError('missing "')
    return "".join(word), position


def parse(
    words: Iterator[str | None],
    find: Callable[[str], Command | None],
    help_command: Command | None = None,
    note: Note | None = None,
) -> list[Invocation]:
    """Parse all commands of a line.

    Args:
        words: from `words_of_arguments` or `words_of_string`.
        find: gives the command of a name, or None.
        help_command: what ``COMMAND --help`` runs, with the command's name as its first option.
        note: told of every option taken: command, option, value (None for a flag), and which of the remaining words of
            the line the value is (None for other options).

    Raises:
        GrammarError: for any command of the line; none of them must run then.
    """
    invocations: list[Invocation] = []
    reader: _Reader | None = None
    for word in words:
        if word is None:
            if reader:
                invocations.append(reader.finish(help_command))
            reader = None
        elif reader is None:
            command = find(word)
            if command is None:
                raise GrammarError(f"unknown command: '{word}'")
            reader = _Reader(command, note)
        else:
            reader.take(word, words)
    if reader:
        invocations.append(reader.finish(help_command))
    return invocations


class _Reader:
    """Takes the words after one command's name."""

    def __init__(self, command: Command, note: Note | None) -> None:
        self.command = command
        self.note = note or (lambda _command, _option, _value, _number: None)
        self.values: dict[str, list[str]] = {}
        self.open = [option for option in command.options if option.positional]  # by position, still without value
        self.only_data = False
        self.wants_help = False

    def take(self, word: str, words: Iterator[str | None]) -> None:
        if self.only_data:
            self._positional(word)
        elif word == "--":
            self.only_data = True
        elif word.startswith("--") and word[2:3].isalnum() and word[2:3].isascii():
            self._named(word[2:], words)
        else:
            self._positional(word)

    def _named(self, word: str, words: Iterator[str | None]) -> None:
        name, equals, text = word.partition("=")
        value = text if equals else None
        if name == HELP:
            self.wants_help = True
            return
        try:
            option, value = self._find(name, value)
        except GrammarError:
            if self.command.name == HELP:  # takes whatever it is given, and looks at the first word
                return
            raise
        if option.kind is Kind.FLAG:
            if value is not None:
                raise GrammarError(f"invalid '=' after option --{option.name}")
            self.values[option.name] = []
            self.note(self.command.name, option.name, None, None)
            return
        if value is None:
            value = next(words, None)
            if value is None:
                kind = "number" if option.kind is Kind.NUMBER else "string"
                raise GrammarError(f"expected syntax: --{option.name} <{kind}>")
        self._give(option, value)

    def _find(self, name: str, value: str | None) -> tuple[Option, str | None]:
        option = self.command.option(name)
        if option is not None and option.kind is Kind.ALIAS:
            if option.value is not None:
                if value is not None:
                    raise GrammarError(f"invalid '=' after option --{name}")
                value = option.value
            option = self.command.option(option.target)
        if option is None:
            raise GrammarError(f"command '{self.command.name}' doesn't support option --{name}")
        if option.name in self.values and option.kind is not Kind.ARGV:
            raise GrammarError(f"option --{option.name} already seen")
        return option, value

    def _positional(self, word: str) -> None:
        if self.open:
            self._give(self.open[0], word)
        elif self.command.name != HELP:
            raise GrammarError(f"unexpected data '{word}'")

    def _give(self, option: Option, value: str) -> None:
        values = self.values.setdefault(option.name, [])
        self.note(self.command.name, option.name, value, len(values) if option.kind is Kind.ARGV else None)
        values.append(value)
        if option in self.open and option.kind is not Kind.ARGV:
            self.open.remove(option)

    def finish(self, help_command: Command | None) -> Invocation:
        if self.wants_help and help_command is not None:
            about = {help_command.options[0].name: [self.command.name]}
            return Invocation(help_command, Arguments(help_command, about))
        for option in self.command.options:
            if option.required and option.name not in self.values:
                how = f"<{option.name}>" if option.by_position else f"--{option.name}"
                raise GrammarError(f"command '{self.command.name}' requires {how} option")
        return Invocation(self.command, Arguments(self.command, self.values))
